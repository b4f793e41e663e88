package kramersmoyal

import (
	"fmt"
	"math"
	"math/cmplx"
)

// A Profile is a density on the line with all its derivatives in closed form:
// what the series of [LF] Lemma 16 can be added up for to any order.
type Profile interface {
	// Prob returns p(x).
	Prob(x float64) float64
	// Taylor stores (-1)^n p^{(n)}(x)/n! in dst[n].
	Taylor(dst []float64, x float64)
}

// A Bell is the profile N(Mean, Variance).
type Bell struct{ Mean, Variance float64 }

// Prob returns the density at x. It panics unless the variance is positive.
func (b Bell) Prob(x float64) float64 {
	if !(b.Variance > 0) {
		panic(fmt.Sprintf("kramersmoyal: a normal profile of variance %v", b.Variance))
	}
	return math.Exp(-(x-b.Mean)*(x-b.Mean)/(2*b.Variance)) / math.Sqrt(2*math.Pi*b.Variance)
}

// Taylor uses the recursion of the Hermite polynomials, (n+1) c_{n+1} = (z c_n -
// c_{n-1}/s)/s, with z = (x-m)/s².
func (b Bell) Taylor(dst []float64, x float64) {
	var before float64
	now := b.Prob(x)
	for n := range dst {
		dst[n] = now
		next := ((x-b.Mean)*now - before) / b.Variance / float64(n+1)
		before, now = now, next
	}
}

// A Cauchy is the profile w/(π(w² + (x-c)²)), which has no moments.
type Cauchy struct{ Center, Width float64 }

// Prob returns the density at x. It panics unless the width is positive.
func (c Cauchy) Prob(x float64) float64 {
	if !(c.Width > 0) {
		panic(fmt.Sprintf("kramersmoyal: a Cauchy profile of width %v", c.Width))
	}
	return c.Width / math.Pi / (c.Width*c.Width + (x-c.Center)*(x-c.Center))
}

// Taylor uses p = Im(1/(x - c - iw))/π, so that c_n = Im (x - c - iw)^{-n-1}/π.
func (c Cauchy) Taylor(dst []float64, x float64) {
	c.Prob(x)
	inv := 1 / complex(x-c.Center, -c.Width)
	power := inv
	for n := range dst {
		dst[n] = imag(power) / math.Pi
		power *= inv
	}
}

var (
	_ Profile = Bell{}
	_ Profile = Cauchy{}
)

// PartialSums returns the partial sums of
//
//	p(x, t+Δt) = Σ_n (-1)^n/n! M_n p^{(n)}(x)
//
// for jumps in one dimension with a law that does not depend on x: sums[n] is
// the sum to the order n. They need not converge: for a Bell of variance s² and
// normal jumps of variance σ² they do if σ <= s; for a Cauchy profile they never
// do with normal jumps, and with a certain jump c at the center only if |c| is
// below the width.
//
// It is an error, with the sums before it, if a term is not finite. It panics
// unless 0 <= order <= MaxOrder and the law has one dimension.
func PartialSums(p Profile, jump Law, x float64, order int) (sums []float64, err error) {
	if order < 0 || order > MaxOrder || jump.Dim() != 1 {
		panic(fmt.Sprintf("kramersmoyal: the partial sums to order %d for jumps in %d dimensions, want orders to %d in one", order, jump.Dim(), MaxOrder))
	}
	taylor := make([]float64, order+1)
	p.Taylor(taylor, x)
	var sum kahan
	for n, c := range taylor {
		term := c * jump.Moment(n)
		if c == 0 { // also where the moment overflows
			term = 0
		}
		if notFinite(term) {
			return sums, fmt.Errorf("kramersmoyal: the term of order %d at x = %.6g is %v: the law has no such moment, or the series diverges beyond the range of numbers; take at most the order %d", n, x, term, n-1)
		}
		sum.add(term)
		sums = append(sums, sum.value())
	}
	return sums, nil
}

// CheckProfile holds a Profile against its laws at the given points: its
// derivatives to the given order agree with Cauchy's formula, the mean over a
// small circle in the complex plane being replaced by differences of the order
// below, to 1e-5 of their scale.
func CheckProfile(p Profile, points []float64, order int) error {
	h := 1e-4
	up, down, at := make([]float64, order+1), make([]float64, order+1), make([]float64, order+1)
	for _, x := range points {
		p.Taylor(at, x)
		p.Taylor(up, x+h)
		p.Taylor(down, x-h)
		if !(math.Abs(at[0]-p.Prob(x)) <= 1e-14*at[0]) {
			return fmt.Errorf("kramersmoyal: the profile is %v at %.6g and its Taylor coefficient of order 0 %v: want one number, at least 0", p.Prob(x), x, at[0])
		}
		for n := range order {
			want := -(up[n] - down[n]) / (2 * h) / float64(n+1)
			scale := cmplx.Abs(complex(at[n+1], at[n])) + 1e-3
			if !(math.Abs(at[n+1]-want) <= 1e-5*scale) {
				return fmt.Errorf("kramersmoyal: the Taylor coefficient of order %d at %.6g is %.9g, but the one of order %d has the slope that gives %.9g: one of them is wrong", n+1, x, at[n+1], n, want)
			}
		}
	}
	return nil
}
