package wasserstein

import (
	"math"
	"math/rand/v2"
	"testing"

	"hopflow/flows/geometry"
	"hopflow/internal/oracle"
	"hopflow/internal/trials"
	"hopflow/lyapunov"
	"hopflow/lyapunov/fokkerplanck"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
	"hopflow/lyapunov/verify"
)

// The exact evolution from the uniform density, a Legendre-Galerkin solution:
// F(0.001) = 67.520, F(0.01) = 55.524, F(0.02) = 55.454.
func TestNodesEvolution(t *testing.T) {
	want := map[int]float64{200: 55.454}
	for _, r := range oracle.Load(t, jkoFile, "hf-evo-") {
		want[int(math.Round(r.In("t")*1e4))] = r.Want("F")
	}
	tol := map[int]float64{10: 0.011, 100: 3e-4, 200: 3e-4} // the first is the O(h) of fast relaxation
	p := published()
	p.Epsilon = 0.004
	n, err := p.Nodes(freeenergy.Uniformly(FlatGrid(p.Chart, 64)))
	if err != nil {
		t.Fatal(err)
	}
	last, seen := n.FreeEnergy(), 0
	for s, err := range n.Steps(200) {
		if err != nil {
			t.Fatal(err)
		}
		if !(s.FreeEnergy < last) || math.Abs(s.Mass-1) > 1e-13 || s.Iterations > 9 || s.Residual > 1e-10 || s.Empty != 0 || math.Abs(s.BiasTemperature-25) > 1e-12 {
			t.Errorf("F was %.9g: %+v", last, s)
		}
		last = s.FreeEnergy
		if limit, ok := tol[s.K]; ok {
			seen++
			if e := s.FreeEnergy/want[s.K] - 1; !(math.Abs(e) <= limit) {
				t.Errorf("F(%g) = %.5f, exact %.5f: off by %.2g", s.Time, s.FreeEnergy, want[s.K], e)
			}
		}
	}
	if seen != 3 {
		t.Errorf("%d times compared", seen)
	}
}

// onLine returns the recursion on the section x₂ = 0.6 of Himmelblau's function,
// its cells, and the Fokker-Planck equation on the same cells.
func onLine(t testing.TB, cells int, h, eps float64) (JKO, *freeenergy.Grid, *fokkerplanck.Generator) {
	f := landscape.Restrict(landscape.Himmelblau{}, map[int]float64{1: 0.6})
	p := JKO{Energy: f, Chart: geometry.NewTanh(0.25), Temperature: 25, Step: h, Epsilon: eps}
	g := FlatGrid(p.Chart, cells)
	gen, err := fokkerplanck.New(g, fokkerplanck.Equation{Energy: f, Temperature: p.Temperature,
		Mobility: fokkerplanck.Diagonal(func(dst, x []float64) { dst[0] = x[0] * (1 - x[0]) })}, &fokkerplanck.Settings{Method: fokkerplanck.Exponential{}})
	if err != nil {
		t.Fatal(err)
	}
	return p, g, gen
}

// orderOf returns the fitted order of convergence.
func orderOf(t testing.TB, h, errs []float64) float64 {
	s, err := verify.FitSlope(h, errs)
	if err != nil {
		t.Fatal(err)
	}
	return s.Order
}

// missed returns the L¹ distance of the recursion at t = 0.004 from the density
// of the equation, which is solved exactly in time.
func missed(t testing.TB, cells int, h, eps float64) (l1 float64) {
	const end = 0.004
	p, g, gen := onLine(t, cells, h, eps)
	n, err := p.Nodes(freeenergy.Uniformly(g))
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range n.Steps(int(math.Round(end / h))) {
		if err != nil {
			t.Fatal(err)
		}
	}
	var c fokkerplanck.Certificate
	for c, err = range gen.Evolve(freeenergy.Uniformly(g), end, end) {
		if err != nil {
			t.Fatal(err)
		}
	}
	return 2 * freeenergy.TotalVariation(c.Density, n.Density())
}

// The error is of first order in h, ε = hT with it, and what ε adds at a fixed h
// is of second order in ε. 300 cells: they add some 1e-5.
func TestNodesOrder(t *testing.T) {
	var hs, errs, es, added []float64
	for _, h := range []float64{4e-4, 2e-4, 1e-4, 5e-5} {
		hs, errs = append(hs, h), append(errs, missed(t, 300, h, 25*h))
	}
	if o := orderOf(t, hs, errs); !(math.Abs(o-1) <= 0.1) {
		t.Errorf("order %.3f in h with ε = hT, errors %.3g", o, errs)
	}
	rest := missed(t, 300, 4e-4, 4e-4)
	for _, eps := range []float64{0.016, 0.008, 0.004, 0.002} {
		es, added = append(es, eps), append(added, missed(t, 300, 4e-4, eps)-rest)
	}
	if o := orderOf(t, es, added); !(math.Abs(o-2) <= 0.25) {
		t.Errorf("order %.3f in ε at h = 4e-4, what it adds %.3g", o, added)
	}
}

// Long after, the density is the Gibbs density but for O(ε²/h), and not that at T
// + ε/(2h).
func TestNodesStationary(t *testing.T) {
	var es, errs []float64
	for _, eps := range []float64{0.02, 0.01, 0.005} {
		p, g, _ := onLine(t, 100, 4e-4, eps)
		n, err := p.Nodes(freeenergy.Uniformly(g))
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range n.Steps(1500) {
			if err != nil {
				t.Fatal(err)
			}
		}
		var far [2]float64
		for k, T := range []float64{25, EffectiveTemperature(25, eps, 4e-4)} {
			q, err := freeenergy.Gibbs(g, p.Energy, T)
			if err != nil {
				t.Fatal(err)
			}
			far[k] = 2 * freeenergy.TotalVariation(q, n.Density())
		}
		es, errs = append(es, eps), append(errs, far[0])
		if !(4*far[0] < far[1]) {
			t.Errorf("ε = %g: %g from Gibbs at T, %g from Gibbs at T + ε/(2h)", eps, far[0], far[1])
		}
	}
	if o := orderOf(t, es, errs); !(errs[2] < 0.01 && math.Abs(o-2) <= 0.3) {
		t.Errorf("order %.2f in ε, distances from the Gibbs density %.3g", o, errs)
	}
}

// A wavy energy on the line or the square, in [0, 60].
type wavy struct{ a, b []float64 }

func (w wavy) Dim() int { return len(w.a) }
func (w wavy) Value(x []float64) (v float64) {
	for i, u := range x {
		v += 15 * (1 + math.Sin(w.a[i]*u+w.b[i]*x[len(x)-1-i]))
	}
	return v
}
func (wavy) Gradient(dst, _ []float64) { dst[0] = math.NaN() }

// anyNodes draws a problem on the line or the square, with a rough start.
func anyNodes(t *testing.T, k int) (*Nodes, JKO) {
	rng := rand.New(rand.NewPCG(41, uint64(k)))
	dim := 1 + k%2
	f, cells := wavy{make([]float64, dim), make([]float64, dim)}, 40+rng.IntN(60)
	beta := make([]float64, dim)
	for i := range dim {
		f.a[i], f.b[i], beta[i] = 12*rng.Float64(), 6*rng.Float64(), 0.2+rng.Float64()
	}
	if dim == 2 {
		cells = 20 + rng.IntN(8)
	}
	chart := geometry.NewTanh(beta...)
	_, wide := chart.Box(0)
	for d := range dim {
		_, hi := chart.Box(d)
		wide = math.Max(wide, hi)
	}
	eps := math.Pow(wide/float64(cells), 2) * (1 + 3*rng.Float64())
	p := JKO{Energy: f, Chart: chart, Temperature: 2 + 30*rng.Float64(), Epsilon: eps}
	p.Step = eps / p.Temperature * (0.5 + 4*rng.Float64())
	g := FlatGrid(chart, cells)
	rough := make([]float64, g.Len())
	for i := range rough {
		rough[i] = math.Pow(rng.Float64(), 4)
	}
	i := -1
	q, err := freeenergy.Normalized(g, func([]float64) float64 { i++; return rough[i] })
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Nodes(q)
	if err != nil {
		t.Fatalf("case %d: %v", k, err)
	}
	return n, p
}

// Lyapunov never rises; F falls as long as it is farther from its least value
// than Lyapunov is from F, the O(ε²/h) between the two. Mass is kept, and nothing is
// negative.
func TestNodesDescend(t *testing.T) {
	for k := range trials.Of(t, 60) {
		n, p := anyNodes(t, k)
		least, err := freeenergy.GridLogPartition(n.density.Grid, p.Energy, p.Temperature)
		if err != nil {
			t.Fatal(err)
		}
		floor := -p.Temperature * least
		F, L := n.FreeEnergy(), mustLyapunov(t, n)
		for range 4 {
			s, err := n.Step()
			if err != nil {
				t.Fatalf("case %d: %v", k, err)
			}
			l := mustLyapunov(t, n)
			if !(l <= L+1e-9*(1+math.Abs(L))) {
				t.Errorf("case %d: Lyapunov rises from %.12g to %.12g", k, L, l)
			}
			if F-floor > math.Abs(L-F) && !(s.FreeEnergy <= F+1e-9) {
				t.Errorf("case %d: F rises from %.12g to %.12g, %.3g above its least", k, F, s.FreeEnergy, F-floor)
			}
			if s.FreeEnergy < floor-1e-9 || math.Abs(s.Mass-1) > 1e-12 || n.Density().Min() < 0 {
				t.Errorf("case %d: least F %.9g, %+v", k, floor, s)
			}
			F, L = s.FreeEnergy, l
		}
	}
}

func mustLyapunov(t *testing.T, n *Nodes) float64 {
	t.Helper()
	l, err := n.Lyapunov()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// At ε = 2hT the condition has no entropy left, and one pass, with one more to see
// it, is enough. A little above it is an error.
func TestNodesAtTheBound(t *testing.T) {
	p, g, _ := onLine(t, 100, 1e-4, 0.005)
	n, err := p.Nodes(freeenergy.Uniformly(g))
	if err != nil {
		t.Fatal(err)
	}
	for s, err := range n.Steps(3) {
		if err != nil || s.Iterations > 2 {
			t.Errorf("%+v %v", s, err)
		}
	}
	p.Epsilon = 0.00501
	_, err = p.Nodes(freeenergy.Uniformly(g))
	named(t, "above", err, ErrBias, "2hT = 0.005")
}

// K has the volumes as its marginals.
func TestNodesBalance(t *testing.T) {
	n, _ := anyNodes(t, 3)
	d, kd := make([]float64, len(n.v)), make([]float64, len(n.v))
	for i, l := range n.lnd {
		d[i] = math.Exp(l)
	}
	n.kernel.Apply(kd, d)
	for i, v := range n.v {
		if !(math.Abs(d[i]*kd[i]-v) <= 1e-12*v) {
			t.Fatalf("node %d: marginal %g, volume %g", i, d[i]*kd[i], v)
		}
	}
}

// A cold start: weights of e^-890 and less. T = 1, so that ε has to be small.
func TestNodesCold(t *testing.T) {
	p := published()
	p.Temperature, p.Step, p.Epsilon = 1, 2e-3, 0.004
	n, err := p.Nodes(freeenergy.Uniformly(FlatGrid(p.Chart, 64)))
	if err != nil {
		t.Fatal(err)
	}
	last := n.FreeEnergy()
	for s, err := range n.Steps(10) {
		if err != nil {
			t.Fatal(err)
		}
		if !(s.FreeEnergy < last) {
			t.Errorf("F was %g: %+v", last, s)
		}
		last = s.FreeEnergy
	}
}

// After the first steps nothing is allocated, in two dimensions and in one.
func TestNodesAllocate(t *testing.T) {
	for k := range 2 {
		n, _ := anyNodes(t, k)
		step := func() {
			if _, err := n.Step(); err != nil {
				t.Fatal(err)
			}
		}
		step()
		step()
		if a := testing.AllocsPerRun(5, step); a != 0 {
			t.Errorf("%d dimensions: %g allocations a step", 1+k, a)
		}
	}
}

// Cells that are equal in the flat chart, whose edges are the ends of the box.
func TestFlatGrid(t *testing.T) {
	chart := geometry.NewTanh(0.25, 0.7)
	g := FlatGrid(chart, 10, 7)
	if g.Len() != 70 || g.Axis(0).Edge(0) != 0 || g.Axis(1).Edge(7) != 1 || !g.Axis(0).IsWalled() {
		t.Errorf("%d cells from %g to %g", g.Len(), g.Axis(0).Edge(0), g.Axis(1).Edge(7))
	}
	theta := make([]float64, 2)
	for i := range 8 {
		chart.Theta(theta, []float64{0.5, g.Axis(1).Edge(i)})
		_, hi := chart.Box(1)
		if want := hi * float64(i) / 7; math.Abs(theta[1]-want) > 1e-7 {
			t.Errorf("edge %d at θ = %g, want %g", i, theta[1], want)
		}
	}
}

var _ lyapunov.Energy = wavy{}

// Long after: F and E x₁ against the exact evolution at t = 0.1, F at 0.5, and
// the slowest decay, of the mean of x₁, against the spectral gap.
func TestNodesLongRun(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	p := published()
	p.Step, p.Epsilon = 2e-3, 0.01
	n, err := p.Nodes(freeenergy.Uniformly(FlatGrid(p.Chart, 32)))
	if err != nil {
		t.Fatal(err)
	}
	var free, mean [301]float64
	for s, err := range n.Steps(300) {
		if err != nil {
			t.Fatal(err)
		}
		free[s.K], mean[s.K] = s.FreeEnergy, n.Density().Mean(func(x []float64) float64 { return x[0] })
	}
	r := oracle.Load(t, jkoFile, "hf-evo-03")[0]
	if r.In("t") != 0.1 {
		t.Fatalf("hf-evo-03 is at t = %v", r.In("t"))
	}
	r.Close(t, "F", free[50:51], 2e-3, true)
	r.Close(t, "mean", []float64{mean[50], r.Wants("mean")[1]}, 1e-2, true)
	if want := 54.90822150; !(math.Abs(free[250]/want-1) <= 2e-3) {
		t.Errorf("F(0.5) = %.5f, exact %.5f", free[250], want)
	}
	gap := oracle.Load(t, jkoFile, "hf-gap-01")[0].Want("lambda1")
	rate := math.Log((mean[150]-mean[225])/(mean[225]-mean[300])) / 0.15
	if !(math.Abs(rate/gap-1) <= 0.04) {
		t.Errorf("decay at the rate %.4f, gap %.4f", rate, gap)
	}
}

// A swapped energy has its two coordinates exchanged.
type swapped struct{ lyapunov.Energy }

func (s swapped) Value(x []float64) float64 { return s.Energy.Value([]float64{x[1], x[0]}) }

// The order of the axes means nothing.
func TestNodesSwapped(t *testing.T) {
	for k := range trials.Of(t, 10) {
		n, p := anyNodes(t, 2*k+1)
		gains, side := p.Chart.(*geometry.Tanh), n.density.Grid.Axis(0).Len()
		q := p
		q.Energy, q.Chart = swapped{p.Energy}, geometry.NewTanh(gains.Gain(1), gains.Gain(0))
		start := freeenergy.Uniformly(FlatGrid(q.Chart, side))
		for i, v := range n.Density().P {
			start.P[i/side+i%side*side] = v
		}
		other, err := q.Nodes(start)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := n.Step(); err != nil {
				t.Fatal(err)
			}
			if _, err := other.Step(); err != nil {
				t.Fatal(err)
			}
		}
		for i, w := range n.Weights() {
			if v := other.Weights()[i/side+i%side*side]; !(math.Abs(v-w) <= 1e-8*(w+1e-6)) {
				t.Fatalf("case %d: weight %d is %g, with the axes exchanged %g", k, i, w, v)
			}
		}
	}
}
