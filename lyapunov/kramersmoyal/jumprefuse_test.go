package kramersmoyal

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/landscape"
)

// Mistakes of the programmer panic with the package's name and what is wrong.
func TestLawPanics(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	src := rand.NewPCG(1, 1)
	e := landscape.NewDoubleWell(1, 1)
	p := bell(circle(9, 64), 0, 1)
	flat := func(x float64) float64 { return 1 }
	for want, f := range map[string]func(){
		"2 orders":                    func() { Normal(0, 1).Moment(1, 1) },
		"order -1":                    func() { Coin(1).Moment(-1) },
		"at most 170":                 func() { Coin(1).Moment(171) },
		"variance -1":                 func() { Normal(0, -1) },
		"mean NaN":                    func() { Normal(nan, 1) },
		"length mismatch":             func() { Coin(1).Sample(make([]float64, 2), src) },
		"rate -1":                     func() { NewPoisson(-1, 1, 1) },
		"rate NaN":                    func() { NewCompound(nan, Coin(1), 1) },
		"a time -1":                   func() { NewCompound(1, Coin(1), -1) },
		"size +Inf":                   func() { NewPoisson(1, inf, 1) },
		"without a law":               func() { NewCompound(1, nil, 1) },
		"step 0 is [NaN]":             func() { Jump(nan) },
		"stiffness 0":                 func() { OrnsteinUhlenbeck{0, 1}.Jump([]float64{1}, 0, 1) },
		"volatility -1":               func() { GeometricBrownian{0, -1}.Jump([]float64{1}, 0, 1) },
		"time step 0":                 func() { MomentRate(Always(Coin(1)), []float64{0}, 0, 0, 1) },
		"between 1 and 0":             func() { NewNumeric(flat, 1, 0) },
		"want an even one":            func() { CheckLaw(Coin(1), 3, 1) },
		"order 0 is 2":                func() { CumulantsFromMoments([]float64{2, 1}) },
		"to order -1":                 func() { Expand(p, Always(Coin(1)), 0, 1, -1) },
		"2 dimensions on a grid of 1": func() { Expand(p, Always(corners()), 0, 1, 2) },
		"on a grid of 1":              func() { Convolve(p, corners()) },
		"0 coefficients":              func() { Truncate() },
		"m_2 is NaN":                  func() { Truncate(1, nan) },
		"to the time -1":              func() { Truncate(1, 1).Evolve(p, -1) },
		"time 0":                      func() { Truncate(1, 1).Diagnose(0) },
		"x = NaN":                     func() { Truncate(1, 1).Kernel(nan, 1) },
		"variance 0":                  func() { Bell{0, 0}.Prob(1) },
		"width -1":                    func() { Cauchy{0, -1}.Prob(1) },
		"sum of -1 steps":             func() { Coin(1).Sum(-1) },
		"walk of NaN steps":           func() { Skellam(nan) },
		"a law in 2 dimensions":       func() { corners().Sum(3) },
		"does not spread":             func() { BerryEsseen(Jump(1), 3) },
		"for 0 steps":                 func() { BerryEsseen(Coin(1), 0) },
		"bound for NaN steps":         func() { BerryEsseenClock(Coin(1), nan) },
		"variance 0 ":                 func() { NormalCDF(0, 0) },
		"time 1 to 0":                 func() { NewWalk(Coin(1), 1).Run([]float64{0}, 1, 0, src) },
		"steps in 1 dimensions":       func() { NewWalk(Coin(1), 1e3).Run([]float64{0, 0}, 0, 1, src) },
		"temperature 0":               func() { (&BondWalk{Energy: e, Mobility: flat, Spacing: 1}).Rates(0) },
		"without a mobility":          func() { (&BondWalk{Energy: e, Temperature: 1, Spacing: 1}).Rates(0) },
		"energy in one dimension":     func() { (&BondWalk{Energy: tilted{}, Mobility: flat, Temperature: 1, Spacing: 1}).Rates(0) },
		"chain of 1 sites":            func() { NewChain(0, 1, 1, nil) },
		"start from Chain.Start":      func() { must(well(0, 0.5).Chain(0, 2)).Evolve(Coin(1).Atoms(), 1) },
		"from site 9 of 5":            func() { must(well(0, 0.5).Chain(0, 2)).Sample(9, 1, src) },
		"size 0 and reach 1":          func() { NewHopping(e, flat, flat, 1, 1, 0) },
		"rates on its bonds":          func() { (&Hopping{Energy: e, Temperature: 1, Reach: 1}).Rate(0, 1) },
		"1 times 5 sites":             func() { swirl(1).Chain(0, 0, 1, 5) },
	} {
		t.Run(want, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.HasPrefix(got, "kramersmoyal: ") || !strings.Contains(got, strings.TrimSpace(want)) {
					t.Errorf("panic %q, want %q", got, want)
				}
			}()
			f()
		})
	}
}

func corners() *Lattice {
	return must(NewLattice([][]float64{{1, 0}, {0, 1}}, []float64{0.5, 0.5}))
}

// What depends on the data is an error.
func TestLawErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for want, f := range map[string]func() error{
		"mean 0 of a Gaussian is NaN": func() error { _, err := NewGaussian([]float64{nan}, mat.NewSymDense(1, []float64{1})); return err },
		"covariance 0, 0 of a":        func() error { _, err := NewGaussian([]float64{0}, mat.NewSymDense(1, []float64{inf})); return err },
		"eigenvalue -1": func() error {
			_, err := NewGaussian([]float64{0, 0}, mat.NewSymDense(2, []float64{1, 2, 2, 1}))
			return err
		},
		"mass 0.5":                     func() error { _, err := NewNumeric(func(float64) float64 { return 0.25 }, 0, 2); return err },
		"density is -":                 func() error { _, err := NewNumeric(func(e float64) float64 { return e }, -1, 2); return err },
		"density is NaN":               func() error { _, err := NewNumeric(math.Log, -1, 2); return err },
		"density is +Inf at a jump of": func() error { _, err := NewNumeric(func(float64) float64 { return inf }, -1, 2); return err },
		"2 atoms sum to 0.9": func() error {
			return (&Atoms{X: []float64{1, 2}, P: []float64{0.5, 0.4}}).Check()
		},
		"atom 1 at 2": func() error { return (&Atoms{X: []float64{1, 2}, P: []float64{0.5, nan}}).Check() },
		"ascending":   func() error { return (&Atoms{X: []float64{2, 1}, P: []float64{0.5, 0.5}}).Check() },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	// A narrow peak that quadrature cannot guess is named.
	narrow := Bell{37.7, 1e-6}
	if _, err := NewNumeric(narrow.Prob, math.Inf(-1), inf); err == nil || !strings.Contains(err.Error(), "narrow peaks as breaks") {
		t.Errorf("a narrow peak: %v", err)
	}
	l, err := NewNumeric(narrow.Prob, math.Inf(-1), inf, 37.69, 37.7, 37.71)
	if err != nil {
		t.Fatal(err)
	}
	if m := l.Moment(1); math.Abs(m-37.7) > 1e-9 {
		t.Errorf("mean %v", m)
	}
}
