package mirror

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"hopflow/lyapunov/activation"
)

// gain draws β over eight decades.
func gain(t *rapid.T) float64 { return math.Pow(10, rapid.Float64Range(-4, 4).Draw(t, "log β")) }

// state draws a coordinate of the cube, the walls and their neighbours included.
func state(t *rapid.T, name string) float64 {
	return rapid.OneOf(rapid.Float64Range(0, 1), rapid.Just(0.0), rapid.Just(1.0),
		rapid.Map(rapid.Float64Range(-300, 0), func(e float64) float64 { return math.Pow(10, e) }),
		rapid.Map(rapid.Float64Range(-15, 0), func(e float64) float64 { return 1 - math.Pow(10, e) })).Draw(t, name)
}

// wide draws a number over all scales, signs and zero.
func wide(t *rapid.T, name string) float64 {
	return rapid.OneOf(rapid.Float64Range(-5, 5), rapid.Just(0.0), rapid.Float64Range(-1e3, 1e3),
		rapid.Map(rapid.Float64Range(-300, 300), func(e float64) float64 { return math.Pow(10, e) }),
		rapid.Map(rapid.Float64Range(-300, 300), func(e float64) float64 { return -math.Pow(10, e) })).Draw(t, name)
}

// The divergence of any scalar function of the package is never negative and
// never NaN inside the domain, and 0 between equal points; that of the dual is
// the same, up to what x can tell of z.
func TestPropertyScalars(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := gain(t)
		s := []Scalar{bit{c: 1 / (4 * b), lo: 0, hi: 1}, bit{c: b, lo: -1, hi: 1}, entropy{}, barrier{}, square{},
			Induced(activation.NewArctan(b)).Term(0), Induced(activation.NewAlgebraic(b)).Term(0)}[rapid.IntRange(0, 6).Draw(t, "kind")]
		lo, _ := s.Interval()
		draw := func(name string) float64 {
			switch x := state(t, name); {
			case math.IsInf(lo, -1):
				return wide(t, name)
			case lo == -1:
				return 2*x - 1
			default:
				return x
			}
		}
		x, y := draw("x"), draw("y")
		d := s.Bregman(x, y)
		if _, isBarrier := s.(barrier); !(d >= 0) && !(isBarrier && x == 0 && y == 0) && !(x == y && math.IsInf(s.Deriv(x), 0)) {
			t.Fatalf("%T %+v: D(%v, %v) = %v", s, s, x, y, d)
		}
		u, v := s.Deriv(x), s.Deriv(y)
		if math.IsInf(u, 0) || math.IsInf(v, 0) {
			return
		}
		if same := s.Bregman(x, x); same != 0 {
			t.Fatalf("%T %+v: D(%v, itself) = %v", s, s, x, same)
		}
		if dual := s.Conjugate().Bregman(v, u); !(dual >= 0) && !math.IsInf(dual, 1) {
			t.Fatalf("%T %+v: D*(%v, %v) = %v", s, s, v, u, dual)
		}
		if back := s.Conjugate().Deriv(u); !(math.Abs(back-x) <= 1e-13*math.Max(1, math.Abs(x))+4e-15*math.Abs(u)/s.Deriv2(x)) {
			t.Fatalf("%T %+v: ψ*'(ψ'(%v)) = %v", s, s, x, back)
		}
	})
}

// (18b) to 1e-15, and what the last digit of the states is good for, for all
// gains.
func TestPropertyDualIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		psi := Softplus(gain(t), gain(t))
		var z, w [2]float64
		for i := range z { // 4βz within ±8
			c := psi.term[i].(soft).b.c
			z[i] = c * rapid.Float64Range(-8, 8).Draw(t, "z")
			w[i] = c * rapid.Float64Range(-8, 8).Draw(t, "w")
		}
		d, dual := Bregman(psi, z[:], w[:]), DualBregman(psi, z[:], w[:])
		var digit float64 // what the last digit of the states moves D by
		for i, term := range psi.term {
			x, y := term.Deriv(z[i]), term.Deriv(w[i])
			digit += 2.2e-16 * (math.Abs(z[i]-w[i]) + math.Abs(x-y)/term.Deriv2(z[i]))
		}
		if math.Abs(d-dual) > 1e-15*d+4*digit {
			t.Fatalf("D = %.17g, dual %.17g, digit %g", d, dual, digit)
		}
	})
}

// The closed forms of the softplus, exponential and power divergences against
// quadrature, near and far, in the tails and across 0. A subnormal result has
// the digits of its last place only, which each node of the rule may round.
func TestPropertyClosedForms(t *testing.T) {
	const lastPlace = 64 * math.SmallestNonzeroFloat64
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, within float64) float64 { return rapid.Float64Range(-within, within).Draw(t, name) }
		u := draw("u", 40)
		v := u + rapid.OneOf(rapid.Float64Range(-60, 60), rapid.Map(rapid.Float64Range(-12, 0), func(e float64) float64 { return math.Pow(10, e) })).Draw(t, "d")
		got, want := soft{bit{c: 1, hi: 1}}.Bregman(u, v), primitive{bare{activation.NewLogistic(1)}}.Bregman(u, v)
		if !(math.Abs(got-want) <= 2e-13*want+lastPlace) {
			t.Fatalf("softplus: D(%v, %v) = %.17g, quadrature %.17g", u, v, got, want)
		}
		p := rapid.Float64Range(1.05, 8).Draw(t, "p")
		f := NewPNorm(2, p)
		a := []float64{1 + draw("a", 0.9), 1 + draw("a", 0.9)}
		b := []float64{a[0] * (1 + draw("b", 0.4)), a[1] * (1 + draw("b", 0.4))}
		if got, want := f.Bregman(a, b), byHessian(f, a, b); !(math.Abs(got-want) <= 1e-12*want+1e-30) {
			t.Fatalf("%g-norm: D(%v, %v) = %.17g, quadrature %.17g", p, a, b, got, want)
		}
		if got, want := (exponential{}).Bregman(u, v), byHessian(Exponential(1), []float64{u}, []float64{v}); !(math.Abs(got-want) <= 1e-11*want+lastPlace) {
			t.Fatalf("exp: D(%v, %v) = %.17g, quadrature %.17g", u, v, got, want)
		}
	})
}

// Projections on random half spaces, boxes and simplices that meet the cube
// fulfil their conditions, and Pythagoras for a random point of the set.
func TestPropertyProjections(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "n")
		beta, y, w, a := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		lo, hi := make([]float64, n), make([]float64, n)
		open := rapid.Float64Range(1e-6, 1-1e-6)
		for i := range n {
			beta[i] = math.Pow(10, rapid.Float64Range(-1, 1).Draw(t, "log β"))
			y[i], w[i] = open.Draw(t, "y"), open.Draw(t, "w")
			a[i] = rapid.Float64Range(-2, 2).Draw(t, "a")
			lo[i], hi[i] = w[i]*rapid.Float64Range(0, 1).Draw(t, "lo"), w[i]+(1-w[i])*rapid.Float64Range(0, 1).Draw(t, "hi")
		}
		if dot(a, a) < 1e-6 {
			a[0] = 1
		}
		var sum float64
		for _, v := range w {
			sum += v
		}
		// Each set contains w.
		set := []Set{Box{lo, hi}, HalfSpace{a, dot(a, w)}, Simplex{n, sum}, Affine{[][]float64{a}, []float64{dot(a, w)}}}[rapid.IntRange(0, 3).Draw(t, "set")]
		psi := BitEntropy(beta...)
		x, err := Project(psi, set, y)
		if err != nil {
			t.Fatalf("%+v, %v: %v", set, y, err)
		}
		if v := set.Violation(x); v > 1e-12 {
			t.Fatalf("%+v: violated by %g at %v", set, v, x)
		}
		var digit float64 // what the last digit of x moves the legs by
		for i, term := range psi.term {
			digit += 2.2e-16 * math.Abs(w[i]-x[i]) * term.Deriv2(x[i])
		}
		if far, legs := Bregman(psi, w, y), Bregman(psi, w, x)+Bregman(psi, x, y); far < legs-1e-12*(1+legs)-4*digit {
			t.Fatalf("%+v: Pythagoras: %g < %g for y = %v, x = %v, w = %v", set, far, legs, y, x, w)
		}
	})
}

// Mirror descent with any gains, any convex quadratic and any step stays in the
// closed cube with a finite z; with the line search f never rises.
func TestPropertyDescent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.Float64Range(-3, 3)
		p, q, r := b.Draw(t, "p"), b.Draw(t, "q"), b.Draw(t, "r")
		f := parabola{[][]float64{{p*p + r*r, r * q}, {r * q, q * q}}, []float64{b.Draw(t, "c"), b.Draw(t, "c")}}
		psi := BitEntropy(gain(t), gain(t))
		x := []float64{rapid.Float64Range(1e-9, 1-1e-9).Draw(t, "x"), rapid.Float64Range(1e-9, 1-1e-9).Draw(t, "x")}
		path, err := Solve(f, x, Descent{Map: psi, Rule: Fixed(gain(t))}, 20)
		if err != nil {
			t.Fatal(err)
		}
		for k, x := range path.X {
			if !(0 <= x[0] && x[0] <= 1 && 0 <= x[1] && x[1] <= 1) || notFinite(path.Z[k][0]+path.Z[k][1]) {
				t.Fatalf("step %d: x = %v, z = %v", k, x, path.Z[k])
			}
		}
		path, err = Solve(f, x, Descent{Map: psi, Rule: LineSearch{First: gain(t)}}, 20)
		if err != nil {
			t.Fatal(err)
		}
		for k := 1; k < path.Len(); k++ {
			if path.F[k] > path.F[k-1]+4*slack(path.F[k], path.F[k-1])+1e-15 {
				t.Fatalf("f rises from %.17g to %.17g", path.F[k-1], path.F[k])
			}
		}
	})
}

// NaN and infinities: NaN out, or an error; never a number.
func TestNonFinite(t *testing.T) {
	nan := math.NaN()
	for _, c := range all {
		for side, psi := range []Smooth{c.psi, c.psi.Conjugate().(Smooth)} {
			good := append([]float64(nil), c.points[0]...)
			if side == 1 {
				good = Gradient(c.psi, good)
			}
			bad := append([]float64(nil), good...)
			bad[1] = nan
			for name, got := range map[string]float64{
				"Value": psi.Value(bad), "D(bad, good)": psi.Bregman(bad, good), "D(good, bad)": psi.Bregman(good, bad),
				"by definition": BregmanByDefinition(psi, good, bad), "Gradient": Gradient(psi, bad)[1],
			} {
				if !math.IsNaN(got) {
					t.Errorf("%s, side %d: %s of NaN is %v", c.name, side, name, got)
				}
			}
			for _, v := range []float64{nan, math.Inf(1), math.Inf(-1)} {
				bad[1] = v
				if psi.Domain().Check(bad) == nil {
					t.Errorf("%s, side %d: %v lies in the domain", c.name, side, bad)
				}
				if x, err := Project(psi, HalfSpace{[]float64{1, 2, 0.5}, 0.7}, bad); err == nil {
					t.Errorf("%s, side %d: the projection of %v is %v", c.name, side, bad, x)
				}
			}
		}
	}
}
