package kramersmoyal

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// A Clock says when a walk makes its next step.
type Clock int

const (
	// PoissonClock steps at random: after a time s without a step the next one comes
	// with the probability ν ds.
	PoissonClock Clock = iota
	// RegularClock steps whenever n(t) = ∫ν dt passes an integer, as [LF] B.1 does.
	RegularClock
)

// String returns the name of the clock.
func (c Clock) String() string { return [...]string{"Poisson", "regular"}[c] }

// A Walk is the random walk of [LF] B.1: steps with a law of their own, at the rate
// ν(x, t) = dn/dt where the particle is. With many small steps of mean 0 it becomes
// dx = √(2T) dW, dW ~ N(0, K dt), Itô, with
//
//	2T K = ν(x, t) <ε ε>,
//
// corrected: as printed, the increments have the covariance Δt <ε ε>, without ν.
// Both clocks agree in the limit. In one dimension the stationary density is ∝
// 1/K, not uniform.
type Walk struct {
	// Step is the law of a step; it may depend on x and t.
	Step func(x []float64, t float64) Law
	// Rate is ν(x, t) >= 0.
	Rate func(x []float64, t float64) float64
	// Clock says when steps come.
	Clock Clock
	// Steady promises that Rate does not depend on t, which saves the integral of ν
	// between steps.
	Steady bool
}

// NewWalk returns a walk on a Poisson clock whose steps and rate depend neither on x
// nor on t, as NewWalk(Coin(0.1), 100). It panics on a negative rate.
func NewWalk(step Law, rate float64) *Walk {
	checkRate(rate, 1)
	return &Walk{
		Step:   func([]float64, float64) Law { return step },
		Rate:   func([]float64, float64) float64 { return rate },
		Steady: true,
	}
}

// MomentRate returns m_α(x, t) = ν <ε^α>, the rate at which the moments of the
// increment grow: those of the Poisson clock exactly, those of the regular one up
// to ν <ε><ε>, which goes to 0. The error says where the rate is bad.
func (w *Walk) MomentRate(x []float64, t float64, orders ...int) (float64, error) {
	rate, err := w.rate(x, t)
	return rate * w.Step(x, t).Moment(orders...), err
}

func (w *Walk) rate(x []float64, t float64) (float64, error) {
	rate := w.Rate(x, t)
	if !(rate >= 0) || math.IsInf(rate, 1) {
		return rate, fmt.Errorf("kramersmoyal: the rate of steps is %v at x = %.6g, t = %.6g: want a finite number, at least 0; correct its formula, or keep the walk inside its domain", rate, x, t)
	}
	return rate, nil
}

// mostSteps bounds one run of a walk.
const mostSteps = 1 << 30

// Run moves x, which it overwrites, from t0 to t1 and returns the number of steps.
// All randomness comes from src. It is an error if the rate is negative or not
// finite somewhere, or there are more than 2³⁰ steps; x is where the walk was then.
func (w *Walk) Run(x []float64, t0, t1 float64, src rand.Source) (steps int, err error) {
	return w.run(x, t0, t1, src, func(float64) {})
}

// Path returns the steps of a walk that starts at x, with their times: the first
// entry is t0, each later one a step.
func (w *Walk) Path(x []float64, t0, t1 float64, src rand.Source) (*Jumps, error) {
	y := append([]float64(nil), x...)
	j := &Jumps{End: t1}
	note := func(t float64) {
		j.T, j.X = append(j.T, t), append(j.X, append([]float64(nil), y...))
	}
	note(t0)
	_, err := w.run(y, t0, t1, src, note)
	return j, err
}

func (w *Walk) run(x []float64, t0, t1 float64, src rand.Source, note func(t float64)) (steps int, err error) {
	if !(t0 <= t1) || notFinite(t0) || notFinite(t1) {
		panic(fmt.Sprintf("kramersmoyal: a walk from the time %v to %v", t0, t1))
	}
	r := rand.New(src)
	e := make([]float64, len(x))
	for t := t0; ; steps++ {
		wait := 1.0 // of ∫ν dt
		if w.Clock == PoissonClock {
			wait = r.ExpFloat64()
		}
		if t, err = w.tick(x, t, t1, wait); err != nil || t > t1 {
			return steps, err
		}
		if steps == mostSteps {
			return steps, fmt.Errorf("kramersmoyal: more than %d steps before t = %.6g of %.6g: lower the rate or the time", mostSteps, t, t1)
		}
		l := w.Step(x, t)
		if l.Dim() != len(x) {
			panic(fmt.Sprintf("kramersmoyal: steps in %d dimensions of a walk in %d", l.Dim(), len(x)))
		}
		l.Sample(e, src)
		for i, v := range e {
			x[i] += v
		}
		note(t)
	}
}

// tickError is the error of ∫ν dt in a wait, in steps.
const tickError = 1e-9

// tick returns the time at which ∫ν(x, τ) dτ from t on reaches wait, or a time
// beyond t1.
func (w *Walk) tick(x []float64, t, t1, wait float64) (float64, error) {
	rate, err := w.rate(x, t)
	if err != nil {
		return t, err
	}
	if w.Steady {
		return t + wait/rate, nil // +Inf at rate 0: it stays
	}
	f := func(tau float64) float64 {
		v, e := w.rate(x, tau)
		if e != nil && err == nil {
			err = e
		}
		return v
	}
	for width := (t1 - t) / 16; t < t1; {
		if rate > 0 {
			width = math.Min(width, 2*wait/rate)
		}
		p := short.panel(f, t, math.Min(t+width, t1))
		for range 40 { // the rate is smooth on a short panel
			if err != nil || p.err <= tickError*wait {
				break
			}
			p = short.panel(f, t, t+(p.hi-t)/2)
		}
		if err != nil {
			return t, err
		}
		if p.value >= wait {
			return short.within(f, p, wait, tickError), nil
		}
		wait -= p.value
		t, width, rate = p.hi, 2*(p.hi-p.lo), f(p.hi)
	}
	return math.Inf(1), nil
}

// Jumps is a path that is constant between jumps: at X[i] from T[i] on, until
// T[i+1], or End after the last.
type Jumps struct {
	T   []float64
	X   [][]float64
	End float64
}

// Component returns coordinate d against time as corners of a staircase: an XYer
// of gonum/plot. It panics if there is no such coordinate.
func (j *Jumps) Component(d int) Stairs {
	if d < 0 || len(j.X) > 0 && d >= len(j.X[0]) {
		panic("kramersmoyal: no such coordinate")
	}
	return Stairs{j, d}
}

// Stairs is one coordinate of Jumps against time: a view that copies nothing.
type Stairs struct {
	jumps *Jumps
	d     int
}

// Len returns the number of corners, two for each stretch.
func (s Stairs) Len() int { return 2 * len(s.jumps.T) }

// XY returns corner i.
func (s Stairs) XY(i int) (x, y float64) {
	k := i / 2
	x = s.jumps.T[k]
	if i%2 == 1 {
		x = s.jumps.End
		if k+1 < len(s.jumps.T) {
			x = s.jumps.T[k+1]
		}
	}
	return x, s.jumps.X[k][s.d]
}

// A Window is a range of steps of a walk, First and Last included. The increment
// over n(t) < i <= n(t+Δt) is Window{n(t)+1, n(t+Δt)}: adjoining windows share no
// step. [LF] B.1 prints Window{n(t), n(t+Δt)}, which has one step more, and shares
// it with its neighbour.
type Window struct{ First, Last int }

// Len returns the number of steps.
func (w Window) Len() int { return max(0, w.Last-w.First+1) }

// Shared returns the number of steps in both windows: the covariance of the two
// sums of independent steps of variance 1.
func (w Window) Shared(v Window) int {
	return Window{max(w.First, v.First), min(w.Last, v.Last)}.Len()
}

// Correlation returns the correlation of the sums over two windows,
// Shared/√(Len Len): 0 for an empty one.
func (w Window) Correlation(v Window) float64 {
	if w.Len() == 0 || v.Len() == 0 {
		return 0
	}
	return float64(w.Shared(v)) / math.Sqrt(float64(w.Len())*float64(v.Len()))
}

// Sum returns the sum of the steps in the window, steps[0] being that with number
// 0. It panics if the window reaches beyond them.
func (w Window) Sum(steps []float64) float64 {
	var sum kahan
	for _, s := range steps[w.First : w.Last+1] {
		sum.add(s)
	}
	return sum.value()
}
