package hopfield

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Capacity measures how well random patterns are recalled as their number grows. A
// network of Units stores α·Units patterns of independent fair signs; probes, patterns
// with a fraction Noise of the units reversed, run in random order to their fixed
// points; the overlap with the pattern is averaged. Networks are independent, and
// so standard errors are over networks: the probes of one share its patterns.
type Capacity struct {
	// Units is n, the same for all loads.
	Units int
	// Loads are the values of α = m/n; m is rounded, and at least 1.
	Loads []float64
	// Rule makes the weights; nil is Hebb.
	Rule Rule
	// Tie is the rule for sign(0).
	Tie Tie
	// Noise is the fraction of units that are reversed in a probe, 0 to 1. They are
	// drawn without replacement, so that the number is the same for all probes.
	Noise float64
	// Networks is how many there are for each load, at least 2; 0 is 20.
	Networks int
	// Probes is how many patterns of a network are tried, from the first; 0 is 10,
	// or all where there are fewer.
	Probes int
	// Recalled is the overlap from which a pattern counts as recalled; 0 is 0.95.
	Recalled float64
	// Seed fixes everything: network k at load l has the stream (Seed, 2³² l + k).
	Seed uint64
	// Workers is the number of goroutines, 0 for GOMAXPROCS. The result does not
	// depend on it.
	Workers int
}

// A CapacityPoint is the average at one load, with standard errors over networks.
type CapacityPoint struct {
	Load                  float64 // m/n, after rounding
	Patterns              int     // m
	Overlap, OverlapErr   float64 // with the pattern, at the fixed point
	Recalled, RecalledErr float64 // fraction of the probes
	Sweeps                float64 // mean number that changed something
}

// A CapacityCurve is a point for each load.
type CapacityCurve []CapacityPoint

// Overlap returns the loads with the mean overlaps and their standard errors.
func (c CapacityCurve) Overlap() (load, mean, stderr []float64) {
	for _, p := range c {
		load, mean, stderr = append(load, p.Load), append(mean, p.Overlap), append(stderr, p.OverlapErr)
	}
	return load, mean, stderr
}

// Recalled returns the loads with the fractions recalled and their standard errors.
func (c CapacityCurve) Recalled() (load, mean, stderr []float64) {
	for _, p := range c {
		load, mean, stderr = append(load, p.Load), append(mean, p.Recalled), append(stderr, p.RecalledErr)
	}
	return load, mean, stderr
}

// Curve measures all loads, on all cores. It is an error if a setting is out of range,
// if the rule fails, or if a probe does not settle.
func (c Capacity) Curve() (CapacityCurve, error) {
	if err := c.prepare(); err != nil {
		return nil, err
	}
	jobs := len(c.Loads) * c.Networks
	all, errs := make([]capacityTrial, jobs), make([]error, jobs)
	batchShare(jobs, c.Workers, func() func(int) {
		return func(j int) { all[j], errs[j] = c.trial(j/c.Networks, j%c.Networks) }
	})
	for j, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("hopfield: capacity at load %g, network %d: %w", c.Loads[j/c.Networks], j%c.Networks, err)
		}
	}
	curve := make(CapacityCurve, len(c.Loads))
	for l := range curve {
		trials := all[l*c.Networks : (l+1)*c.Networks]
		p := CapacityPoint{Patterns: c.patterns(l)}
		p.Load = float64(p.Patterns) / float64(c.Units)
		p.Overlap, p.OverlapErr = capacityMean(trials, func(t capacityTrial) float64 { return t.overlap })
		p.Recalled, p.RecalledErr = capacityMean(trials, func(t capacityTrial) float64 { return t.recalled })
		p.Sweeps, _ = capacityMean(trials, func(t capacityTrial) float64 { return t.sweeps })
		curve[l] = p
	}
	return curve, nil
}

func (c *Capacity) prepare() error {
	if c.Rule == nil {
		c.Rule = Hebb
	}
	if c.Networks == 0 {
		c.Networks = 20
	}
	if c.Probes == 0 {
		c.Probes = 10
	}
	if c.Recalled == 0 {
		c.Recalled = 0.95
	}
	switch {
	case c.Units < 2:
		return fmt.Errorf("hopfield: capacity of %d units: give at least 2", c.Units)
	case len(c.Loads) == 0:
		return fmt.Errorf("hopfield: capacity without loads: give some, such as 0.05, 0.1, 0.15")
	case c.Networks < 2 || c.Probes < 0 || c.Workers < 0:
		return fmt.Errorf("hopfield: capacity with %d networks, %d probes, %d workers: a standard error needs 2 networks, and none may be negative", c.Networks, c.Probes, c.Workers)
	case !(c.Noise >= 0 && c.Noise <= 1):
		return fmt.Errorf("hopfield: capacity with noise %v: want a fraction of 0 to 1", c.Noise)
	case !(c.Recalled > -1 && c.Recalled <= 1):
		return fmt.Errorf("hopfield: recalled from overlap %v: want a number in (-1, 1]", c.Recalled)
	case c.Tie == Coin:
		return fmt.Errorf("hopfield: capacity with the tie rule Coin: use Keep or Plus")
	}
	for _, a := range c.Loads {
		if !(a > 0) || a > 100 {
			return fmt.Errorf("hopfield: load %v: want the number of patterns over that of units, above 0 and at most 100", a)
		}
	}
	return nil
}

func (c *Capacity) patterns(l int) int {
	return max(1, int(math.Round(c.Loads[l]*float64(c.Units))))
}

// A capacityTrial is what one network gave.
type capacityTrial struct{ overlap, recalled, sweeps float64 }

func (c *Capacity) trial(l, k int) (t capacityTrial, err error) {
	key := uint64(l)<<32 + uint64(k)
	rng := rand.New(rand.NewPCG(c.Seed, key))
	stored := RandomPatterns(c.patterns(l), c.Units, rng)
	w, err := c.Rule(stored)
	if err != nil {
		return t, err
	}
	d, err := NewDiscrete(w, nil, c.Tie)
	if err != nil {
		return t, err
	}
	worker, noise := newBatchWorker(d), int(math.Round(c.Noise*float64(c.Units)))
	orders := rng.Uint64()
	count := min(c.Probes, len(stored))
	for p := range count {
		x := Pack(stored[p])
		x.Reverse(noise, rng)
		sweeps, settled := worker.run(x, BatchSettings{AtMost: 10000, Seed: orders}, uint64(p))
		if !settled {
			return t, fmt.Errorf("probe %d has no fixed point after 10000 sweeps: does the rule give symmetric weights with W_ii >= 0?", p)
		}
		m := x.Overlap(Pack(stored[p]))
		t.overlap += m
		t.sweeps += float64(sweeps)
		if m >= c.Recalled {
			t.recalled++
		}
	}
	n := float64(count)
	return capacityTrial{overlap: t.overlap / n, recalled: t.recalled / n, sweeps: t.sweeps / n}, nil
}

// capacityMean returns the mean over the trials and its standard error.
func capacityMean(trials []capacityTrial, f func(capacityTrial) float64) (mean, stderr float64) {
	n := float64(len(trials))
	for _, t := range trials {
		mean += f(t)
	}
	mean /= n
	for _, t := range trials {
		stderr += (f(t) - mean) * (f(t) - mean)
	}
	return mean, math.Sqrt(stderr / (n - 1) / n)
}

// RandomPatterns returns m patterns of n units, independent fair signs. It panics if a
// number is negative.
func RandomPatterns(m, n int, rng *rand.Rand) [][]float64 {
	patterns := make([][]float64, m)
	for k := range patterns {
		patterns[k] = make([]float64, n)
		var word uint64
		for i := range patterns[k] {
			if i%64 == 0 {
				word = rng.Uint64()
			}
			patterns[k][i] = float64(int(word>>(i%64)&1)*2 - 1)
		}
	}
	return patterns
}
