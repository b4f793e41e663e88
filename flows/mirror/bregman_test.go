package mirror

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"hopflow/lyapunov/activation"
)

// byHessian returns ∫ (1-t) dᵀ∇²ψ(b + td) d dt over [0, 1], d = a - b: Taylor's
// remainder, which is D(a, b) and has nothing to cancel. 32 panels of 20 nodes.
func byHessian(psi Smooth, a, b []float64) float64 {
	n := len(a)
	d, x, hv := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range d {
		d[i] = a[i] - b[i]
	}
	var sum float64
	const panels = 32
	for p := range panels {
		for k, node := range fine.node {
			t := (float64(p) + (1+node)/2) / panels
			for i := range x {
				x[i] = b[i] + t*d[i]
			}
			psi.Hessian(hv, x, d)
			sum += fine.weight[k] / (2 * panels) * (1 - t) * dot(d, hv)
		}
	}
	return sum
}

// Divergences keep 13 digits from far apart to 1e-12 apart, where the
// definition has none left.
func TestDivergenceKeepsItsDigits(t *testing.T) {
	lost := 0
	for _, c := range all {
		for side, psi := range []Smooth{c.psi, c.psi.Conjugate().(Smooth)} {
			for k, b := range c.points {
				a := append([]float64(nil), c.points[(k+1)%len(c.points)]...)
				if side == 1 {
					b, a = Gradient(c.psi, b), Gradient(c.psi, a)
				}
				first := 0.5
				if strings.HasSuffix(c.name, "-norm") { // its Hessian is singular where a coordinate changes sign
					first = 0.002
				}
				for eps := first; eps > 1e-12; eps /= 16 {
					near := make([]float64, len(a))
					for i := range a {
						near[i] = b[i] + eps*(a[i]-b[i])
					}
					if c.name == "simplex entropy" && side == 0 {
						// Not on the simplex to the last digit: the remainder must not see it.
						near[2] = 1 - near[0] - near[1]
					}
					got, want := Bregman(psi, near, b), byHessian(psi, near, b)
					tol := 1e-13
					if c.name == "simplex entropy" { // rounding of the sum, and of its shift
						tol = math.Max(tol, 1e-15/eps)
					}
					if !(math.Abs(got-want) <= tol*want) {
						t.Errorf("%s, side %d, ε = %.2g: D = %.17g, remainder %.17g, off by %.2g", c.name, side, eps, got, want, got/want-1)
					}
					if def := BregmanByDefinition(psi, near, b); !(math.Abs(def-want) <= 1e-3*want) {
						lost++
					}
				}
			}
		}
	}
	if lost < 100 {
		t.Errorf("the definition kept its digits but for %d cases: the test does not reach where they are lost", lost)
	}
}

// Known values: relative entropies, Itakura-Saito, Mahalanobis.
func TestDivergenceClosedForms(t *testing.T) {
	x, y := []float64{0.2, 0.55, 0.25}, []float64{0.7, 0.05, 0.25}
	kl := 0.2*math.Log(0.2/0.7) + 0.55*math.Log(11)
	itakura := 0.2/0.7 - math.Log(0.2/0.7) - 1 + 11 - math.Log(11) - 1
	for _, c := range []struct {
		name string
		psi  Legendre
		a, b []float64
		want float64
	}{
		{"KL on the simplex", SimplexEntropy(3), x, y, kl},
		{"KL on the orthant", Entropy(3), x, y, kl},
		{"generalised KL", Entropy(2), []float64{0.2, 3}, []float64{0.7, 5}, 0.2*math.Log(0.2/0.7) + 3*math.Log(0.6) + 2.5},
		{"log-sum-exp", LogSumExp(3), []float64{0.3, math.Log(0.05) + 4, 1}, []float64{0.3, math.Log(0.05) + 4, 1}, 0},
		{"Itakura-Saito", LogBarrier(3), x, y, itakura},
		{"Euclid", Euclidean(3), x, y, 0.25},
		{"quadratic", matrix3(), x, y, (2*0.25 + 1.3*0.25 - 2*0.5*0.25) / 2},
		{"2-norm", NewPNorm(3, 2), x, y, 0.25},
		{"bit entropy", BitEntropy(0.25, 0.6), []float64{0.2, 0.55}, []float64{0.7, 0.1},
			0.2*math.Log(2./7) + 0.8*math.Log(8./3) + (0.55*math.Log(5.5)+0.45*math.Log(0.5))/2.4},
		// On the boundary: limits.
		{"bit entropy from the corner", BitEntropy(0.25), []float64{0}, []float64{0.7}, -math.Log(0.3)},
		{"bit entropy to the corner", BitEntropy(0.25), []float64{0.7}, []float64{0}, math.Inf(1)},
		{"bit entropy outside", BitEntropy(0.25), []float64{0.7}, []float64{1.1}, math.NaN()},
		{"entropy from 0", Entropy(1), []float64{0}, []float64{0.7}, 0.7},
		{"far apart", Softplus(0.25), []float64{800}, []float64{-800}, 800},
		{"barrier at the scales of float64", LogBarrier(1), []float64{1e300}, []float64{1e300 * (1 + 1e-8)}, 5e-17},
	} {
		got := Bregman(c.psi, c.a, c.b)
		if !(math.Abs(got-c.want) <= 1e-14*math.Abs(c.want)) && got != c.want && math.IsNaN(got) != math.IsNaN(c.want) {
			t.Errorf("%s: %.17g, want %.17g", c.name, got, c.want)
		}
		if !math.IsNaN(c.want) && !math.IsInf(c.want, 0) && !(math.Abs(got-c.want) <= 1e-7*c.want) {
			t.Errorf("%s: %.17g, want %.17g", c.name, got, c.want)
		}
	}
}

func TestThreePointAndSymmetrised(t *testing.T) {
	for _, c := range all {
		left, right := ThreePoint(c.psi, c.points[0], c.points[1], c.points[2])
		if !(math.Abs(left-right) <= 1e-13*(1+math.Abs(left))) {
			t.Errorf("%s: three-point identity %.15g = %.15g", c.name, left, right)
		}
		a, b := c.points[0], c.points[1]
		ga, gb := Gradient(c.psi, a), Gradient(c.psi, b)
		var want float64
		for i := range a {
			want += (ga[i] - gb[i]) * (a[i] - b[i])
		}
		if got := Symmetrised(c.psi, a, b); !(math.Abs(got-want) <= 1e-13*want) {
			t.Errorf("%s: D(a,b) + D(b,a) = %.15g, (∇ψ(a) - ∇ψ(b))·(a-b) = %.15g", c.name, got, want)
		}
	}
}

// The quadrature of an activation without closed forms against those that have
// them: values up to the constant, divergences to 1e-12, boundary included.
func TestInducedQuadrature(t *testing.T) {
	for _, f := range []activation.Smooth{
		activation.SoftProjection(0.6), activation.NewTanh(0.7), activation.NewArctan(0.7), activation.NewAlgebraic(1.3),
		activation.NewRectifier(0.2, 3), activation.NewRectifier(0, 1.7), activation.SoftProjection(1e4),
	} {
		name := fmt.Sprintf("%T%+v", f, f)
		quad, closed := Induced(bare{f}), Induced(f)
		base := f.InverseIntegral(f.Value(0))
		lo, hi := f.Range()
		lo, hi = math.Max(lo, -4), math.Min(hi, 4)
		var xs []float64
		for _, s := range []float64{1e-9, 0.02, 0.2, 0.55, 0.9, 1 - 1e-9} {
			xs = append(xs, lo+s*(hi-lo))
		}
		for _, a := range xs {
			got, want := quad.Value([]float64{a}), f.InverseIntegral(a)-base
			if !(math.Abs(got-want) <= 1e-12*math.Max(1, math.Abs(want))) {
				t.Errorf("%s: ψ*(%g) = %.15g by quadrature, %.15g in closed form", name, a, got, want)
			}
			for _, b := range xs {
				got, want := quad.Bregman([]float64{a}, []float64{b}), closed.Bregman([]float64{a}, []float64{b})
				// Closed forms take a, quadrature σ⁻¹(a): the digits of the ends differ.
				if !(math.Abs(got-want) <= 1e-7*want || math.Abs(got-want) <= 1e-12*math.Max(1, want)) {
					t.Errorf("%s: D(%g, %g) = %.15g by quadrature, %.15g in closed form", name, a, b, got, want)
				}
			}
		}
		for _, u := range []float64{-30, -2.2, 0.3, 4, 60} {
			got := quad.conj.Value([]float64{u}) - quad.conj.Value([]float64{0})
			want := closed.conj.Value([]float64{u}) - closed.conj.Value([]float64{0})
			if !(math.Abs(got-want) <= 1e-11*math.Max(1, math.Abs(want))) {
				t.Errorf("%s: ∫σ to %g is %.15g by quadrature, %.15g in closed form", name, u, got, want)
			}
		}
	}
	// At the ends of the range: a finite limit, or an infinite one for arctan.
	for _, c := range []struct {
		f    activation.Function
		x    float64
		want float64
	}{
		{bare{activation.NewLogistic(1.3)}, 0, math.Ln2 / 1.3}, {bare{activation.NewLogistic(1.3)}, 1, math.Ln2 / 1.3},
		{bare{activation.NewAlgebraic(1)}, 1, 0.5}, {bare{activation.NewArctan(1)}, 1, math.Inf(1)}, {bare{activation.NewArctan(1)}, 0, math.Inf(1)},
		{bare{activation.NewLogistic(1.3)}, 1.1, math.NaN()},
		{bare{activation.NewRectifier(0, 1.7)}, 0, -activation.NewRectifier(0, 1.7).InverseIntegral(math.Ln2 / 1.7)}, // not symmetric
	} {
		got := Induced(c.f).Value([]float64{c.x})
		if !(math.Abs(got-c.want) <= 1e-12) && got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%T: ψ*(%g) = %v, want %v", c.f, c.x, got, c.want)
		}
	}
}

// Nothing in the inner loops allocates.
func TestNoAllocation(t *testing.T) {
	for _, c := range all {
		for side, psi := range []Smooth{c.psi, c.psi.Conjugate().(Smooth)} {
			a, b := c.points[0], c.points[1]
			if side == 1 {
				a, b = Gradient(c.psi, a), Gradient(c.psi, b)
			}
			dst, v := make([]float64, len(a)), []float64{0.3, -0.7, 1.1}
			for name, f := range map[string]func(){
				"Bregman":   func() { Bregman(psi, a, b) },
				"Gradient":  func() { psi.Gradient(dst, a) },
				"Hessian":   func() { psi.Hessian(dst, a, v) },
				"Value":     func() { psi.Value(a) },
				"Conjugate": func() { psi.Conjugate() },
			} {
				if n := testing.AllocsPerRun(20, f); n != 0 {
					t.Errorf("%s, side %d: %s allocates %g times", c.name, side, name, n)
				}
			}
		}
	}
}

// In the far tails nothing overflows, and second derivatives keep their digits.
func TestTails(t *testing.T) {
	psi := Softplus(0.25) // 4β = 1
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"slope at -700", psi.Term(0).Deriv(-700), math.Exp(-700)},
		{"curvature at -700", psi.Term(0).Deriv2(-700), math.Exp(-700)},
		{"curvature at 700", psi.Term(0).Deriv2(700), math.Exp(-700)},
		{"value at 1e300", psi.Value([]float64{1e300}), 1e300},
		{"value at -700", psi.Value([]float64{-700}), math.Exp(-700)},
		{"entropy at 1e-300", BitEntropy(0.25).Value([]float64{1e-300}), 1e-300 * math.Log(1e-300)},
		{"mirror coordinate at 1e-300", BitEntropy(0.25).Term(0).Deriv(1e-300), math.Log(1e-300)},
		{"log-sum-exp at 1e3", LogSumExp(2).Value([]float64{1e3, 1e3}), 1e3 + math.Ln2},
		{"its D far off", LogSumExp(2).Bregman([]float64{2e3, 0}, []float64{0, 0}), 1e3 - math.Ln2},
		{"norm of 1e200", NewPNorm(2, 3).Norm([]float64{1e200, 1e200}), 1e200 * math.Cbrt(2)},
		{"D of exp near its overflow", Exponential(1).Bregman([]float64{709}, []float64{-700}), math.Exp(709)},
	} {
		if !(math.Abs(c.got-c.want) <= 1e-14*math.Abs(c.want)) {
			t.Errorf("%s: %g, want %g", c.name, c.got, c.want)
		}
	}
}
