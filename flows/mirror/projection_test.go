package mirror

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/activation"
)

// projections is the one table of pairs of divergence and set.
var projections = []struct {
	name   string
	psi    Smooth
	set    Set
	points [][]float64
}{
	{"bit entropy, box", BitEntropy(0.25, 0.6, 1.3), Cube(3, 0.3, 0.8), cube3},
	{"bit entropy, half space", BitEntropy(0.25, 0.6, 1.3), HalfSpace{[]float64{1, 2, -0.5}, 0.7}, cube3},
	{"bit entropy, simplex", BitEntropy(0.25, 0.6, 1.3), Simplex{3, 1}, cube3},
	{"bit entropy, affine", BitEntropy(0.25, 0.6, 1.3), Affine{[][]float64{{1, 1, 1}, {1, -2, 0.3}, {2, -1, 1.3}}, []float64{1.3, -0.2, 1.1}}, cube3},
	{"bit entropy, polyhedron", BitEntropy(0.25, 0.6, 1.3), Intersection{HalfSpace{[]float64{1, 1, 0}, 0.6}, HalfSpace{[]float64{0, 1, 1}, 0.7}, Cube(3, 0.1, 0.5)}, cube3},
	{"entropy, simplex", Entropy(3), Simplex{3, 1}, orthant3},
	{"entropy, half space", Entropy(3), HalfSpace{[]float64{1, 2, 0.5}, 0.7}, orthant3},
	{"entropy, transport plan", Entropy(3), Affine{[][]float64{{1, 1, 0}, {0, 1, 1}}, []float64{0.4, 0.9}}, orthant3},
	{"log barrier, half space", LogBarrier(3), HalfSpace{[]float64{1, 2, 0.5}, 0.7}, orthant3},
	{"log barrier, box", LogBarrier(3), Cube(3, 0.1, 2), orthant3},
	{"log barrier, simplex", LogBarrier(3), Simplex{3, 2}, orthant3},
	{"log barrier, affine", LogBarrier(3), Affine{[][]float64{{1, 1, 0}}, []float64{0.4}}, orthant3},
	{"Euclid, box", Euclidean(3), Box{[]float64{0, -1, math.Inf(-1)}, []float64{1, 0, 2}}, space3},
	{"Euclid, simplex", Euclidean(3), Simplex{3, 1}, space3},
	{"Euclid, polyhedron", Euclidean(3), Intersection{Simplex{3, 1}, Cube(3, 0.1, 0.5)}, space3},
	{"simplex entropy, capped", SimplexEntropy(3), Cube(3, 0.1, 0.5), simplex3},
	{"simplex entropy, half space", SimplexEntropy(3), HalfSpace{[]float64{1, 2, -0.5}, 0.7}, simplex3},
	{"simplex entropy, affine", SimplexEntropy(3), Affine{[][]float64{{1, 2, -0.5}, {1, 1, 1}}, []float64{0.7, 1}}, simplex3},
	{"simplex entropy, simplex", SimplexEntropy(3), Simplex{3, 1}, simplex3},
	{"quadratic, box", matrix3(), Cube(3, -0.5, 0.8), space3},
	{"quadratic, half space", matrix3(), HalfSpace{[]float64{1, 2, -0.5}, -0.7}, space3},
	{"quadratic, simplex", matrix3(), Simplex{3, 1}, space3},
	{"quadratic, affine", matrix3(), Affine{[][]float64{{1, 2, -0.5}, {0.3, 0, 1}}, []float64{0.7, 1}}, space3},
	{"3-norm, half space", NewPNorm(3, 3), HalfSpace{[]float64{1, 2, -0.5}, -0.7}, space3},
	{"1.5-norm, affine", NewPNorm(3, 1.5), Affine{[][]float64{{1, 2, -0.5}}, []float64{0.7}}, space3},
	{"softplus, box", Softplus(0.25, 0.6, 1.3), Cube(3, -0.5, 0.8), space3},
	{"softplus, half space", Softplus(0.25, 0.6, 1.3), HalfSpace{[]float64{1, 2, -0.5}, 0.3}, space3},
	{"arctan, half space", Induced(activation.NewArctan(0.7), bare{activation.NewAlgebraic(1.3)}, activation.NewTanh(0.7)), HalfSpace{[]float64{1, 2, 0.5}, 0.9}, cube3},
}

func TestProjectionLaws(t *testing.T) {
	for _, c := range projections {
		if err := CheckProjection(c.psi, c.set, c.points); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func near(a, b []float64, tol float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) <= tol*math.Max(1, math.Abs(y)) })
}

// Projections with a formula of their own.
func TestProjectionClosedForms(t *testing.T) {
	for _, y := range orthant3 {
		sum := y[0] + y[1] + y[2]
		want := []float64{y[0] / sum, y[1] / sum, y[2] / sum}
		if got := must(Project(Entropy(3), Simplex{3, 1}, y)); !near(got, want, 1e-15) {
			t.Errorf("KL projection of %v is %v, want %v", y, got, want)
		}
	}
	n := []float64{1, 2, -0.5}
	for _, y := range space3 {
		over := math.Max(0, (dot(n, y)+0.7)/dot(n, n))
		want := []float64{y[0] - over*n[0], y[1] - over*n[1], y[2] - over*n[2]}
		if got := must(Project(Euclidean(3), HalfSpace{n, -0.7}, y)); !near(got, want, 1e-14) {
			t.Errorf("Euclidean projection of %v is %v, want %v", y, got, want)
		}
		q := matrix3()
		an := Gradient(q.Conjugate(), n)
		over = math.Max(0, (dot(n, y)+0.7)/dot(n, an))
		for i := range want {
			want[i] = y[i] - over*an[i]
		}
		if got := must(Project(q, HalfSpace{n, -0.7}, y)); !near(got, want, 1e-14) {
			t.Errorf("projection of %v in the quadratic form is %v, want %v", y, got, want)
		}
		if got := must(Project(Euclidean(3), Simplex{3, 1}, y)); !near(got, sortedSimplex(y), 1e-14) {
			t.Errorf("projection of %v on the simplex is %v, by sorting %v", y, got, sortedSimplex(y))
		}
	}
	// A half space of one coordinate is a box, whatever the divergence.
	for _, y := range cube3 {
		got := must(Project(BitEntropy(0.25, 0.6, 1.3), HalfSpace{[]float64{0, 3, 0}, 1.2}, y))
		want := []float64{y[0], math.Min(y[1], 0.4), y[2]}
		if !near(got, want, 1e-14) {
			t.Errorf("half space of one coordinate: %v, want %v", got, want)
		}
	}
}

// sortedSimplex is the algorithm by sorting: the largest k such that the mean
// excess of the k largest is below the k-th.
func sortedSimplex(y []float64) []float64 {
	u := slices.Clone(y)
	slices.Sort(u)
	slices.Reverse(u)
	var sum, theta float64
	for k, v := range u {
		sum += v
		if t := (sum - 1) / float64(k+1); v > t {
			theta = t
		}
	}
	x := make([]float64, len(y))
	for i, v := range y {
		x[i] = math.Max(0, v-theta)
	}
	return x
}

// Alternating projections without Dykstra's correction end in the
// intersection, but not at the nearest point of it.
func TestDykstraCorrectionMatters(t *testing.T) {
	psi := BitEntropy(0.25, 0.6, 1.3)
	sets := Intersection{HalfSpace{[]float64{1, 1, 0}, 0.6}, HalfSpace{[]float64{0, 1, 1}, 0.7}, HalfSpace{[]float64{1, -1, 0}, 0.1}}
	y := []float64{0.7, 0.35, 0.9}
	best := must(Project(psi, sets, y))
	plain := slices.Clone(y)
	for range 200 {
		for _, s := range sets {
			plain = must(Project(psi, s, plain))
		}
	}
	if v := sets.Violation(plain); v > 1e-9 {
		t.Fatalf("alternating projections violate by %g", v)
	}
	if d, p := Bregman(psi, best, y), Bregman(psi, plain, y); !(d < p-1e-4) {
		t.Errorf("Dykstra's divergence %.9g, alternating projections' %.9g", d, p)
	}
	r, err := KKTResidual(psi, sets, y, best)
	p, errPlain := KKTResidual(psi, sets, y, plain)
	if err != nil || errPlain != nil || r > 1e-11 || p < 1e-3 {
		t.Errorf("KKT residuals %g and %g, %v, %v", r, p, err, errPlain)
	}
}

func TestEmptySets(t *testing.T) {
	bit, inf := BitEntropy(0.25, 0.6), math.Inf(1)
	y := []float64{0.2, 0.55}
	for name, c := range map[string]struct {
		psi    Legendre
		set    Set
		y      []float64
		reason error
		text   string
	}{
		"crossed box":        {bit, Box{[]float64{0.2, 0.6}, []float64{0.4, 0.5}}, y, ErrEmpty, "interval 1"},
		"box outside":        {bit, Box{[]float64{1.2, 0}, []float64{1.4, 1}}, y, ErrEmpty, "interval 0"},
		"half space outside": {bit, HalfSpace{[]float64{1, 1}, -0.1}, y, ErrEmpty, "meets the open domain"},
		"nowhere":            {bit, HalfSpace{[]float64{0, 0}, -1}, y, ErrEmpty, "normal vector"},
		"simplex too large":  {bit, Simplex{2, 2.5}, y, ErrEmpty, "meets the open domain"},
		"simplex of 0":       {bit, Simplex{2, 0}, y, ErrEmpty, "positive"},
		"other sum":          {SimplexEntropy(2), Simplex{2, 2}, []float64{0.3, 0.7}, ErrEmpty, "sum 1"},
		"contradiction":      {bit, Affine{[][]float64{{1, 1}, {2, 2}}, []float64{1, 3}}, y, ErrEmpty, "equation 1"},
		"affine outside":     {bit, Affine{[][]float64{{1, 1}}, []float64{2.3}}, y, ErrEmpty, "meets the open domain"},
		"affine off simplex": {SimplexEntropy(2), Affine{[][]float64{{1, 1}}, []float64{2.3}}, []float64{0.3, 0.7}, ErrEmpty, "meets the open domain"},
		"disjoint":           {Euclidean(2), Intersection{HalfSpace{[]float64{1, 0}, -1}, HalfSpace{[]float64{-1, 0}, 0.5}}, y, ErrEmpty, "in common"},
		"disjoint in bits":   {bit, Intersection{HalfSpace{[]float64{1, 0}, 0.1}, HalfSpace{[]float64{-1, -1}, -1.5}}, y, ErrEmpty, ""},
		"unbounded range":    {Softplus(0.25, 0.6), HalfSpace{[]float64{1, 0}, -inf}, y, ErrEmpty, ""},
		"NaN":                {bit, HalfSpace{[]float64{1, math.NaN()}, 1}, y, ErrEmpty, "normal vector"},
	} {
		x, err := Project(c.psi, c.set, c.y)
		if !errors.Is(err, c.reason) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v, %v, want %v with %q", name, x, err, c.reason, c.text)
		}
	}
	if _, err := Project(bit, Cube(2, 0, 1), []float64{0.2, 1}); err == nil || !strings.Contains(err.Error(), "coordinate 1 is 1") {
		t.Errorf("a point on the boundary: %v", err)
	}
	if _, err := Project(LogSumExp(2), Cube(2, 0, 1), y); err == nil || !strings.Contains(err.Error(), "not unique") {
		t.Errorf("log-sum-exp: %v", err)
	}
	if x, err := Project(bit, HalfSpace{[]float64{0, 0}, 1}, y); err != nil || !near(x, y, 0) {
		t.Errorf("all of space: %v, %v", x, err)
	}
	if _, err := NewQuadratic(mat.NewSymDense(2, []float64{1, 2, 2, 1})); err == nil || !strings.Contains(err.Error(), "positive definite") {
		t.Errorf("indefinite matrix: %v", err)
	}
	if _, err := NewQuadratic(mat.NewSymDense(2, []float64{1, 0, 0, 1e-14})); err == nil || !strings.Contains(err.Error(), "condition number") {
		t.Errorf("nearly singular matrix: %v", err)
	}
}

// Projectors, once made, do not allocate.
func TestProjectorsDoNotAllocate(t *testing.T) {
	for _, c := range projections {
		p := must(c.set.Projector(c.psi))
		dst := make([]float64, 3)
		if n := testing.AllocsPerRun(5, func() {
			if err := p.Project(dst, c.points[1]); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %g allocations", c.name, n)
		}
	}
}

// On a quadratic function the dual problem of an affine set is quadratic as
// well: Newton's method ends after one step.
func TestAffineNewtonIsExactForQuadratics(t *testing.T) {
	q := must(NewQuadratic(mat.NewSymDense(4, []float64{2, 0.5, -0.3, 0.1, 0.5, 1.3, 0.2, 0.4, -0.3, 0.2, 0.9, -0.2, 0.1, 0.4, -0.2, 0.7})))
	set := Affine{[][]float64{{1, 2, -0.5, 0.3}, {0.3, 0, 1, -0.7}, {1, 1, 0.4, 1}}, []float64{0.7, 1, -0.4}}
	p := must(set.Projector(q)).(*affine)
	q.Gradient(p.z, []float64{0.2, -0.55, 0.9, 1.3})
	if miss, _ := p.eval(p.lambda); miss < 0.1 {
		t.Fatalf("the start misses by %g only", miss)
	}
	p.newton()
	if miss, _ := p.eval(p.step); miss > 1e-14 {
		t.Errorf("one step of Newton's method leaves %g", miss)
	}
}
