package wasserstein

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/freeenergy"
)

// Large ε leaves the distance of the means, small ε the Wasserstein distance.
func TestDivergenceLimits(t *testing.T) {
	a, b := UniformMeasure(sprinkled(1, 12, 2)), UniformMeasure(sprinkled(2, 9, 2))
	mean := func(m *Measure, d int) float64 { return m.Mean(func(x []float64) float64 { return x[d] }) }
	var means float64
	for d := range 2 {
		means += (mean(a, d) - mean(b, d)) * (mean(a, d) - mean(b, d))
	}
	last := math.Inf(1)
	for _, eps := range []float64{10, 100, 1000} {
		miss := math.Abs(must(Divergence(a, b, SquaredEuclidean(), eps, &Settings{Tolerance: 1e-13})) - means)
		if !(miss < last/5) {
			t.Errorf("ε = %v: misses the means' %.6g by %.3g, after %.3g", eps, means, miss, last)
		}
		last = miss
	}
	exact := must(Exact(a, b, SquaredEuclidean())).Cost
	if d := must(Divergence(a, b, SquaredEuclidean(), 1e-6, &Settings{Tolerance: 1e-8})); !(math.Abs(d-exact) <= 1e-5) {
		t.Errorf("ε = 1e-6: %v, exact %v", d, exact)
	}
	if d, err := Divergence(a, b, SquaredEuclidean(), 0, nil); !errors.Is(err, ErrEpsilon) || !math.IsNaN(d) {
		t.Errorf("ε = 0: %v, %v", d, err)
	}
	if d, err := Divergence(a, b, SquaredEuclidean(), 0.001, &Settings{MaxIterations: 2}); !errors.Is(err, ErrNotConverged) || !math.IsNaN(d) {
		t.Errorf("two iterations: %v, %v", d, err)
	}
}

// From a measure to itself: the same as Sinkhorn, in few iterations.
func TestSelfSinkhorn(t *testing.T) {
	a, _, _ := anyProblem(3, 12)
	for _, eps := range []float64{1, 0.01, 1e-4} {
		self := must(SelfSinkhorn(a, SquaredEuclidean(), eps, nil))
		want := must(Sinkhorn(a, a, SquaredEuclidean(), eps, nil))
		if !(math.Abs(self.Value-want.Value) <= 1e-10) || !(math.Abs(self.Cost-want.Cost) <= 1e-8) || self.Iterations > 40 {
			t.Errorf("ε = %v: value %v, cost %v after %d iterations, want %v, %v", eps, self.Value, self.Cost, self.Iterations, want.Value, want.Cost)
		}
		if err := CheckCoupling(self.Plan(), a, a, 1e-9); err != nil {
			t.Error(err)
		}
	}
}

// gridWeights are two laws on the cells of a grid, one of them with empty cells.
func gridWeights(g *freeenergy.Grid) (p, q []float64, nodes *mat.Dense) {
	nodes = mat.NewDense(g.Len(), 2, nil)
	p, q = make([]float64, g.Len()), make([]float64, g.Len())
	for i := range p {
		x := nodes.RawRowView(i)
		g.Center(x, i)
		p[i] = g.Volume(i) * (1 + math.Sin(5*x[0])*math.Cos(3*x[1]))
		if x[0] > 0.2 {
			q[i] = g.Volume(i) * math.Exp(-9*x[0]*x[1])
		}
	}
	for _, w := range [][]float64{p, q} {
		total := sum(w)
		for i := range w {
			w[i] /= total
		}
	}
	return p, q, nodes
}

// On a grid, with a kernel that is never formed, it is what it is for the points.
func TestScaleOnGrid(t *testing.T) {
	g := walledGrid(11, 8)
	p, q, nodes := gridWeights(g)
	a, b := must(Normalized(nodes, p)), must(Normalized(nodes, q))
	c := SquaredDistance(cubeChart)
	for _, eps := range []float64{0.1, 0.002} {
		k := must(SeparableKernel(g, cubeChart, eps))
		s := must(Scale(k, p, q, nil))
		want := must(Sinkhorn(a, b, c, eps, nil))
		if !(math.Abs(s.Value-want.Value) <= 1e-9) || !(s.MarginalError <= 1e-9) {
			t.Errorf("ε = %v: value %v, want %v; marginal error %.3g", eps, s.Value, want.Value, s.MarginalError)
		}
		gv := make([]float64, g.Len())
		k.LogApply(gv, s.LogV)
		for i := range gv {
			if got := math.Exp(s.LogU[i] + gv[i]); !(math.Abs(got-p[i]) <= 1e-9) {
				t.Fatalf("ε = %v: row %d sums to %v, want %v", eps, i, got, p[i])
			}
		}
		d, want2 := must(DivergenceOn(k, p, q, nil)), must(Divergence(a, b, c, eps, nil))
		if !(math.Abs(d-want2) <= 1e-9) {
			t.Errorf("ε = %v: divergence %v, want %v", eps, d, want2)
		}
	}
}

// With a kernel of low rank it is off by the error of the kernel.
func TestScaleOfLowRank(t *testing.T) {
	x, y := sprinkled(1, 300, 2), sprinkled(2, 250, 2)
	a, b := UniformMeasure(x), UniformMeasure(y)
	low := must(LowRankKernel(cubeChart, x, y, 0.2, 1e-9))
	s := must(Scale(low, a.W, b.W, nil))
	want := must(Sinkhorn(a, b, SquaredDistance(cubeChart), 0.2, nil))
	if !(math.Abs(s.Value-want.Value) <= 1e-7) {
		t.Errorf("value %v, want %v", s.Value, want.Value)
	}
}

// A diffusion that keeps the volumes of cells.
func TestSymmetricScaling(t *testing.T) {
	g := walledGrid(12, 9)
	k := must(SeparableKernel(g, cubeChart, 0.01))
	v := make([]float64, g.Len())
	for i := range v {
		v[i] = g.Volume(i)
	}
	s := must(SymmetricScaling(k, v, &Settings{Tolerance: 1e-13}))
	d, gd := make([]float64, len(v)), make([]float64, len(v))
	for i, l := range s.LogU {
		d[i] = math.Exp(l)
	}
	k.Apply(gd, d)
	for i := range v {
		if !(math.Abs(d[i]*gd[i]-v[i]) <= 1e-13) {
			t.Fatalf("cell %d has the sum %v, want %v", i, d[i]*gd[i], v[i])
		}
	}
	if s.Iterations > 50 {
		t.Errorf("%d iterations, where each halves the error", s.Iterations)
	}
}

func TestScaleRefusals(t *testing.T) {
	k := must(DenseKernel(mat.NewDense(2, 2, []float64{0, 1, 1, 0}), 0.5))
	// Of low rank, so that a point far from all others has no positive sum.
	x := mat.NewDense(3, 1, []float64{0, 0.1, 40})
	y := mat.NewDense(2, 1, []float64{0, 0.2})
	lone := must(LowRankKernel(nil, x, y, 1, 1e-6))
	gibbs30, _ := gibbs(30)
	many := must(CloudKernel(cubeChart, gibbs30.X, gibbs30.X, 0.1))
	half, third := []float64{0.5, 0.5}, []float64{0.3, 0.3, 0.4}
	for name, run := range map[string]struct {
		do   func() (*Scaling, error)
		want error
	}{
		"negative":      {func() (*Scaling, error) { return Scale(k, half, []float64{-1, 2}, nil) }, ErrWeight},
		"nothing":       {func() (*Scaling, error) { return Scale(k, []float64{0, 0}, half, nil) }, ErrMass},
		"masses differ": {func() (*Scaling, error) { return Scale(k, half, []float64{1, 1}, nil) }, ErrMass},
		"few":           {func() (*Scaling, error) { return Scale(k, half, []float64{0.3, 0.7}, &Settings{MaxIterations: 1}) }, ErrNotConverged},
		"symmetric":     {func() (*Scaling, error) { return SymmetricScaling(k, []float64{1, math.NaN()}, nil) }, ErrWeight},
		"few halvings":  {func() (*Scaling, error) { return SymmetricScaling(k, []float64{1, 9}, &Settings{MaxIterations: 1}) }, ErrNotConverged},
		"rounding":      {func() (*Scaling, error) { return Scale(k, half, []float64{0.3, 0.7}, &Settings{Tolerance: 1e-30}) }, ErrTolerance},
		"half rounding": {func() (*Scaling, error) { return SymmetricScaling(many, gibbs30.W, &Settings{Tolerance: 1e-30}) }, ErrTolerance},
		"disconnected":  {func() (*Scaling, error) { return Scale(lone, third, half, nil) }, ErrDisconnected},
	} {
		if _, err := run.do(); !errors.Is(err, run.want) {
			t.Errorf("%s: %v, want %v", name, err, run.want)
		}
	}
}

// The value of a measure to itself is the dual one, also on the way.
func TestSelfValueIsDual(t *testing.T) {
	a, _, _ := anyProblem(3, 12)
	r, err := SelfSinkhorn(a, SquaredEuclidean(), 0.03, &Settings{MaxIterations: 1})
	if !errors.Is(err, ErrNotConverged) {
		t.Fatal(err)
	}
	value := -2 * r.Epsilon * (r.Mass - 1)
	for i, f := range r.F {
		value += 2 * f * a.W[i]
	}
	if !(math.Abs(r.Value-value) <= 1e-14) || math.Abs(r.Mass-1) < 1e-6 {
		t.Errorf("value %v, want %v; mass %v", r.Value, value, r.Mass)
	}
}
