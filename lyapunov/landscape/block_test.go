package landscape

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov"
)

// The block forms are the particle forms, also outside the domain.
func TestBlocks(t *testing.T) {
	quad := must(NewQuadratic(mat.NewSymDense(3, []float64{2, 0.5, 0, 0.5, 1, -0.25, 0, -0.25, 3}), []float64{0.3, -1, 0.7}))
	for _, e := range []interface {
		lyapunov.Energy
		GradientBlock(dst, x [][]float64)
	}{Himmelblau{}, NewDoubleWell(1.3, 0.8), quad} {
		const n = 9
		x, dst := make([][]float64, e.Dim()), make([][]float64, e.Dim())
		for d := range x {
			x[d], dst[d] = make([]float64, n), make([]float64, n)
			for i := range x[d] {
				x[d][i] = 0.5 + 0.55*math.Sin(float64(3*i+d)) // some outside [0, 1]
				dst[d][i] = math.Inf(1)
			}
		}
		e.GradientBlock(dst, x)
		values := make([]float64, n)
		block, hasValues := e.(interface {
			ValueBlock(dst []float64, x [][]float64)
		})
		if hasValues {
			block.ValueBlock(values, x)
		}
		p, g := make([]float64, e.Dim()), make([]float64, e.Dim())
		for i := range n {
			for d := range p {
				p[d] = x[d][i]
			}
			e.Gradient(g, p)
			for d, want := range g {
				if got := dst[d][i]; math.Abs(got-want) > 1e-13*(1+math.Abs(want)) || math.IsNaN(got) != math.IsNaN(want) {
					t.Errorf("%T: component %d at %v is %v, want %v", e, d, p, got, want)
				}
			}
			if v := e.Value(p); hasValues && values[i] != v && !(math.IsNaN(v) && math.IsNaN(values[i])) {
				t.Errorf("%T: value at %v is %v, want %v", e, p, values[i], v)
			}
		}
		mismatch := func(what string, f func()) {
			defer func() {
				if s, ok := recover().(string); !ok || !strings.Contains(s, "length mismatch") {
					t.Errorf("%T: %s: recovered %q", e, what, s)
				}
			}()
			f()
		}
		mismatch("a row too few", func() { e.GradientBlock(dst, x[1:]) })
		dst[0] = dst[0][1:]
		mismatch("unequal rows", func() { e.GradientBlock(dst, x) })
	}
}
