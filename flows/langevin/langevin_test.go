package langevin

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows"
	"hopflow/flows/sde"
	"hopflow/internal/oracle"
	"hopflow/lyapunov/landscape"
)

const (
	lf = "testdata/lf.json"
	hf = "testdata/hf.json"
)

// zmax bounds a z-score with a false-alarm rate of 1e-6.
const zmax = 4.9

// seeds is how many seeds a statistical statement is tested with.
const seeds = 20

// function is an energy given by its functions.
type function struct {
	n     int
	value func(x []float64) float64
	grad  func(dst, x []float64)
}

func (f function) Dim() int                  { return f.n }
func (f function) Value(x []float64) float64 { return f.value(x) }
func (f function) Gradient(dst, x []float64) { f.grad(dst, x) }

// bumpy is the energy of the records sa/nonlinear.
var bumpy = function{2,
	func(x []float64) float64 {
		a := x[0]*x[0] - 1
		return a*a + x[0]*x[1]/2 + x[1]*x[1]
	},
	func(dst, x []float64) {
		dst[0] = 4*x[0]*(x[0]*x[0]-1) + x[1]/2
		dst[1] = x[0]/2 + 2*x[1]
	}}

func bumpyS(k, p []float64) {
	x, y := p[0], p[1]
	k[0], k[1], k[2], k[3] = 1+x*x, x*y/5, x*y/5, 1+y*y
}

func bumpySDiv(dst, p []float64) { dst[0], dst[1] = 2*p[0]+p[0]/5, p[1]/5+2*p[1] }

func bumpyA(a, p []float64) {
	v := math.Sin(p[0]) + p[1]*p[1]
	a[0], a[1], a[2], a[3] = 0, v, -v, 0
}

func bumpyADiv(dst, p []float64) { dst[0], dst[1] = 2*p[1], -math.Cos(p[0]) }

// bumpyK are four ways to write the K of the records.
func bumpyK() map[string]interface {
	Sharp(dst, x, xi []float64)
	SharpSqrt(dst, x, w []float64)
	Divergence(dst, x []float64)
} {
	both := func(k, p []float64) {
		var a [4]float64
		bumpyS(k, p)
		bumpyA(a[:], p)
		for i := range k {
			k[i] += a[i]
		}
	}
	return map[string]interface {
		Sharp(dst, x, xi []float64)
		SharpSqrt(dst, x, w []float64)
		Divergence(dst, x []float64)
	}{
		"matrix": NewVariable(2, both, func(dst, p []float64) {
			var a [2]float64
			bumpySDiv(dst, p)
			bumpyADiv(a[:], p)
			dst[0] += a[0]
			dst[1] += a[1]
		}),
		"matrix by differences":  NewVariable(2, both, nil),
		"rotated":                NewRotated(NewVariable(2, bumpyS, bumpySDiv), 2, bumpyA, bumpyADiv),
		"rotated by differences": NewRotated(NewVariable(2, bumpyS, nil), 2, bumpyA, nil),
	}
}

// residual returns (L* q)/q = [-∂_a(a^a q) + T ∂_a∂_b(S^{ab} q)]/q at p for
// q = exp(-E/T), by differences.
func residual(e function, T float64, drift, s func(dst, x []float64), p []float64) float64 {
	const h = 1e-3
	q := func(x []float64) float64 { return math.Exp(-(e.value(x) - e.value(p)) / T) }
	var sum float64
	x, v, m := append([]float64(nil), p...), make([]float64, 2), make([]float64, 4)
	current := func(a int) float64 { // a^a q - T ∂_b (S^{ab} q)
		drift(v, x)
		j := v[a] * q(x)
		for b := range 2 {
			keep := x[b]
			for _, n := range stencil {
				x[b] = keep + n.at*h
				s(m, x)
				j -= T * n.weight / h * m[a*2+b] * q(x)
			}
			x[b] = keep
		}
		return j
	}
	for a := range 2 {
		for _, n := range stencil {
			x[a] = p[a] + n.at*h
			sum -= n.weight / h * current(a)
		}
		x[a] = p[a]
	}
	return sum
}

func TestNonReversibleDrift(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "sa/nonlinear") {
		T, x := r.In("T"), []float64{r.In("x"), r.In("y")}
		for name, k := range bumpyK() {
			d := Dynamics{Energy: bumpy, Mobility: k, Temperature: T}
			tol := 1e-13
			if name == "matrix by differences" || name == "rotated by differences" {
				tol = 1e-10
			}
			got := make([]float64, 2)
			s := d.System()
			s.Drift(got, 0, x)
			r.Close(t, "drift", got, tol, true)
			drift := func(dst, x []float64) { s.Drift(dst, 0, x) }
			r.Close(t, "residual", []float64{residual(bumpy, T, drift, bumpyS, x)}, 1e-7, false)
		}
		// Failing forms: the first index, and no div A.
		s := Dynamics{Energy: bumpy, Mobility: bumpyK()["matrix"], Temperature: T}.System()
		for key, factor := range map[string]float64{"residual_wrong_index": -2, "residual_omit_divA": -1} {
			wrong := func(dst, x []float64) {
				var a [2]float64
				bumpyADiv(a[:], x)
				s.Drift(dst, 0, x)
				dst[0] += factor * T * a[0]
				dst[1] += factor * T * a[1]
			}
			if key == "residual_wrong_index" {
				got := make([]float64, 2)
				wrong(got, x)
				r.Close(t, "drift_wrong_index", got, 1e-13, true)
			}
			r.Close(t, key, []float64{residual(bumpy, T, wrong, bumpyS, x)}, 1e-7, true)
		}
	}
}

func TestManifoldDrift(t *testing.T) {
	r := oracle.Load(t, lf, "manifold/sphere")[0]
	sphere := Dynamics{
		Energy: flat(2), Temperature: r.In("T"),
		Mobility:  NewVariable(2, func(k, x []float64) { s := math.Sin(x[0]); k[0], k[1], k[2], k[3] = 1, 0, 0, 1/(s*s) }, func(dst, _ []float64) { clear(dst) }),
		LogVolume: func(x []float64) float64 { return math.Log(math.Sin(x[0])) },
	}
	exact := sphere
	exact.VolumeGradient = func(dst, x []float64) { dst[0], dst[1] = 1/math.Tan(x[0]), 0 }
	for tol, d := range map[float64]Dynamics{1e-11: sphere, 1e-15: exact} {
		if err := d.Check([][]float64{{0.7, 0.3}, {2.1, -1}}); err != nil {
			t.Error(err)
		}
		got := make([]float64, 2)
		d.System().Drift(got, 0, []float64{r.In("theta"), 0.4})
		r.Close(t, "drift_theta", got[:1], tol, true)
	}
	r = oracle.Load(t, lf, "manifold/polar-hopf")[0]
	ring := function{2,
		func(x []float64) float64 { a := x[0]*x[0] - 1; return a * a / 4 },
		func(dst, x []float64) { dst[0], dst[1] = x[0]*(x[0]*x[0]-1), 0 }}
	polar := Dynamics{
		Energy: ring, Temperature: r.In("T"),
		Mobility:       NewVariable(2, func(k, x []float64) { k[0], k[1], k[2], k[3] = 1, 0, 0, 1/(x[0]*x[0]) }, nil),
		LogVolume:      func(x []float64) float64 { return math.Log(x[0]) },
		VolumeGradient: func(dst, x []float64) { dst[0], dst[1] = 1/x[0], 0 },
	}
	got := make([]float64, 2)
	polar.System().Drift(got, 0, []float64{r.In("r"), 1.1})
	r.Close(t, "drift_r", got[:1], 1e-13, true)
	// The radial process alone: a Line with μ = r, whose density is 2πr e^{-E/T}/Z.
	radial := Dynamics{
		Energy:      curve{func(x float64) float64 { a := x*x - 1; return a * a / 4 }, func(x float64) float64 { return x * (x*x - 1) }},
		Temperature: r.In("T"), LogVolume: func(x []float64) float64 { return math.Log(x[0]) },
	}
	l := radial.Line(0, math.Inf(1))
	const h = 1e-3
	at := func(x float64) float64 {
		p, err := l.Stationary(x-h, x+h)
		if err != nil {
			t.Fatal(err)
		}
		return p / (2 * h)
	}
	r.Close(t, "rho_r", []float64{at(r.In("r"))}, 1e-5, true)
	if kind, err := l.End(false); err != nil || kind != Entrance {
		t.Errorf("the origin of the plane is %v, %v, want entrance", kind, err)
	}
}

// Theorem 14 for any convex L: the extra drift T div K is -T K ∂ln det ∇²L, so
// that the printed drift, without it, is the one of the measure det ∇²L dh.
func TestPiola(t *testing.T) {
	r := oracle.Load(t, lf, "thm14/piola")[0]
	T, x := r.In("T"), []float64{r.In("h1"), r.In("h2")}
	sech2 := func(h []float64) float64 { c := math.Cosh(h[0] + 2*h[1]); return 1 / (c * c) }
	logDet := func(h []float64) float64 { return math.Log(1 + 5*sech2(h)) }
	inverse := func(k, h []float64) {
		s := sech2(h)
		det := 1 + 5*s
		k[0], k[1], k[2], k[3] = (1+4*s)/det, -2*s/det, -2*s/det, (1+s)/det
	}
	k := NewVariable(2, inverse, nil)
	var m [4]float64
	inverse(m[:], x)
	flatK := []float64{}
	for _, row := range r.Expected["K"].([]any) {
		flatK = append(flatK, oracle.Record{Inputs: map[string]any{"row": row}}.Ins("row")...)
	}
	for i, v := range flatK {
		if math.Abs(m[i]-v) > 1e-15 {
			t.Errorf("K[%d] = %v, want %v", i, m[i], v)
		}
	}
	r.Close(t, "ln_det", []float64{logDet(x)}, 1e-15, true)
	got := make([]float64, 2)
	Dynamics{Energy: flat(2), Mobility: k, Temperature: T}.System().Drift(got, 0, x)
	r.Close(t, "extra_drift", got, 1e-11, false)
	with := Dynamics{Energy: flat(2), Mobility: k, Temperature: T, LogVolume: logDet}
	with.System().Drift(got, 0, x)
	if math.Abs(got[0])+math.Abs(got[1]) > 1e-10 {
		t.Errorf("with respect to det ∇²L the drift beyond the printed one is %v, want 0", got)
	}
}

func TestLinearNonReversible(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "sa/linear") {
		rows := func(from map[string]any, key string) (m [][]float64) {
			for _, row := range from[key].([]any) {
				m = append(m, oracle.Record{Inputs: map[string]any{"row": row}}.Ins("row"))
			}
			return m
		}
		s, mm, a := rows(r.Inputs, "S"), rows(r.Inputs, "M"), r.In("a")
		e, err := landscape.NewQuadratic(mat.NewSymDense(2, append(mm[0], mm[1]...)), nil)
		if err != nil {
			t.Fatal(err)
		}
		k := ConstantRows([]float64{s[0][0], s[0][1] + a}, []float64{s[1][0] - a, s[1][1]})
		d := Dynamics{Energy: e, Mobility: k, Temperature: r.In("T")}
		if err := d.Check([][]float64{{0.2, -0.7}, {1.3, 0.4}}); err != nil {
			t.Error(err)
		}
		rates, err := d.Rates([]float64{0, 0})
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "gap", []float64{real(rates[0])}, 1e-13, true)
		r.Close(t, "eig_B_re", []float64{real(rates[1]), real(rates[0])}, 1e-13, true)
		d.Mobility = ConstantRows(s...)
		if rates, err = d.Rates([]float64{0, 0}); err != nil {
			t.Fatal(err)
		}
		r.Close(t, "gap_reversible", []float64{real(rates[0])}, 1e-13, true)
	}
}

// The blocks are the particles, and the systems keep the laws of package sde.
func TestSystems(t *testing.T) {
	generic := [][]float64{{0.2, 0.55}, {0.31, 0.82}, {0.74, 0.13}}
	quad, err := landscape.NewQuadratic(mat.NewSymDense(2, []float64{1.3, 0.4, 0.4, 0.8}), []float64{0.1, -0.3})
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]Dynamics{
		"identity":   {Energy: bumpy, Temperature: 0.7},
		"constant":   {Energy: quad, Mobility: ConstantRows([]float64{1, 0.9}, []float64{-0.3, 2}), Temperature: 0.7},
		"isotropic":  {Energy: bumpy, Mobility: NewIsotropic(2, func(x []float64) float64 { return 1 + x[0]*x[1] }, nil), Temperature: 0.7},
		"diagonal":   {Energy: quad, Mobility: NewDiagonal(2, func(i int, x float64) float64 { return float64(i+1) + x*x }, nil), Temperature: 0.7},
		"machine":    Machine{Energy: landscape.Himmelblau{}, Beta: []float64{0.25, 0.6}, Temperature: 7}.Dynamics(),
		"cooling":    Machine{Energy: bumpy, Beta: []float64{0.7}, Schedule: ExponentialCooling(2, 0.1, 3)}.Dynamics(),
		"volume":     {Energy: bumpy, Temperature: 0.7, LogVolume: func(x []float64) float64 { return x[0] * x[1] * x[1] }},
		"kinetic":    Kinetic{Energy: curve{math.Sin, math.Cos}, Mass: []float64{1.7}, Friction: 0.6, Temperature: 0.7}.Dynamics(),
		"zero noise": {Energy: quad, Temperature: 0},
	}
	for name, k := range bumpyK() {
		cases[name] = Dynamics{Energy: bumpy, Mobility: k, Temperature: 0.7}
	}
	for name, d := range cases {
		s := d.System()
		var states []flows.State
		for i, x := range generic {
			states = append(states, flows.State{T: 0.3 * float64(i), X: x})
		}
		if err := sde.CheckSystem(s, states); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := d.Check(generic); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
