package hopfield

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A ModernEquilibrium is a point with ∇E = 0.
type ModernEquilibrium struct {
	X     []float64
	Value float64 // E(X)
	// Rates are the eigenvalues of -∇²E at X, ascending: those of the flow, times
	// τ. By the symmetric solver, so that they are real. For F = LogSumExp they are
	// those of -I + β Cov_p.
	Rates []float64
	// Residual is |∇E(X)|, and Updates how many updates and Newton steps were made.
	Residual float64
	Updates  int
}

// Stable reports whether all Rates are negative: small deviations die out.
func (e *ModernEquilibrium) Stable() bool { return e.Rates[len(e.Rates)-1] < 0 }

// Index returns the number of positive Rates: 0 at a minimum of E.
func (e *ModernEquilibrium) Index() int {
	count := 0
	for _, r := range e.Rates {
		if r > 0 {
			count++
		}
	}
	return count
}

// Kind returns "stable", "saddle", "unstable" (in every direction) or
// "degenerate" (a rate within 1e-9 of zero: linearisation does not tell).
func (e *ModernEquilibrium) Kind() string {
	for _, r := range e.Rates {
		if math.Abs(r) < 1e-9 {
			return "degenerate"
		}
	}
	switch e.Index() {
	case 0:
		return "stable"
	case len(e.X):
		return "unstable"
	}
	return "saddle"
}

// ModernSearch says how long and how tightly to look for an equilibrium. A nil
// pointer means the defaults.
type ModernSearch struct {
	// Tolerance is that of |∇E|, relative to the larger of 1 and |x|; 0 is 1e-14.
	// Where rounding leaves more, as it does at a large β|z| between patterns, the
	// search ends when |∇E| is below 1e-9 and has not become smaller for 20 steps;
	// Residual says what it is.
	Tolerance float64
	Updates   int // at most so many; 0 is 10,000
}

func (s *ModernSearch) filled() ModernSearch {
	out := ModernSearch{}
	if s != nil {
		out = *s
	}
	if out.Tolerance == 0 {
		out.Tolerance = 1e-14
	}
	if out.Updates == 0 {
		out.Updates = 10000
	}
	return out
}

// FixedPoint returns the equilibrium that repeated updates from x0 reach: each
// lowers E if F is convex, whatever x0. Where they become slow, Newton's method
// finishes, and what it finds is taken only if it is where the updates were
// heading. It is an error, with the point so far, if the tolerance is not met.
//
// A start on the border of two basins, as a symmetric one is, goes to the saddle
// there: look at Stable.
func (m *Modern) FixedPoint(x0 []float64, s *ModernSearch) (*ModernEquilibrium, error) {
	checkLen(x0, m.d)
	if err := checkFinite("x0", x0); err != nil {
		return nil, err
	}
	set := s.filled()
	x, next := slices.Clone(x0), make([]float64, m.d)
	last, still := math.Inf(1), modernStall{}
	for k := 1; k <= set.Updates; k++ {
		m.Update(next, x)
		step := modernDistance(next, x)
		x, next = next, x
		if math.IsNaN(step) || math.IsInf(step, 0) {
			return m.equilibrium(x, k), fmt.Errorf("hopfield: update %d from %v is not finite: is E bounded below?", k, x0)
		}
		if still.ends(m.residual(x), set.Tolerance) {
			return m.equilibrium(x, k), nil
		}
		// The steps shrink by a factor ρ, so that step ρ/(1-ρ) is left: Newton's
		// method may take over when that is little and E is convex here.
		if rho := step / last; rho < 1 && step*rho/(1-rho) < 1e-3 && k%4 == 0 {
			if e, err := m.Newton(x, &set); err == nil && modernDistance(e.X, x) <= 3*step/(1-rho) && e.Stable() {
				e.Updates += k
				return e, nil
			}
		}
		last = step
	}
	e := m.equilibrium(x, set.Updates)
	return e, fmt.Errorf("hopfield: |∇E| is %.3g after %d updates, want %.3g: allow more, or continue from here with Newton", e.Residual, set.Updates, set.Tolerance)
}

// Newton returns the equilibrium that Newton's method reaches from x0: also
// saddles, which the flow does not. It is an error, with the point so far, if it
// does not converge, or ∇²E becomes singular: start elsewhere.
func (m *Modern) Newton(x0 []float64, s *ModernSearch) (*ModernEquilibrium, error) {
	checkLen(x0, m.d)
	if err := checkFinite("x0", x0); err != nil {
		return nil, err
	}
	set := s.filled()
	x, g := slices.Clone(x0), make([]float64, m.d)
	hess := mat.NewDense(m.d, m.d, nil)
	sym := mat.NewSymDense(m.d, nil)
	step, still := mat.NewVecDense(m.d, nil), modernStall{}
	for k := range 60 {
		m.Gradient(g, x)
		if norm := math.Sqrt(floats.Dot(g, g)); math.IsNaN(norm) {
			return m.equilibrium(x, k), fmt.Errorf("hopfield: Newton step %d from %v is not finite: start nearer", k, x0)
		}
		if still.ends(m.residual(x), set.Tolerance) {
			return m.equilibrium(x, k), nil
		}
		m.Hessian(sym, x)
		hess.Copy(sym)
		var lu mat.LU
		lu.Factorize(hess)
		if err := lu.SolveVecTo(step, false, mat.NewVecDense(m.d, g)); err != nil && math.IsInf(lu.Cond(), 1) {
			return m.equilibrium(x, k), fmt.Errorf("hopfield: ∇²E is singular at x = %v after %d Newton steps: an equilibrium bifurcates here, start elsewhere or change the sharpness", x, k)
		}
		for i := range x {
			x[i] -= step.AtVec(i)
		}
	}
	e := m.equilibrium(x, 60)
	return e, fmt.Errorf("hopfield: |∇E| is %.3g after 60 Newton steps from %v, want %.3g: start nearer to an equilibrium", e.Residual, x0, set.Tolerance)
}

// residual returns |∇E(x)|, relative to the larger of 1 and |x|.
func (m *Modern) residual(x []float64) float64 {
	g := make([]float64, m.d)
	m.Gradient(g, x)
	return math.Sqrt(floats.Dot(g, g)) / math.Max(1, math.Sqrt(floats.Dot(x, x)))
}

// A modernStall tells when a search has come to its end.
type modernStall struct {
	least float64 // residual so far, where count > 0
	since int     // steps without a smaller one
	count int
}

// ends reports whether the residual is within the tolerance, or rounding keeps it
// from becoming smaller.
func (s *modernStall) ends(residual, tol float64) bool {
	s.since++
	if s.count++; s.count == 1 || residual < s.least {
		s.least, s.since = residual, 0
	}
	return residual <= tol || s.since >= 20 && residual <= 1e-9 && residual <= 2*s.least
}

// equilibrium describes x, which becomes part of the result.
func (m *Modern) equilibrium(x []float64, updates int) *ModernEquilibrium {
	g := make([]float64, m.d)
	m.Gradient(g, x)
	e := &ModernEquilibrium{X: x, Value: m.Value(x), Residual: math.Sqrt(floats.Dot(g, g)), Updates: updates}
	e.Rates = m.Rates(x)
	return e
}

// Rates returns the eigenvalues of -∇²E(x), ascending: NaN if x is not finite.
func (m *Modern) Rates(x []float64) []float64 {
	hess := mat.NewSymDense(m.d, nil)
	m.Hessian(hess, x)
	var eig mat.EigenSym
	if checkFinite("x", x) != nil || !eig.Factorize(hess, false) {
		return slices.Repeat([]float64{math.NaN()}, m.d)
	}
	rates := eig.Values(nil)
	for i := range rates {
		rates[i] = -rates[i]
	}
	slices.Reverse(rates)
	return rates
}

// modernDistance returns |a - b|.
func modernDistance(a, b []float64) float64 {
	var sum float64
	for i, v := range a {
		sum += (v - b[i]) * (v - b[i])
	}
	return math.Sqrt(sum)
}
