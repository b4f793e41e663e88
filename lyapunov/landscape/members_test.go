package landscape

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/internal/oracle"
	"hopflow/lyapunov"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/verify"
)

// Gaussian integrals by the closed form and by quadrature over all of space.
func TestQuadraticPartition(t *testing.T) {
	flat := must(NewQuadratic(sym(2, 1.12, -0.16, -0.16, 2.88), []float64{0.3, -4}))
	inf := math.Inf(1)
	line := [2]float64{-inf, inf}
	for _, c := range []struct {
		e   *Quadratic
		box [][2]float64
		tol float64
	}{
		{Harmonic(2.3, 0.7), [][2]float64{line}, 1e-10},
		{flat, [][2]float64{line, line}, 1e-10},
		{skew, [][2]float64{{-11, 11}, {-14, 12}, {-9, 10}}, 1e-6},
	} {
		got, miss, err := freeenergy.LogPartition(c.e, 0.7, c.box, nil)
		if want := c.e.LogPartition(0.7); err != nil || math.Abs(got-want) > c.tol || miss > c.tol {
			t.Errorf("n = %d: quadrature %.14g ± %.1g, closed form %.14g, %v", c.e.Dim(), got, miss, want, err)
		}
	}
	r := oracle.Load(t, "testdata/lf.json", "free-energy/gauss2d")[0]
	q := must(NewQuadratic(sym(2, 1.12, -0.16, -0.16, 2.88), nil))
	r.Close(t, "F_min", []float64{-r.In("T") * q.LogPartition(r.In("T"))}, 1e-14, true)
	// [LF] example 1: T Σ⁻¹ is the matrix of E, so Gibbs has covariance Σ.
	r = oracle.Load(t, "testdata/lf.json", "lyapunov/example1-T1")[0]
	cov := mat.NewSymDense(2, nil)
	q.Gibbs(r.In("T")).Covariance(cov)
	for i, row := range r.Expected["Sigma"].([]any) {
		want := oracle.Record{Expected: map[string]any{"row": row}, ID: r.ID}
		want.Close(t, "row", []float64{cov.At(i, 0), cov.At(i, 1)}, 1e-14, true)
	}
	// The Gibbs density is exp(-E/T)/Z, pointwise.
	x := []float64{0.4, -1.2, 0.3}
	if got, want := skew.Gibbs(0.7).LogProb(x), -skew.Value(x)/0.7-skew.LogPartition(0.7); math.Abs(got-want) > 1e-13 {
		t.Errorf("ln q = %v, want -E/T - ln Z = %v", got, want)
	}
}

func TestMixture(t *testing.T) {
	r := oracle.Load(t, "testdata/lf.json", "double-well/mixture-p")[0]
	m := must(NewMixture(r.Ins("weights"), freeenergy.Normal(r.Ins("means")[0], r.Ins("variances")[0]), freeenergy.Normal(r.Ins("means")[1], r.Ins("variances")[1])))
	// H = <-ln p> under p itself.
	g := freeenergy.NewGrid(freeenergy.Uniform(-4, 4, 2000))
	p := must(freeenergy.NewDensity(g, m.Prob))
	r.Close(t, "entropy", []float64{freeenergy.Energy(p, m)}, 1e-12, true)
	r.Close(t, "mean_E", []float64{freeenergy.Energy(p, NewDoubleWell(1, 1))}, 1e-12, true)
	if n := len(m.Minima()); n != 2 {
		t.Errorf("%d modes of two separate Gaussians", n)
	}
	// Two Gaussians nearer than two standard deviations have one mode, between.
	one := must(NewMixture([]float64{0.5, 0.5}, freeenergy.Normal(-0.9, 1), freeenergy.Normal(0.9, 1)))
	if x := one.Minima(); len(x) != 1 || math.Abs(x[0][0]) > 1e-6 {
		t.Errorf("modes %v, want one at 0", x)
	}
	// Far out the density underflows and the energy does not.
	far := []float64{200}
	if e := m.Value(far); math.Abs(e/(math.Pow(199.2, 2)/0.2)-1) > 1e-3 || m.Prob(far) != 0 {
		t.Errorf("E(200) = %v, p = %v", e, m.Prob(far))
	}
}

// A table is exact where the function is a cubic with parabolas for slopes, a
// quadratic; its errors fall with the orders promised; and it is C¹.
func TestTableOrders(t *testing.T) {
	g := freeenergy.NewGrid(uneven(9))
	quad := func(x []float64) float64 { return 0.3 - 1.1*x[0] + 0.7*x[0]*x[0] }
	e := must(Tabulated(g, g.Sample(quad)))
	d := make([]float64, 1)
	for _, x := range []float64{-0.4, -0.37, 0.02, 1.1, 1.8} {
		e.Gradient(d, []float64{x})
		if v := e.Value([]float64{x}); math.Abs(v-quad([]float64{x})) > 1e-14 || math.Abs(d[0]-(1.4*x-1.1)) > 1e-13 {
			t.Errorf("quadratic at %g: %v, slope %v", x, v, d[0])
		}
	}
	var h, value, slope []float64
	for _, n := range []int{16, 32, 64, 128, 256} {
		e := table(t, freeenergy.Periodic(0, 2*math.Pi, n), uneven(n))
		var worst, steepest float64
		got := make([]float64, 2)
		for i := range 300 {
			x := []float64{7 * math.Mod(float64(i)*0.618034, 1), -0.39 + 2.17*math.Mod(float64(i)*0.754878, 1)}
			e.Gradient(got, x)
			worst = math.Max(worst, math.Abs(e.Value(x)-wavy(x)))
			s := math.Sin(x[0]) + 0.3*math.Cos(2*x[0])
			steepest = math.Max(steepest, math.Abs(got[0]-(math.Cos(x[0])-0.6*math.Sin(2*x[0]))*(1.5+x[1]*math.Exp(-x[1]))))
			steepest = math.Max(steepest, math.Abs(got[1]-s*(1-x[1])*math.Exp(-x[1])))
		}
		h, value, slope = append(h, 1/float64(n)), append(value, worst), append(slope, steepest)
	}
	for _, c := range []verify.Claim{
		verify.Order("table.a", "value of a table", h, value, 3, 0.2),
		verify.Order("table.b", "slope of a table", h, slope, 2, 0.2),
	} {
		if err := c.Err(); err != nil {
			t.Error(err)
		}
	}
}

func TestTableIsContinuouslyDifferentiable(t *testing.T) {
	a := uneven(7)
	e := table(t, freeenergy.Periodic(0, 2*math.Pi, 9), a)
	left, right := make([]float64, 2), make([]float64, 2)
	for _, x := range [][]float64{{2 * math.Pi * 1.5 / 9, 0.3}, {0, 0.7}, {1.1, a.Center(0)}, {1.1, a.Center(3)}, {0.2, a.Edge(4)}} {
		for d := range 2 {
			lo, hi := []float64{x[0], x[1]}, []float64{x[0], x[1]}
			lo[d], hi[d] = x[d]-1e-9, x[d]+1e-9
			e.Gradient(left, lo)
			e.Gradient(right, hi)
			if math.Abs(e.Value(lo)-e.Value(hi)) > 1e-7 || math.Abs(left[0]-right[0]) > 1e-6 || math.Abs(left[1]-right[1]) > 1e-6 {
				t.Errorf("jump at %v along %d: %v to %v, gradient %v to %v", x, d, e.Value(lo), e.Value(hi), left, right)
			}
		}
	}
	g := make([]float64, 2)
	if out := []float64{1, 2.0}; !math.IsNaN(e.Value(out)) {
		t.Errorf("value %v beyond the end", e.Value(out))
	} else if e.Gradient(g, out); !math.IsNaN(g[0]) {
		t.Errorf("gradient %v beyond the end", g)
	}
	if a, b := e.Value([]float64{0.3, 0.2}), e.Value([]float64{0.3 - 6*math.Pi, 0.2}); math.Abs(a-b) > 1e-12 {
		t.Errorf("round the ring: %v and %v", a, b)
	}
}

func TestCombinators(t *testing.T) {
	x := []float64{0.4, -0.7}
	q, m := Harmonic(0.6, 0.1, 0.2), mix2
	if got, want := Sum(q, Scale(0.3, m)).Value(x), q.Value(x)+0.3*m.Value(x); math.Abs(got-want) > 1e-15 {
		t.Errorf("sum %v, want %v", got, want)
	}
	if got, want := Restrict(m, map[int]float64{0: 0.4}).Value([]float64{-0.7}), m.Value(x); got != want {
		t.Errorf("section %v, want %v", got, want)
	}
	w := NewDoubleWell(0.25, 1)
	if got, want := Independent(w, q).Value([]float64{1.2, 0.4, -0.7}), w.Value([]float64{1.2})+q.Value(x); math.Abs(got-want) > 1e-15 {
		t.Errorf("independent %v, want %v", got, want)
	}
	// ln Z of independent parts is the sum.
	both, _, err := freeenergy.LogPartition(Independent(w, Harmonic(2, 0.1)), 0.3, [][2]float64{{-4, 4}, {-5, 5}}, nil)
	one, _, err1 := freeenergy.LogPartition(w, 0.3, [][2]float64{{-4, 4}}, nil)
	if want := one + Harmonic(2, 0.1).LogPartition(0.3); err != nil || err1 != nil || math.Abs(both-want) > 1e-9 {
		t.Errorf("ln Z = %v, want %v; %v %v", both, want, err, err1)
	}
}

func TestBadInput(t *testing.T) {
	nan := math.NaN()
	for want, f := range map[string]func() error{
		"not positive definite, its least eigenvalue is -1": func() error { _, err := NewQuadratic(sym(2, 1, 2, 2, 1), nil); return err },
		"entry (0, 1) = NaN": func() error { _, err := NewQuadratic(sym(2, 1, nan, nan, 1), nil); return err },
		"weight 1 of a mixture is -1": func() error {
			_, err := NewMixture([]float64{2, -1}, freeenergy.Normal(0, 1), freeenergy.Normal(1, 1))
			return err
		},
		"sum to 0.9": func() error { _, err := NewMixture([]float64{0.9}, freeenergy.Normal(0, 1)); return err },
		"cell 2, center [2.5]": func() error {
			_, err := Tabulated(freeenergy.NewGrid(freeenergy.Uniform(0, 3, 3)), []float64{1, 2, nan})
			return err
		},
		"the table's value is +Inf in": func() error {
			_, err := Tabulated(freeenergy.NewGrid(freeenergy.Uniform(0, 3, 3)), []float64{1, 2, math.Inf(1)})
			return err
		},
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	one := []float64{1}
	for want, f := range map[string]func(){
		"stiffness is 0":            func() { Harmonic(0, 1) },
		"without a center":          func() { Harmonic(1) },
		"center is NaN":             func() { Harmonic(1, nan) },
		"barrier is -1":             func() { NewDoubleWell(-1, 1) },
		"well is +Inf":              func() { NewDoubleWell(1, math.Inf(1)) },
		"amplitude is 0":            func() { NewTiltedRing(0, 1) },
		"force is NaN":              func() { NewTiltedRing(1, nan) },
		"without layers":            func() { NewHomogeneous() },
		"layer 1 takes 3":           func() { NewHomogeneous(mat.NewDense(2, 2, nil), mat.NewDense(1, 3, nil)) },
		"entry (0, 0) of layer 0":   func() { NewHomogeneous(mat.NewDense(1, 1, []float64{nan})) },
		"2 biases for 1 layers":     func() { NewHomogeneous(mat.NewDense(1, 1, nil)).WithBias(one, one) },
		"entry 0 of bias 0":         func() { NewHomogeneous(mat.NewDense(1, 1, nil)).WithBias([]float64{nan}) },
		"sum of no energies":        func() { Sum() },
		"sum of energies of 1 and":  func() { Sum(Harmonic(1, 0), Harmonic(1, 0, 0)) },
		"factor is NaN":             func() { Scale(nan, Harmonic(1, 0)) },
		"none given":                func() { Independent() },
		"2 coordinates held of 2":   func() { Restrict(Harmonic(1, 0, 0), map[int]float64{0: 1, 1: 2}) },
		"1 coordinates held of 2":   func() { Restrict(Harmonic(1, 0, 0), map[int]float64{5: 1}) },
		"held coordinate 1 is NaN":  func() { Restrict(Harmonic(1, 0, 0), map[int]float64{1: nan}) },
		"has 2 cells":               func() { Tabulated(freeenergy.NewGrid(freeenergy.Uniform(0, 1, 2)), make([]float64, 2)) },
		"temperature is 0":          func() { Harmonic(1, 0).LogPartition(0) },
		"temperature is -1":         func() { Harmonic(1, 0).Gibbs(-1) },
		"2 weights for a mixture":   func() { NewMixture([]float64{0.5, 0.5}, freeenergy.Normal(0, 1)) },
		"landscape: length":         func() { NewDoubleWell(1, 1).Value([]float64{1, 2}) },
		"landscape: length mism":    func() { Himmelblau{}.Value(one) },
		"landscape: length mismat":  func() { skew.Gradient(one, one) },
		"landscape: length mismatc": func() { Tabulated(freeenergy.NewGrid(freeenergy.Uniform(0, 1, 4)), one) },
	} {
		func() {
			defer func() {
				r := recover()
				if text, _ := r.(string); !strings.Contains(text, want) {
					t.Errorf("want a panic with %q, got %v", want, r)
				}
			}()
			f()
		}()
	}
}

// Energies are read from many goroutines: no call may change what another sees.
func TestEnergiesAreStateless(t *testing.T) {
	for name, c := range all(t) {
		want := values(c.e, c.points)
		done := make(chan []float64)
		for range 4 {
			go func() { done <- values(c.e, c.points) }()
		}
		for range 4 {
			for i, v := range <-done {
				if v != want[i] {
					t.Errorf("%s: %v and %v at one point", name, v, want[i])
				}
			}
		}
	}
}

func values(e lyapunov.Energy, points [][]float64) (all []float64) {
	g := make([]float64, e.Dim())
	for _, x := range points {
		e.Gradient(g, x)
		all = append(append(all, g...), e.Value(x))
	}
	return all
}
