package adjoint_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"hopflow/flows"
	"hopflow/flows/adjoint"
	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/hopfield"
)

// rows is the matrix with these rows.
func rows(r ...[]float64) *mat.Dense {
	return mat.NewDense(len(r), len(r[0]), slices.Concat(r...))
}

// network is a network that has to exist.
func network(t testing.TB, w mat.Matrix, b []float64, tau ...float64) *hopfield.Continuous {
	t.Helper()
	c, err := hopfield.NewAsymmetric(w, b, activation.NewTanh(1), tau...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func symmetric3(t testing.TB, tau ...float64) *hopfield.Continuous {
	return network(t, rows([]float64{0, 0.8, -0.5}, []float64{0.8, 0, 0.3}, []float64{-0.5, 0.3, 0}), []float64{0.1, -0.2, 0.05}, tau...)
}

func asymmetric3(t testing.TB) *hopfield.Continuous {
	c := network(t, rows([]float64{0.3, 0.8, -0.5}, []float64{-0.4, 0, 0.3}, []float64{0.7, 1.3, -0.2}), []float64{0.1, -0.2, 0.05}, 1, 0.4, 2.5)
	c, err := c.WithActivations(activation.NewTanh(1), activation.Logistic{Rate: 1.3, Center: 0.4}, activation.NewArctan(0.8))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestHopfieldLaws(t *testing.T) {
	threeGains, err := symmetric3(t).WithActivations(activation.NewTanh(1), activation.NewTanh(0.6), activation.NewTanh(2))
	if err != nil {
		t.Fatal(err)
	}
	table := tabulated{0.3, 0.8} // Go cannot compare two of these
	ownTables, err := symmetric3(t).WithActivations(table, table, table)
	if err != nil {
		t.Fatal(err)
	}
	points := []flows.State{{X: []float64{0.6, -0.4, 0.7}}, {T: 1, X: []float64{-0.1, 0.35, 0.2}}, {X: []float64{-0.9, -0.8, 0.3}}}
	for name, c := range map[string]*hopfield.Continuous{"symmetric": symmetric3(t, 0.7), "three τ and f": asymmetric3(t), "three gains": threeGains, "not comparable": ownTables} {
		for _, weights := range []adjoint.Weights{adjoint.FullWeights, adjoint.SymmetricWeights} {
			m := adjoint.NewHopfield(c, weights)
			if err := adjoint.CheckModel(m, m.Glorot(3), points); err != nil {
				t.Errorf("%s, %v: %v", name, weights, err)
			}
			same, err := m.Network(m.Glorot(3))
			if err != nil {
				t.Fatal(err)
			}
			got, want := make([]float64, 3), make([]float64, 3)
			m.At(m.Glorot(3), 1).Rate(got, 0, points[0].X, nil)
			if same.Field(want, 0, points[0].X); floats.Distance(got, want, 2) > 1e-15*floats.Norm(want, 2) {
				t.Errorf("%s, %v: rate %v, field %v", name, weights, got, want)
			}
		}
	}
}

// The model is the network: the same rate, and the way back.
func TestHopfieldIsTheNetwork(t *testing.T) {
	for name, c := range map[string]*hopfield.Continuous{"symmetric": symmetric3(t, 0.7), "three τ and f": asymmetric3(t)} {
		for _, weights := range []adjoint.Weights{adjoint.FullWeights, adjoint.SymmetricWeights} {
			if weights == adjoint.SymmetricWeights && !c.Symmetric() {
				continue
			}
			m := adjoint.NewHopfield(c, weights)
			theta, err := m.Theta(c)
			if err != nil || len(theta) != m.Params() {
				t.Fatal(len(theta), err)
			}
			back, err := m.Network(theta)
			if err != nil {
				t.Fatal(err)
			}
			if !mat.Equal(back.W(), c.W()) || !slices.Equal(back.B(), c.B()) || !slices.Equal(back.Tau(), c.Tau()) {
				t.Errorf("%s, %v: W = %v, b = %v, τ = %v", name, weights, back.W(), back.B(), back.Tau())
			}
			got, want := make([]float64, 3), make([]float64, 3)
			x := []float64{0.6, -0.4, 0.7}
			m.At(theta, 1).Rate(got, 0, x, nil)
			back.Field(want, 0, x)
			for i := range got {
				if math.Abs(got[i]-want[i]) > 1e-15 {
					t.Errorf("%s, %v: rate %v, field %v", name, weights, got, want)
				}
			}
		}
	}
}

// The gradient of w_ij in a symmetric network is G_ij + G_ji.
func TestSymmetricGradientFolds(t *testing.T) {
	c := symmetric3(t)
	gradient := func(weights adjoint.Weights) []float64 {
		m := adjoint.NewHopfield(c, weights)
		theta, err := m.Theta(c)
		if err != nil {
			t.Fatal(err)
		}
		p := adjoint.Problem{Model: m, T1: 1, Terminal: adjoint.SquaredDistance([]float64{0.1, 0.2, 0.3})}
		g, err := p.Gradient([]float64{0.6, -0.4, 0.7}, theta)
		if err != nil {
			t.Fatal(err)
		}
		return g.Theta
	}
	full, folded := gradient(adjoint.FullWeights), gradient(adjoint.SymmetricWeights)
	want := []float64{full[1] + full[3], full[2] + full[6], full[5] + full[7], full[9], full[10], full[11]}
	for i := range want {
		if math.Abs(folded[i]-want[i]) > 1e-15 {
			t.Errorf("component %d: %v, want %v", i, folded[i], want[i])
		}
	}
}

func TestHopfieldGlorot(t *testing.T) {
	m := adjoint.NewHopfield(symmetric3(t), adjoint.SymmetricWeights)
	theta := m.Glorot(5)
	w := m.W(theta)
	if !mat.Equal(w, w.T()) || mat.Trace(w) != 0 || mat.Max(w) > 1 || mat.Min(w) < -1 {
		t.Errorf("W = %v: want symmetric, zero diagonal, within √(3/n) = 1", mat.Formatted(w))
	}
	wide := adjoint.NewHopfield(network(t, mat.NewDense(48, 48, nil), nil), adjoint.SymmetricWeights)
	if w := wide.W(wide.Glorot(5)); mat.Max(w) < 0.24 || mat.Max(w) > 0.25 || mat.Min(w) > -0.24 {
		t.Errorf("48 units: weights from %v to %v, want to fill ±√(3/48) = 0.25", mat.Min(w), mat.Max(w))
	}
	if !slices.Equal(theta, m.Glorot(5)) || slices.Equal(theta, m.Glorot(6)) || !slices.Equal(m.B(theta), []float64{0, 0, 0}) {
		t.Error("equal seeds must draw equal weights, others others, and biases be 0")
	}
}

func TestHopfieldRefuses(t *testing.T) {
	m := adjoint.NewHopfield(symmetric3(t), adjoint.SymmetricWeights)
	for name, c := range map[string]*hopfield.Continuous{
		"not symmetric": network(t, rows([]float64{0, 1, 2}, []float64{1, 0, 3}, []float64{2, 4, 0}), nil),
		"diagonal":      network(t, rows([]float64{0, 1, 2}, []float64{1, 5, 3}, []float64{2, 3, 0}), nil),
		"units":         network(t, rows([]float64{0, 1}, []float64{1, 0}), nil),
	} {
		if theta, err := m.Theta(c); err == nil || theta != nil || !strings.HasPrefix(err.Error(), "adjoint: ") {
			t.Errorf("%s: θ = %v, %v", name, theta, err)
		}
	}
	if _, err := m.Network([]float64{1, 2, math.NaN(), 0, 0, 0}); err == nil {
		t.Error("a network of NaN was made")
	}
	for name, f := range map[string]func(){
		"length":     func() { m.W([]float64{1}) },
		"weights":    func() { adjoint.NewHopfield(symmetric3(t), 7) },
		"theta":      func() { m.At(make([]float64, 5), 1) },
		"slope":      func() { adjoint.PeriodBound(asymmetric3(t), 0) },
		"no dt":      func() { adjoint.AtRest(0, []float64{1}) },
		"infinite":   func() { adjoint.AtRest(math.Inf(1), []float64{1}) },
		"no network": func() { adjoint.Algorithm2{Patterns: [][]float64{{1}}}.Fit() },
		"passes": func() {
			a := adjoint.Algorithm2{Network: symmetric3(t), Patterns: [][]float64{{1, 1, 1}}, Passes: -1}
			_, _, _ = a.Loop()
		},
		"no pattern": func() { adjoint.Algorithm2{Network: symmetric3(t)}.Fit() },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

// Networks of any size, τ and parameters obey the laws of a Model.
func TestHopfieldLawsAtRandom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "n")
		numbers := func(name string, count int, lo, hi float64) []float64 {
			return rapid.SliceOfN(rapid.Float64Range(lo, hi), count, count).Draw(t, name)
		}
		c, err := hopfield.NewAsymmetric(mat.NewDense(n, n, numbers("W", n*n, -3, 3)), nil, activation.NewTanh(0.9), numbers("tau", n, 0.1, 10)...)
		if err != nil {
			t.Fatal(err)
		}
		m := adjoint.NewHopfield(c, adjoint.Weights(rapid.IntRange(0, 1).Draw(t, "weights")))
		points := []flows.State{{X: numbers("x", n, -1, 1)}, {T: 2, X: numbers("y", n, -1, 1)}}
		if err := adjoint.CheckModel(m, numbers("theta", m.Params(), -2, 2), points); err != nil {
			t.Fatal(err)
		}
	})
}

// tabulated is a sum of arctangents with these rates.
type tabulated []float64

func (r tabulated) Value(u float64) (sum float64) {
	for _, v := range r {
		sum += math.Atan(v * u)
	}
	return sum
}

func (r tabulated) Deriv(u float64) (sum float64) {
	for _, v := range r {
		sum += v / (1 + v*v*u*u)
	}
	return sum
}

func (tabulated) Inverse(float64) float64   { return math.NaN() }
func (r tabulated) Range() (lo, hi float64) { hi = float64(len(r)) * math.Pi / 2; return -hi, hi }
