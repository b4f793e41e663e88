package wasserstein

import (
	"fmt"
	"math"
)

// A Kernel is the matrix Γ_ij = exp(-C_ij/(2ε)) of entropic transport, [HF]
// section V-C1, or an approximation, given by what it does to vectors. The
// methods share scratch memory: a kernel is for one goroutine at a time, and
// uses all cores itself. Results do not depend on the number of cores.
type Kernel interface {
	// Dims returns the numbers of rows and columns.
	Dims() (rows, columns int)
	// Apply stores Γ v in dst, which must not overlap v.
	Apply(dst, v []float64)
	// ApplyTransposed stores Γᵀ u in dst, which must not overlap u.
	ApplyTransposed(dst, u []float64)
}

// A LogKernel does the same to vectors given by their logarithms, so that
// nothing underflows: for small ε.
type LogKernel interface {
	Kernel
	// LogApply stores log Σ_j Γ_ij exp(logv_j) in dst_i.
	LogApply(dst, logv []float64)
	// LogApplyTransposed stores log Σ_i Γ_ij exp(logu_i) in dst_j.
	LogApplyTransposed(dst, logu []float64)
}

// A sweeper does both products of an iteration in one pass over its rows.
type sweeper interface {
	sweep(y, gy, r, z []float64)
}

// Sweep stores y = r ⊘ (Γ z) and gy = Γᵀ y: what one iteration of Sinkhorn or of
// the proximal recursion needs of its kernel, and cheaper than two products.
// Entries are infinite where a row of Γ z is zero: see CheckConnected. It
// panics if the lengths do not fit.
func Sweep(k Kernel, y, gy, r, z []float64) {
	rows, columns := k.Dims()
	if len(y) != rows || len(r) != rows || len(gy) != columns || len(z) != columns {
		panic(fmt.Sprintf("wasserstein: length mismatch: a sweep of a kernel of %d x %d with vectors of %d, %d and %d, %d", rows, columns, len(y), len(r), len(gy), len(z)))
	}
	if s, ok := k.(sweeper); ok {
		s.sweep(y, gy, r, z)
		return
	}
	k.Apply(y, z)
	for i, s := range y {
		y[i] = r[i] / s
	}
	k.ApplyTransposed(gy, y)
}

// CheckConnected returns an error, ErrDisconnected, if the sum of a row or a
// column of Γ is not positive: mass cannot leave or reach that point, because
// the entries underflow or the error of an approximation is larger than they
// are.
func CheckConnected(k Kernel) error {
	rows, columns := k.Dims()
	u, v := make([]float64, rows), make([]float64, columns)
	gu, gv := make([]float64, columns), make([]float64, rows)
	fill(u, 1)
	fill(v, 1)
	k.Apply(gv, v)
	if i := notPositive(gv); i >= 0 {
		return disconnected(k, i, -1)
	}
	k.ApplyTransposed(gu, u)
	if j := notPositive(gu); j >= 0 {
		return disconnected(k, -1, j)
	}
	return nil
}

func disconnected(k Kernel, row, column int) error {
	return &Error{Reason: ErrDisconnected, Epsilon: epsilonOf(k), Row: row, Column: column}
}

// epsilonOf returns the kernel's ε, NaN if it does not tell.
func epsilonOf(k Kernel) float64 {
	if e, ok := k.(interface{ Epsilon() float64 }); ok {
		return e.Epsilon()
	}
	return math.NaN()
}

// mostEpsilon is far from where 2ε times a logarithm overflows.
const mostEpsilon = 1e300

func checkEpsilon(eps float64) error {
	if !(eps > 0 && eps <= mostEpsilon) || math.IsInf(1/(2*eps), 0) {
		return &Error{Reason: ErrEpsilon, Epsilon: eps}
	}
	return nil
}

// notPositive returns the first index whose entry is not a positive finite
// number, -1 if all are.
func notPositive(v []float64) int {
	for i, x := range v {
		if !(x > 0) || math.IsInf(x, 0) {
			return i
		}
	}
	return -1
}

func fill(v []float64, x float64) {
	for i := range v {
		v[i] = x
	}
}

func mustLengths(what string, rows, columns int, r, c []float64) {
	if len(r) != rows || len(c) != columns {
		panic(fmt.Sprintf("wasserstein: length mismatch: %s of a kernel of %d x %d with vectors of %d and %d", what, rows, columns, len(r), len(c)))
	}
}
