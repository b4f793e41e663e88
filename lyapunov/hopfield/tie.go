package hopfield

import "math/rand/v2"

// A Tie says what sign(0) is: what a unit does whose local field is 0. [NH]
// Definition 2 leaves it open, and the theorems depend on it: the frustrated
// triangle W = [[0 -1 -1] [-1 0 -1] [-1 -1 0]] has six fixed points with Keep
// and three with Plus.
type Tie int

const (
	// Keep leaves the unit as it is: a flip strictly lowers the energy.
	Keep Tie = iota
	// Plus is sign(0) = +1: a flip without a change of energy goes from -1 to +1
	// only, so that (E, -Σx) falls in lexicographic order.
	Plus
	// Coin draws the sign at random, from the seed of the Order. A network with
	// ties may then wander for ever between states of one energy.
	Coin
)

// String returns the name of the rule.
func (t Tie) String() string {
	switch t {
	case Keep:
		return "keep"
	case Plus:
		return "plus"
	case Coin:
		return "coin"
	}
	return "unknown tie"
}

// sign returns the new state of a unit with field h and state x. The comparison
// takes -0.0 for the tie that it is. A field that is NaN, as of a state with NaN, gives
// NaN. rng is drawn from only at a tie of Coin.
func (t Tie) sign(h, x float64, rng *rand.Rand) float64 {
	switch {
	case h > 0:
		return 1
	case h < 0:
		return -1
	case h != 0:
		return h
	case t == Plus:
		return 1
	case t == Coin:
		return float64(2*rng.IntN(2) - 1)
	}
	return x
}
