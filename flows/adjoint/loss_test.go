package adjoint

import (
	"math"
	"strings"
	"testing"

	"hopflow/lyapunov/landscape"
)

// An energy is a loss where it is defined: inside the unit square.
func TestEnergyIsALoss(t *testing.T) {
	l, x := EnergyLoss(landscape.Himmelblau{}), []float64{0.3, 0.7, 0.4, 0.2, 0.6, 0.9}
	if err := CheckLoss(l, 3, x); err != nil {
		t.Error(err)
	}
	if err := CheckLoss(l, 1, x[:2], x[2:4]); err != nil {
		t.Error(err)
	}
}

func TestLossesKeepTheirLaws(t *testing.T) {
	points := [][]float64{{0.3, -0.7, 1.1, 0.2, -0.4, 0.9}, {0, 0, 0, 0, 0, 0}, {1.5, -1.2, 0.1, 0.8, 0.6, -0.3}}
	for name, l := range map[string]Loss{
		"distance":        SquaredDistance([]float64{0.1, -0.4}),
		"distance, each":  SquaredDistance([]float64{0.1, -0.4, 0.2, 0.5, 0.3, 0.6}),
		"distance from 0": SquaredDistance(nil),
		"weighted":        Quadratic{Target: []float64{1, 2}, Weight: []float64{0.5, 0}},
		"linear":          LinearLoss{1, -2},
	} {
		if err := CheckLoss(l, 3, points...); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		// The mean of one by one.
		if name == "distance, each" {
			continue
		}
		x := points[0]
		var mean float64
		for k := range 3 {
			mean += l.Value([]float64{x[k], x[3+k]}, 1) / 3
		}
		if v := l.Value(x, 3); math.Abs(v-mean) > 1e-14*math.Abs(mean) {
			t.Errorf("%s: %v, one by one %v", name, v, mean)
		}
		if err := CheckLoss(l, 1, x[:2]); err != nil {
			t.Errorf("%s, one state: %v", name, err)
		}
	}
	for name, r := range map[string]Running{
		"along": Along(0.7, SquaredDistance([]float64{0.1, -0.4})), "penalty": Penalty{Rate: 0.3}, "all": shifting{},
	} {
		if err := CheckRunning(r, 0.4, []float64{0.3, -0.2, 0.9}, 3, points...); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// adding is a loss that adds its gradient, and forgets the mean.
type adding struct{ Quadratic }

func (l adding) Gradient(dst, x []float64, _ int) { addScaled(dst, 1, x) }

// deaf is a running loss that does not listen to its weight, or to θ.
type deaf struct {
	shifting
	weight bool
}

func (d deaf) Pull(dx, dtheta []float64, weight, t float64, x, theta []float64, batch int) float64 {
	if d.weight {
		return d.shifting.Pull(dx, dtheta, 1, t, x, theta, batch)
	}
	return d.shifting.Pull(dx, nil, weight, t, x, theta, batch)
}

func TestChecksOfLossesFindSlips(t *testing.T) {
	x := []float64{0.3, -0.7, 1.1, 0.2}
	if err := CheckLoss(adding{}, 2, x); err == nil || !strings.Contains(err.Error(), "coordinate 0") {
		t.Errorf("%v", err)
	}
	if err := CheckLoss(LossFunc{Func: func(x []float64) float64 { return x[0] }, Grad: func(dst, _ []float64) { dst[0] = 1.001 }}, 1, x[:1]); err == nil {
		t.Error("a wrong gradient passes")
	}
	for _, d := range []deaf{{weight: true}, {}} {
		if err := CheckRunning(d, 0.4, []float64{0.5}, 2, x); err == nil {
			t.Errorf("%+v passes", d)
		}
	}
}
