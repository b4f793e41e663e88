package fokkerplanck

import (
	"math"
	"testing"

	"hopflow/internal/oracle"
	"hopflow/lyapunov"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

const (
	lf = "testdata/lf.json"
	hf = "testdata/hf.json"
)

// zero is the energy 0 of so many coordinates.
type zero int

func (z zero) Dim() int                { return int(z) }
func (zero) Value(_ []float64) float64 { return 0 }
func (zero) Gradient(dst, _ []float64) { clear(dst) }

// function is an energy without a gradient, which the scheme does not use.
type function struct {
	dim int
	f   func(x []float64) float64
}

func (e function) Dim() int                  { return e.dim }
func (e function) Value(x []float64) float64 { return e.f(x) }
func (e function) Gradient(dst, _ []float64) {
	for i := range dst {
		dst[i] = math.NaN()
	}
}

// quadratic is xᵀMx/2.
func quadratic(m []float64) function {
	n := int(math.Sqrt(float64(len(m))))
	return function{n, func(x []float64) float64 {
		var e float64
		for i := range n {
			for j := range n {
				e += x[i] * m[i*n+j] * x[j] / 2
			}
		}
		return e
	}}
}

// matrix returns a matrix of the record, row-major.
func matrix(t *testing.T, r oracle.Record, from map[string]any, key string) []float64 {
	t.Helper()
	var flat []float64
	for _, row := range from[key].([]any) {
		flat = append(flat, oracle.Record{Inputs: map[string]any{key: row}}.Ins(key)...)
	}
	return flat
}

// inverse returns the inverse of a matrix of two or three rows.
func invert(m []float64) []float64 {
	n := int(math.Sqrt(float64(len(m))))
	k := tensor{n: n}
	copy(k.s[:], m)
	out := make([]float64, n*n)
	for c := range n {
		var e [3]float64
		e[c] = 1
		x := k.solve(e)
		for r := range n {
			out[r*n+c] = x[r]
		}
	}
	return out
}

// gaussian returns the density N(mean, cov) on the grid.
func gaussian(t *testing.T, g *freeenergy.Grid, mean, cov []float64) *freeenergy.Density {
	t.Helper()
	e := quadratic(invert(cov))
	y := make([]float64, len(mean))
	p, err := freeenergy.Normalized(g, func(x []float64) float64 {
		for i := range y {
			y[i] = x[i] - mean[i]
		}
		return math.Exp(-e.f(y))
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// richardson extrapolates values at h, h/2, h/4, ... whose errors have the
// orders given, one after the other.
func richardson(values [][]float64, orders ...float64) []float64 {
	v := append([][]float64(nil), values...)
	for _, p := range orders {
		w := math.Pow(2, p)
		for k := 0; k+1 < len(v); k++ {
			next := make([]float64, len(v[k]))
			for i := range next {
				next[i] = (w*v[k+1][i] - v[k][i]) / (w - 1)
			}
			v[k] = next
		}
		v = v[:len(v)-1]
	}
	return v[len(v)-1]
}

func must(t *testing.T, e Equation, s *Settings, axes ...freeenergy.Axis) *Generator {
	t.Helper()
	g, err := New(freeenergy.NewGrid(axes...), e, s)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func final(t *testing.T, g *Generator, p0 *freeenergy.Density, t1, tau float64) Certificate {
	t.Helper()
	c, err := g.Run(p0, t1, tau)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// near fails unless |got - want| <= tol max(1, |want|).
func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Max(1, math.Abs(want))) {
		t.Errorf("%s = %.12g, want %.12g within %g, misses by %.2g", what, got, want, tol, got-want)
	}
}

// within does that for the values of a record.
func within(t *testing.T, r oracle.Record, key string, got []float64, tol float64) {
	t.Helper()
	want := r.Wants(key)
	for i, w := range want {
		near(t, r.ID+" "+key, got[i], w, tol)
	}
}

func machine(t testing.TB, n int, s *Settings) *Generator {
	t.Helper()
	g := freeenergy.NewGrid(freeenergy.Uniform(0, 1, n).Walled(), freeenergy.Uniform(0, 1, n).Walled())
	gen, err := New(g, Equation{Energy: landscape.Himmelblau{}, Temperature: 25, Mobility: tanh(0.25, 0.25)}, s)
	if err != nil {
		t.Fatal(err)
	}
	return gen
}

// tanh is the inverse metric 4β x(1-x) of [HF] (24).
func tanh(beta ...float64) Mobility {
	return Diagonal(func(dst, x []float64) {
		for i, b := range beta {
			dst[i] = 4 * b * x[i] * (1 - x[i])
		}
	})
}

func doubleWell(t testing.TB, n int, s *Settings) *Generator {
	t.Helper()
	g, err := New(freeenergy.NewGrid(freeenergy.Uniform(-3, 3, n)), Equation{Energy: landscape.NewDoubleWell(1, 1), Temperature: 0.5}, s)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func bump(t testing.TB, g *freeenergy.Grid) *freeenergy.Density {
	t.Helper()
	p, err := freeenergy.Normalized(g, func(x []float64) float64 { return math.Exp(-8 * (x[0] + 1) * (x[0] + 1)) })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var _ lyapunov.Energy = function{}
