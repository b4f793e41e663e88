package mirror

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
	"hopflow/flows/ode"
	"hopflow/internal/oracle"
	"hopflow/lyapunov"
	"hopflow/lyapunov/landscape"
)

const hf = "testdata/hf.json"

// parabola is ½ xᵀQx - c·x: also with a Q that is not definite.
type parabola struct {
	q [][]float64
	c []float64
}

func (p parabola) Dim() int { return len(p.c) }

func (p parabola) Value(x []float64) (v float64) {
	for i, row := range p.q {
		v += x[i] * (dot(row, x)/2 - p.c[i])
	}
	return v
}

func (p parabola) Gradient(dst, x []float64) {
	for i, row := range p.q {
		dst[i] = dot(row, x) - p.c[i]
	}
}

func (p parabola) Hessian(dst *mat.SymDense, _ []float64) {
	for i, row := range p.q {
		for j := range i + 1 {
			dst.SetSym(i, j, row[j])
		}
	}
}

var _ landscape.Smooth = parabola{}

// example is the function of the audit: (x1-.3)² + 2(x2-.6)² + x1x2/2 up to a
// constant, with β = (0.7, 1.3).
var (
	example     = parabola{[][]float64{{2, 0.5}, {0.5, 4}}, []float64{0.6, 2.4}}
	exampleBeta = []float64{0.7, 1.3}
)

func TestPotentialOracle(t *testing.T) {
	for _, r := range oracle.Load(t, hf, "hf-psi-") {
		beta, x := r.Ins("beta"), r.Ins("x")
		star, psi := BitEntropy(beta...), Softplus(beta...)
		z := Gradient(star, x)
		r.Close(t, "z", z, 1e-15, false)
		r.Close(t, "psi_star", []float64{star.Value(x)}, 2e-15, true)
		r.Close(t, "psi", []float64{psi.Value(z)}, 2e-15, true)
		r.Close(t, "x_dot_z", []float64{dot(x, z)}, 2e-15, false)
		if gap := FenchelYoung(star, x, z); math.Abs(gap) > 1e-15 {
			t.Errorf("%s: ψ + ψ* - x·z = %g", r.ID, gap)
		}
		// As printed: no 1/(4β_i). Right at β = 1/4 only.
		var printed float64
		for i, b := range beta {
			printed += softplus(4 * b * z[i])
		}
		r.Close(t, "psi_printed", []float64{printed}, 2e-15, true)
		if want := r.Want("psi"); beta[0] != 0.25 && math.Abs(printed-want) < 1e-2 {
			t.Errorf("%s: (38) as printed gives %g, too near to %g", r.ID, printed, want)
		}
	}
}

func TestBregmanOracle(t *testing.T) {
	for _, r := range oracle.Load(t, hf, "hf-breg-") {
		beta, z, zt := r.Ins("beta"), r.Ins("z"), r.Ins("zt")
		psi := Softplus(beta...)
		star := psi.Conjugate()
		x, xt := Gradient(psi, z), Gradient(psi, zt)
		r.Close(t, "x", x, 4e-16, false)
		r.Close(t, "xt", xt, 4e-16, false)
		r.Close(t, "D_psi", []float64{Bregman(psi, z, zt)}, 1e-15, true)
		r.Close(t, "D_psi_star_xt_x", []float64{Bregman(star, xt, x)}, 1e-15, true)
		r.Close(t, "D_psi_star_x_xt", []float64{Bregman(star, x, xt)}, 1e-15, true)
		if d := Bregman(psi, z, zt) - DualBregman(psi, z, zt); math.Abs(d) > 1e-15 {
			t.Errorf("%s: (18b) misses by %g", r.ID, d)
		}
		var printed float64
		for i, b := range beta {
			u, v := 4*b*z[i], 4*b*zt[i]
			printed += softplus(u) - softplus(v) - (u-v)*logistic(v)
		}
		r.Close(t, "printed", []float64{printed}, 2e-15, true)
	}
}

// One step by every reading of [HF] (15) and Remark 2.
func TestStepOracle(t *testing.T) {
	for _, r := range oracle.Load(t, hf, "hf-step-") {
		beta, x, h := r.Ins("beta"), r.Ins("x"), r.In("h")
		f := parabola{c: r.Ins("c")}
		for _, row := range r.Inputs["Q"].([]any) {
			f.q = append(f.q, (oracle.Record{Inputs: map[string]any{"row": row}}).Ins("row"))
		}
		psi, star := Softplus(beta...), BitEntropy(beta...)
		z := Gradient(star, x)
		r.Close(t, "z", z, 1e-15, false)
		r.Close(t, "grad", gradientOf(f, x), 1e-15, false)

		remark := must(Solve(f, x, Descent{Map: star, Rule: Fixed(h)}, 1)).Last()
		r.Close(t, "mirror_psi_star", remark.X, 2e-15, true)

		natural := step5(f, NewHessianMetric(star), x, h)
		r.Close(t, "natural_gradient", natural, 2e-15, true)
		one, err := Solve(f, x, Natural{Map: star, Rule: Fixed(h)}, 1)
		dual, errDual := Solve(Compose(f, psi), z, Descent{Map: psi, Rule: Fixed(h)}, 1)
		if r.ID == "hf-step-03" { // [HF] Definition 1's witness: 1.98 is no σ of anything
			if !errors.Is(err, ErrLeft) || !errors.Is(errDual, ErrNoSolution) {
				t.Errorf("%s: natural gradient: %v; mirror step with softplus: %v", r.ID, err, errDual)
			}
			var e *Error
			if !errors.As(errDual, &e) || e.Coordinate != 0 || math.Abs(e.Value-1.98) > 1e-15 {
				t.Errorf("%s: the error names %+v, want coordinate 0 at 1.98", r.ID, e)
			}
		} else {
			r.Close(t, "natural_gradient", one.Last().X, 2e-15, true)
			r.Close(t, "natural_gradient", dual.Last().Z, 2e-15, true)
			r.Close(t, "natural_gradient", Gradient(psi, dual.Last().X), 2e-15, true)
		}
		// The readings that are not the natural gradient.
		r.Close(t, "mirror_gradx", step5(f, Euclidean(len(x)), x, h), 2e-15, true)
		literal := make([]float64, len(x))
		f.Gradient(literal, z)
		for i := range literal {
			literal[i] = x[i] - h*literal[i]
		}
		r.Close(t, "mirror_f_of_z", literal, 2e-15, true)
	}
}

func gradientOf(f lyapunov.Energy, x []float64) []float64 {
	g := make([]float64, len(x))
	f.Gradient(g, x)
	return g
}

// step5 is [HF] (5) written out; it may leave the cube.
func step5(f lyapunov.Energy, metric any, x []float64, h float64) []float64 {
	g := gradientOf(f, x)
	if m, ok := metric.(interface{ Sharp(dst, x, xi []float64) }); ok {
		m.Sharp(g, x, g)
	}
	for i := range g {
		g[i] = x[i] - h*g[i]
	}
	return g
}

// The Hessian metric of the bit entropy is the tanh metric of package geometry.
func TestHessianMetric(t *testing.T) {
	m, tanh := NewHessianMetric(BitEntropy(0.25, 0.6, 1.3)), geometry.NewTanh(0.25, 0.6, 1.3)
	if err := geometry.CheckMetric(m, cube3); err != nil {
		t.Error(err)
	}
	v := []float64{0.3, -0.7, 1.1}
	got, want := make([]float64, 3), make([]float64, 3)
	for _, x := range cube3 {
		for k, f := range []func(geometry.Metric, []float64){
			func(m geometry.Metric, dst []float64) { m.Flat(dst, x, v) },
			func(m geometry.Metric, dst []float64) { m.Sharp(dst, x, v) },
		} {
			f(m, got)
			f(tanh, want)
			for i := range got {
				if math.Abs(got[i]-want[i]) > 2e-14*math.Abs(want[i]) {
					t.Errorf("action %d at %v: %v, tanh metric %v", k, x, got, want)
				}
			}
		}
	}
}

// The flow of (21) against the closed forms of the flow (3).
func TestFlowOracle(t *testing.T) {
	for _, r := range oracle.Load(t, hf, "hf-flow-") {
		var f parabola
		if _, linear := r.Inputs["a"]; linear {
			a := r.In("a")
			f = parabola{[][]float64{{2 * a}}, []float64{2 * a * r.In("c")}}
		} else {
			f = parabola{[][]float64{{0}}, []float64{-r.In("c")}}
		}
		star := BitEntropy(r.In("beta"))
		z := Gradient(star, []float64{r.In("x0")})
		tr, err := ode.Solve(Flow(f, star), z, 0, r.In("t"), nil, &ode.Settings{AbsTol: 1e-13, RelTol: 1e-13})
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "x", Gradient(star.Conjugate(), tr.Last().X), 1e-11, true)
	}
}

// [HF] (20), (32) with κ ≠ 0: eigenvalues at the centre, on either side of the
// bound; and the velocity of the flow, which κ changes.
func TestCoupled(t *testing.T) {
	centre := []float64{0.5, 0.5}
	for _, c := range []struct{ kappa, least, digit float64 }{{1, 0.04596, 1e-5}, {1.1, -0.04943, 1e-5}, {3, -1.919, 1e-3}} {
		k := NewCoupled(c.kappa, exampleBeta...)
		if err := landscape.Check(k, [][]float64{{0.4, 0.7}, {0.2, 0.55}, {0.9, 0.1}}); err != nil {
			t.Error(err)
		}
		if got := k.Eigenvalues(centre)[0]; math.Abs(got-c.least) > c.digit {
			t.Errorf("κ = %g: least eigenvalue %.6f, want %.5f", c.kappa, got, c.least)
		}
		if (math.Abs(c.kappa) < k.Bound()) != (c.least > 0) {
			t.Errorf("κ = %g: bound %g, least eigenvalue %g", c.kappa, k.Bound(), c.least)
		}
	}
	bound := NewCoupled(0, exampleBeta...).Bound()
	if math.Abs(bound-1.048285) > 5e-7 {
		t.Errorf("bound %.7f, want 1.048285", bound)
	}
	for _, sign := range []float64{1, -1} { // at the bound the centre is singular, and nothing is worse
		k := NewCoupled(sign*bound, exampleBeta...)
		if got := k.Eigenvalues(centre)[0]; math.Abs(got) > 1e-15 {
			t.Errorf("least eigenvalue at the bound %g", got)
		}
		for i := 1; i < 20; i++ {
			for j := 1; j < 20; j++ {
				if x := []float64{float64(i) / 20, float64(j) / 20}; k.Eigenvalues(x)[0] < -1e-15 {
					t.Errorf("at the bound, not convex at %v", x)
				}
			}
		}
	}
	x := []float64{0.4, 0.7}
	for kappa, want := range map[float64][]float64{0: {-0.3696, -0.6552}, 0.8: {-0.03274, -0.62660}} {
		h := mat.NewSymDense(2, nil)
		NewCoupled(kappa, exampleBeta...).Hessian(h, x)
		var v mat.VecDense
		if err := v.SolveVec(h, mat.NewVecDense(2, gradientOf(example, x))); err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if math.Abs(-v.AtVec(i)-want[i]) > 6e-6 {
				t.Errorf("κ = %g: velocity component %d is %.6f, want %.5f", kappa, i, -v.AtVec(i), want[i])
			}
		}
	}
	if got := NewCoupled(0.8, 0.7, 1.3, 0.25).Eigenvalues([]float64{0.2, 0.55, 0.9}); len(got) != 3 {
		t.Errorf("%d eigenvalues", len(got))
	}
}
