package kramersmoyal

import (
	"fmt"
	"math"
	"math/rand/v2"

	"hopflow/lyapunov"
)

// A Placement says where a walk on a lattice has its mobility when it jumps.
type Placement int

const (
	// AtMidpoint takes k in the middle of the bond.
	AtMidpoint Placement = iota
	// AtGeometricMean takes √(k(x) k(y)) of its ends.
	AtGeometricMean
	// AtStart takes k where the jump starts.
	AtStart
	// AtArrival takes k where it arrives.
	AtArrival
)

// String returns the name of the placement.
func (p Placement) String() string {
	return [...]string{"midpoint", "geometric mean", "start", "arrival"}[p]
}

// power is the c of π ∝ k^c e^{-E/T}.
func (p Placement) power() float64 { return [...]float64{0, 0, -1, 1}[p] }

// A BondWalk is the walk of [LF] B.2 on a lattice of spacing δ: it jumps to the
// neighbours x ± δ at the rates
//
//	w_± = (T/δ²) k exp(-[E(x±δ) - E(x)]/2T),
//
// with the mobility k taken where At says. Detailed balance holds exactly, with
// three different laws,
//
//	on the bond      π ∝ e^{-E/T}     drift  T k' - k E'    [LF] Theorem 8
//	at the start     π ∝ e^{-E/T}/k   drift      - k E'    Itô without its drift
//	at the arrival   π ∝ k e^{-E/T}   drift 2T k' - k E'
//
// and the drift is that of the table up to O(δ²). The second moment grows at 2Tk in
// all.
type BondWalk struct {
	Energy      lyapunov.Energy // in one dimension
	Mobility    func(x float64) float64
	Temperature float64
	Spacing     float64
	At          Placement
}

// check panics on what is no walk.
func (w *BondWalk) check() {
	switch {
	case w.Energy == nil || w.Energy.Dim() != 1:
		panic("kramersmoyal: a walk on a line needs an energy in one dimension")
	case w.Mobility == nil:
		panic("kramersmoyal: a walk on a lattice without a mobility")
	case !(w.Temperature > 0) || math.IsInf(w.Temperature, 0) || !(w.Spacing > 0) || math.IsInf(w.Spacing, 0):
		panic(fmt.Sprintf("kramersmoyal: a walk at the temperature %v on a lattice of spacing %v: want positive finite numbers", w.Temperature, w.Spacing))
	case w.At < AtMidpoint || w.At > AtArrival:
		panic(fmt.Sprintf("kramersmoyal: a mobility at the placement %d", int(w.At)))
	}
}

// Rates returns the rates of the jumps to x+δ and x-δ. It is an error if the
// mobility is negative or a rate not finite.
func (w *BondWalk) Rates(x float64) (up, down float64, err error) {
	w.check()
	if up, err = w.rate(x, x+w.Spacing); err == nil {
		down, err = w.rate(x, x-w.Spacing)
	}
	return up, down, err
}

func (w *BondWalk) rate(x, y float64) (float64, error) {
	k, at := 0.0, x
	switch w.At {
	case AtMidpoint:
		at = x + (y-x)/2
		k = w.Mobility(at)
	case AtGeometricMean:
		k = math.Sqrt(w.Mobility(x) * w.Mobility(y))
	case AtStart:
		k = w.Mobility(x)
	case AtArrival:
		at = y
		k = w.Mobility(y)
	}
	if !(k >= 0) || math.IsInf(k, 0) {
		return k, fmt.Errorf("kramersmoyal: the mobility is %v for the jump from %.6g to %.6g, at %.6g: want a finite number, at least 0; correct its formula, or shorten the lattice", k, x, y, at)
	}
	climb := w.value(y) - w.value(x)
	rate := w.Temperature / (w.Spacing * w.Spacing) * k * math.Exp(-climb/(2*w.Temperature))
	if notFinite(rate) {
		return rate, fmt.Errorf("kramersmoyal: the rate of the jump from %.6g to %.6g is %v: the energy changes by %.4g, %.4g T; take a smaller spacing, or a shorter lattice", x, y, rate, climb, climb/w.Temperature)
	}
	return rate, nil
}

func (w *BondWalk) value(x float64) float64 {
	p := [1]float64{x}
	return w.Energy.Value(p[:])
}

// Moment returns δⁿ(w_+ + (-1)ⁿ w_-), the rate at which <ε^n> grows: the exact drift
// for n = 1 and the exact second moment for n = 2.
func (w *BondWalk) Moment(n int, x float64) (float64, error) {
	checkOrders(1, []int{n})
	up, down, err := w.Rates(x)
	if n%2 == 1 {
		down = -down
	}
	return power(w.Spacing, n) * (up + down), err
}

// DriftLimit returns the drift for δ → 0, -k E' + T(1 + c) k' with c = 0 on the bond,
// -1 at the start and 1 at the arrival. The slope of k is taken by differences, to
// about 1e-10.
func (w *BondWalk) DriftLimit(x float64) float64 {
	w.check()
	var slope [1]float64
	w.Energy.Gradient(slope[:], []float64{x})
	d := -w.Mobility(x) * slope[0]
	if c := 1 + w.At.power(); c != 0 {
		d += c * w.Temperature * derivativeOf(w.Mobility, x)
	}
	return d
}

// derivativeOf returns f'(x) by central differences, extrapolated twice.
func derivativeOf(f func(float64) float64, x float64) float64 {
	h := 1e-2 * math.Max(1, math.Abs(x))
	diff := func(h float64) float64 { return (f(x+h) - f(x-h)) / (2 * h) }
	a, b, c, d := diff(h), diff(h/2), diff(h/4), diff(h/8)
	a, b, c = b+(b-a)/3, c+(c-b)/3, d+(d-c)/3
	a, b = b+(b-a)/15, c+(c-b)/15
	return b + (b-a)/63
}

// LogStationary returns the logarithm of the stationary law, -E/T + c ln k, up to a
// constant.
func (w *BondWalk) LogStationary(x float64) float64 {
	w.check()
	l := -w.value(x) / w.Temperature
	if c := w.At.power(); c != 0 {
		l += c * math.Log(w.Mobility(x))
	}
	return l
}

// Chain returns the walk on the sites lo, lo+δ, … up to hi as an exact Markov chain.
// There are no jumps beyond the ends, which keeps detailed balance. The error is
// that of Rates, or that there are too many sites.
func (w *BondWalk) Chain(lo, hi float64) (*Chain, error) {
	w.check()
	sites := math.Floor((hi-lo)/w.Spacing*(1+1e-12)) + 1
	if !(sites >= 2) || sites > mostChain {
		return nil, fmt.Errorf("kramersmoyal: a lattice of %v sites between %v and %v: want 2 to %d; choose ends more than a spacing, %v, apart", sites, lo, hi, mostChain, w.Spacing)
	}
	return NewChain(lo, w.Spacing, int(sites), w.Rates)
}

// Run moves a particle from x for a time t by Gillespie's method, on a lattice
// without ends, and returns where it is and how often it jumped. The error is that
// of Rates, or that there are more than 2³⁰ jumps.
func (w *BondWalk) Run(x, t float64, src rand.Source) (end float64, jumps int, err error) {
	w.check()
	start, site := x, 0 // counted, so that no rounding adds up
	r := rand.New(src)
	if !(t >= 0) || math.IsInf(t, 0) {
		panic(fmt.Sprintf("kramersmoyal: a walk for a time %v", t))
	}
	for left := t; ; jumps++ {
		here := start + float64(site)*w.Spacing
		up, down, err := w.Rates(here)
		if err != nil {
			return here, jumps, err
		}
		if left -= r.ExpFloat64() / (up + down); !(left > 0) {
			return here, jumps, nil
		}
		if jumps == mostSteps {
			return here, jumps, fmt.Errorf("kramersmoyal: more than %d jumps, %.6g of the time is left: take a larger spacing", mostSteps, left)
		}
		if r.Float64()*(up+down) < up {
			site++
		} else {
			site--
		}
	}
}
