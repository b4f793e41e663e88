package fokkerplanck

import (
	"fmt"
	"math"

	"hopflow/lyapunov"
	"hopflow/lyapunov/freeenergy"
)

// An assembler collects the jumps of a generator.
type assembler struct {
	grid        *freeenergy.Grid
	mobility    Mobility
	temperature float64
	settings    Settings
	energy      lyapunov.Energy        // nil where drift is not
	values      []float64              // energy at the centers
	drift       func(dst, x []float64) // nil where energy is not
	links       []link
	peclet      float64
	rotates     bool // A is not 0

	k         tensor
	x, y, buf []float64 // points and a vector
	place     []int
}

// A link is a bond in the making, i < j: the rates of S, and the current c_ij
// of A divided by the stationary masses of i and of j.
type link struct {
	i, j                    int32
	out, back               float64
	currentOut, currentBack float64
}

func newAssembler(g *freeenergy.Grid, m Mobility, T float64, s Settings) *assembler {
	n := g.Dim()
	return &assembler{
		grid: g, mobility: m, temperature: T, settings: s,
		x: make([]float64, n), y: make([]float64, n), buf: make([]float64, n), place: make([]int, n),
	}
}

// assemble fills links: along the axes where S is diagonal everywhere, along
// Selling's directions where it is not, and the currents of A.
func (a *assembler) assemble() error {
	diagonal, err := a.alongAxes()
	if err != nil {
		return err
	}
	if !diagonal {
		a.links, a.peclet = a.links[:0], 0
		if err := a.alongHops(); err != nil {
			return err
		}
	}
	if a.rotates && a.drift != nil {
		panic("fokkerplanck: the diffusion of a drift has an antisymmetric part: put it into the field")
	}
	if a.rotates {
		return a.currents()
	}
	return nil
}

// next returns the place after i on axis d, which on a periodic axis wraps, and
// whether there is one.
func (a *assembler) next(d, i int) (int, bool) {
	axis := a.grid.Axis(d)
	if i+1 < axis.Len() {
		return i + 1, true
	}
	return 0, axis.IsPeriodic() && axis.Len() > 1
}

// neighbour returns the cell at places a.place, moved to place i on axis d.
func (a *assembler) neighbour(d, i int) int {
	keep := a.place[d]
	a.place[d] = i
	cell := a.grid.Index(a.place...)
	a.place[d] = keep
	return cell
}

// alongAxes makes a link across every face, with S at the face. It stops and
// returns false at an S that is not diagonal.
func (a *assembler) alongAxes() (bool, error) {
	g := a.grid
	for cell := range g.Len() {
		g.Coords(a.place, cell)
		for d := range g.Dim() {
			j, ok := a.next(d, a.place[d])
			if !ok {
				continue
			}
			g.Center(a.x, cell)
			a.x[d] = g.Axis(d).Edge(a.place[d] + 1)
			if err := a.k.at(a.mobility, a.x); err != nil {
				return false, err
			}
			if err := a.k.check(a.x, a.settings.Semidefinite); err != nil {
				return false, err
			}
			a.rotates = a.rotates || a.k.rotates()
			if !a.k.diagonal() {
				return false, nil
			}
			if err := a.face(cell, a.neighbour(d, j), d, j); err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

// face makes the link from cell, at a.place, to its neighbour at place j on axis
// d, through the face at a.x with the S of a.k.
func (a *assembler) face(cell, other, d, j int) error {
	axis, i := a.grid.Axis(d), a.place[d]
	dist, s := axis.Spacing(i), a.k.s[d*a.grid.Dim()+d]
	c := a.temperature * s / dist
	if a.drift == nil {
		a.link(cell, other, c/axis.Width(i), c/axis.Width(j), (a.values[other]-a.values[cell])/a.temperature)
		return nil
	}
	u, err := a.velocity(d, dist)
	if err != nil {
		return err
	}
	if s == 0 { // the limit of the rates below: upwind
		a.links = append(a.links, oriented(link{
			i: int32(cell), j: int32(other), out: max(u, 0) / axis.Width(i), back: max(-u, 0) / axis.Width(j),
		}))
		a.peclet = math.Inf(1)
		return nil
	}
	a.link(cell, other, c/axis.Width(i), c/axis.Width(j), -u*dist/(a.temperature*s))
	return nil
}

// velocity returns h - T ∂S along axis d at the face a.x between centers dist
// apart: the flux of an Itô equation is (h - T ∂S) p - T S ∂p.
func (a *assembler) velocity(d int, dist float64) (float64, error) {
	if err := a.field(); err != nil {
		return 0, err
	}
	u := a.buf[d]
	copy(a.y, a.x)
	for _, side := range []float64{-1, 1} {
		a.y[d] = a.x[d] + side*dist/4 // inside the two cells
		if err := a.k.at(a.mobility, a.y); err != nil {
			return 0, err
		}
		u -= side * a.temperature * a.k.s[d*len(a.x)+d] / (dist / 2)
	}
	return u, nil
}

// field stores h(a.x) in a.buf.
func (a *assembler) field() error {
	a.drift(a.buf, a.x)
	for i, h := range a.buf {
		if math.IsNaN(h) || math.IsInf(h, 0) {
			return fmt.Errorf("fokkerplanck: drift component %d is %v at x = %.6g: choose a box inside its domain", i, h, a.x)
		}
	}
	return nil
}

// link adds a jump from cell to other with the prefactors out and back, up a
// step of E/T.
func (a *assembler) link(cell, other int, out, back, step float64) {
	if cell == other {
		return // once round an axis of one cell
	}
	a.peclet = max(a.peclet, math.Abs(step))
	a.links = append(a.links, oriented(link{
		i: int32(cell), j: int32(other),
		out: out * a.settings.Rates.weight(step), back: back * a.settings.Rates.weight(-step),
	}))
}

// oriented returns the link with i < j.
func oriented(l link) link {
	if l.i > l.j {
		return link{l.j, l.i, l.back, l.out, -l.currentBack, -l.currentOut}
	}
	return l
}

func (a *assembler) where(cell int) string {
	x := make([]float64, a.grid.Dim())
	a.grid.Center(x, cell)
	return fmt.Sprintf("at x = %.6g (cell %d)", x, cell)
}

func abs(i int) int { return max(i, -i) }
