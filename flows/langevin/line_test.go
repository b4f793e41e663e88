package langevin

import (
	"math"
	"testing"

	"hopflow/flows/sde"
	"hopflow/internal/oracle"
	"hopflow/lyapunov/landscape"
)

// curve is an energy on the line.
type curve struct{ value, slope func(x float64) float64 }

func (curve) Dim() int                    { return 1 }
func (c curve) Value(x []float64) float64 { return c.value(x[0]) }
func (c curve) Gradient(dst, x []float64) { dst[0] = c.slope(x[0]) }

// flat is the energy 0 of so many coordinates.
type flat int

func (f flat) Dim() int                { return int(f) }
func (flat) Value(_ []float64) float64 { return 0 }
func (flat) Gradient(dst, _ []float64) { clear(dst) }

// saturating is x tanh x - ln cosh x, the energy of a tanh unit.
var saturating = curve{
	func(x float64) float64 {
		a := math.Abs(x)
		return a*math.Tanh(a) - a - math.Log1p(math.Exp(-2*a)) + math.Ln2
	},
	func(x float64) float64 { c := math.Cosh(x); return x / (c * c) },
}

func TestTanhExplosion(t *testing.T) {
	r := oracle.Load(t, lf, "thm14/tanh-explosion")[0]
	k := func(x float64) float64 { c := math.Cosh(x); return c * c }
	inf := math.Inf(1)
	target := OnLine(saturating, k, r.In("T"), sde.AntiIto, -inf, inf)
	got, err := target.MeanExit(0, -inf, inf)
	if err != nil {
		t.Fatal(err)
	}
	r.Close(t, "mean_explosion_time", []float64{got}, 1e-10, true)
	for _, upper := range []bool{false, true} {
		if kind, err := target.End(upper); err != nil || kind != Exit {
			t.Errorf("end of the exploding process: %v, %v, want exit", kind, err)
		}
	}
	if _, err := target.Stationary(0, 1); err == nil {
		t.Error("the exploding process has a stationary density")
	}
	printed := OnLine(saturating, k, r.In("T"), sde.Ito, -inf, inf)
	if kind, err := printed.End(true); err != nil || kind.Attainable() {
		t.Errorf("end of the printed process: %v, %v", kind, err)
	}
	if got, err := printed.MeanExit(0, -inf, inf); err != nil || !math.IsInf(got, 1) {
		t.Errorf("the printed process explodes after %v, %v", got, err)
	}
}

func TestLeakyKink(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "thm14/leaky-kink") {
		s := r.In("slope")
		f := func(x float64) float64 {
			if x < 0 {
				return s
			}
			return 1
		}
		e := curve{func(x float64) float64 { return f(x) * x * x / 2 }, func(x float64) float64 { return f(x) * x }}
		inf := math.Inf(1)
		for key, c := range map[string]sde.Calculus{"P_ito": sde.Ito, "P_strat": sde.Stratonovich, "P_target": sde.AntiIto} {
			for _, T := range []float64{0.3, 1.7} {
				l := OnLine(e, func(x float64) float64 { return 1 / f(x) }, T, c, -inf, inf, 0)
				got, err := l.Stationary(0, inf)
				if err != nil {
					t.Fatal(err)
				}
				r.Close(t, key, []float64{got}, 1e-13, true)
			}
		}
	}
}

// The sides of the cube are entrances for the machine, exactly at the
// threshold: with any less of the drift T K' they are reached.
func TestFellerThreshold(t *testing.T) {
	e := curve{func(x float64) float64 { return 3*x - x*x }, func(x float64) float64 { return 3 - 2*x }}
	k := func(x float64) float64 { return 4 * 0.7 * x * (1 - x) }
	for _, c := range []struct {
		calculus sde.Calculus
		want     Boundary
	}{{sde.AntiIto, Entrance}, {0.9, Regular}, {0.5, Regular}, {0.1, Regular}, {sde.Ito, Exit}} {
		for _, upper := range []bool{false, true} {
			got, err := OnLine(e, k, 1.3, c.calculus, 0, 1).End(upper)
			if err != nil || got != c.want {
				t.Errorf("%v, upper %v: %v, %v, want %v", c.calculus, upper, got, err, c.want)
			}
		}
	}
	m := Machine{Energy: e, Beta: []float64{0.7}, Temperature: 1.3}
	if got, err := m.Dynamics().Line(0, 1).End(true); err != nil || got != Entrance {
		t.Errorf("Machine: %v, %v", got, err)
	}
}

func TestFellerInfinite(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name string
		l    *Line
		want Boundary
	}{
		{"Brownian motion", OnLine(flat(1), nil, 0.7, sde.Ito, -inf, inf), Natural},
		{"Ornstein-Uhlenbeck", OnLine(landscape.Harmonic(1.3, 0.2), nil, 0.7, sde.Ito, -inf, inf), Natural},
		{"quartic", OnLine(landscape.NewDoubleWell(1.1, 0.8), nil, 0.7, sde.Ito, -inf, inf), Entrance},
		{"inverted quartic", OnLine(landscape.Scale(-1, landscape.NewDoubleWell(1.1, 0.8)), nil, 0.7, sde.Ito, -inf, inf), Exit},
		{"geometric at infinity", LineOf(func(x float64) float64 { return 0.3 * x }, func(x float64) float64 { return 0.2 * x * x }, 0, 1, inf), Natural},
		{"Bessel of dimension 3 at infinity", LineOf(func(x float64) float64 { return 1 / x }, func(float64) float64 { return 0.5 }, 0, 1, inf), Natural},
	} {
		if got, err := c.l.End(true); err != nil || got != c.want {
			t.Errorf("%s: %v, %v, want %v", c.name, got, err, c.want)
		}
	}
	for dim, want := range map[float64]Boundary{1.5: Regular, 2: Entrance, 3: Entrance} {
		l := LineOf(func(x float64) float64 { return (dim - 1) / (2 * x) }, func(float64) float64 { return 0.5 }, 0, 1, inf)
		if got, err := l.End(false); err != nil || got != want {
			t.Errorf("Bessel process of dimension %g at 0: %v, %v, want %v", dim, got, err, want)
		}
	}
}

func TestMeanExit(t *testing.T) {
	inf := math.Inf(1)
	bm := OnLine(flat(1), nil, 0.7, sde.Ito, -inf, inf)
	if got, err := bm.MeanExit(0.2, -0.4, 0.9); err != nil || math.Abs(got-0.6*0.7/1.4) > 1e-14 {
		t.Errorf("Brownian motion: %v, %v, want %v", got, err, 0.6*0.7/1.4)
	}
	if got, err := bm.Hits(0.2, -0.4, 0.9); err != nil || math.Abs(got-0.6/1.3) > 1e-14 {
		t.Errorf("Brownian motion hits with %v, %v", got, err)
	}
	if got, err := bm.MeanExit(0.2, -inf, 0.9); err != nil || !math.IsInf(got, 1) {
		t.Errorf("Brownian motion on a half line: %v, %v", got, err)
	}
	// Ornstein-Uhlenbeck, k = T = 1, from 0 to 1: √(π/2) ∫₀¹ e^{y²/2} erfc(-y/√2) dy,
	// here by Simpson's rule.
	ou := OnLine(landscape.Harmonic(1, 0), nil, 1, sde.Ito, -inf, inf)
	f := func(y float64) float64 { return math.Sqrt(math.Pi/2) * math.Exp(y*y/2) * math.Erfc(-y/math.Sqrt2) }
	want := 0.0
	const n = 2000
	for i := range n {
		a := float64(i) / n
		want += (f(a) + 4*f(a+0.5/n) + f(a+1.0/n)) / (6 * n)
	}
	if got, err := ou.MeanExit(0, -inf, 1); err != nil || math.Abs(got/want-1) > 1e-12 {
		t.Errorf("Ornstein-Uhlenbeck: %.15g, %v, want %.15g", got, err, want)
	}
	// A regular end that absorbs: D = x(1-x)/2 without drift, from x to {0, 1}:
	// Wright and Fisher, -2[x ln x + (1-x) ln(1-x)].
	wf := LineOf(func(float64) float64 { return 0 }, func(x float64) float64 { return x * (1 - x) / 2 }, 0, 0.5, 1)
	want = -2 * (0.3*math.Log(0.3) + 0.7*math.Log(0.7))
	if got, err := wf.MeanExit(0.3, 0, 1); err != nil || math.Abs(got/want-1) > 1e-9 {
		t.Errorf("Wright-Fisher: %.15g, %v, want %.15g", got, err, want)
	}
}

func TestLineRefuses(t *testing.T) {
	inf := math.Inf(1)
	ou := OnLine(landscape.Harmonic(1, 0), nil, 1, sde.Ito, -inf, inf)
	if _, err := ou.Hits(0, -inf, inf); err == nil {
		t.Error("one of two natural ends is hit")
	}
	if got, err := ou.Hits(0, -inf, 1); err != nil || got != 1 {
		t.Errorf("the only end that can be reached is hit with %v, %v", got, err)
	}
	if got, err := ou.Hits(0, -1, inf); err != nil || got != 0 {
		t.Errorf("an end that cannot be reached is hit with %v, %v", got, err)
	}
	mustPanic(t, "from 2 to the ends -1 and 1", func() { _, _ = ou.MeanExit(2, -1, 1) })
	mustPanic(t, "the interval (1, 0)", func() { _, _ = ou.Stationary(1, 0) })
	mustPanic(t, "a Line from 1 to 0", func() { OnLine(flat(1), nil, 1, sde.Ito, 1, 0) })
	mustPanic(t, "a break at 3", func() { OnLine(flat(1), nil, 1, sde.Ito, 0, 1, 3) })
	mustPanic(t, "not on a line", func() { OnLine(flat(2), nil, 1, sde.Ito, 0, 1) })
	mustPanic(t, "needs a drift", func() { LineOf(nil, nil, 0, 0.5, 1) })
	if got, err := OnLine(flat(1), nil, 1, sde.Ito, -1, 2).Stationary(-1, 0); err != nil || math.Abs(got-1./3) > 1e-12 {
		t.Errorf("uniform: %v, %v", got, err)
	}
	// An integrand like 1/(distance √ln) is between what can be told apart.
	slow := LineOf(func(float64) float64 { return 0 }, func(x float64) float64 { return x * (1 - math.Log(x)) }, 0, 0.5, 1)
	if _, err := slow.Stationary(0, 0.5); err == nil {
		t.Error("a convergence like that of 1/(x ln x) is decided")
	}
	for b, want := range map[Boundary]string{Regular: "regular", Exit: "exit", Entrance: "entrance", Natural: "natural", 7: "Boundary(7)"} {
		if b.String() != want {
			t.Errorf("%d is %v", int(b), b)
		}
	}
}
