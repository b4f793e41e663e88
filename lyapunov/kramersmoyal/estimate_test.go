package kramersmoyal

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/verify"
)

// The regression by its definition, over the increments one by one, with each
// moved to the center of its cell.
func direct(x []float64, g *freeenergy.Grid, h float64, k Kernel, constant bool, at float64, power int) (value, stderr float64) {
	a := g.Axis(0)
	var w, u, y []float64
	for i, v := range x[:len(x)-1] {
		cell := int(math.Floor((v - a.Edge(0)) / a.Width(0)))
		if cell < 0 || cell >= a.Len() {
			continue
		}
		d := (a.Center(cell) - at) / h
		weight := max(0, 1-d*d)
		if k == GaussianKernel {
			weight = 0
			if math.Abs(d) <= 6 {
				weight = math.Exp(-d * d / 2)
			}
		}
		w, u, y = append(w, weight), append(u, d), append(y, math.Pow(x[i+1]-v, float64(power)))
	}
	var s0, s1, s2 float64
	for i := range w {
		s0, s1, s2 = s0+w[i], s1+w[i]*u[i], s2+w[i]*u[i]*u[i]
	}
	l := func(i int) float64 {
		if constant {
			return w[i] / s0
		}
		return w[i] * (s2 - s1*u[i]) / (s0*s2 - s1*s1)
	}
	for i := range w {
		value += l(i) * y[i]
	}
	for i := range w {
		stderr += l(i) * l(i) * (y[i] - value) * (y[i] - value)
	}
	return value, math.Sqrt(stderr)
}

func TestRegressionByDefinition(t *testing.T) {
	const dt, h = 0.02, 0.31
	x := sampledOU(3, 4000, 1.3, 0.7, dt)
	g := lineGrid(-2.1, 1.9, 57)
	for _, kernel := range []Kernel{EpanechnikovKernel, GaussianKernel} {
		for _, constant := range []bool{false, true} {
			c := estimated(t, NewSeries(dt, x), g, &Regression{Kernel: kernel, NadarayaWatson: constant, Bandwidth: Fixed(h)})
			for n := 1; n <= 4; n++ {
				d := c.D(n)
				for i := 0; i < d.Len(); i += 5 {
					at, got := d.XY(i)
					value, stderr := direct(x, g, h, kernel, constant, at, n)
					scale := 1 / (dt * math.Gamma(float64(n+1)))
					if !(math.Abs(got-scale*value) <= 1e-8*scale*stderr+1e-12) {
						t.Errorf("%v, constant %v: D%d(%.3f) = %.12g, by definition %.12g", kernel, constant, n, at, got, scale*value)
					}
					// The residuals are taken from the mean at their own place.
					if !(math.Abs(d.StdErr[i]/(scale*stderr)-1) < 0.06) {
						t.Errorf("%v, constant %v: standard error of D%d(%.3f) = %.6g, by definition %.6g", kernel, constant, n, at, d.StdErr[i], scale*stderr)
					}
				}
			}
		}
	}
}

// Order 2 gives what order 4 gives, with the standard error of D2 of Gaussian
// increments.
func TestOrders(t *testing.T) {
	const dt = 0.02
	x, y := turning(5, 60000, 0.9, 1.4, 0.6, dt)
	for _, s := range []*Series{NewSeries(dt, x), NewSeries(dt, x, y)} {
		g, err := s.Box(slices.Repeat([]int{20}, s.Dim())...)
		if err != nil {
			t.Fatal(err)
		}
		fast, full := estimated(t, s, g, &Regression{Order: 2, MinCount: 300}), estimated(t, s, g, &Regression{MinCount: 300})
		for a := range s.Dim() {
			for b := range s.Dim() {
				f, q := fast.Diffusion(a, b), full.Diffusion(a, b)
				for i := range f.Value {
					if math.Abs(f.Value[i]-q.Value[i]) > 1e-12 || math.Abs(f.StdErr[i]/q.StdErr[i]-1) > 0.35 {
						t.Fatalf("%d, %d: %g ± %g at order 2, %g ± %g at order 4", a, b, f.Value[i], f.StdErr[i], q.Value[i], q.StdErr[i])
					}
				}
			}
			f, q := fast.Drift(a), full.Drift(a)
			for i := range f.Value {
				if math.Abs(f.Value[i]-q.Value[i]) > 1e-12 || math.Abs(f.StdErr[i]/q.StdErr[i]-1) > 1e-9 {
					t.Fatalf("%d: %g ± %g at order 2, %g ± %g at order 4", a, f.Value[i], f.StdErr[i], q.Value[i], q.StdErr[i])
				}
			}
		}
	}
}

// Drift and diffusion of an iterated map, whose conditional moments are known
// exactly: standard errors are right for 20 seeds.
func TestStandardErrors(t *testing.T) {
	const n, dt, T, k = 200_000, 0.05, 0.7, 1.3
	g := lineGrid(-1.5, 1.5, 60)
	var drift, diffusion []float64
	for seed := range uint64(seeds) {
		x := iterated(seed, n, 0.3, T, dt, func(x float64) float64 { return -k * x })
		c := estimated(t, NewSeries(dt, x), g, &Regression{Bandwidth: Fixed(0.15)})
		drift = append(drift, zs(c.D(1), 6, func(x []float64) float64 { return -k * x[0] })...)
		diffusion = append(diffusion, zs(c.D(2), 6, func(x []float64) float64 { return T + dt*k*k*x[0]*x[0]/2 })...)
	}
	standard(t, "D1, N = 2e5", drift)
	standard(t, "D2, N = 2e5", diffusion)
}

// The error falls like N^(-1/2) at a fixed bandwidth.
func TestErrorRate(t *testing.T) {
	const dt = 0.05
	g := lineGrid(-1, 1, 40)
	var sizes, errors []float64
	for _, n := range []int{10_000, 40_000, 160_000, 640_000} {
		square, count := 0.0, 0
		for seed := range uint64(6) {
			c := estimated(t, NewSeries(dt, iterated(seed, n, 0, 0.5, dt, func(x float64) float64 { return -x })), g, &Regression{Order: 2, Bandwidth: Fixed(0.1)})
			d := c.D(1)
			for i := range d.Len() {
				x, y := d.XY(i)
				square += (y + x) * (y + x)
				count++
			}
		}
		sizes, errors = append(sizes, float64(n)), append(errors, math.Sqrt(square/float64(count)))
	}
	if err := verify.Order("rate", "error of D1 against N", sizes, errors, -0.5, 0.1).Err(); err != nil {
		t.Error(err)
	}
}

// The bias goes like h²: exact conditional means, so that there is no noise.
func TestBiasWithBandwidth(t *testing.T) {
	const dt, cells = 0.01, 1000
	g := lineGrid(-2, 2, cells)
	var from, to []float64
	for i := range cells {
		x := g.Axis(0).Center(i)
		for range 1 + int(9*math.Exp(-x*x)) { // a density that slopes
			from = append(from, x)
			to = append(to, x+dt*math.Sin(2*x))
		}
	}
	s := Pairs(dt, mat.NewDense(len(from), 1, from), mat.NewDense(len(to), 1, to))
	for _, r := range []Regression{{}, {NadarayaWatson: true}, {Kernel: GaussianKernel}} {
		var widths, errors []float64
		for _, h := range []float64{0.4, 0.2, 0.1, 0.05} {
			if r.Kernel == GaussianKernel {
				h /= 2
			}
			r.Bandwidth = Fixed(h)
			c := estimated(t, s, g, &r)
			v, _, ok := c.D(1).At(0.7003)
			if !ok {
				t.Fatal("no estimate")
			}
			widths, errors = append(widths, h), append(errors, math.Abs(v-math.Sin(2*g.Axis(0).Center(675))))
		}
		if err := verify.Order("bias", "bias of D1 against h", widths, errors, 2, 0.2).Err(); err != nil {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

func TestWorkersAgreeToTheBit(t *testing.T) {
	const dt = 0.01
	x, y := turning(9, 700_000, 1, 2, 0.5, dt)
	x2, y2 := turning(10, 1000, 1, 2, 0.5, dt)
	for _, s := range []*Series{NewSeries(dt, x).Append(x2), NewSeries(dt, x, y).Append(x2, y2)} {
		for _, order := range []int{2, 4} {
			var want []float64
			for _, workers := range []int{1, 2, 3, 7, 64, 0} {
				g, err := s.Box(slices.Repeat([]int{17}, s.Dim())...)
				if err != nil {
					t.Fatal(err)
				}
				c := estimated(t, s, g, &Regression{Order: order, Workers: workers})
				if want == nil {
					want = slices.Clone(c.sums)
				}
				if !slices.Equal(c.sums, want) {
					t.Errorf("%d coordinates, order %d: %d workers give other sums", s.Dim(), order, workers)
				}
			}
		}
	}
}

// The sums of a cell are those of its increments, whatever way they came in.
func TestSumsByHand(t *testing.T) {
	x, y := turning(1, 5003, 1, 2, 0.5, 0.05)
	rows := func(from int) *mat.Dense {
		m := mat.NewDense(len(x)-1, 2, nil)
		for i := range len(x) - 1 {
			m.SetRow(i, []float64{x[from+i], y[from+i]})
		}
		return m
	}
	g := planeGrid(-1.3, 1.1, 9)
	for _, s := range []*Series{NewSeries(0.05, x, y), Pairs(0.05, rows(0), rows(1))} {
		for _, order := range []int{2, 4} {
			e, err := NewEstimator(g, 0.05, &Regression{Order: order})
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Add(s); err != nil {
				t.Fatal(err)
			}
			want := make([]float64, len(e.sums))
			out := 0
			for i := range len(x) - 1 {
				a, b := int(math.Floor((x[i]+1.3)/2.4*9)), int(math.Floor((y[i]+1.3)/2.4*9))
				if min(a, b) < 0 || max(a, b) > 8 {
					out++
					continue
				}
				for k, p := range e.layout.powers {
					want[(b*9+a)*len(e.layout.powers)+k] += math.Pow(x[i+1]-x[i], float64(p[0])) * math.Pow(y[i+1]-y[i], float64(p[1]))
				}
			}
			if e.outside != out || out == 0 {
				t.Errorf("%d outside, want %d", e.outside, out)
			}
			for i := range want {
				if !(math.Abs(e.sums[i]-want[i]) <= 1e-12*(1+math.Abs(want[i]))) {
					t.Fatalf("order %d: sum %d is %g, want %g", order, i, e.sums[i], want[i])
				}
			}
		}
	}
}

func TestNoAllocation(t *testing.T) {
	x, y := turning(2, 30_000, 1, 1, 0.5, 0.05)
	for _, s := range []*Series{NewSeries(0.05, x), NewSeries(0.05, x, y)} {
		for _, order := range []int{2, 4} {
			g, _ := s.Box(slices.Repeat([]int{15}, s.Dim())...)
			e, err := NewEstimator(g, 0.05, &Regression{Order: order})
			if err != nil {
				t.Fatal(err)
			}
			var c Coefficients
			if n := testing.AllocsPerRun(3, func() {
				e.Reset()
				if e.Add(s) != nil || e.FitTo(&c) != nil {
					t.Fatal("fails")
				}
			}); n != 0 {
				t.Errorf("%d coordinates, order %d: %g allocations", s.Dim(), order, n)
			}
		}
	}
}

// Cells without data are named, not filled.
func TestGaps(t *testing.T) {
	const dt = 0.01
	low := iterated(1, 20_000, -2, 0.05, dt, func(x float64) float64 { return -2 * (x + 2) })
	high := iterated(2, 20_000, 2, 0.05, dt, func(x float64) float64 { return -2 * (x - 2) })
	g := lineGrid(-4, 4, 80)
	c := estimated(t, NewSeries(dt, low).Append(high), g, &Regression{Bandwidth: Fixed(0.3)})
	if len(c.Cells)+len(c.Missing) != g.Len() || len(c.Missing) < 30 {
		t.Fatalf("%d cells with an estimate and %d without", len(c.Cells), len(c.Missing))
	}
	empty := 0
	for _, gap := range c.Missing {
		if gap.Count == 0 {
			empty++
		}
		if slices.Contains(c.Cells, gap.Cell) || gap.Effective >= 20 {
			t.Errorf("%+v", gap)
		}
	}
	if _, _, ok := c.D(1).At(0); ok || empty < 30 {
		t.Errorf("an estimate at 0, where nothing is, or only %d empty cells", empty)
	}
	if c.N != 2*19_999 || c.Outside != 0 {
		t.Errorf("%d increments, %d outside: the seam counts", c.N, c.Outside)
	}
	p, err := c.Potential(0.05)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Dropped)+p.Energy.Len() != len(c.Cells) || len(p.Dropped) < 10 {
		t.Errorf("%d cells dropped, %d kept of %d", len(p.Dropped), p.Energy.Len(), len(c.Cells))
	}
}
