package langevin

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
	"hopflow/flows/sde"
	"hopflow/lyapunov"
	"hopflow/lyapunov/activation"
)

var points2 = [][]float64{{0.2, 0.55}, {0.31, 0.82}, {0.74, 0.13}}

func TestMobilities(t *testing.T) {
	curved := geometry.Orthogonal{N: 2, Entries: func(g, x []float64) { g[0], g[1] = 1+x[1]*x[1]*x[0], 2+math.Sin(x[0]) }}
	triple := NewVariable(3, func(k, x []float64) {
		copy(k, []float64{2 + x[0], x[1], 0.3, 0.1, 3 + x[2], -x[0], 0.2, 0.4, 2 + x[1]*x[1]})
	}, nil)
	for name, c := range map[string]struct {
		m      lyapunov.Mobility
		points [][]float64
	}{
		"identity":        {identity(2), points2},
		"isotropic":       {NewIsotropic(2, func(x []float64) float64 { return 1 + x[0] }, func(dst, _ []float64) { dst[0], dst[1] = 1, 0 }), points2},
		"diagonal":        {NewDiagonal(2, func(i int, x float64) float64 { return math.Exp(float64(i) * x) }, nil), points2},
		"constant":        {ConstantRows([]float64{1, 3}, []float64{-1, 1}), points2},
		"semidefinite":    {ConstantRows([]float64{0, -1}, []float64{1, 0.4}), points2},
		"constant in 4-D": {ConstantRows([]float64{4, 1, 0, 2}, []float64{-1, 3, 1, 0}, []float64{0, 1, 2, 1}, []float64{0, 0, 1, 5}), [][]float64{{1, 2, 3, 4}}},
		"three":           {triple, [][]float64{{0.2, 0.55, 0.9}, {-0.3, 0.1, 0.4}}},
		"tanh metric":     {InverseMetric(geometry.NewTanh(0.25, 0.6)), points2},
		"any activations": {InverseMetric(geometry.NewSeparable(activation.NewArctan(1.3), activation.NewAlgebraic(0.7))), points2},
		"curved metric":   {InverseMetric(curved), points2},
		"rotated metric":  {NewRotated(InverseMetric(geometry.NewTanh(0.25, 0.6)), 2, bumpyA, nil), points2},
	} {
		if err := CheckMobility(c.m, c.points); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, m := range []geometry.Metric{geometry.NewTanh(0.25, 0.6), curved} {
		x, g := points2[0], make([]float64, 4)
		sharpMatrix(g, m.Flat, x)
		if got, want := MetricVolume(m)(x), math.Log(g[0]*g[3]-g[1]*g[2])/2; math.Abs(got-want) > 1e-14 {
			t.Errorf("ln √det G = %v, want %v", got, want)
		}
	}
}

// broken is a mobility with a switch for each law it can break.
type broken struct{ firstIndex, root, nonlinear, writes, negative bool }

func (m broken) k(x []float64) (k [4]float64) {
	var a [4]float64
	bumpyS(k[:], x)
	bumpyA(a[:], x)
	for i := range k {
		k[i] += a[i]
	}
	if m.negative {
		k[0] -= 3
	}
	return k
}

func (m broken) Sharp(dst, x, xi []float64) {
	k := m.k(x)
	multiply(dst, k[:], xi)
	if m.nonlinear {
		dst[0] += 1e-3 * xi[0] * xi[0]
	}
	if m.writes {
		x[1] += 1e-9
	}
}

func (m broken) SharpSqrt(dst, x, w []float64) {
	NewVariable(2, func(k, x []float64) { v := m.k(x); copy(k, v[:]) }, nil).SharpSqrt(dst, x, w)
	if m.root {
		dst[0] *= 1.001
	}
}

func (m broken) Divergence(dst, x []float64) {
	var a [2]float64
	bumpySDiv(dst, x)
	bumpyADiv(a[:], x)
	sign := 1.0
	if m.firstIndex {
		sign = -1
	}
	dst[0] += sign * a[0]
	dst[1] += sign * a[1]
}

func TestCheckMobilityRefuses(t *testing.T) {
	if err := CheckMobility(broken{}, points2); err != nil {
		t.Error(err)
	}
	for want, m := range map[string]lyapunov.Mobility{
		"contract the second index": broken{firstIndex: true},
		"covariance":                broken{root: true},
		"linear":                    broken{nonlinear: true},
		"work on a copy":            broken{writes: true},
		"SharpSqrt is not finite":   broken{negative: true},
		"antisymmetric":             NewRotated(nil, 2, func(a, _ []float64) { copy(a, []float64{0, 1, 1, 0}) }, nil),
		"not finite":                NewDiagonal(2, func(int, float64) float64 { return math.Inf(1) }, nil),
	} {
		if err := CheckMobility(m, points2); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%T: %v, want %q", m, err, want)
		}
	}
	if err := CheckMobility(identity(2), nil); err == nil {
		t.Error("no points, no error")
	}
	if err := CheckMobility(identity(2), [][]float64{{1}}); err == nil {
		t.Error("a point of another dimension passes")
	}
}

func TestNewConstantRefuses(t *testing.T) {
	for _, k := range [][]float64{{1, 2, 2, 1}, {math.NaN(), 0, 0, 1}, {1, math.Inf(1), 0, 1}, {-1, 0, 0, 1}} {
		if _, err := NewConstant(mat.NewDense(2, 2, k)); err == nil {
			t.Errorf("%v makes a mobility", k)
		}
	}
	if _, err := NewConstant(mat.NewDense(3, 3, []float64{1, 2, 0, 2, 1, 0, 0, 0, 1})); err == nil {
		t.Error("an indefinite matrix in 3-D makes a mobility")
	}
	mustPanic(t, "2 coordinates, want 1", func() { ConstantRows([]float64{1, 2}) })
	mustPanic(t, "eigenvalue", func() { ConstantRows([]float64{-1}) })
}

func mustPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		got, ok := recover().(string)
		if !ok || !strings.Contains(got, want) {
			t.Errorf("panic %q, want %q", got, want)
		}
	}()
	f()
}

// Blocks of a constant matrix, in place and not, in more than two dimensions.
func TestConstantBlock(t *testing.T) {
	for _, n := range []int{1, 2, 3, 10} {
		k := mat.NewDense(n, n, nil)
		for a := range n {
			for b := range n {
				k.Set(a, b, 0.1*math.Sin(float64(3*a+5*b)))
			}
			k.Set(a, a, 2+float64(a))
		}
		m, err := NewConstant(k)
		if err != nil {
			t.Fatal(err)
		}
		in, out := rows(n, 4), rows(n, 4)
		x, want := make([]float64, n), make([]float64, n)
		for d := range in {
			for i := range in[d] {
				in[d][i] = math.Cos(float64(7*d + i))
			}
		}
		check := func(name string, c float64, act func(dst, x, w []float64), got [][]float64) {
			t.Helper()
			for i := range 4 {
				sde.Gather(x, in, i)
				act(want, nil, x)
				for d := range want {
					if math.Abs(got[d][i]-c*want[d]) > 1e-13 {
						t.Errorf("%s in %d-D: %v, want %v", name, n, got[d][i], c*want[d])
					}
				}
			}
		}
		m.DriftBlock(out, nil, in, 0.3)
		check("DriftBlock", -1, m.Sharp, out)
		m.SqrtBlock(out, nil, in, 1.7)
		check("SqrtBlock", 1.7, m.SharpSqrt, out)
		for d := range in {
			copy(out[d], in[d])
		}
		m.DriftBlock(out, nil, out, 0.3)
		check("DriftBlock in place", -1, m.Sharp, out)
	}
}
