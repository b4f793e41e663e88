package hopfield

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"hopflow/internal/trials"
	"hopflow/lyapunov/activation"
)

// W12 = 2, b = 0: two memories, and the anti-diagonal is the stable manifold of
// the saddle between them. The cells agree with Settle, and with the sign of
// x1 + x2.
func TestBasinsOfTwoMemories(t *testing.T) {
	c, err := NewContinuous(mat.NewDense(2, 2, []float64{0, 2, 2, 0}), nil, activation.NewTanh(1))
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Basins(Square(-1, 1, 24))
	if err != nil || b.Unsettled != nil {
		t.Fatal(err, b.Unsettled)
	}
	if len(b.Attractors) != 3 {
		t.Fatalf("%d attractors, want two memories and the saddle", len(b.Attractors))
	}
	for row := range 24 {
		for column := range 24 {
			e := b.Attractors[int(b.Z(column, row))].Equilibrium
			sum := b.X(column) + b.Y(row)
			switch {
			case math.Abs(sum) < 1e-12:
				if e.Kind() != "saddle" {
					t.Errorf("(%v, %v) settles to %v, want the saddle", b.X(column), b.Y(row), e.X)
				}
			case e.X[0]*sum <= 0 || !e.Stable():
				t.Errorf("(%v, %v) settles to %v", b.X(column), b.Y(row), e.X)
			}
		}
	}
	if columns, rows := b.Dims(); columns != 24 || rows != 24 || math.Abs(floats.Sum(b.Fractions())-1) > 1e-12 {
		t.Errorf("dims %d, %d, fractions %v", columns, rows, b.Fractions())
	}
}

// On random networks every cell has the attractor that Settle finds for it alone,
// for any number of cores; with symmetric W that is an equilibrium.
func TestBasinsOfRandomNetworks(t *testing.T) {
	for i := range trials.Of(t, 160) / 20 {
		c, x, _ := contRandom(t, 51, uint64(i))
		if c.n < 2 {
			continue
		}
		s := Section{I: 1, J: 0, Through: x, X: [2]float64{-0.9, 0.95}, Y: [2]float64{-0.8, 0.9}, Cells: [2]int{5, 4}}
		b, err := c.WithGain(3).Basins(s)
		if err != nil || b.Unsettled != nil {
			t.Fatalf("case %d: %v, %v", i, err, b.Unsettled)
		}
		before := runtime.GOMAXPROCS(1)
		one, err := c.WithGain(3).Basins(s)
		runtime.GOMAXPROCS(before)
		if err != nil || !slices.Equal(one.Label, b.Label) {
			t.Fatalf("case %d: labels %v on one core, %v on all", i, one.Label, b.Label)
		}
		for cell, label := range b.Label {
			alone, err := c.WithGain(3).Settle(s.start(c.n, cell%5, cell/5))
			if err != nil {
				t.Fatal(err)
			}
			if !sameLimit(alone, b.Attractors[label]) || alone.Cycle != nil {
				t.Fatalf("case %d, cell %d: %v by itself, %v in the map", i, cell, alone.Point(), b.Attractors[label].Point())
			}
		}
	}
}

// A network with a cycle and nothing else, as seen from a grid.
func TestBasinsOfLimitCycle(t *testing.T) {
	c, err := NewAsymmetric(mat.NewDense(2, 2, []float64{2, -2, 2, 2}), nil, activation.NewTanh(1))
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Basins(Square(-1, 1, 9))
	if err != nil || b.Unsettled != nil {
		t.Fatal(err, b.Unsettled)
	}
	kinds := map[string]int{}
	for _, l := range b.Label {
		kinds[b.Attractors[l].Kind()]++
	}
	if kinds["limit cycle"] != 80 || kinds["unstable"] != 1 || len(b.Attractors) != 2 {
		t.Errorf("%d attractors %v; want the cycle for 80 cells and the origin for the middle one", len(b.Attractors), kinds)
	}
}

func TestBasinsErrors(t *testing.T) {
	c, _, _ := contRandom(t, 51, 0)
	for want, s := range map[string]Section{
		"two different ones":       {I: 0, J: 0, X: [2]float64{0, 1}, Y: [2]float64{0, 1}, Cells: [2]int{2, 2}},
		"0 x 2 cells":              {J: 1, X: [2]float64{0, 1}, Y: [2]float64{0, 1}, Cells: [2]int{0, 2}},
		"intervals that rise":      {J: 1, X: [2]float64{1, 0}, Y: [2]float64{0, 1}, Cells: [2]int{2, 2}},
		"a point of 9 coordinates": {J: 1, Through: make([]float64, 9), X: [2]float64{0, 1}, Y: [2]float64{0, 1}, Cells: [2]int{2, 2}},
	} {
		if _, err := c.Basins(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want one with %q", err, want)
		}
	}
}
