package freeenergy

import (
	"fmt"
	"math"

	"hopflow/lyapunov"
)

// TailLimit is the share of q's mass that a box may cut off before Gibbs
// refuses it.
const TailLimit = 1e-6

// Tail estimates the share of the mass of q ∝ exp(-E/T) that lies outside the
// box, between 0 and 1.
//
// From the face of every outermost cell a line goes outward to one length of
// the box, in steps that begin as the cell's width and grow by a quarter; the
// midpoint values of exp(-E/T) along it, times step and area of the face, are
// summed. It is the order of magnitude that counts: the regions outside two
// faces at once, and what lies beyond one length of the box, are not seen. A
// line ends where E is NaN, outside its domain. Ends of axes that are periodic
// or Walled have no tail.
//
// It fails and panics as Gibbs does, but for a large tail.
func Tail(g *Grid, e lyapunov.Energy, T float64) (float64, error) {
	checkTemperature(T)
	checkDim(g, e)
	energies, err := sampleEnergy(g, e)
	if err != nil {
		return 0, err
	}
	least := math.Inf(1)
	for _, v := range energies {
		least = math.Min(least, v)
	}
	z := g.sum(func(i int) float64 { return math.Exp((least - energies[i]) / T) })
	worst, total := tails(g, e, T, least)
	if total == 0 {
		return 0, nil
	}
	if math.IsInf(total, 0) || math.IsNaN(total) {
		return 1, fmt.Errorf("freeenergy: energy falls without bound beyond the end of axis %d: there is no Gibbs density", worst.axis)
	}
	return total / (z + total), nil
}

// checkTail returns an error if the tails are more than TailLimit of a box
// whose weights exp((least-E)/T) sum to z.
func checkTail(g *Grid, e lyapunov.Energy, T, least, z float64) error {
	worst, total := tails(g, e, T, least)
	share := total / (z + total)
	if math.IsInf(total, 0) {
		share = 1
	}
	if share <= TailLimit {
		return nil
	}
	side, end := "lower", 0
	a := g.axes[worst.axis]
	if worst.upper {
		side, end = "upper", a.Len()
	}
	return fmt.Errorf("freeenergy: the box cuts off about %.2g of the mass of q at T = %g, limit %g, most of it beyond the %s end %g of axis %d: widen the box, or, if it is the whole state space, make the axes Walled", share, T, TailLimit, side, a.Edge(end), worst.axis)
}

// An end is one side of an axis.
type end struct {
	axis  int
	upper bool
}

// tails returns the weight exp((least-E)/T) integrated outside the box and the
// end with most of it.
func tails(g *Grid, e lyapunov.Energy, T, least float64) (worst end, total float64) {
	var most float64
	for d, a := range g.axes {
		if a.periodic || a.walled {
			continue
		}
		for _, upper := range []bool{false, true} {
			here := end{d, upper}
			if w := here.weight(g, e, T, least); w > 0 {
				total += w
				if w > most {
					worst, most = here, w
				}
			}
		}
	}
	return worst, total
}

func (s end) weight(g *Grid, e lyapunov.Energy, T, least float64) (total float64) {
	a := g.axes[s.axis]
	place, face, sign := 0, a.Edge(0), -1.0
	if s.upper {
		place, face, sign = a.Len()-1, a.Edge(a.Len()), 1
	}
	length := a.Edge(a.Len()) - a.Edge(0)
	x := make([]float64, g.Dim())
	for cell := range g.cells {
		if g.place(s.axis, cell) != place {
			continue
		}
		g.Center(x, cell)
		area := g.Volume(cell) / a.Width(place)
		for out, step := 0.0, a.Width(place); out < length; out, step = out+step, step*1.25 {
			x[s.axis] = face + sign*(out+step/2)
			v := e.Value(x)
			if math.IsNaN(v) {
				break
			}
			total += math.Exp((least-v)/T) * step * area
		}
	}
	return total
}
