package kramersmoyal

import (
	"math"
	"testing"
)

// Silverman's constants for one and two dimensions (his table 4.1 and (4.15)), and
// the rate in N.
func TestSilverman(t *testing.T) {
	x, y := turning(3, 40_000, 1, 0, 1, 0.5)
	for i := range y {
		y[i] *= 3
	}
	for _, c := range []struct {
		kernel Kernel
		dim    int
		want   float64
	}{{GaussianKernel, 1, 1.059}, {GaussianKernel, 2, 1}, {EpanechnikovKernel, 1, 2.345}, {EpanechnikovKernel, 2, 2.404}} {
		s := NewSeries(0.5, [][]float64{x, y}[:c.dim]...)
		g, err := s.Box([]int{200, 200}[:c.dim]...)
		if err != nil {
			t.Fatal(err)
		}
		e, err := NewEstimator(g, 0.5, &Regression{Kernel: c.kernel, Order: 2})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Add(s); err != nil {
			t.Fatal(err)
		}
		h := make([]float64, c.dim)
		if err := (Silverman{}).choose(h, e); err != nil {
			t.Fatal(err)
		}
		for a, sigma := range []float64{1, 3}[:c.dim] {
			got := h[a] / sigma * math.Pow(39_999, 1/float64(c.dim+4))
			if math.Abs(got/c.want-1) > 0.03 { // the standard deviation is known to 1 %
				t.Errorf("%v, %d dimensions, coordinate %d: constant %.4f, want %.4f", c.kernel, c.dim, a, got, c.want)
			}
		}
	}
}

// Cross-validation from the sums of cells is leaving increments out one by one.
func TestCrossValidationByDefinition(t *testing.T) {
	const dt, h = 0.05, 0.4
	x := sampledOU(5, 300, 1, 1, dt)
	g := lineGrid(-2, 2, 20)
	e, err := NewEstimator(g, dt, &Regression{MinCount: 8, Order: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Add(NewSeries(dt, x)); err != nil {
		t.Fatal(err)
	}
	var c Coefficients
	c.begin(e, []float64{h})
	cell := func(v float64) int { return int(math.Floor((v + 2) / 0.2)) }
	var want, scale float64
	for i, v := range x[:299] {
		k := cell(v)
		if k < 0 || k > 19 {
			continue
		}
		scale += (x[i+1] - v) * (x[i+1] - v)
		if e.sums[3*k] < 8 {
			continue
		}
		var s0, s1, s2, y0, y1 float64 // without i
		for j, w := range x[:299] {
			if m := cell(w); j != i && m >= 0 && m <= 19 {
				u := float64(m-k) * 0.2 / h
				wt := max(0, 1-u*u)
				s0, s1, s2 = s0+wt, s1+wt*u, s2+wt*u*u
				y0, y1 = y0+wt*(x[j+1]-w), y1+wt*u*(x[j+1]-w)
			}
		}
		r := x[i+1] - v - (s2*y0-s1*y1)/(s0*s2-s1*s1)
		want += r * r
	}
	if got := c.crossValidate() * scale; math.Abs(got/want-1) > 1e-9 {
		t.Errorf("CV = %.12g, leaving out one by one %.12g", got, want)
	}
}

// The width that is chosen follows the drift: narrow for a fine one, wide for a
// straight line, and its error is near the least, on the average of 20 seeds.
func TestCrossValidationChoosesWell(t *testing.T) {
	const n, dt, T = 100_000, 0.02, 0.3
	g := lineGrid(-2, 2, 80)
	drift := func(x float64) float64 { return -x + 3*math.Sin(6*x) }
	missed := func(c *Coefficients) (square float64) {
		d := c.D(1).Within([]float64{-1}, []float64{1})
		for i := range d.Value {
			x, y := d.XY(i)
			square += (y - drift(x)) * (y - drift(x)) / float64(d.Len())
		}
		return square
	}
	var chosen, silverman float64
	least := math.Inf(1)
	widths := []float64{0.06, 0.09, 0.13, 0.2, 0.3, 0.45}
	sum := make([]float64, len(widths))
	for seed := range uint64(seeds) {
		s := NewSeries(dt, iterated(seed, n, 0, T, dt, drift))
		chosen += missed(estimated(t, s, g, &Regression{Order: 2, Bandwidth: CrossValidated{}})) / float64(seeds)
		silverman += missed(estimated(t, s, g, &Regression{Order: 2})) / float64(seeds)
		for i, h := range widths {
			sum[i] += missed(estimated(t, s, g, &Regression{Order: 2, Bandwidth: Fixed(h)})) / float64(seeds)
		}
	}
	for _, v := range sum {
		least = min(least, v)
	}
	t.Logf("mean squared error: cross-validated %.4f, Silverman %.4f, fixed %.4f for %v", chosen, silverman, sum, widths)
	if chosen > 1.5*least {
		t.Errorf("mean squared error %.4f with the width chosen, %.4f with the best", chosen, least)
	}
	var straight float64
	for seed := range uint64(seeds) {
		s := NewSeries(dt, iterated(seed, n, 0, T, dt, func(x float64) float64 { return -x }))
		straight += estimated(t, s, g, &Regression{Order: 2, Bandwidth: CrossValidated{}}).Bandwidth[0] / float64(seeds)
	}
	fine := estimated(t, NewSeries(dt, iterated(1, n, 0, T, dt, drift)), g, &Regression{Order: 2, Bandwidth: CrossValidated{}}).Bandwidth[0]
	if straight < 2*fine {
		t.Errorf("width %.3f for a straight drift, %.3f for a fine one", straight, fine)
	}
}
