package hopfield

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Glauber is the network at a temperature T > 0: a unit that is updated becomes +1
// with the probability
//
//	p_i(x) = 1 / (1 + exp(-2 (h_i - W_ii x_i) / T)),
//
// that of the law q ∝ exp(-E/T) given the other units. (For T -> 0 it is the sign,
// with Coin at ties.) With the unit drawn at random this is reversible, q(x) P(x, y) =
// q(y) P(y, x), and q is the one law it tends to; that the random scan is reversible
// and ergodic has, for W_ii = 0, a machine-checked proof (Cipollina, Karatarakis and
// Wiedijk, arXiv:2512.07766). Sweeps in a fixed order leave q as it is too, but are not
// reversible.
type Glauber struct {
	net         *Discrete
	temperature float64
	h           []float64 // fields of x in units
	x           []float64
	rng         *rand.Rand
}

// Glauber returns the network at temperature T, in the state x, which is copied. All
// randomness is of the stream (seed, 0). It is an error if W is not symmetric (there
// is no energy, and no Gibbs law), if x is not of -1 and +1, or unless T is positive
// and finite.
func (d *Discrete) Glauber(temperature float64, x []float64, seed uint64) (*Glauber, error) {
	checkLen(x, d.n)
	if !d.symmetric {
		return nil, checkSymmetric("W", d.W())
	}
	if !(temperature > 0) || math.IsInf(temperature, 0) {
		return nil, fmt.Errorf("hopfield: temperature %v: want a positive finite number; at 0 use Run", temperature)
	}
	if err := checkStates("x", x); err != nil {
		return nil, err
	}
	g := &Glauber{net: d, temperature: temperature, x: slices.Clone(x), h: make([]float64, d.n), rng: rand.New(rand.NewPCG(seed, 0))}
	d.fields(g.h, g.x)
	return g, nil
}

// State stores the state in dst. It panics if dst has another length.
func (g *Glauber) State(dst []float64) {
	checkLen(dst, g.net.n)
	copy(dst, g.x)
}

// Plus returns p_i(x), the probability that unit i is +1 after its update.
func (g *Glauber) Plus(i int) float64 {
	d := g.net
	h := g.h[i] - d.w[i*d.n+i]*g.x[i]
	return 1 / (1 + math.Exp(-2*h/(g.temperature*d.scale)))
}

// Step updates a unit drawn at random: the reversible chain.
func (g *Glauber) Step() { g.update(g.rng.IntN(g.net.n)) }

// Sweep updates each unit once, in order.
func (g *Glauber) Sweep() {
	if !g.net.exact {
		g.net.fields(g.h, g.x) // so that rounding does not add up
	}
	for i := range g.x {
		g.update(i)
	}
}

func (g *Glauber) update(i int) {
	x := -1.0
	if g.rng.Float64() < g.Plus(i) {
		x = 1
	}
	if x == g.x[i] {
		return
	}
	g.x[i] = x
	d := g.net
	for j, w := range d.columns[i*d.n : i*d.n+d.n] {
		g.h[j] += 2 * x * w
	}
}

// Energy returns E of the state.
func (g *Glauber) Energy() float64 { return g.net.Energy(g.x) }

// Overlap returns (1/n) Σ x_i ξ_i with a pattern. It panics if it has another length.
func (g *Glauber) Overlap(pattern []float64) (m float64) {
	checkLen(pattern, g.net.n)
	for i, p := range pattern {
		m += p * g.x[i]
	}
	return m / float64(g.net.n)
}

// Gibbs returns q(x) ∝ exp(-E(x)/T) of all states, by code, for a graph of a symmetric
// network. It panics unless T is positive and finite, or if W is not symmetric.
func (g *Graph) Gibbs(temperature float64) []float64 {
	if !(temperature > 0) || math.IsInf(temperature, 0) {
		panic(fmt.Sprintf("hopfield: temperature %v: want a positive finite number", temperature))
	}
	if !g.net.symmetric {
		panic("hopfield: the Gibbs law of a network whose W is not symmetric")
	}
	q := g.Energies()
	least := slices.Min(q)
	var sum float64
	for i, e := range q {
		q[i] = math.Exp((least - e) / temperature)
		sum += q[i]
	}
	for i := range q {
		q[i] /= sum
	}
	return q
}
