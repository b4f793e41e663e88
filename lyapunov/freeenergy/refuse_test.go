package freeenergy_test

import (
	"fmt"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov"
	. "hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

func TestTemperatureAndShapes(t *testing.T) {
	g := NewGrid(Uniform(-3, 3, 30))
	p, e2 := Uniformly(g), landscape.Harmonic(1, 0, 0)
	for _, T := range []float64{0, -1, nan, inf} {
		text := fmt.Sprintf("temperature is %v", T)
		panics(t, text, func() { Gibbs(g, well, T) })
		panics(t, text, func() { GridLogPartition(g, well, T) })
		panics(t, text, func() { FreeEnergy(p, well, T) })
		panics(t, text, func() { EnergyMinusEntropy(p, well, T) })
		panics(t, text, func() { Potential(p, well, T) })
		panics(t, text, func() { Dissipation(p, well, T, identity{}) })
		panics(t, text, func() { RateFromCurrent(p, well, T, func(dst, x []float64) {}) })
		panics(t, text, func() { RateFromChange(p, p.P, well, T) })
		panics(t, text, func() { Tail(g, well, T) })
		panics(t, text, func() { LogPartition(well, T, [][2]float64{{0, 1}}, nil) })
		panics(t, text, func() { CloudFreeEnergy(mat.NewDense(30, 1, nil), well, T) })
	}
	const shapes = "an energy of 2 coordinates on a grid of 1 axes"
	panics(t, shapes, func() { Gibbs(g, e2, 1) })
	panics(t, shapes, func() { Energy(p, e2) })
	panics(t, shapes, func() { Potential(p, e2, 1) })
	panics(t, shapes, func() { Tail(g, e2, 1) })
	panics(t, "length mismatch", func() { RateFromChange(p, p.P[1:], well, 1) })
	panics(t, "length mismatch", func() { CloudFreeEnergy(mat.NewDense(30, 1, nil), e2, 1) })
	panics(t, "length mismatch", func() { LogPartition(e2, 1, [][2]float64{{0, 1}}, nil) })
}

// An energy that is not a number is an error that names the cell.
func TestEnergyNotANumber(t *testing.T) {
	g := NewGrid(Uniform(0, 4, 4))
	p := Uniformly(g)
	at := func(v float64) lyapunov.Energy {
		return formula(func(x float64) float64 {
			if x > 2 && x < 3 {
				return v
			}
			return x * x
		})
	}
	for v, text := range map[float64]string{nan: "energy is NaN", -inf: "energy is -Inf"} {
		_, err := Gibbs(g, at(v), 1)
		fails(t, err, text, "cell 2", "center [2.5]", "choose a box")
		_, _, err = FreeEnergy(p, at(v), 1)
		fails(t, err, text, "cell 2")
		_, err = Tail(g, at(v), 1)
		fails(t, err, text, "cell 2")
		_, err = Dissipation(p, at(v), 1, identity{})
		fails(t, err, text, "cell 2")
		_, _, err = LogPartition(at(v), 1, [][2]float64{{0, 4}}, nil)
		fails(t, err, text, "x = [2.")
	}
	_, err := Dissipation(p, at(inf), 1, identity{})
	fails(t, err, "density 0.25 where the energy is +Inf", "cell 2")
	_, _, err = FreeEnergy(Uniformly(NewGrid(Uniform(0, 4, 4).Walled())), at(inf), 1)
	fails(t, err, "density 0.25 where the energy is +Inf", "cell 2")
	_, err = Gibbs(g, formula(func(float64) float64 { return inf }), 1)
	fails(t, err, "+Inf at all 4 centers")
	_, _, err = LogPartition(formula(func(float64) float64 { return inf }), 1, [][2]float64{{0, 4}}, nil)
	fails(t, err, "+Inf at all")
	q := must(Gibbs(NewGrid(Uniform(-5, 4, 9)), formula(func(x float64) float64 {
		if x > 0 {
			return inf
		}
		return 9 * x * x
	}), 1))
	if q.P[7] != 0 || q.P[0] == 0 {
		t.Errorf("Gibbs with a wall inside: %v", q.P)
	}
}
