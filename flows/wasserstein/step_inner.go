package wasserstein

import (
	"math"

	"hopflow/lyapunov/exponential"
)

// An inner is the inner iteration of the proximal step. The stationary points
// of ½⟨C, M⟩ + ε⟨M, ln M⟩ + h⟨f + T ln(ϱ/v), ϱ⟩, with M1 = ϱ_{k-1} and Mᵀ1 = ϱ, are
// M = diag(y) Γ diag(z), Γ = exp(-C/(2ε)), with
//
//	y = ϱ_{k-1} ⊘ (Γz),   z_j = exp(b_j) (Γᵀy)_j^(-α),   α = a/(1+a), a = hT/ε,
//
// and b_j = -α f_j/T for v = 1: [HF] section V-C1, z = (ξ ⊘ (Γᵀy))^α with ξ =
// exp(-f/T). A constant in b goes from z to y and leaves ϱ as it is.
//
// The map z ↦ z preserves the order and contracts Thompson's metric max |Δ ln z|
// by α, so that the iteration converges from anywhere. It stops at a z that the
// next one would change by at most the tolerance; y has been made from that z,
// so that the rows of M sum to ϱ_{k-1}, and the mass is kept, to rounding.
type inner struct {
	alpha, tol float64
	max        int
	b, logz    []float64 // a column each
	z, gy, w   []float64
	y          []float64 // a row each
	logr, logy []float64 // where the step goes through logarithms
	lowError   float64   // error of the kernel's entries, 0 if exact
	plain      bool
	mix        *mixing
}

func newInner(p JKO, rows, columns int) *inner {
	return &inner{tol: p.tolerance(), max: p.maxIterations(), plain: p.Plain,
		b: make([]float64, columns), logz: make([]float64, columns), z: make([]float64, columns),
		gy: make([]float64, columns), w: make([]float64, columns), y: make([]float64, rows)}
}

// An innerEnd is how an inner iteration has ended.
type innerEnd struct {
	iterations         int
	residual, marginal float64
	kernel             float64 // relative error of Γz and Γᵀy by that of the kernel, at most
	log                bool
	trouble            int     // the row without digits, -1 if none
	value              float64 // of that row of Γz
}

const (
	// lowDigits is the largest relative error that the error of a kernel of low rank
	// may make in an entry of Γz or Γᵀy.
	lowDigits = 1e-2
	// Entries between these bounds have all their digits.
	leastDigits, mostDigits = 1e-280, 1e280
)

// solve iterates from logz on, with r = ϱ_{k-1}, and leaves the weights in s.w. It
// stops with trouble where plain numbers do not hold what Γ has to say.
func (s *inner) solve(k Kernel, r []float64) innerEnd {
	var out innerEnd
	s.begin()
	for out.iterations = 1; ; out.iterations++ {
		top := s.exponentiate()
		Sweep(k, s.y, s.gy, r, s.z)
		if out.trouble, out.value = s.digits(r, &out); out.trouble >= 0 {
			return out
		}
		for j, g := range s.gy {
			s.w[j] = s.z[j] * g
			s.gy[j] = math.Log(g) - top
		}
		if s.renew(&out) || out.iterations == s.max {
			return out
		}
	}
}

// solveLog is solve with logarithms, which hold everything.
func (s *inner) solveLog(k LogKernel, r []float64) innerEnd {
	out := innerEnd{log: true, trouble: -1}
	s.begin()
	if s.logr == nil {
		s.logr, s.logy = make([]float64, len(r)), make([]float64, len(r))
	}
	for i, v := range r {
		s.logr[i] = math.Log(v)
	}
	for out.iterations = 1; ; out.iterations++ {
		k.LogApply(s.y, s.logz)
		for i, g := range s.y {
			s.logy[i] = s.logr[i] - g
			if r[i] == 0 {
				s.logy[i] = math.Inf(-1)
			}
		}
		k.LogApplyTransposed(s.gy, s.logy)
		for j, g := range s.gy {
			s.w[j] = math.Exp(s.logz[j] + g)
			if math.IsInf(g, 0) || math.IsNaN(g) {
				out.trouble, out.value = j, g
				return out
			}
		}
		if s.renew(&out) || out.iterations == s.max {
			return out
		}
	}
}

// exponentiate makes z of logz, with the largest entry 1, and returns the
// largest of logz.
func (s *inner) exponentiate() (top float64) {
	top = math.Inf(-1)
	for _, l := range s.logz {
		top = max(top, l)
	}
	exponential.Row(s.z, s.logz, 1, -top)
	return top
}

// mostLog bounds what is exponentiated, so that a marginal error stays finite.
const mostLog = 600

// renew makes the next logz from ln Γᵀy in s.gy, and reports whether the one
// before was good enough: then that one stays.
func (s *inner) renew(out *innerEnd) bool {
	var change, miss float64
	for j, l := range s.gy {
		next := s.b[j] - s.alpha*l
		d := next - s.logz[j]
		s.gy[j] = next
		change = max(change, math.Abs(d))
		if d != 0 { // the condition asks for the weight w exp(d/α)
			miss += s.w[j] * math.Abs(math.Expm1(min(d/s.alpha, mostLog)))
		}
	}
	out.residual, out.marginal = change, miss
	switch {
	case change <= s.tol:
		return true
	case s.mix == nil:
		copy(s.logz, s.gy)
	default:
		s.mix.next(s.logz, s.gy, change)
	}
	return false
}

// fastEnough is the contraction from which on an iteration is accelerated.
const fastEnough = 0.05

// begin prepares the acceleration.
func (s *inner) begin() {
	switch {
	case s.plain || s.alpha <= fastEnough:
		s.mix = nil
	case s.mix == nil:
		s.mix = newMixing(len(s.b))
	default:
		s.mix.reset()
	}
}

// digits returns the first row or column whose sum in Γz or Γᵀy is too small for
// its digits, or not a positive number, -1 if there is none, and that sum.
func (s *inner) digits(r []float64, out *innerEnd) (int, float64) {
	low, total, at := math.Inf(1), 0.0, -1
	for i, y := range s.y {
		if r[i] == 0 {
			s.y[i] = 0
			continue
		}
		g := r[i] / y
		if !(g > leastDigits && g < mostDigits) {
			return i, g
		}
		if total += y; g < low {
			low, at = g, i
		}
	}
	lowest := math.Inf(1)
	for j, g := range s.gy {
		if !(g > leastDigits && g < mostDigits) {
			return j, g
		}
		lowest = min(lowest, g)
	}
	if s.lowError > 0 {
		var sum float64
		for _, z := range s.z {
			sum += z
		}
		if out.kernel = s.lowError * max(sum/low, total/lowest); !(out.kernel <= lowDigits) {
			return at, low
		}
	}
	return -1, 0
}
