package sde

import (
	"math"
	"strings"
	"testing"

	"hopflow/flows"
)

func TestSystemsKeepTheirPromises(t *testing.T) {
	for name, k := range map[string]struct {
		s      *System
		points []flows.State
	}{
		"gbm": {gbm(0.6, 0.8), points1}, "tanhs": {tanhs(Ito).sys, points2}, "tanhs α": {tanhs(0.3).sys, points2},
		"tanhs as commutative": {tanhs(Ito).sys.as(Commutative), points2}, "bent": {bent(Stratonovich).sys, points2},
		"bent by differences": {without(bent(Ito).sys), points2}, "area": {swept(Ito), points2},
		"well": {doubleWell(Ito), points1}, "circle": {circle(Ito), points1},
	} {
		if err := CheckSystem(k.s, k.points); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	converted, err := tanhs(Ito).sys.In(Stratonovich)
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckSystem(converted, points2); err != nil {
		t.Errorf("converted: %v", err)
	}
}

// TestCheckSystemFinds breaks each law once.
func TestCheckSystemFinds(t *testing.T) {
	var kept []float64
	for want, spoil := range map[string]func(s *System){
		"a system needs Drift and Noise":                func(s *System) { s.Drift = nil },
		"diagonal noise has a Brownian motion for each": func(s *System) { s.Wiener = 3 },
		"no such Shape":                             func(s *System) { s.Shape = -1 },
		"the drift: flows: at point 0":              func(s *System) { s.Drift = func(dst []float64, t float64, x []float64) { dst[0] = 1 } },
		"Noise is linear in dw, without a constant": after(func(dst, x, dw []float64) { dst[1] += 1e-6 }),
		"component 0 of the noise is 1.7":           after(func(dst, x, dw []float64) { dst[0] = math.Abs(dst[0]) }),
		"component 0 of the noise is NaN":           after(func(dst, x, dw []float64) { dst[0] = math.NaN() }),
		"component 1 of the noise is +Inf":          after(func(dst, x, dw []float64) { dst[1] = math.Inf(1) }),
		"the noise changed coordinate 1":            after(func(dst, x, dw []float64) { x[1]++ }),
		"the noise changed increment 0":             after(func(dst, x, dw []float64) { dw[0]++ }),
		"then NaN at the same point: assign to dst instead of adding to it, keep neither x nor dw": func(s *System) {
			noise := s.Noise
			s.Noise = func(dst []float64, t float64, x, dw []float64) {
				use := x
				if kept != nil {
					use = kept
				}
				kept = x
				noise(dst, t, use, dw)
			}
		},
		"Brownian motion 1 moves coordinate 0": after(func(dst, x, dw []float64) { dst[0] += 1e-9 * dw[1] }),
		"where coordinate 1 is":                after(func(dst, x, dw []float64) { dst[0] *= 1 + 1e-9*x[1] }),
		"Additive noise does not depend on x":  func(s *System) { s.Shape, s.NoiseDeriv = Additive, nil },
		"component 1 of NoiseDeriv is":         func(s *System) { s.NoiseDeriv = scaled(s.NoiseDeriv, 1+1e-5) },
		"component 0 of NoiseDeriv is NaN":     func(s *System) { s.NoiseDeriv = func(dst []float64, _ float64, _, _, _ []float64) {} },
		"component 0 of DriftBlock is NaN":     func(s *System) { s.DriftBlock = func(dst [][]float64, _ float64, _ [][]float64) {} },
		"component 1 of NoiseBlock is": func(s *System) {
			s.NoiseBlock = blockAfter(s.NoiseBlock, func(dst, x, dw [][]float64) { dst[1][0] += 1e-9 })
		},
		"component 0 of VarianceBlock is": func(s *System) {
			s.VarianceBlock = func(dst [][]float64, t float64, x [][]float64) { s.NoiseBlock(dst, t, x, x) }
		},
		"a block form changed coordinate 0 of particle 2 from 0.37 to 5": func(s *System) {
			s.NoiseBlock = blockAfter(s.NoiseBlock, func(dst, x, dw [][]float64) { x[0][len(x[0])-1] = 5 })
		},
		"a block form changed increment 1 of particle 0 from -0.1577": func(s *System) {
			s.NoiseBlock = blockAfter(s.NoiseBlock, func(dst, x, dw [][]float64) { dw[1][0] = 5 })
		},
	} {
		kept = nil
		s := tanhs(Ito).sys
		spoil(s)
		if err := CheckSystem(s, points2); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("CheckSystem = %v, want an error with %q", err, want)
		}
	}
	for want, f := range map[string]func() error{
		"the noise does not commute; promise General": func() error { return CheckSystem(swept(Ito).as(Commutative), points2) },
		"(∂_{b_1} b_0)":             func() error { return CheckSystem(without(swept(Ito)).as(Commutative), points2) },
		"1 points check too little": func() error { return CheckSystem(swept(Ito), points2[:1]) },
		"point 0 has 1 coordinates, the system 2: pass points of": func() error { return CheckSystem(swept(Ito), points1) },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

// after returns a change of a system's noise.
func after(f func(dst, x, dw []float64)) func(s *System) {
	return func(s *System) {
		noise := s.Noise
		s.Noise = func(dst []float64, t float64, x, dw []float64) {
			noise(dst, t, x, dw)
			f(dst, x, dw)
		}
	}
}

func scaled(f func(dst []float64, t float64, x, v, dw []float64), by float64) func(dst []float64, t float64, x, v, dw []float64) {
	return func(dst []float64, t float64, x, v, dw []float64) {
		f(dst, t, x, v, dw)
		dst[1] *= by
	}
}

func blockAfter(f func(dst [][]float64, t float64, x, dw [][]float64), g func(dst, x, dw [][]float64)) func(dst [][]float64, t float64, x, dw [][]float64) {
	return func(dst [][]float64, t float64, x, dw [][]float64) {
		f(dst, t, x, dw)
		g(dst, x, dw)
	}
}
