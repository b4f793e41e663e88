package hopfield

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Settled is where a Run ended, and how it got there.
type Settled struct {
	// State is the fixed point, or the first state on the cycle, or where the run
	// was when the sweeps ran out.
	State []float64
	// Period is 1 at a fixed point, above that the length in sweeps (or steps) of the
	// cycle, and 0 where neither was found.
	Period int
	// Cycle is the states of the cycle in turn, from State on. At a fixed point it is
	// State alone.
	Cycle [][]float64
	// Sweeps is how many sweeps changed something before State was reached; Flips is
	// how often a unit changed in them.
	Sweeps, Flips int
	// Energies is E at the start and after each flip, of Together after each step,
	// until State was reached, or once round the cycle.
	Energies []float64
	// Path is the state at the start and after each sweep that changed something,
	// packed, as far as Energies goes.
	Path []Bits
}

// Fixed reports whether the run reached a fixed point.
func (s *Settled) Fixed() bool { return s.Period == 1 }

// Trace returns Energies with their numbers 0, 1, 2, ..., to be drawn.
func (s *Settled) Trace() (k, energy []float64) {
	for i := range s.Energies {
		k = append(k, float64(i))
	}
	return k, slices.Clone(s.Energies)
}

// Run updates the network from x, which it does not change, until a fixed point or a
// cycle is reached. [NH] Lemma 3 and Theorem 4, [CH] Theorem 1, corrected:
//
//   - One unit at a time, W = Wᵀ, W_ii >= 0, Keep or Plus: each flip changes E by -2
//     |h_i| - 2 W_ii, where h_i is the field before it. Every fair sequence of units,
//     one in which each unit comes again and again for ever, reaches a fixed point
//     after finitely many flips (see FlipBound), and a cyclic one of period n within
//     n 2ⁿ updates. For W_ii = 0 and Plus both statements have a machine-checked
//     proof: Cipollina, Karatarakis and Wiedijk, arXiv:2512.07766. Fixed and
//     Shuffled are fair. Greedy need not be, but stops only where no unit would move.
//   - Together, W = Wᵀ with any diagonal, Keep or Plus: the period is 1 or 2. E may
//     rise; what falls is TwoTime. If W is positive semidefinite E never rises, and the
//     period is 1.
//   - Otherwise, as for every map on a finite set, there is a fixed point or a cycle
//     in the end; its period may be anything. A random order (Shuffled, Coin) need
//     not find either.
//
// It is an error if x is not of -1 and +1, if the order is not one of the units, or
// if the sweeps run out; the result is then where the run was.
func (d *Discrete) Run(x []float64, o Order) (*Settled, error) {
	checkLen(x, d.n)
	if err := checkStates("x", x); err != nil {
		return nil, err
	}
	if err := o.check(d.n); err != nil {
		return nil, err
	}
	r := &discreteRun{d: d, order: o, x: slices.Clone(x), h: make([]float64, d.n)}
	r.start(x)
	return r.settle()
}

// A discreteRun is a run under way. Fields are in units, and kept up to date flip by
// flip. Where that rounds they are summed anew before anything is concluded from them,
// and those near 0 before a unit follows them.
type discreteRun struct {
	d       *Discrete
	order   Order
	x, h    []float64
	stale   int       // flips since the fields were summed
	next    []float64 // of Together
	shuffle *shuffler
	rng     *rand.Rand // of Coin
	energy  float64    // in units
	result  Settled
	visited map[string]discreteMark // by packed state, where there may be cycles
}

// A discreteMark says how far the run was when it visited a state.
type discreteMark struct{ sweeps, flips, energies int }

func (r *discreteRun) start(x []float64) {
	d := r.d
	if r.order.kind == shuffledOrder {
		r.shuffle = newShuffler(d.n, r.order.seed, 0)
	}
	if d.tie == Coin {
		r.rng = rand.New(rand.NewPCG(r.order.seed, 1<<63))
	} else if r.order.kind == togetherOrder || !d.descends() && r.order.kind != shuffledOrder {
		r.visited = make(map[string]discreteMark)
	}
	if r.order.kind == togetherOrder {
		r.next = make([]float64, d.n)
	}
	r.refresh()
	r.energy = d.Energy(x) * d.scale
	r.note()
	r.result.Path = []Bits{Pack(x)}
}

func (r *discreteRun) refresh() {
	r.d.fields(r.h, r.x)
	r.stale = 0
}

// field returns the field of unit i, with the sign that Field has.
func (r *discreteRun) field(i int) float64 {
	if !r.d.certain(i, r.h[i]) {
		r.h[i] = r.d.field(i, r.x)
	}
	return r.h[i]
}

func (r *discreteRun) note() {
	r.result.Energies = append(r.result.Energies, r.energy/r.d.scale)
}

func (r *discreteRun) settle() (*Settled, error) {
	d, limit := r.d, r.order.limit(r.d.n)
	for sweep := 0; ; sweep++ {
		if r.visited != nil && r.returned(sweep) {
			return &r.result, nil
		}
		if !d.exact && (r.stale >= d.n || r.visited != nil) {
			r.refresh() // where cycles may be, the next state is a function of this one alone
		}
		if sweep == limit && !d.IsFixed(r.x) {
			r.result.State = slices.Clone(r.x)
			return &r.result, r.exhausted(limit)
		}
		flips := r.sweep()
		if flips == 0 && (d.tie != Coin || d.IsFixed(r.x)) {
			r.result.State, r.result.Period = slices.Clone(r.x), 1
			r.result.Cycle = [][]float64{r.result.State}
			return &r.result, nil
		}
		if flips > 0 {
			r.result.Sweeps++
			r.result.Flips += flips
			r.result.Path = append(r.result.Path, Pack(r.x))
		}
	}
}

func (r *discreteRun) exhausted(limit int) error {
	d := r.d
	why := "allow more (Order.AtMost)"
	switch {
	case d.tie == Coin:
		why = "ties of Coin may wander for ever: use Keep or Plus"
	case r.order.kind == shuffledOrder && !d.descends():
		why = "W is not symmetric or has a negative diagonal, and a random order then has no cycle to find: use Fixed or Together"
	case d.descends() && !d.exact:
		why = "allow more (Order.AtMost), or give W and b that are integers over a power of 2, so that fields within rounding of 0 are ties"
	}
	return fmt.Errorf("hopfield: no fixed point and no cycle after %d sweeps in the order %v: %s", limit, r.order, why)
}

// sweep makes one sweep and returns how many units flipped.
func (r *discreteRun) sweep() (flips int) {
	switch r.order.kind {
	case togetherOrder:
		return r.step()
	case greedyOrder:
		return r.steepest()
	case shuffledOrder:
		for _, i := range r.shuffle.next() {
			flips += r.visit(int(i))
		}
		return flips
	}
	if r.order.units == nil {
		for i := range r.x {
			flips += r.visit(i)
		}
	}
	for _, i := range r.order.units {
		flips += r.visit(i)
	}
	return flips
}

// visit updates unit i.
func (r *discreteRun) visit(i int) int {
	if r.d.tie.sign(r.field(i), r.x[i], r.rng) == r.x[i] {
		return 0
	}
	r.flip(i)
	return 1
}

// flip reverses unit i, with its consequences.
func (r *discreteRun) flip(i int) {
	d, column := r.d, r.d.columns[i*r.d.n:i*r.d.n+r.d.n]
	if d.symmetric {
		r.energy += d.flip(r.x[i], r.h[i], i)
	} else {
		r.energy += d.Flip(r.x, i) * d.scale
	}
	r.x[i] = -r.x[i]
	for j, w := range column {
		r.h[j] += 2 * r.x[i] * w
	}
	r.stale++
	r.note()
}

// steepest flips the unit that lowers the energy most among those that would flip.
func (r *discreteRun) steepest() int {
	best, least := -1, 0.0
	for i, x := range r.x {
		if r.d.tie.sign(r.field(i), x, r.rng) == x {
			continue
		}
		if e := r.d.flip(x, r.h[i], i); best < 0 || e < least {
			best, least = i, e
		}
	}
	if best < 0 {
		return 0
	}
	r.flip(best)
	return 1
}

// step updates all units at once.
func (r *discreteRun) step() (flips int) {
	for i, x := range r.x {
		r.next[i] = r.d.tie.sign(r.h[i], x, r.rng)
		if r.next[i] != x {
			flips++
		}
	}
	if flips == 0 {
		return 0
	}
	r.x, r.next = r.next, r.x
	r.refresh()
	r.energy = r.d.Energy(r.x) * r.d.scale
	r.note()
	return flips
}

// returned notes the state and reports whether the run was there before: then it is
// on a cycle, which is gone round once more to tell its states.
func (r *discreteRun) returned(sweep int) bool {
	key := string(Pack(r.x).bytes())
	m, before := r.visited[key]
	if !before {
		r.visited[key] = discreteMark{sweep, r.result.Flips, len(r.result.Energies)}
		return false
	}
	r.result.Period = sweep - m.sweeps
	r.result.Sweeps, r.result.Flips = m.sweeps, m.flips
	r.result.State = slices.Clone(r.x)
	seen := r.result.Energies
	r.visited = nil
	for range r.result.Period {
		r.result.Cycle = append(r.result.Cycle, slices.Clone(r.x))
		if !r.d.exact {
			r.refresh()
		}
		r.sweep()
	}
	r.result.Energies = seen
	return true
}
