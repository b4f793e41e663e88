package fokkerplanck

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"hopflow/lyapunov/freeenergy"
)

// A Generator is the Fokker-Planck equation on a grid: a Markov chain that
// jumps between cells, in flux form
//
//	dm_i/dt = -Σ_j J_ij,   J_ij = w_ij m_i - w_ji m_j,
//
// where m_i = p_i v_i is the mass of cell i. Where an energy is known and A is
// 0, J_ij = τ_ij (p_i/q_i - p_j/q_j) with τ_ij = τ_ji. It is not changed by its
// methods, which may be called from several goroutines.
type Generator struct {
	grid        *freeenergy.Grid
	temperature float64
	bonds       []bond
	exit        []float64 // Σ_j w_ij
	volume      []float64
	logpi       []float64 // ln of the stationary mass of each cell
	lnZ         float64   // 0 where no energy is known
	band        bool      // one axis that is not periodic: bond k joins k and k+1
	reversible  bool
	signed      bool
	peclet      float64
	settings    Settings
}

// A bond joins two cells, i < j.
type bond struct {
	i, j      int32
	out, back float64 // w_ij and w_ji
}

// New discretises the equation on the grid. nil settings are the defaults.
//
// It is an error, naming the place, if the energy is not finite at a center or
// takes two values at one point of a periodic axis; if the box cuts off more
// than freeenergy.TailLimit of the stationary mass and its axes are not Walled;
// if S is not positive definite on a bond, or not diagonal on an axis that is
// not uniform; if a rate overflows, or is negative with Centred. It panics if
// the dimensions differ or T is not positive and finite.
func New(g *freeenergy.Grid, e Equation, s *Settings) (*Generator, error) {
	if e.Energy == nil || e.Energy.Dim() != g.Dim() {
		panic("fokkerplanck: energy and grid have different dimensions")
	}
	settings := s.resolved()
	energy := e.effective()
	lnZ, err := freeenergy.GridLogPartition(g, energy, e.Temperature)
	if err != nil {
		return nil, err
	}
	a := newAssembler(g, e.Mobility, e.Temperature, settings)
	a.values = g.Sample(energy.Value)
	for i, v := range a.values {
		if math.IsInf(v, 1) {
			return nil, fmt.Errorf("fokkerplanck: energy is +Inf %s: choose a box inside its domain", a.where(i))
		}
	}
	a.energy = energy
	if err := a.assemble(); err != nil {
		return nil, err
	}
	gen, err := a.generator()
	if err != nil {
		return nil, err
	}
	gen.lnZ = lnZ
	for i, v := range a.values {
		gen.logpi[i] = math.Log(gen.volume[i]) - v/e.Temperature - lnZ
	}
	gen.reversible = !a.rotates
	return gen, nil
}

// NewDrift discretises an equation without a known energy. The rates are those
// of Scharfetter and Gummel with -h·Δx/(T S) for ΔE/T, which is accurate while
// Peclet is below about 1; the stationary law is found by Stationary. It fails as
// New does, and if the chain does not connect the cells, or if the outermost cells
// of an axis that is not Walled hold more than freeenergy.TailLimit of the
// stationary mass; it panics if Diffusion has an antisymmetric part.
func NewDrift(g *freeenergy.Grid, d Drift, s *Settings) (*Generator, error) {
	if d.Field == nil {
		panic("fokkerplanck: a drift without a field")
	}
	if !(d.Temperature > 0) || math.IsInf(d.Temperature, 0) {
		panic(fmt.Sprintf("fokkerplanck: temperature is %v, want a positive finite number", d.Temperature))
	}
	a := newAssembler(g, d.Diffusion, d.Temperature, s.resolved())
	a.drift = d.Field
	if err := a.assemble(); err != nil {
		return nil, err
	}
	gen, err := a.generator()
	if err != nil {
		return nil, err
	}
	q, err := gen.Stationary()
	if err != nil {
		return nil, err
	}
	for i, v := range q.P {
		if !(v > 0) {
			return nil, fmt.Errorf("fokkerplanck: the stationary density is %v %s, beyond the range of numbers: take a smaller box or a higher temperature", v, a.where(i))
		}
		gen.logpi[i] = math.Log(v * gen.volume[i])
	}
	gen.reversible = gen.band // on a path every stationary current is 0
	if err := checkEnds(q); err != nil {
		return nil, err
	}
	return gen, nil
}

// checkEnds returns an error if the stationary law is cut off at an end of the
// box. Beyond the outermost cells nothing is known of it, so their mass stands for
// what is outside.
func checkEnds(q *freeenergy.Density) error {
	for d := range q.Grid.Dim() {
		axis := q.Grid.Axis(d)
		if axis.IsPeriodic() || axis.IsWalled() {
			continue
		}
		p := q.Marginal(d)
		for _, i := range []int{0, axis.Len() - 1} {
			if mass := p.P[i] * axis.Width(i); mass > freeenergy.TailLimit {
				return fmt.Errorf("fokkerplanck: the outermost cells of axis %d, at %.6g, hold %.2g of the stationary mass, limit %g: the box cuts it off; widen the box, or, if it is the whole state space, make the axes Walled", d, axis.Center(i), mass, freeenergy.TailLimit)
			}
		}
	}
	return nil
}

// With returns the same discretisation with another method of time stepping.
func (g *Generator) With(m Method) *Generator {
	if m == nil {
		panic("fokkerplanck: no method")
	}
	c := *g
	c.settings.Method = m
	return &c
}

// Grid returns the grid.
func (g *Generator) Grid() *freeenergy.Grid { return g.grid }

// Temperature returns T.
func (g *Generator) Temperature() float64 { return g.temperature }

// Reversible reports whether the chain obeys detailed balance.
func (g *Generator) Reversible() bool { return g.reversible }

// Peclet returns the largest |ΔE|/T across a bond, or for a Drift |h·Δx|/(T S):
// the number of temperatures that a jump climbs. Beyond about 1 the drift of a
// Drift is smeared by the grid; an Equation keeps its stationary law whatever
// it is.
func (g *Generator) Peclet() float64 { return g.peclet }

// MaxRate returns max |Q_ii|, the largest rate at which a cell is left.
// Explicit steps are limited to its inverse.
func (g *Generator) MaxRate() float64 { return slices.Max(g.exit) }

// Rate returns w_ij, the rate of jumps from cell i to cell j.
func (g *Generator) Rate(i, j int) float64 {
	k, swap := bond{i: int32(i), j: int32(j)}, false
	if i > j {
		k.i, k.j, swap = k.j, k.i, true
	}
	at, ok := slices.BinarySearchFunc(g.bonds, k, func(x, y bond) int {
		return cmp.Or(cmp.Compare(x.i, y.i), cmp.Compare(x.j, y.j))
	})
	switch {
	case !ok:
		return 0
	case swap:
		return g.bonds[at].back
	}
	return g.bonds[at].out
}

// Equilibrium returns the stationary density: exp(-E/T)/Z on the grid, or for a
// Drift that of Stationary.
func (g *Generator) Equilibrium() *freeenergy.Density {
	q := &freeenergy.Density{Grid: g.grid, P: make([]float64, len(g.logpi))}
	for i, l := range g.logpi {
		q.P[i] = math.Exp(l - math.Log(g.volume[i]))
	}
	return q
}

// Apply stores dp/dt of the density p in dst: one value a cell. dst and p do
// not overlap.
func (g *Generator) Apply(dst, p []float64) {
	g.lengths(dst, p)
	clear(dst)
	for _, b := range g.bonds {
		flux := b.out*p[b.i]*g.volume[b.i] - b.back*p[b.j]*g.volume[b.j]
		dst[b.i] -= flux
		dst[b.j] += flux
	}
	for i := range dst {
		dst[i] /= g.volume[i]
	}
}

func (g *Generator) lengths(vectors ...[]float64) {
	for _, v := range vectors {
		if len(v) != len(g.exit) {
			panic("fokkerplanck: length mismatch")
		}
	}
}
