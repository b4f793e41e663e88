package kramersmoyal

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
)

// mostChain bounds the sites of a chain.
const mostChain = 1 << 22

// A Chain is a walk between neighbouring sites of a lattice with two ends as a
// Markov chain, with rates that may depend on the site:
//
//	dp_i/dt = Up[i-1] p_{i-1} + Down[i+1] p_{i+1} - (Up[i] + Down[i]) p_i.
//
// Use NewChain or BondWalk.Chain.
type Chain struct {
	X    []float64 // the sites, ascending
	Up   []float64 // rates of jumps to the next site; the last is 0
	Down []float64 // rates of jumps to the one before; the first is 0
}

// NewChain returns the chain on the given number of sites lo, lo+spacing, …, with
// the rates at each; jumps beyond the ends are left out. It is an error, naming the
// site, if rates says so or a rate is negative or not finite. It panics unless there
// are 2 to 2²² sites and the spacing is positive.
func NewChain(lo, spacing float64, sites int, rates func(x float64) (up, down float64, err error)) (*Chain, error) {
	if sites < 2 || sites > mostChain || !(spacing > 0) || notFinite(lo+spacing*float64(sites)) {
		panic(fmt.Sprintf("kramersmoyal: a chain of %d sites from %v with the spacing %v", sites, lo, spacing))
	}
	c := &Chain{make([]float64, sites), make([]float64, sites), make([]float64, sites)}
	for i := range c.X {
		x := lo + spacing*float64(i)
		up, down, err := rates(x)
		if err != nil {
			return nil, err
		}
		if !(up >= 0) || !(down >= 0) || math.IsInf(up+down, 0) {
			return nil, fmt.Errorf("kramersmoyal: the rates at x = %.6g are %v up and %v down: want finite numbers, at least 0", x, up, down)
		}
		c.X[i], c.Up[i], c.Down[i] = x, up, down
	}
	c.Up[sites-1], c.Down[0] = 0, 0
	return c, nil
}

// WalkChain returns the chain, at the time t, of a walk on a lattice whose steps are
// ±spacing with probability ½, at the rate ν(x, t) of [LF] B.1.
func WalkChain(lo, spacing float64, sites int, rate func(x, t float64) float64, t float64) (*Chain, error) {
	return NewChain(lo, spacing, sites, func(x float64) (up, down float64, err error) {
		half := rate(x, t) / 2
		return half, half, nil
	})
}

// Site returns the number of the site nearest to x.
func (c *Chain) Site(x float64) int {
	i := sort.SearchFloat64s(c.X, x)
	if i == len(c.X) || i > 0 && x-c.X[i-1] < c.X[i]-x {
		i--
	}
	return i
}

// Start returns the law of a particle at the site nearest to x.
func (c *Chain) Start(x float64) *Atoms {
	a := &Atoms{slices.Clone(c.X), make([]float64, len(c.X))}
	a.P[c.Site(x)] = 1
	return a
}

// Stationary returns the stationary law by detailed balance, π_{i+1}/π_i =
// Up[i]/Down[i+1], added up in logarithms: it has its relative accuracy where it is
// 1e-300. It is an error if a bond is blocked in one direction, and the law not
// unique or not on all sites.
func (c *Chain) Stationary() (*Atoms, error) {
	log := make([]float64, len(c.X))
	for i := range len(log) - 1 {
		if !(c.Up[i] > 0) || !(c.Down[i+1] > 0) {
			return nil, fmt.Errorf("kramersmoyal: the rates between x = %.6g and %.6g are %v and %v: where one vanishes the chain comes apart; take the part that is connected", c.X[i], c.X[i+1], c.Up[i], c.Down[i+1])
		}
		log[i+1] = log[i] + math.Log(c.Up[i]) - math.Log(c.Down[i+1])
	}
	return &Atoms{slices.Clone(c.X), normalized(log)}, nil
}

// normalized returns exp(log)/Σ exp(log).
func normalized(log []float64) []float64 {
	top := slices.Max(log)
	p := make([]float64, len(log))
	for i, l := range log {
		p[i] = math.Exp(l - top)
	}
	scale(p)
	return p
}

// Apply stores dp/dt of the probabilities p in dst; they do not overlap.
func (c *Chain) Apply(dst, p []float64) {
	if len(dst) != len(c.X) || len(p) != len(c.X) {
		panic("kramersmoyal: length mismatch")
	}
	clear(dst)
	for i := range len(p) - 1 {
		flux := c.Up[i]*p[i] - c.Down[i+1]*p[i+1]
		dst[i] -= flux
		dst[i+1] += flux
	}
}

// MaxRate returns the largest rate at which a site is left.
func (c *Chain) MaxRate() (top float64) {
	for i, up := range c.Up {
		top = math.Max(top, up+c.Down[i])
	}
	return top
}

// mostPasses bounds the work of one evolution.
const mostPasses = 1 << 22

// Evolve returns the law at the time t of a chain that starts with the law a on its
// sites, by uniformization: the chain is a discrete one that a Poisson clock of rate
// MaxRate ticks,
//
//	p(t) = Σ_n e^{-Λt} (Λt)ⁿ/n! (1 + Q/Λ)ⁿ p(0),
//
// where no term is negative, and 1e-20 of the probability is left out. It is an error
// if that takes too many passes. It panics unless t >= 0 and the law is on the sites.
func (c *Chain) Evolve(a *Atoms, t float64) (*Atoms, error) {
	if !(t >= 0) || math.IsInf(t, 0) || !slices.Equal(a.X, c.X) {
		panic(fmt.Sprintf("kramersmoyal: a chain of %d sites evolves %d atoms to the time %v: start from Chain.Start, or from atoms on all its sites", len(c.X), len(a.X), t))
	}
	rate := c.MaxRate()
	if rate*t > mostPasses {
		return nil, fmt.Errorf("kramersmoyal: the chain makes up to %.3g jumps in the time %v, at most %d: take a shorter time or a larger spacing", rate*t, t, mostPasses)
	}
	out := &Atoms{slices.Clone(c.X), make([]float64, len(c.X))}
	if rate*t == 0 {
		copy(out.P, a.P)
		return out, nil
	}
	first, weight := poissonNumbers(rate * t)
	p, next := slices.Clone(a.P), make([]float64, len(a.P))
	for n := 0; n < first+len(weight); n++ {
		if n >= first {
			for i, v := range p {
				out.P[i] += weight[n-first] * v
			}
		}
		c.pass(next, p, rate)
		p, next = next, p
	}
	return out, nil
}

// pass stores (1 + Q/rate) p in dst: sums of numbers that are not negative.
func (c *Chain) pass(dst, p []float64, rate float64) {
	for i, v := range p {
		dst[i] = (rate - (c.Up[i] + c.Down[i])) / rate * v
		if i > 0 {
			dst[i] += c.Up[i-1] / rate * p[i-1]
		}
		if i+1 < len(p) {
			dst[i] += c.Down[i+1] / rate * p[i+1]
		}
	}
}

// EvolveChain returns the law at t1 of a chain whose rates depend on time, from the
// law a at t0, in the given number of steps: each with the rates of its middle, so
// that the error falls like the square of the step and no probability is negative.
// The error is that of at or Evolve. It panics unless t0 <= t1 and steps >= 1.
func EvolveChain(a *Atoms, t0, t1 float64, steps int, at func(t float64) (*Chain, error)) (*Atoms, error) {
	if steps < 1 || !(t0 <= t1) {
		panic(fmt.Sprintf("kramersmoyal: %d steps from the time %v to %v", steps, t0, t1))
	}
	h := (t1 - t0) / float64(steps)
	for n := range steps {
		c, err := at(t0 + h*(float64(n)+0.5))
		if err != nil {
			return nil, err
		}
		if a, err = c.Evolve(a, h); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Sample returns the site, by number, of a particle that starts at site i, after the
// time t: Gillespie's method. It is an error if there are more than 2³⁰ jumps. It
// panics unless there is such a site and t >= 0.
func (c *Chain) Sample(i int, t float64, src rand.Source) (int, error) {
	err := c.jumps(i, t, src, func(_ float64, site int) { i = site })
	return i, err
}

// Path returns the jumps of a particle that starts at site i, until the time t. The
// first entry is the start.
func (c *Chain) Path(i int, t float64, src rand.Source) (*Jumps, error) {
	j := &Jumps{T: []float64{0}, X: [][]float64{{c.X[i]}}, End: t}
	err := c.jumps(i, t, src, func(now float64, site int) {
		j.T, j.X = append(j.T, now), append(j.X, []float64{c.X[site]})
	})
	return j, err
}

func (c *Chain) jumps(i int, t float64, src rand.Source, note func(t float64, site int)) error {
	if i < 0 || i >= len(c.X) || !(t >= 0) || math.IsInf(t, 0) {
		panic(fmt.Sprintf("kramersmoyal: a path from site %d of %d to the time %v", i, len(c.X), t))
	}
	r := rand.New(src)
	now := 0.0
	for n := 0; ; n++ {
		up, down := c.Up[i], c.Down[i]
		if now += r.ExpFloat64() / (up + down); !(now < t) { // +Inf where nothing leads on
			return nil
		}
		if n == mostSteps {
			return fmt.Errorf("kramersmoyal: more than %d jumps before t = %.6g of %.6g: take a larger spacing", mostSteps, now, t)
		}
		if r.Float64()*(up+down) < up {
			i++
		} else {
			i--
		}
		note(now, i)
	}
}
