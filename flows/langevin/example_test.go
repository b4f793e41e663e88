package langevin_test

import (
	"fmt"
	"math"

	"hopflow/flows/langevin"
	"hopflow/flows/sde"
	"hopflow/lyapunov/landscape"
)

// The diffusion machine of [HF], sampled without bias.
func ExampleMachine() {
	m := langevin.Machine{Energy: landscape.Himmelblau{}, Beta: []float64{0.25}, Temperature: 25}
	e := sde.Ensemble{System: m.System(), Scheme: m.SphereMetropolis(), Particles: 2000, Step: 1e-3, Seed: 1, Start: m.Start()}
	cloud, err := e.Run(0, 0.2)
	if err != nil {
		panic(err)
	}
	var f float64
	for i := range 2000 {
		f += m.Energy.Value(cloud.X.RawRowView(i)) / 2000
	}
	fmt.Println("<f> within 3 of 24.6:", math.Abs(f-24.6) < 3)
	// Output: <f> within 3 of 24.6: true
}

// A rotation makes a linear process relax faster and leaves its law alone.
func ExampleDynamics_Rates() {
	e := landscape.Sum(landscape.Harmonic(1, 0, 0), landscape.Independent(landscape.Harmonic(3, 0), landscape.Harmonic(1e-9, 0)))
	slow := langevin.Dynamics{Energy: e, Temperature: 0.5}
	fast := slow
	fast.Mobility = langevin.ConstantRows([]float64{1, 2}, []float64{-2, 1})
	for _, d := range []langevin.Dynamics{slow, fast} {
		rates, err := d.Rates([]float64{0, 0})
		if err != nil {
			panic(err)
		}
		fmt.Printf("gap %.3f\n", real(rates[0]))
	}
	// Output:
	// gap 1.000
	// gap 2.500
}

// Kramers' time to leave a well, its first correction, and the quadrature.
func ExampleDynamics_Escape() {
	d := langevin.Dynamics{Energy: landscape.NewDoubleWell(1, 1), Temperature: 0.1}
	e, err := d.Escape([]float64{-1}, []float64{0})
	if err != nil {
		panic(err)
	}
	rate, _, err := d.Escape1D(-1, 0)
	if err != nil {
		panic(err)
	}
	exact, err := d.Line(math.Inf(-1), math.Inf(1)).MeanExit(-1, math.Inf(-1), 1)
	if err != nil {
		panic(err)
	}
	fmt.Printf("Kramers %.0f, corrected %.0f, quadrature %.0f\n", e.Time(), 1/rate, exact)
	// Output: Kramers 24465, corrected 25418, quadrature 25527
}

// The tanh unit of [LF] Theorem 14 with respect to dx runs to infinity in
// finite time.
func ExampleOnLine() {
	e := tanhUnit{}
	k := func(x float64) float64 { return math.Cosh(x) * math.Cosh(x) }
	inf := math.Inf(1)
	l := langevin.OnLine(e, k, 0.5, sde.AntiIto, -inf, inf)
	kind, err := l.End(true)
	if err != nil {
		panic(err)
	}
	mean, err := l.MeanExit(0, -inf, inf)
	if err != nil {
		panic(err)
	}
	fmt.Printf("infinity is an %v, reached after %.9f on average\n", kind, mean)
	// Output: infinity is an exit, reached after 2.129457851 on average
}

// tanhUnit is E(x) = x tanh x - ln cosh x.
type tanhUnit struct{}

func (tanhUnit) Dim() int { return 1 }

func (tanhUnit) Value(x []float64) float64 {
	a := math.Abs(x[0])
	return a*(math.Tanh(a)-1) - math.Log1p(math.Exp(-2*a)) + math.Ln2
}

func (tanhUnit) Gradient(dst, x []float64) {
	c := math.Cosh(x[0])
	dst[0] = x[0] / (c * c)
}

// Annealing in a tilted double well, started in the wrong one.
func ExampleAnneal() {
	f := landscape.Sum(landscape.NewDoubleWell(1, 1), landscape.Harmonic(0.4, 1))
	d := langevin.Dynamics{Energy: f, Schedule: langevin.ExponentialCooling(1, 0.05, 40)}
	e := &sde.Ensemble{System: d.System(), Particles: 100, Step: 0.02, Seed: 1, Start: sde.At(-1)}
	a, err := langevin.Anneal(e, f, 0, 40)
	if err != nil {
		panic(err)
	}
	rate, stderr := a.Final([]float64{1}, 0.6)
	_, value, _, x := a.Overall()
	fmt.Println(rate > 0.8, stderr < 0.05, value < 1e-3, math.Abs(x[0]-1) < 0.1)
	// Output: true true true true
}
