package hopfield

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/internal/oracle"
	"hopflow/internal/trials"
	"hopflow/lyapunov/activation"
)

func TestLagrangianLaws(t *testing.T) {
	for k := range trials.Of(t, 5000) {
		rng := rand.New(rand.NewPCG(7, uint64(k)))
		n := 1 + rng.IntN(4)
		l, _ := randomLayer(rng, n)
		x := make([]float64, n)
		for i := range x {
			x[i] = math.Copysign(0.05+math.Abs(1.5*rng.NormFloat64()), rng.NormFloat64())
		}
		err := CheckLagrangian(l, [][]float64{x})
		if saturated(l, x) && err != nil && strings.Contains(err.Error(), "not positive definite") {
			continue // a Hessian of rank less than n to rounding is refused
		}
		if err != nil {
			t.Errorf("case %d, %T: %v", k, l, err)
		}
	}
	if err := activation.Check(NewLeakyReLU(0.3), []float64{-2, -0.4, 0.7, 3}); err != nil {
		t.Error(err)
	}
}

// saturated reports whether a slope of a layer is less than 1e-14 of another.
func saturated(l Lagrangian, x []float64) bool {
	s, ok := l.(*Separable)
	if !ok {
		return false
	}
	least, most := math.Inf(1), 0.0
	for i, xi := range x {
		d := s.f[i].Deriv(xi)
		least, most = min(least, d), max(most, d)
	}
	return least <= 1e-14*most
}

// lagrangianLSE is ln Σ exp x_i, softmax without a ridge.
type lagrangianLSE struct{ *SoftmaxLayer }

// lagrangianTwisted has a Hessian that is not one of a function.
type lagrangianTwisted struct{ *Ridge }

func (l lagrangianTwisted) LogDetGradient(dst, x []float64) {
	l.Ridge.LogDetGradient(dst, x)
	dst[0] += 0.1
}

type lagrangianFlat struct{ *Separable }

func (l lagrangianFlat) Conjugate(x []float64) float64 { return l.Separable.Conjugate(x) + 0.1 }

func TestLagrangianCanFail(t *testing.T) {
	points := [][]float64{{0.3, -0.2}}
	if _, err := NewSoftmaxLayer(2, 1.3, 0); err == nil || !strings.Contains(err.Error(), "singular along (1, ..., 1)") {
		t.Errorf("softmax without a ridge: %v", err)
	}
	ridge := bipartiteMust(NewRidge(mat.NewDense(1, 2, []float64{1, 2}), activation.NewTanh(1)))
	for _, c := range []struct {
		l    Lagrangian
		want string
	}{
		{lagrangianLSE{&SoftmaxLayer{n: 2, Sharpness: 1.3}}, "not positive definite"},
		{lagrangianTwisted{ridge}, "LogDetGradient"},
		{lagrangianFlat{Layer(2, activation.NewTanh(1))}, "Conjugate"},
		{Layer(2, relu{NewLeakyReLU(0.5)}), "not positive definite"},
	} {
		if err := CheckLagrangian(c.l, points); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%T: %v, want %q", c.l, err, c.want)
		}
	}
	if err := CheckLagrangian(ridge, nil); err == nil {
		t.Error("no points are no check")
	}
	if _, err := NewRidge(mat.NewDense(1, 1, []float64{math.Inf(1)}), activation.NewTanh(1)); err == nil {
		t.Error("a Ridge of +Inf")
	}
}

// relu is the activation of [LF] footnote 2 with its flat half line.
type relu struct{ LeakyReLU }

func (relu) Value(x float64) float64 { return math.Max(x, 0) }
func (relu) Deriv(x float64) float64 {
	if x > 0 {
		return 1
	}
	return 0
}
func (relu) InverseIntegral(y float64) float64 { return y * y / 2 }

// thm14/piola through Ridge.
func TestLagrangianPiola(t *testing.T) {
	r := oracle.Load(t, bipartiteRecords, "thm14/piola")[0]
	l := bipartiteMust(NewRidge(mat.NewDense(1, 2, []float64{1, 2}), activation.NewTanh(1)))
	x := []float64{r.In("h1"), r.In("h2")}
	h, k := mat.NewDense(2, 2, nil), mat.NewDense(2, 2, nil)
	lagrangianMatrix(h, l.HessianTimes, x)
	lagrangianMatrix(k, l.Solve, x)
	for key, got := range map[string]*mat.Dense{"hessian": h, "K": k} {
		if !mat.EqualApprox(got, bipartiteRows(r.Expected[key]), 1e-15) {
			t.Errorf("%s = %v", key, mat.Formatted(got))
		}
	}
	r.Close(t, "ln_det", []float64{l.LogDet(x)}, 1e-14, true)
	b := bipartiteMust(NewBipartite(mat.NewDense(1, 2, nil), nil, Layer(1, Linear()), l))
	drift := make([]float64, 3)
	b.Mobility().Divergence(drift, append([]float64{0.7}, x...))
	T := r.In("T")
	r.Close(t, "extra_drift", []float64{T * drift[1], T * drift[2]}, 1e-14, false)
	// The independent route: differences of K.
	diff := LagrangianDivergence(l, x)
	r.Close(t, "extra_drift", []float64{T * diff[0], T * diff[1]}, 1e-9, false)
}

func ExampleCheckLagrangian() {
	coupled, _ := NewRidge(mat.NewDense(1, 2, []float64{1, 2}), activation.NewTanh(1))
	fmt.Println(CheckLagrangian(coupled, [][]float64{{0.3, -0.2}, {1, 2}}))
	// Output: <nil>
}
