package fokkerplanck

import (
	"fmt"
	"math"
)

// currents adds the antisymmetric part of K. With p = q r the flux of A is
//
//	-T q A^{ab} ∂_b r  =  r ∂_b(T q A^{ab})  +  something divergence-free,
//
// so A acts as the stationary current c^a = ∂_b ψ^{ab}, ψ = T q A, carrying the
// ratio r. In the plane of two axes ψ = T q A^{12} is a stream function: it is
// sampled on the corners of the cells, and the current through a face is the
// difference of its two corners, so that Σ_j c_ij = 0 whatever ψ is, and q stays
// stationary to rounding. ψ = 0 on walls: nothing flows through them.
//
// A link keeps c_ij/π_i and c_ij/π_j, formed from exp((E_i - E_corner)/T),
// which are numbers also where q underflows.
func (a *assembler) currents() error {
	n := a.grid.Dim()
	for d := range n {
		for e := d + 1; e < n; e++ {
			if err := a.plane(d, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// plane adds the currents in the plane of the axes d < e.
func (a *assembler) plane(d, e int) error {
	g := a.grid
	for cell := range g.Len() {
		g.Coords(a.place, cell)
		i, j := a.place[d], a.place[e]
		if to, ok := a.next(d, i); ok { // through the face above i on axis d
			upper, err := a.corner(cell, d, e, i+1, j+1)
			if err != nil {
				return err
			}
			lower, err := a.corner(cell, d, e, i+1, j)
			if err != nil {
				return err
			}
			a.carry(cell, a.neighbour(d, to), upper, lower, d, e)
		}
		if to, ok := a.next(e, j); ok { // c^e = -∂_d ψ
			right, err := a.corner(cell, d, e, i+1, j+1)
			if err != nil {
				return err
			}
			left, err := a.corner(cell, d, e, i, j+1)
			if err != nil {
				return err
			}
			a.carry(cell, a.neighbour(e, to), left, right, d, e)
		}
	}
	return nil
}

// A stream is the stream function at a corner: A^{12} and E there.
type stream struct{ a, energy float64 }

// corner returns the stream at the corner of edges i on axis d and j on axis e,
// next to cell; edges of a periodic axis wrap, on a wall it is 0.
func (a *assembler) corner(cell, d, e, i, j int) (stream, error) {
	a.grid.Center(a.x, cell)
	for _, at := range [][2]int{{d, i}, {e, j}} {
		axis, edge := a.grid.Axis(at[0]), at[1]
		if edge == 0 || edge == axis.Len() {
			if !axis.IsPeriodic() {
				return stream{}, nil
			}
			edge = 0
		}
		a.x[at[0]] = axis.Edge(edge)
	}
	if err := a.k.at(a.mobility, a.x); err != nil {
		return stream{}, err
	}
	s := stream{a.k.a[d*a.grid.Dim()+e], a.energy.Value(a.x)}
	if s.a != 0 && (math.IsNaN(s.energy) || math.IsInf(s.energy, 0)) {
		return s, fmt.Errorf("fokkerplanck: energy is %v at the corner x = %.6g, where A is not 0: choose a box inside its domain", s.energy, a.x)
	}
	return s, nil
}

// carry adds the current plus - minus from cell to other.
func (a *assembler) carry(cell, other int, plus, minus stream, d, e int) {
	if cell == other {
		return
	}
	ratio := func(i int) float64 {
		var c float64
		for _, s := range []struct {
			stream
			sign float64
		}{{plus, 1}, {minus, -1}} {
			if s.a != 0 {
				c += s.sign * s.a * math.Exp((a.values[i]-s.energy)/a.temperature)
			}
		}
		a.grid.Coords(a.place, i)
		return a.temperature * c / (a.grid.Axis(d).Width(a.place[d]) * a.grid.Axis(e).Width(a.place[e]))
	}
	a.links = append(a.links, oriented(link{
		i: int32(cell), j: int32(other), currentOut: ratio(cell), currentBack: ratio(other),
	}))
	a.grid.Coords(a.place, cell)
}
