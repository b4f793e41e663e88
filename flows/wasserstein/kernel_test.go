package wasserstein

import (
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
	"hopflow/lyapunov/freeenergy"
)

var cubeChart = geometry.NewTanh(0.25, 0.7)

// sprinkled draws n points of the open cube.
func sprinkled(seed uint64, n, dim int) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, 11))
	x := mat.NewDense(n, dim, nil)
	x.Apply(func(_, _ int, _ float64) float64 { return 0.02 + 0.96*rng.Float64() }, x)
	return x
}

// walledGrid is a product of axes of so many unequal cells.
func walledGrid(cells ...int) *freeenergy.Grid {
	var axes []freeenergy.Axis
	for _, n := range cells {
		edges := make([]float64, n+1)
		for i := range edges {
			s := float64(i) / float64(n)
			edges[i] = s * s * (3 - 2*s)
		}
		axes = append(axes, freeenergy.Edges(edges).Walled())
	}
	return freeenergy.NewGrid(axes...)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

type entries interface {
	Kernel
	At(i, j int) float64
}

// Every implementation against the laws, and entry by entry against exp(-C/(2ε)).
func TestKernels(t *testing.T) {
	x, y := sprinkled(1, 70, 2), sprinkled(2, 45, 2)
	c := SquaredDistance(cubeChart)
	costs := CostMatrix(c, UniformMeasure(x), UniformMeasure(y))
	grid := walledGrid(7, 5)
	nodes := mat.NewDense(grid.Len(), 2, nil)
	for i := range grid.Len() {
		grid.Center(nodes.RawRowView(i), i)
	}
	onGrid := CostMatrix(c, UniformMeasure(nodes), UniformMeasure(nodes))
	a, b := CostMatrix(SquaredEuclidean(), UniformMeasure(sprinkled(3, 4, 1)), UniformMeasure(sprinkled(4, 6, 1))), mat.NewDense(2, 3, []float64{0, 1, 2, 0.5, 0.1, 0})
	sum := mat.NewDense(8, 18, nil)
	sum.Apply(func(i, j int, _ float64) float64 { return a.At(i%4, j%6) + b.At(i/4, j/6) }, sum)
	line := geometry.NewTanh(0.7)
	xl, yl := sprinkled(5, 33, 1), sprinkled(6, 21, 1)
	onLine := CostMatrix(SquaredDistance(line), UniformMeasure(xl), UniformMeasure(yl))
	for _, eps := range []float64{0.1, 0.013} {
		for name, k := range map[string]struct {
			kernel entries
			costs  *mat.Dense
			tol    float64
		}{
			"dense":         {must(DenseKernel(costs, eps)), costs, 1e-14},
			"dense of view": {must(DenseKernel(mat.Transpose{Matrix: costs.T()}, eps)), costs, 1e-14},
			"cloud":         {must(CloudKernel(cubeChart, x, y, eps)), costs, 1e-12},
			"grid":          {must(SeparableKernel(grid, cubeChart, eps)), onGrid, 1e-12},
			"kronecker":     {must(KroneckerKernel(eps, a, b)), sum, 1e-13},
			"low rank":      {must(LowRankKernel(cubeChart, x, y, eps, 1e-9)), costs, 1e-9},
			"low rank line": {must(LowRankKernel(line, xl, yl, eps, 1e-6)), onLine, 1e-6},
		} {
			if err := CheckKernel(k.kernel, 1e-9); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			rows, columns := k.costs.Dims()
			if r, c := k.kernel.Dims(); r != rows || c != columns {
				t.Fatalf("%s: %d x %d, want %d x %d", name, r, c, rows, columns)
			}
			unit, column := make([]float64, columns), make([]float64, rows)
			for j := range columns {
				fill(unit, 0)
				unit[j] = 1
				k.kernel.Apply(column, unit)
				for i := range rows {
					want := math.Exp(-k.costs.At(i, j) / (2 * eps))
					if !(math.Abs(column[i]-want) <= k.tol) || !(math.Abs(k.kernel.At(i, j)-want) <= k.tol) {
						t.Fatalf("%s: entry %d, %d is %v, At says %v, want %v", name, i, j, column[i], k.kernel.At(i, j), want)
					}
				}
			}
		}
	}
}

// A kernel that breaks the laws does not pass.
type broken struct {
	*Dense
	what string
}

func (b broken) Apply(dst, v []float64) {
	b.Dense.Apply(dst, v)
	switch b.what {
	case "scaled":
		dst[0] *= 1 + 1e-6
	case "bent":
		dst[0] = math.Abs(dst[0])
	case "negative":
		dst[0] = -dst[0]
	}
}

func (b broken) LogApply(dst, v []float64) {
	b.Dense.LogApply(dst, v)
	if b.what == "log" {
		dst[0] += 1e-6
	}
}

func TestCheckKernelCanFail(t *testing.T) {
	k := must(CloudKernel(nil, sprinkled(1, 5, 2), sprinkled(2, 4, 2), 0.1))
	for _, what := range []string{"scaled", "bent", "negative", "log"} {
		if err := CheckKernel(broken{k, what}, 1e-9); err == nil {
			t.Errorf("a kernel that is %s passes", what)
		}
	}
	if err := CheckKernel(broken{k, ""}, 1e-9); err != nil {
		t.Error(err)
	}
}

// Where Γ underflows the log forms keep their digits.
func TestLogProductsOfSmallEpsilon(t *testing.T) {
	const eps = 1e-4
	grid := walledGrid(9, 6)
	nodes := mat.NewDense(grid.Len(), 2, nil)
	for i := range grid.Len() {
		grid.Center(nodes.RawRowView(i), i)
	}
	m := UniformMeasure(nodes)
	costs := CostMatrix(SquaredDistance(cubeChart), m, m)
	n := m.Len()
	logv, dst := make([]float64, n), make([]float64, n)
	for j := range logv {
		logv[j] = -40 * float64(j*j%31)
	}
	logv[3] = math.Inf(-1)
	want := make([]float64, n)
	for i := range n {
		top := math.Inf(-1)
		for j := range n {
			top = max(top, logv[j]-costs.At(i, j)/(2*eps))
		}
		var s float64
		for j := range n {
			s += math.Exp(logv[j] - costs.At(i, j)/(2*eps) - top)
		}
		want[i] = top + math.Log(s)
	}
	for name, k := range map[string]LogKernel{
		"dense": must(DenseKernel(costs, eps)), "cloud": must(CloudKernel(cubeChart, nodes, nodes, eps)), "grid": must(SeparableKernel(grid, cubeChart, eps)),
	} {
		for form, f := range map[string]func(dst, v []float64){"LogApply": k.LogApply, "LogApplyTransposed": k.LogApplyTransposed} {
			f(dst, logv)
			for i := range dst {
				if !(math.Abs(dst[i]-want[i]) <= 1e-12*(1+math.Abs(want[i]))) {
					t.Errorf("%s, %s: %v at %d, want %v", name, form, dst[i], i, want[i])
				}
			}
			nothing := make([]float64, n)
			fill(nothing, math.Inf(-1))
			if f(dst, nothing); !math.IsInf(dst[0], -1) {
				t.Errorf("%s, %s of nothing is %v", name, form, dst[0])
			}
		}
	}
}

// The number of cores does not show, to the last bit.
func TestCoresDoNotShow(t *testing.T) {
	x, y := sprinkled(1, 400, 2), sprinkled(2, 390, 2)
	a, b := UniformMeasure(x), UniformMeasure(y)
	grid := walledGrid(40, 30)
	v := make([]float64, grid.Len())
	for i := range v {
		v[i] = 1 + math.Sin(float64(i))
	}
	run := func(cores int) (out []float64) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		r := must(Sinkhorn(a, b, SquaredDistance(cubeChart), 0.01, nil))
		out = append(out, r.F...)
		out = append(out, r.Value, r.Cost, r.MarginalError)
		low := must(LowRankKernel(cubeChart, x, y, 0.1, 1e-8))
		dst := make([]float64, 400)
		low.Apply(dst, b.W)
		out = append(out, dst...)
		k := must(SeparableKernel(grid, cubeChart, 0.01))
		dst = make([]float64, grid.Len())
		k.Apply(dst, v)
		out = append(out, dst...)
		k.LogApply(dst, v)
		return append(out, dst...)
	}
	one := run(1)
	for _, cores := range []int{2, 7} {
		for i, got := range run(cores) {
			if got != one[i] {
				t.Fatalf("number %d is %v on %d cores and %v on one", i, got, cores, one[i])
			}
		}
	}
}

func TestMove(t *testing.T) {
	x, y, x2, y2 := sprinkled(1, 50, 2), sprinkled(2, 40, 2), sprinkled(3, 50, 2), sprinkled(4, 40, 2)
	dense := must(CloudKernel(cubeChart, x, y, 0.1))
	low := must(LowRankKernel(cubeChart, x, y, 0.1, 1e-8))
	if err := dense.Move(cubeChart, x2, y2); err != nil {
		t.Fatal(err)
	}
	if err := low.Move(cubeChart, x2, y2); err != nil {
		t.Fatal(err)
	}
	want := must(CloudKernel(cubeChart, x2, y2, 0.1))
	for i := range 50 {
		for j := range 40 {
			if dense.At(i, j) != want.At(i, j) || !(math.Abs(low.At(i, j)-want.At(i, j)) <= 1e-8) {
				t.Fatalf("entry %d, %d is %v and %v, want %v", i, j, dense.At(i, j), low.At(i, j), want.At(i, j))
			}
		}
	}
	if n := testing.AllocsPerRun(10, func() { dense.Move(cubeChart, x, y) }); n != 0 {
		t.Errorf("a move allocates %v times", n)
	}
	u, v, gv := make([]float64, 50), make([]float64, 40), make([]float64, 40)
	fill(u, 1)
	fill(v, 1)
	if n := testing.AllocsPerRun(10, func() { Sweep(dense, u, gv, u, v) }); n != 0 {
		t.Errorf("a sweep allocates %v times", n)
	}
}

// The degree grows as 1/√ε, the error is what is said, and both are refused where
// they go too far.
func TestLowRankDegree(t *testing.T) {
	x, y := sprinkled(1, 60, 2), sprinkled(2, 60, 2)
	chart := geometry.NewTanh(0.25, 0.25)
	last := 0
	for _, eps := range []float64{0.4, 0.1, 0.025} {
		k := must(LowRankKernel(chart, x, y, eps, 1e-7))
		d := k.Degree()[0]
		if ratio := float64(d) / float64(last); last > 0 && !(ratio > 1.5 && ratio < 2.3) {
			t.Errorf("degree %d after %d for a quarter of ε", d, last)
		}
		if e := k.MeasuredError(); !(e > 0 && e <= 1e-7) || k.Rank()[0] > d {
			t.Errorf("error %v, rank %v, degree %v", e, k.Rank(), k.Degree())
		}
		t.Logf("ε = %v: degree %d, rank %d, error %.2g", eps, d, k.Rank()[0], k.MeasuredError())
		last = d
	}
	_, err := LowRankKernel(chart, x, y, 1e-5, 1e-7)
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, ErrDegree) || !(e.MarginalError > 1e-7) {
		t.Errorf("ε = 1e-5 gives %v", err)
	}
	if _, err := LowRankKernel(geometry.NewTanh(1, 1, 1), sprinkled(1, 5, 3), sprinkled(2, 5, 3), 0.1, 1e-7); !errors.Is(err, ErrDimension) {
		t.Errorf("three dimensions give %v", err)
	}
	// Without a chart the box is that of the points; one point has none.
	one := mat.NewDense(1, 2, []float64{0.3, 0.3})
	if k := must(LowRankKernel(nil, one, one, 0.1, 1e-7)); !(math.Abs(k.At(0, 0)-1) <= 1e-7) {
		t.Errorf("exp(0) = %v", k.At(0, 0))
	}
}

func TestKernelRefusals(t *testing.T) {
	x, y := sprinkled(1, 5, 2), sprinkled(2, 4, 2)
	costs := CostMatrix(SquaredEuclidean(), UniformMeasure(x), UniformMeasure(y))
	far := mat.DenseCopyOf(x)
	far.Set(3, 1, 2) // outside the cube
	nan := mat.DenseCopyOf(costs)
	nan.Set(2, 3, math.NaN())
	for name, c := range map[string]struct {
		make func() (Kernel, error)
		want error
	}{
		"ε = 0":            {func() (Kernel, error) { return DenseKernel(costs, 0) }, ErrEpsilon},
		"ε < 0":            {func() (Kernel, error) { return CloudKernel(nil, x, y, -1) }, ErrEpsilon},
		"ε = NaN":          {func() (Kernel, error) { return KroneckerKernel(math.NaN(), costs) }, ErrEpsilon},
		"ε = Inf":          {func() (Kernel, error) { return LowRankKernel(nil, x, y, math.Inf(1), 1e-6) }, ErrEpsilon},
		"a cost is NaN":    {func() (Kernel, error) { return DenseKernel(nan, 1) }, ErrCost},
		"grid cost is NaN": {func() (Kernel, error) { return KroneckerKernel(1, costs, nan) }, ErrCost},
		"many points": {func() (Kernel, error) {
			return CloudKernel(nil, mat.NewDense(mostDense+1, 1, nil), mat.NewDense(mostDense, 1, nil), 1)
		}, ErrSize},
		"ε = 1e-320":       {func() (Kernel, error) { return CloudKernel(nil, x, y, 1e-320) }, ErrEpsilon},
		"no axis":          {func() (Kernel, error) { return KroneckerKernel(1) }, ErrEmpty},
		"no points":        {func() (Kernel, error) { return CloudKernel(nil, nil, y, 1) }, ErrEmpty},
		"outside the cube": {func() (Kernel, error) { return CloudKernel(cubeChart, far, y, 1) }, ErrCost},
		"outside the box":  {func() (Kernel, error) { return LowRankKernel(cubeChart, y, far, 1, 1e-6) }, ErrCost},
		"dimensions":       {func() (Kernel, error) { return CloudKernel(geometry.NewTanh(1), x, y, 1) }, ErrDimension},
		"grid dimensions":  {func() (Kernel, error) { return SeparableKernel(walledGrid(3), cubeChart, 1) }, ErrDimension},
		"tolerance":        {func() (Kernel, error) { return LowRankKernel(nil, x, y, 1, 0) }, ErrDegree},
	} {
		if _, err := c.make(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	apart := mat.NewDense(2, 2, []float64{0, 1e4, 1e4, 1e4})
	err := CheckConnected(must(DenseKernel(apart, 1)))
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, ErrDisconnected) || e.Row != 1 || e.Column != -1 {
		t.Errorf("a row of zeros: %v", err)
	}
	if err := CheckConnected(must(DenseKernel(costs, 0.1))); err != nil {
		t.Error(err)
	}
}

// A sum between the least number and the least with all digits is not trusted.
func TestLogProductsKeepDigits(t *testing.T) {
	k := must(DenseKernel(mat.NewDense(1, 1, []float64{2 * 730.3}), 1))
	for name, f := range map[string]func(dst, v []float64){"LogApply": k.LogApply, "LogApplyTransposed": k.LogApplyTransposed} {
		got := []float64{0}
		if f(got, []float64{0.5}); !(math.Abs(got[0]+729.8) <= 1e-12) {
			t.Errorf("%s: %.17g, want -729.8", name, got[0])
		}
	}
}

// What a kernel of low rank says of its error is no less than the error of any pair,
// but for what lies between the points that it tried.
func TestLowRankErrorIsSeen(t *testing.T) {
	x, y := sprinkled(1, 400, 2), sprinkled(2, 300, 2)
	for _, tol := range []float64{1e-2, 1e-5, 1e-8, 1e-11} {
		k, want, worst := must(LowRankKernel(cubeChart, x, y, 0.06, tol)), must(CloudKernel(cubeChart, x, y, 0.06)), 0.0
		for i := range 400 {
			for j := range 300 {
				worst = max(worst, math.Abs(k.At(i, j)-want.At(i, j)))
			}
		}
		if e := k.MeasuredError(); !(worst <= 1.05*e && worst <= tol && e <= tol) {
			t.Errorf("tolerance %g: error %g, said %g", tol, worst, e)
		}
	}
}
