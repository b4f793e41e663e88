package wasserstein

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"hopflow/lyapunov/exponential"
)

// leastSum is the sum above which nothing that underflows is missed: what is
// lost of a term is below 2^-1022, and no grid has 1e50 points.
const leastSum = 1e-250

// LogApply stores log Σ_j Γ_ij exp(logv_j) in dst_i. Sums that would underflow
// are taken from the exponents, at O(m) exponentials each.
func (k *Separable) LogApply(dst, logv []float64) {
	rows, columns := k.Dims()
	mustLengths("a product", rows, columns, dst, logv)
	k.logProduct(dst, logv, false)
}

// LogApplyTransposed stores log Σ_i Γ_ij exp(logu_i) in dst_j.
func (k *Separable) LogApplyTransposed(dst, logu []float64) {
	rows, columns := k.Dims()
	mustLengths("a transposed product", rows, columns, logu, dst)
	k.logProduct(dst, logu, true)
}

// logProduct goes through numbers divided by the largest, and line by line where
// some would underflow.
func (k *Separable) logProduct(dst, v []float64, transposed bool) {
	peak, w := scaled(v)
	k.product(dst, w, transposed)
	for _, s := range dst {
		if !(s > leastSum) {
			k.logLines(dst, v, transposed)
			return
		}
	}
	for i, s := range dst {
		dst[i] = peak + math.Log(s)
	}
}

// logLines takes one axis after the other: the log of a sum over all axes is
// that of a sum over the last of the sums over the others.
func (k *Separable) logLines(dst, v []float64, transposed bool) {
	inner := 1
	for d, a := range k.axes {
		in, out, g, log := a.sides(transposed)
		outer := len(v) / (in * inner)
		to := k.buffer[d%2][:outer*out*inner]
		if d == len(k.axes)-1 {
			to = dst
		}
		from, inside, lines := v, inner, outer*inner
		blocks := blocksOf(lines)
		k.crew.run(blocks, lines*in*out >= manyEntries, func(b int) {
			lo, hi := block(b, blocks, lines)
			l := newLogLine(in, out, g, log)
			for n := lo; n < hi; n++ {
				o, i := n/inside, n%inside
				l.product(to[o*out*inside+i:], from[o*in*inside+i:], inside)
			}
		})
		v, inner = to, inner*out
	}
}

// A logLine multiplies one line of a grid by the factor of its axis.
type logLine struct {
	g       blas64.General
	log     []float64
	x, w, s []float64
}

func newLogLine(in, out int, g, log []float64) *logLine {
	buffer := make([]float64, 2*in+out)
	return &logLine{
		g:   blas64.General{Rows: out, Cols: in, Stride: in, Data: g},
		log: log, x: buffer[:in], w: buffer[in : 2*in], s: buffer[2*in:],
	}
}

// product takes every stride-th entry of v, and stores in every stride-th of dst.
func (l *logLine) product(dst, v []float64, stride int) {
	top := math.Inf(-1)
	for j := range l.x {
		l.x[j] = v[j*stride]
		top = max(top, l.x[j])
	}
	if math.IsInf(top, -1) {
		for i := range l.s {
			dst[i*stride] = top
		}
		return
	}
	exponential.Row(l.w, l.x, 1, -top)
	blas64.Gemv(blas.NoTrans, 1, l.g, vector(l.w), 0, vector(l.s))
	for i, s := range l.s {
		if s > leastSum {
			dst[i*stride] = top + math.Log(s)
			continue
		}
		row := l.log[i*len(l.x) : (i+1)*len(l.x)]
		peak := math.Inf(-1)
		for j, e := range row {
			l.w[j] = e + l.x[j]
			peak = max(peak, l.w[j])
		}
		dst[i*stride] = peak + math.Log(exponential.Row(l.w, l.w, 1, -peak))
	}
}
