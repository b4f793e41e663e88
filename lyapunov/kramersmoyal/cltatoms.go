package kramersmoyal

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// Atoms is a discrete law on the line: X ascending, with probabilities P. It has
// the methods of gonum/plot's XYer.
type Atoms struct{ X, P []float64 }

// Check returns an error that names the first atom out of order or with a bad
// probability, or the sum if it is not 1 within 1e-12. It panics if there is no
// atom or the lengths differ.
func (a *Atoms) Check() error {
	if len(a.X) == 0 || len(a.X) != len(a.P) {
		panic("kramersmoyal: length mismatch")
	}
	var sum kahan
	for i, p := range a.P {
		if !(p >= 0) || math.IsInf(p, 0) || notFinite(a.X[i]) {
			return fmt.Errorf("kramersmoyal: atom %d at %v has the probability %v: want finite numbers, at least 0", i, a.X[i], p)
		}
		if i > 0 && !(a.X[i-1] < a.X[i]) {
			return fmt.Errorf("kramersmoyal: the atoms %d and %d are at %v and %v: want them ascending", i-1, i, a.X[i-1], a.X[i])
		}
		sum.add(p)
	}
	if !(math.Abs(sum.value()-1) <= 1e-12) {
		return fmt.Errorf("kramersmoyal: the probabilities of %d atoms sum to %.15g, want 1 within 1e-12", len(a.P), sum.value())
	}
	return nil
}

// ascending sorts the atoms and joins equal ones.
func (a *Atoms) ascending() *Atoms {
	at := make([]int, len(a.X))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(i, j int) int {
		switch {
		case a.X[i] < a.X[j]:
			return -1
		case a.X[i] > a.X[j]:
			return 1
		}
		return 0
	})
	out := &Atoms{}
	for _, i := range at {
		if n := len(out.X); n > 0 && out.X[n-1] == a.X[i] {
			out.P[n-1] += a.P[i]
			continue
		}
		out.X, out.P = append(out.X, a.X[i]), append(out.P, a.P[i])
	}
	return out
}

// positive returns the atoms that have a probability.
func (a *Atoms) positive() *Atoms {
	out := &Atoms{}
	for i, p := range a.P {
		if p > 0 {
			out.X, out.P = append(out.X, a.X[i]), append(out.P, p)
		}
	}
	return out
}

// Len returns the number of atoms.
func (a *Atoms) Len() int { return len(a.X) }

// XY returns place and probability of atom i.
func (a *Atoms) XY(i int) (x, y float64) { return a.X[i], a.P[i] }

// At returns the probability of the atom within 1e-9 (1 + |x|) of x, or 0.
func (a *Atoms) At(x float64) float64 {
	tol := 1e-9 * (1 + math.Abs(x))
	if i := sort.SearchFloat64s(a.X, x-tol); i < len(a.X) && a.X[i] <= x+tol {
		return a.P[i]
	}
	return 0
}

// CDF returns P(X <= x).
func (a *Atoms) CDF(x float64) float64 {
	var sum kahan
	for i, v := range a.X {
		if v > x {
			break
		}
		sum.add(a.P[i])
	}
	return sum.value()
}

// Mean returns Σ p x.
func (a *Atoms) Mean() float64 {
	var sum kahan
	for i, x := range a.X {
		sum.add(a.P[i] * x)
	}
	return sum.value()
}

// Central returns <(X - <X>)ⁿ>. It panics if n is negative.
func (a *Atoms) Central(n int) float64 {
	checkOrders(1, []int{n})
	mean := a.Mean()
	var sum kahan
	for i, x := range a.X {
		sum.add(a.P[i] * power(x-mean, n))
	}
	return sum.value()
}

// Variance returns the variance.
func (a *Atoms) Variance() float64 { return a.Central(2) }

// Skewness returns the third central moment over the cube of the standard
// deviation: NaN for a single atom.
func (a *Atoms) Skewness() float64 { return a.Central(3) / math.Pow(a.Variance(), 1.5) }

// ExcessKurtosis returns the fourth central moment over the squared variance,
// less the 3 of a normal law: NaN for a single atom.
func (a *Atoms) ExcessKurtosis() float64 {
	v := a.Variance()
	return a.Central(4)/(v*v) - 3
}

// Standardized returns the law of (X - mean)/(standard deviation). It panics for
// a single atom.
func (a *Atoms) Standardized() *Atoms {
	mean, sd := a.Mean(), math.Sqrt(a.Variance())
	if !(sd > 0) {
		panic("kramersmoyal: a law that does not spread has no standard form")
	}
	out := &Atoms{P: slices.Clone(a.P), X: make([]float64, len(a.X))}
	for i, x := range a.X {
		out.X[i] = (x - mean) / sd
	}
	return out
}
