package kramersmoyal

import (
	"fmt"
	"math"
)

// A Potential is what drift and diffusion on the line say of the energy E and
// the mobility K of dx = (T K' - K E') dt + √(2T K) dW.
type Potential struct {
	Temperature float64
	// Energy is E less its value in the cell Reference. Its standard errors are
	// those of that difference: 0 at the reference, growing away from it.
	Energy *Curve
	// Mobility is K = D_2/T.
	Mobility *Curve
	// Boltzmann is -T ln p less its value at the reference, with p the share of
	// the increments that begin in a cell: it uses no dynamics and needs, unlike
	// Energy, a series in equilibrium. Its standard errors are those of independent
	// states, and so for a series too small, by √(2 τ/Δt) where its correlation
	// time τ is long.
	Boltzmann *Curve
	// Reference is the fullest cell.
	Reference int
	// Dropped are cells with an estimate that a gap parts from the reference, so
	// that the difference in energy is not known.
	Dropped []int
}

// Potential returns energy and mobility from coefficients on the line. Drift and
// diffusion are D_1 = T K' - K E' and D_2 = T K, so that
//
//	E' = (T K' - D_1)/K = T (ln D_2)' - T D_1/D_2,
//	E  = T ln D_2 - T ∫ D_1/D_2 dx,
//
// where nothing is differentiated. The data give E/T and T K; the temperature,
// which they do not contain, makes E and K of it.
//
// The noise of D_1 and D_2 is followed through the integral, from cell to cell,
// to first order.
//
// It is an error if D_2 is not positive in a cell. It panics unless the grid is
// a line and the temperature positive and finite.
func (c *Coefficients) Potential(temperature float64) (*Potential, error) {
	if c.Grid.Dim() != 1 {
		panic("kramersmoyal: Potential of coefficients in the plane: use PlanePotential")
	}
	mustBeTemperature(temperature)
	d1, d2 := c.D(1), c.D(2)
	for i, v := range d2.Value {
		if !(v > 0) {
			return nil, fmt.Errorf("kramersmoyal: D_2 = %.6g in cell %d, x = %.6g: without noise there is no energy; take uncorrected coefficients, a wider bandwidth, or leave the cell out", v, c.Cells[i], c.Grid.Axis(0).Center(c.Cells[i]))
		}
	}
	p := &Potential{Temperature: temperature}
	first, last, ref := c.fullestRun()
	p.Reference = c.Cells[ref]
	p.Dropped = append(append(p.Dropped, c.Cells[:first]...), c.Cells[last:]...)
	cells := c.Cells[first:last]
	curve := func() *Curve {
		return &Curve{Grid: c.Grid, Cells: cells, Value: make([]float64, len(cells)), StdErr: make([]float64, len(cells))}
	}
	p.Energy, p.Mobility, p.Boltzmann = curve(), curve(), curve()
	counts := c.Count()
	for i := first; i < last; i++ {
		p.Mobility.Value[i-first] = d2.Value[i] / temperature
		p.Mobility.StdErr[i-first] = d2.StdErr[i] / temperature
		if i != ref {
			p.Boltzmann.Value[i-first] = -temperature * math.Log(float64(counts[i])/float64(counts[ref]))
			p.Boltzmann.StdErr[i-first] = temperature * math.Sqrt(1/float64(counts[i])+1/float64(counts[ref]))
		}
	}
	integral := &integrator{c: c, d1: d1.Value, d2: d2.Value, ref: ref, noise: c.newNoises(c.corrected)}
	for _, stop := range []int{first - 1, last} {
		integral.run(stop, func(i int, phi, stderr float64) {
			p.Energy.Value[i-first] = temperature * phi
			p.Energy.StdErr[i-first] = temperature * stderr
		})
	}
	return p, allFinite(p.Energy, p.Mobility)
}

// allFinite returns an error if a value or standard error is not finite.
func allFinite(curves ...*Curve) error {
	for _, c := range curves {
		for i, v := range c.Value {
			if c.StdErr != nil {
				v -= c.StdErr[i]
			}
			if v-v != 0 {
				return fmt.Errorf("kramersmoyal: the reconstruction overflows in cell %d, x = %.6g: leave out cells with a tiny D_2 or few increments", c.Cells[i], c.Place(i))
			}
		}
	}
	return nil
}

// fullestRun returns the run [first, last) of neighbouring cells that has the
// most increments, and its fullest cell.
func (c *Coefficients) fullestRun() (first, last, fullest int) {
	counts := c.Count()
	most := -1
	for lo := 0; lo < len(c.Cells); {
		hi, sum, top := lo, 0, lo
		for hi < len(c.Cells) && c.Cells[hi]-c.Cells[lo] == hi-lo {
			sum += counts[hi]
			if counts[hi] > counts[top] {
				top = hi
			}
			hi++
		}
		if sum > most {
			most, first, last, fullest = sum, lo, hi, top
		}
		lo = hi
	}
	return first, last, fullest
}

// An integrator forms ln D_2 - ∫ D_1/D_2 with its noise.
type integrator struct {
	c      *Coefficients
	d1, d2 []float64
	ref    int
	noise  *noises
}

// run goes from the reference to stop, exclusive, in either direction, by the
// trapezoidal rule.
func (g *integrator) run(stop int, visit func(i int, phi, stderr float64)) {
	sum, here := g.c.newFunctional(), g.c.newFunctional()
	step := 1
	if stop < g.ref {
		step = -1
	}
	half := float64(step) * g.c.width[0] / 2
	var integral float64
	for i := g.ref + step; i != stop; i += step {
		for _, j := range []int{i - step, i} {
			integral += half * g.d1[j] / g.d2[j]
			g.addRatio(sum, j, half)
		}
		here.clear()
		sum.addTo(here, -1)
		g.noise.add(here, g.c.Cells[i], state{1: 1 / g.d2[i]})
		g.noise.add(here, g.c.Cells[g.ref], state{1: -1 / g.d2[g.ref]})
		visit(i, math.Log(g.d2[i]/g.d2[g.ref])-integral, math.Sqrt(g.c.variance(here)))
	}
}

// addRatio adds factor times the noise of D_1/D_2.
func (g *integrator) addRatio(f *functional, i int, factor float64) {
	g.noise.add(f, g.c.Cells[i], state{factor / g.d2[i], -factor * g.d1[i] / (g.d2[i] * g.d2[i])})
}

// noises follow drift, diffusion and their slopes back to the noise of the sums.
type noises struct {
	c      *Coefficients
	p      *parabolas
	known  []bool // whether there is a parabola in a cell
	fits   []parabola
	states []state
}

// newNoises prepares noises, with slopes (which a correction needs) or without.
func (c *Coefficients) newNoises(slopes bool) *noises {
	n := &noises{c: c, p: c.newParabolas()}
	if !slopes {
		return n
	}
	cells := c.Grid.Len()
	n.known, n.fits, n.states = make([]bool, cells), make([]parabola, cells), make([]state, cells)
	for _, cell := range c.Cells {
		n.fits[cell], n.known[cell] = n.p.fit(cell)
		if c.corrected {
			n.states[cell] = n.p.state(cell, &n.fits[cell])
		}
	}
	return n
}

// add adds Σ_v weight[v] δs_v to f, s the components as they are and their slopes.
func (n *noises) add(f *functional, cell int, weight state) {
	var q parabola
	if n.fits != nil {
		q = n.fits[cell]
	}
	if n.c.corrected {
		n.p.correct(&weight, &n.states[cell])
	}
	n.p.add(f, cell, &q, &weight)
}

func mustBeTemperature(t float64) {
	if !(t > 0) || math.IsInf(t, 0) {
		panic(fmt.Sprintf("kramersmoyal: temperature %v, want a positive finite number", t))
	}
}
