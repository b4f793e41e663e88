package mirror

import (
	"fmt"
	"math"
	"slices"
)

// CheckLegendre holds a Legendre function against its laws at points inside its
// domain, which have to differ, and returns an error that names the first law
// broken and where:
//
//   - the gradient is the derivative of the value, along the domain;
//   - ψ lies below its chords (strict convexity);
//   - D(a, b) >= 0, zero iff a = b, and equal to its definition (14) as far as
//     that has digits; for a Smooth function the Hessian is the derivative of
//     the gradient, the inverse of the conjugate's, and D of two close points
//     is half its quadratic form;
//   - ψ(x) + ψ*(z) >= x·z (Fenchel and Young), with equality for z = ∇ψ(x);
//   - ∇ψ* undoes ∇ψ and ∇ψ undoes ∇ψ*, (18a), the latter up to what does not
//     change x; the conjugate of the conjugate is ψ;
//   - D(a, b) = D_ψ*(∇ψ(b), ∇ψ(a)), (18b).
//
// Along directions in which the conjugate's domain does not extend (log-sum-exp
// along (1, ..., 1)), ψ may be linear.
func CheckLegendre(psi Legendre, points [][]float64) error {
	if len(points) < 2 {
		return fmt.Errorf("mirror: %d points to check at: give at least two inside the domain", len(points))
	}
	for _, x := range points {
		if err := psi.Domain().Check(x); err != nil {
			return fmt.Errorf("mirror: point %v: %w", x, err)
		}
	}
	for _, x := range points {
		for _, law := range []func(Legendre, []float64) error{checkGradient, checkInverse, checkSecond} {
			if err := law(psi, slices.Clone(x)); err != nil {
				return err
			}
		}
		for _, y := range points {
			if err := checkPair(psi, x, y); err != nil {
				return err
			}
		}
	}
	return nil
}

// apart is the distance of a and b in the directions in which ψ is strictly
// convex: those in which the conjugate's domain extends.
func apart(psi Legendre, a, b []float64) float64 {
	d := make([]float64, len(a))
	for i := range d {
		d[i] = a[i] - b[i]
	}
	psi.Conjugate().Domain().Tangent(d, d)
	return norm(d)
}

// differences returns the derivative of f along e at x, by central differences
// at three steps, extrapolated. The steps stay inside the domain.
func differences(d Domain, f func(x []float64) float64, x, e []float64) float64 {
	y := make([]float64, len(x))
	move := func(t float64) []float64 {
		for i := range y {
			y[i] = x[i] + t*e[i]
		}
		return y
	}
	h := 1.0
	for range 60 {
		if inBox(d, move(4*h)) && inBox(d, move(-4*h)) {
			break
		}
		h /= 2
	}
	h = math.Min(h/8, 2e-3)
	diff := func(h float64) float64 { return (f(move(h)) - f(move(-h))) / (2 * h) }
	a, b, c := diff(h), diff(h/2), diff(h/4)
	b, c = (4*b-a)/3, (4*c-b)/3
	return (16*c - b) / 15
}

func inBox(d Domain, x []float64) bool { return d.Check(x) == nil }

func checkGradient(psi Legendre, x []float64) error {
	n := psi.Dim()
	kept := slices.Clone(x)
	v := psi.Value(x)
	if notFinite(v) {
		return fmt.Errorf("mirror: value %v at x = %v inside the domain", v, x)
	}
	g := Gradient(psi, x)
	if !slices.Equal(x, kept) {
		return fmt.Errorf("mirror: Value or Gradient changed its argument %v: work on a copy", kept)
	}
	for _, e := range tangents(psi.Domain(), n) {
		got := differences(psi.Domain(), psi.Value, x, e)
		want := dot(g, e)
		if !(math.Abs(got-want) <= 1e-6*(1+math.Sqrt(dot(g, g)))) {
			return fmt.Errorf("mirror: gradient along %.3g is %.9g at x = %v, differences of the value give %.9g", e, want, x, got)
		}
	}
	return nil
}

// checkInverse holds ψ and its conjugate at x and z = ∇ψ(x) against Fenchel,
// Young and (18a).
func checkInverse(psi Legendre, x []float64) error {
	conj := psi.Conjugate()
	z := Gradient(psi, x)
	if err := conj.Domain().Check(z); err != nil {
		return fmt.Errorf("mirror: ∇ψ(x) = %v at x = %v is outside the domain of the conjugate: %w", z, x, err)
	}
	scale := math.Abs(psi.Value(x)) + math.Abs(conj.Value(z))
	for i := range x {
		scale += math.Abs(x[i] * z[i])
	}
	if gap := FenchelYoung(psi, x, z); !(math.Abs(gap) <= 1e-12*math.Max(scale, 1)) {
		return fmt.Errorf("mirror: Fenchel-Young equality fails at x = %v: ψ(x) + ψ*(z) - x·z = %.3g for z = ∇ψ(x)", x, gap)
	}
	// Across the other's directions (log-sum-exp) a gradient is free.
	back, again := Gradient(conj, z), make([]float64, len(z))
	conj.Domain().Tangent(back, back)
	conj.Domain().Tangent(again, x)
	for i := range back {
		if !(math.Abs(back[i]-again[i]) <= 1e-11*math.Max(1, math.Abs(again[i]))) {
			return fmt.Errorf("mirror: ∇ψ*(∇ψ(x)) has coordinate %d = %.17g at x = %v", i, back[i], x)
		}
	}
	twice := conj.Conjugate()
	a, b := Gradient(twice, x), Gradient(psi, x)
	if v, w := twice.Value(x), psi.Value(x); !(math.Abs(v-w) <= 1e-12*math.Max(1, math.Abs(w))) {
		return fmt.Errorf("mirror: the conjugate of the conjugate is %.17g at x = %v, ψ is %.17g", v, x, w)
	}
	for i := range a {
		if !(math.Abs(a[i]-b[i]) <= 1e-12*math.Max(1, math.Abs(b[i]))) {
			return fmt.Errorf("mirror: the conjugate of the conjugate has gradient %v at x = %v, ψ has %v", a, x, b)
		}
	}
	return nil
}

// checkSecond holds the second derivatives of a Smooth function against its
// first, its conjugate's and its divergence.
func checkSecond(psi Legendre, x []float64) error {
	s, ok := psi.(Smooth)
	if !ok {
		return nil
	}
	n := psi.Dim()
	hv, back, z := make([]float64, n), make([]float64, n), Gradient(psi, x)
	conj, smooth := psi.Conjugate().(Smooth)
	for _, e := range tangents(psi.Domain(), n) {
		s.Hessian(hv, x, e)
		size := math.Sqrt(dot(hv, hv))
		for i := range n {
			got := differences(psi.Domain(), func(x []float64) float64 { return Gradient(psi, x)[i] }, x, e)
			if !(math.Abs(got-hv[i]) <= 1e-6*(1+size)) {
				return fmt.Errorf("mirror: the Hessian along %.3g has component %d = %.9g at x = %v, differences of the gradient give %.9g", e, i, hv[i], x, got)
			}
		}
		if smooth {
			conj.Hessian(back, z, hv)
			psi.Domain().Tangent(back, back)
			want := slices.Clone(e)
			psi.Conjugate().Domain().Tangent(back, back)
			psi.Conjugate().Domain().Tangent(want, want)
			for i := range n {
				if !(math.Abs(back[i]-want[i]) <= 1e-9) {
					return fmt.Errorf("mirror: ∇²ψ*(z) ∇²ψ(x) along %.3g has component %d = %.12g at x = %v, want %.12g", e, i, back[i], x, want[i])
				}
			}
		}
		if err := checkNear(s, x, e, hv); err != nil {
			return err
		}
	}
	return nil
}

// checkNear holds the divergence of two points 2⁻²⁰ apart, for which the
// definition has few digits, against half the quadratic form e·hv.
func checkNear(psi Smooth, x, e, hv []float64) error {
	y := make([]float64, len(x))
	h := math.Ldexp(1, -20)
	for ; h > 1e-15; h /= 2 { // small against the distance to the boundary
		for i := range y {
			y[i] = x[i] + 1e4*h*e[i]
		}
		if inBox(psi.Domain(), y) {
			break
		}
	}
	for i := range y {
		y[i] = x[i] + h*e[i]
	}
	want := h * h * dot(e, hv) / 2
	if got := psi.Bregman(y, x); !(math.Abs(got-want) <= 1e-3*want+1e-9*h*h) {
		return fmt.Errorf("mirror: D(x + %.2g e, x) = %.9g at x = %v, e = %.3g, the Hessian gives %.9g", h, got, x, e, want)
	}
	return nil
}

// checkPair holds two points, which may be the same, against the laws of
// divergences.
func checkPair(psi Legendre, a, b []float64) error {
	d := Bregman(psi, a, b)
	if slices.Equal(a, b) {
		if d != 0 {
			return fmt.Errorf("mirror: divergence %g from %v to itself", d, a)
		}
		return nil
	}
	strict := apart(psi, a, b) > 1e-12
	va, vb := psi.Value(a), psi.Value(b)
	mid := make([]float64, len(a))
	for i := range mid {
		mid[i] = a[i] + (b[i]-a[i])/2
	}
	if top := va + (vb-va)/2; !(psi.Value(mid) < top) && strict {
		return fmt.Errorf("mirror: ψ = %.15g in the middle of %v and %v, not below the chord's %.15g: not strictly convex", psi.Value(mid), a, b, top)
	}
	if !(d > 0) && strict {
		return fmt.Errorf("mirror: divergence %g from %v to %v, want a positive number", d, a, b)
	}
	gb := Gradient(psi, b)
	scale := math.Max(1, math.Abs(va)+math.Abs(vb)+math.Abs(dot(gb, a))+math.Abs(dot(gb, b)))
	if want := BregmanByDefinition(psi, a, b); !(math.Abs(d-want) <= 1e-12*scale) {
		return fmt.Errorf("mirror: divergence %.15g from %v to %v, its definition gives %.15g", d, a, b, want)
	}
	// The gap of Fenchel and Young is a divergence: ψ(a) + ψ*(z_b) - a·z_b = D(a, b).
	if gap := FenchelYoung(psi, a, gb); !(gap >= -1e-12*scale) || !(math.Abs(gap-d) <= 1e-12*scale) {
		return fmt.Errorf("mirror: Fenchel-Young inequality: ψ(x) + ψ*(z) - x·z = %.15g for x = %v, z = ∇ψ(%v), want D = %.15g", gap, a, b, d)
	}
	if dual := DualBregman(psi, a, b); !(math.Abs(dual-d) <= 1e-12*math.Max(scale, d)) {
		return fmt.Errorf("mirror: (18b) fails for %v and %v: D = %.17g, the dual has %.17g", a, b, d, dual)
	}
	return nil
}
