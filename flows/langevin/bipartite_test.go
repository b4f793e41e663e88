package langevin

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/sde"
	"hopflow/internal/oracle"
	"hopflow/internal/trials"
	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/hopfield"
	"hopflow/lyapunov/landscape"
)

// theorem14 returns the stochastic dynamics that [LF] Theorem 14 prints: those of
// E with respect to the measure det ∂²L dv dh.
func theorem14(b *hopfield.Bipartite, T float64) Dynamics {
	return Dynamics{Energy: b, Mobility: b.Mobility(), Temperature: T, LogVolume: b.LogVolume, VolumeGradient: b.VolumeGradient}
}

func bipartite(t *testing.T, u *mat.Dense, input []float64, visible, hidden hopfield.Lagrangian) *hopfield.Bipartite {
	t.Helper()
	b, err := hopfield.NewBipartite(u, input, visible, hidden)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// With respect to det ∂²L the Itô drift is that of [LF] Definition 13 and no other,
// for separable layers and for one that is not; with respect to dv dh it has
// T div K besides.
func TestBipartiteDrift(t *testing.T) {
	ridge, err := hopfield.NewRidge(mat.NewDense(1, 2, []float64{1, 2}), activation.NewTanh(1))
	if err != nil {
		t.Fatal(err)
	}
	u := mat.NewDense(2, 2, []float64{0.4, -0.3, 0.7, 0.2})
	points := [][]float64{{0.4, -0.9, 1.1, 0.3}, {-1.3, 0.2, -0.4, 0.8}}
	for name, layer := range map[string]hopfield.Lagrangian{
		"tanh": hopfield.Layer(2, activation.NewTanh(1.1)), "softplus-leaky": hopfield.Layer(2, activation.NewRectifier(0.2, 3)), "ridge": ridge,
	} {
		b := bipartite(t, u, []float64{0.1, -0.2}, layer, layer)
		const T = 0.7
		printed := theorem14(b, T)
		if err := printed.Check(points); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		field, drift, other := make([]float64, 4), make([]float64, 4), make([]float64, 4)
		for _, x := range points {
			b.Field(field, 0, x)
			printed.System().Drift(drift, 0, x)
			Dynamics{Energy: b, Mobility: b.Mobility(), Temperature: T}.System().Drift(other, 0, x)
			div := make([]float64, 4)
			b.Mobility().Divergence(div, x)
			for i := range x {
				if math.Abs(drift[i]-field[i]) > 1e-13*math.Max(1, math.Abs(field[i])) {
					t.Errorf("%s: drift %d is %.15g, Definition 13 has %.15g", name, i, drift[i], field[i])
				}
				if math.Abs(other[i]-field[i]-T*div[i]) > 1e-12 || math.Abs(div[i]) < 1e-4 {
					t.Errorf("%s: with respect to dv dh drift %d is %g, want %g + T %g", name, i, other[i], field[i], div[i])
				}
			}
		}
	}
}

// What the printed equation samples: time averages of 8 paths, the error of the step
// h removed by h and h/2. The means are those of det ∂²L exp(-E/T), |z| < 4.9, and
// not those of exp(-E/T) dv dh, which are more than 5 standard errors away.
func TestBipartiteSamples(t *testing.T) {
	if testing.Short() {
		t.Skip("samples")
	}
	layer := hopfield.Layer(1, activation.NewRectifier(0.15, 4))
	b := bipartite(t, mat.NewDense(1, 1, []float64{0.5}), []float64{0.1}, layer, layer)
	const T = 0.5
	names := []string{"v", "v h", "E"}
	functions := []func(x []float64) float64{
		func(x []float64) float64 { return x[0] },
		func(x []float64) float64 { return x[0] * x[1] },
		b.Value,
	}
	end := 1000 * float64(trials.Times(t))
	run := func(h float64, seed uint64) (all []sde.TimeAverage) {
		var observers []sde.Observer
		for _, f := range functions {
			observers = append(observers, sde.NewAverages(f, 4, int(10/h)))
		}
		e := sde.Ensemble{System: theorem14(b, T).System(), Particles: 8, Step: h, Seed: seed, Start: sde.At(0.3, 0.2)}
		if _, err := e.Run(0, end, observers...); err != nil {
			t.Fatal(err)
		}
		for _, o := range observers {
			a, err := o.(*sde.Averages).Average()
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, a)
		}
		return all
	}
	coarse, fine := run(0.05, 1), run(0.025, 2)
	axis := freeenergy.Uniform(-20, 10, 300)
	laws := map[hopfield.Measure]*freeenergy.Density{}
	for _, m := range []hopfield.Measure{hopfield.FiringRate, hopfield.Lebesgue} {
		var err error
		if laws[m], err = freeenergy.Gibbs(freeenergy.NewGrid(axis, axis), b.Effective(T, m), T); err != nil {
			t.Fatal(err)
		}
	}
	for k, f := range functions {
		got, se := 2*fine[k].Value-coarse[k].Value, math.Hypot(2*fine[k].StdErr, coarse[k].StdErr)
		z := map[hopfield.Measure]float64{}
		for _, m := range []hopfield.Measure{hopfield.FiringRate, hopfield.Lebesgue} {
			want := laws[m].Mean(f)
			z[m] = (got - want) / se
			t.Logf("<%s> = %.4f ± %.4f of %.0f independent values; %v: %.4f, z = %.1f", names[k], got, se, fine[k].Effective, m, want, z[m])
		}
		if math.Abs(z[hopfield.FiringRate]) > zmax || math.Abs(z[hopfield.Lebesgue]) < 5 {
			t.Errorf("<%s> is not that of det ∂²L exp(-E/T)", names[k])
		}
	}
}

// thm14/tanh-explosion and leaky-kink through the types of package hopfield.
func TestBipartiteLines(t *testing.T) {
	inf := math.Inf(1)
	// One unit: the other is held, and not coupled.
	unit := func(f activation.Smooth) (b *hopfield.Bipartite, k func(x float64) float64) {
		b = bipartite(t, mat.NewDense(1, 1, nil), nil, hopfield.Layer(1, f), hopfield.Layer(1, f))
		return b, func(x float64) float64 {
			dst := make([]float64, 2)
			b.Mobility().Sharp(dst, []float64{x, 0.3}, []float64{1, 0})
			return dst[0]
		}
	}
	r := oracle.Load(t, lf, "thm14/tanh-explosion")[0]
	b, k := unit(activation.NewTanh(1))
	e := landscape.Restrict(b, map[int]float64{1: 0})
	got, err := OnLine(e, k, r.In("T"), sde.AntiIto, -inf, inf).MeanExit(0, -inf, inf)
	if err != nil {
		t.Fatal(err)
	}
	r.Close(t, "mean_explosion_time", []float64{got}, 1e-9, true)
	for _, r := range oracle.Load(t, lf, "thm14/leaky-kink") {
		b, k := unit(hopfield.NewLeakyReLU(r.In("slope")))
		e := landscape.Restrict(b, map[int]float64{1: 0})
		for key, c := range map[string]sde.Calculus{"P_ito": sde.Ito, "P_strat": sde.Stratonovich, "P_target": sde.AntiIto} {
			got, err := OnLine(e, k, 0.8, c, -inf, inf, 0).Stationary(0, inf)
			if err != nil {
				t.Fatal(err)
			}
			r.Close(t, key, []float64{got}, 1e-13, true)
		}
	}
}
