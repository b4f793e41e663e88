package freeenergy

import (
	"math"
	"testing"
)

// The two rules of the pair on polynomials: Gauss is exact to degree 13,
// Kronrod to 22, and not beyond.
func TestKronrodPair(t *testing.T) {
	apply := func(weight [15]float64, degree int) (sum float64) {
		for k, x := range kronrodNode {
			sum += weight[k] * math.Pow(x, float64(degree))
		}
		return sum
	}
	for _, c := range []struct {
		name   string
		weight [15]float64
		degree int
	}{{"Gauss", gaussWeight, 13}, {"Kronrod", kronrodWeight, 22}} {
		for degree := 0; degree <= c.degree+2; degree++ {
			want := 0.0
			if degree%2 == 0 {
				want = 2 / float64(degree+1)
			}
			miss := math.Abs(apply(c.weight, degree) - want)
			if degree <= c.degree && miss > 1e-15 {
				t.Errorf("%s, degree %d: error %g", c.name, degree, miss)
			}
			if degree > c.degree+1 && degree%2 == 0 && miss < 1e-12 {
				t.Errorf("%s is exact for degree %d: the rule is another one", c.name, degree)
			}
		}
	}
}

func TestSubstitution(t *testing.T) {
	inf := math.Inf(1)
	for _, s := range []substitution{{-1.3, 2.7}, {-inf, inf}, {-1.3, inf}, {-inf, 2.7}} {
		for _, x := range []float64{-1.2, 0.3, 2.6} {
			u := s.inverse(x)
			back, jac := s.at(u)
			up, _ := s.at(u + 1e-6)
			down, _ := s.at(u - 1e-6)
			slope := math.Abs(up-down) / 2e-6
			if math.Abs(back-x) > 1e-14 || math.Abs(jac-slope) > 1e-8*jac {
				t.Errorf("%v at %g: comes back as %g, slope %g, want %g", s, x, back, jac, slope)
			}
			if at := s.cuts(1); !(at[0] < u && u < at[len(at)-1]) {
				t.Errorf("%v: u = %g outside %v", s, u, at)
			}
		}
	}
}

// Slopes by parabolas are exact for parabolas, on every kind of axis.
func TestSlopes(t *testing.T) {
	uneven := Edges([]float64{0, 0.1, 0.5, 0.6, 1.4, 1.5})
	for i, s := range slopes(uneven) {
		var got float64
		for k, place := range s.place {
			x := uneven.Center(place)
			got += s.weight[k] * (0.3 - 2*x + 1.7*x*x)
		}
		if want := -2 + 3.4*uneven.Center(i); math.Abs(got-want) > 1e-13 {
			t.Errorf("cell %d: slope %g, want %g", i, got, want)
		}
	}
	ring := Periodic(0, 2*math.Pi, 400)
	for i, s := range slopes(ring) {
		var got float64
		for k, place := range s.place {
			got += s.weight[k] * math.Sin(ring.Center(place))
		}
		if want := math.Cos(ring.Center(i)); math.Abs(got-want) > 1e-4 {
			t.Errorf("cell %d of a ring: slope %g, want %g", i, got, want)
		}
	}
	two := slopes(Uniform(0, 2, 2))
	if s := two[1]; s.weight[0] != -1 || s.weight[1] != 1 || s.place[1] != 1 {
		t.Errorf("slope on two cells: %+v", s)
	}
	for _, s := range append(slopes(Uniform(0, 1, 1)), slopes(Periodic(0, 1, 2))...) {
		if s.weight != [3]float64{} {
			t.Errorf("slope %+v where there is none", s)
		}
	}
	g := NewGrid(uneven)
	f := g.Sample(func(x []float64) float64 { return 0.3 - 2*x[0] + 1.7*x[0]*x[0] })
	for upper, x := range map[bool]float64{false: 0, true: 1.5} {
		cell := 0
		if upper {
			cell = 4
		}
		if got, want := g.atWall(0, upper, f, cell), 0.3-2*x+1.7*x*x; math.Abs(got-want) > 1e-13 {
			t.Errorf("value %g at the wall %g, want %g", got, x, want)
		}
	}
}

// The tree against all pairs, with ties, lines and duplicates among the points.
func TestNearestNeighbours(t *testing.T) {
	for _, dim := range []int{1, 2, 3, 5} {
		var points [][]float64
		for i := range 500 {
			p := make([]float64, dim)
			for d := range p {
				p[d] = math.Mod(float64(i+1)*math.Sqrt(float64(d+2)), 1)
				if i%7 == 0 {
					p[d] = math.Round(p[d]*4) / 4 // many ties
				}
			}
			points = append(points, p)
		}
		tree := newKDTree(points)
		got, want := make([]float64, 5), make([]float64, len(points))
		for _, x := range points {
			tree.nearest(got, x)
			for j, y := range points {
				want[j] = 0
				for d := range x {
					want[j] += (x[d] - y[d]) * (x[d] - y[d])
				}
			}
			for k := range got { // selection of the five smallest
				for j := k + 1; j < len(want); j++ {
					if want[j] < want[k] {
						want[j], want[k] = want[k], want[j]
					}
				}
				if got[k] != want[k] {
					t.Fatalf("dimension %d: neighbour %d of %v at %g, want %g", dim, k, x, got[k], want[k])
				}
			}
		}
	}
}
