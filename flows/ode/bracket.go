package ode

import "math"

// A bracket is an interval with a change of sign, narrowed by Chandrupatla's
// method: inverse quadratic interpolation where that is safe, bisection where
// it is not, so never more than about three times the steps of bisection.
// T. R. Chandrupatla, Advances in Engineering Software 28 (1997) 145.
//
//	for b := newBracket(lo, flo, hi, fhi); b.wider(tol); {
//		x := b.next()
//		b.narrow(x, f(x))
//	}
type bracket struct {
	a, b, c    float64 // a is the newest end, b the opposite one, c the one before
	fa, fb, fc float64
	t          float64 // where to look next, as a fraction from a to b
}

// newBracket takes an interval with values of opposite sign (0 counts as the
// sign opposite to the other end's) at its ends.
func newBracket(lo, flo, hi, fhi float64) bracket {
	return bracket{a: hi, fa: fhi, b: lo, fb: flo, c: lo, fc: flo, t: 0.5}
}

// wider reports whether the bracket is still wider than tol, and no end a root.
func (b *bracket) wider(tol float64) bool {
	return b.fa != 0 && b.fb != 0 && math.Abs(b.b-b.a) > tol && b.next() != b.a && b.next() != b.b
}

// next returns the place to look at.
func (b *bracket) next() float64 { return b.a + b.t*(b.b-b.a) }

// narrow takes the value fx at x = next(). A NaN counts as the sign of b.
func (b *bracket) narrow(x, fx float64) {
	if (fx > 0) == (b.fa > 0) && (fx < 0) == (b.fa < 0) {
		b.c, b.fc = b.a, b.fa
	} else {
		b.c, b.fc = b.b, b.fb
		b.b, b.fb = b.a, b.fa
	}
	b.a, b.fa = x, fx
	b.t = 0.5
	xi := (b.a - b.b) / (b.c - b.b)
	phi := (b.fa - b.fb) / (b.fc - b.fb)
	if 1-math.Sqrt(1-xi) < phi && phi < math.Sqrt(xi) {
		t := b.fa/(b.fb-b.fa)*b.fc/(b.fb-b.fc) + (b.c-b.a)/(b.b-b.a)*b.fa/(b.fc-b.fa)*b.fb/(b.fc-b.fb)
		// Stay off the ends, so that the bracket shrinks from both sides.
		least := math.Min(0.5, 4e-16*math.Max(math.Abs(b.a), math.Abs(b.b))/math.Abs(b.b-b.a))
		b.t = math.Max(least, math.Min(1-least, t))
	}
	if math.IsNaN(b.t) {
		b.t = 0.5
	}
}

// at returns the end whose value has the sign of s, or is 0.
func (b *bracket) at(s float64) float64 {
	if b.fa == 0 || (b.fa > 0) == (s > 0) && b.fb != 0 {
		return b.a
	}
	return b.b
}
