package wasserstein

import (
	"math"

	"gonum.org/v1/gonum/blas/blas64"

	"hopflow/lyapunov/exponential"
)

// LogApply stores log Σ_j Γ_ij exp(logv_j) in dst_i, from the costs where Γ
// underflows. It is -Inf where all logv_j are.
func (k *Dense) LogApply(dst, logv []float64) {
	mustLengths("a product", k.rows, k.columns, dst, logv)
	blocks := blocksOf(k.rows)
	peak, w := scaled(logv)
	k.Apply(dst, w)
	k.crew.run(blocks, k.large(), func(b int) {
		lo, hi := block(b, blocks, k.rows)
		row := k.sumsOf(b)
		for i := lo; i < hi; i++ {
			if s := dst[i]; s > leastSum {
				dst[i] = peak + math.Log(s)
				continue
			}
			top := k.exponents(row, i, logv)
			if math.IsInf(top, -1) {
				dst[i] = top
				continue
			}
			dst[i] = top + math.Log(exponential.Row(row, row, 1, -top))
		}
	})
}

// scaled returns the largest of some logarithms, and their exponentials divided
// by it. All are zero where the largest is -Inf.
func scaled(logv []float64) (peak float64, w []float64) {
	peak = math.Inf(-1)
	for _, l := range logv {
		peak = max(peak, l)
	}
	w = make([]float64, len(logv))
	if !math.IsInf(peak, -1) {
		exponential.Row(w, logv, 1, -peak)
	}
	return peak, w
}

// exponents stores shift_j - C_ij/(2ε) in row and returns the largest.
func (k *Dense) exponents(row []float64, i int, shift []float64) float64 {
	k.from.row(row, i)
	top, rate := math.Inf(-1), 1/(2*k.eps)
	for j, c := range row {
		e := shift[j] - c*rate
		row[j] = e
		top = max(top, e)
	}
	return top
}

// LogApplyTransposed stores log Σ_i Γ_ij exp(logu_i) in dst_j.
func (k *Dense) LogApplyTransposed(dst, logu []float64) {
	mustLengths("a transposed product", k.rows, k.columns, logu, dst)
	peak, w := scaled(logu)
	k.ApplyTransposed(dst, w)
	safe := true
	for _, s := range dst {
		safe = safe && s > leastSum
	}
	if !safe {
		k.logTransposed(dst, logu)
		return
	}
	for j, s := range dst {
		dst[j] = peak + math.Log(s)
	}
}

// logTransposed does it from the costs, in two passes.
func (k *Dense) logTransposed(dst, logu []float64) {
	blocks := blocksOf(k.rows)
	rate := 1 / (2 * k.eps)
	if k.peak == nil {
		k.peak = make([]float64, len(k.part))
	}
	k.crew.run(blocks, k.large(), func(b int) { // the largest exponent of each column
		lo, hi := block(b, blocks, k.rows)
		row, peak := k.sumsOf(b), k.peak[b*k.columns:(b+1)*k.columns]
		fill(peak, math.Inf(-1))
		for i := lo; i < hi; i++ {
			k.from.row(row, i)
			for j, c := range row {
				peak[j] = max(peak[j], logu[i]-c*rate)
			}
		}
	})
	copy(dst, k.peak[:k.columns])
	for b := 1; b < blocks; b++ {
		for j, p := range k.peak[b*k.columns : (b+1)*k.columns] {
			dst[j] = max(dst[j], p)
		}
	}
	k.crew.run(blocks, k.large(), func(b int) {
		lo, hi := block(b, blocks, k.rows)
		row, sums := make([]float64, k.columns), k.sumsOf(b)
		fill(sums, 0)
		for i := lo; i < hi; i++ {
			k.from.row(row, i)
			for j, c := range row {
				row[j] = logu[i] - c*rate - dst[j]
			}
			exponential.Row(row, row, 1, 0)
			blas64.Axpy(1, vector(row), vector(sums))
		}
	})
	top := append([]float64(nil), dst...)
	k.add(dst)
	for j, t := range top {
		if math.IsInf(t, -1) {
			dst[j] = t
		} else {
			dst[j] = t + math.Log(dst[j])
		}
	}
}
