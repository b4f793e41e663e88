package hopfield

import (
	"fmt"
	"slices"
)

// Update moves unit i of x to the sign of its field and reports whether it flipped.
// Components off {-1, +1} are taken as they are; a NaN among them makes x_i NaN. It
// panics unless 0 <= i < n, and with Coin, whose randomness belongs to a Run.
func (d *Discrete) Update(x []float64, i int) bool {
	checkLen(x, d.n)
	d.noCoin("Update")
	old := x[i]
	x[i] = d.tie.sign(d.field(i, x), old, nil)
	return x[i] != old
}

// Synchronous stores sign(Wx + b), all units at once, in dst, which does not overlap
// x: the update that [NH] Definition 2 displays. Components are taken as by Update. It
// panics with Coin.
func (d *Discrete) Synchronous(dst, x []float64) {
	d.noCoin("Synchronous")
	d.fields(dst, x)
	for i, h := range dst {
		dst[i] = d.tie.sign(h, x[i], nil)
	}
}

func (d *Discrete) noCoin(what string) {
	if d.tie == Coin {
		panic("hopfield: " + what + " with the tie rule Coin: use Run, whose Order has a seed, or Keep or Plus")
	}
}

// An Order says which units move when. The zero value is Fixed().
type Order struct {
	kind  orderKind
	units []int // of a fixed sweep, nil for 0, 1, 2, ...
	seed  uint64
	most  int // sweeps, 0 for the default
}

type orderKind int

const (
	fixedOrder orderKind = iota
	shuffledOrder
	greedyOrder
	togetherOrder
)

// Fixed is the order of sweeps in which each unit moves once, one after the other:
// the units given, or 0, 1, 2, ... where none are.
func Fixed(units ...int) Order { return Order{kind: fixedOrder, units: slices.Clone(units)} }

// Shuffled is a new random order in each sweep, a function of the seed alone.
func Shuffled(seed uint64) Order { return Order{kind: shuffledOrder, seed: seed} }

// Greedy flips, one at a time, the unit with the least 2 x_i h_i - 2 W_ii, the first of
// several: for a symmetric network the flip that lowers the energy most. Units that
// their own field would not flip are left alone. A sweep is one flip.
func Greedy() Order { return Order{kind: greedyOrder} }

// Together moves all units at once, as Synchronous does. A sweep is one such step.
func Together() Order { return Order{kind: togetherOrder} }

// AtMost returns the order with a limit on the sweeps, in place of 10,000 (of Greedy
// 10,000 and 100 n).
func (o Order) AtMost(sweeps int) Order {
	o.most = sweeps
	return o
}

// Seeded returns the order with another seed: of the shuffles, and of Coin.
func (o Order) Seeded(seed uint64) Order {
	o.seed = seed
	return o
}

// String returns the name of the order.
func (o Order) String() string {
	switch o.kind {
	case shuffledOrder:
		return fmt.Sprintf("shuffled (seed %d)", o.seed)
	case greedyOrder:
		return "greedy"
	case togetherOrder:
		return "together"
	}
	if o.units != nil {
		return fmt.Sprint("fixed ", o.units)
	}
	return "fixed"
}

// limit is how many sweeps are made.
func (o Order) limit(n int) int {
	switch {
	case o.most > 0:
		return o.most
	case o.kind == greedyOrder:
		return max(10000, 100*n)
	}
	return 10000
}

// check returns an error unless a fixed order has each of n units once.
func (o Order) check(n int) error {
	if o.most < 0 {
		return fmt.Errorf("hopfield: at most %d sweeps: give a positive number", o.most)
	}
	if o.units == nil {
		return nil
	}
	seen := make([]bool, n)
	for _, i := range o.units {
		if i < 0 || i >= n || seen[i] {
			return fmt.Errorf("hopfield: order %v is not one of units 0 to %d, each once: a unit that is left out may never come to rest", o.units, n-1)
		}
		seen[i] = true
	}
	if len(o.units) != n {
		return fmt.Errorf("hopfield: order %v leaves out units of 0 to %d: a unit that is left out may never come to rest", o.units, n-1)
	}
	return nil
}
