package kramersmoyal

import (
	"fmt"
	"math"

	"hopflow/lyapunov"
)

// A PlaneWalk is the walk of [LF] B.2 on a square lattice with an antisymmetric part:
// K = S + A with S = s(x, y) I on the bonds and A^{12} = -A^{21} = a(x, y). To the
// rates that obey detailed balance for q = e^{-E/T} it adds c/(2q), where the currents
// c(x, y) = -c(y, x) are the differences of the stream function ψ = T q a between the
// corners at the two sides of a bond. They have Σ_y c(x, y) = 0 at every site whatever
// a is, so that q stays exactly invariant; and the drift gains (T/q) ∂_b(q A^{ab}):
//
//	T ∂_b K^{ab} - K^{ab} ∂_b E  up to O(δ²).
type PlaneWalk struct {
	Energy      lyapunov.Energy // in two dimensions
	Mobility    func(x, y float64) float64
	Rotation    func(x, y float64) float64 // A^{12}; nil is 0
	Temperature float64
	Spacing     float64
}

// A PlaneChain is a PlaneWalk on a rectangle of sites, the first coordinate fastest,
// without jumps beyond its edges.
type PlaneChain struct {
	walk   *PlaneWalk
	lo     [2]float64
	nx, ny int
	energy []float64
	rates  [][4]float64 // to the right, left, above, below
}

// Chain returns the walk on nx times ny sites whose first is at (x, y). It is an error
// if the mobility is negative, a rate not finite, or the current of a bond exceeds what
// its rate can carry, |c| <= 2 q w. It panics unless there are at least two sites a
// side, 2²² in all, and T and the spacing are positive.
func (w *PlaneWalk) Chain(x, y float64, nx, ny int) (*PlaneChain, error) {
	switch {
	case w.Energy == nil || w.Energy.Dim() != 2 || w.Mobility == nil:
		panic("kramersmoyal: a walk in the plane needs an energy in two dimensions and a mobility")
	case !(w.Temperature > 0) || !(w.Spacing > 0) || math.IsInf(w.Temperature*w.Spacing, 0):
		panic(fmt.Sprintf("kramersmoyal: a walk at the temperature %v on a lattice of spacing %v: want positive finite numbers", w.Temperature, w.Spacing))
	case nx < 2 || ny < 2 || nx > mostChain/ny || notFinite(x) || notFinite(y):
		panic(fmt.Sprintf("kramersmoyal: a lattice of %d times %d sites from (%v, %v)", nx, ny, x, y))
	}
	c := &PlaneChain{walk: w, lo: [2]float64{x, y}, nx: nx, ny: ny, energy: make([]float64, nx*ny), rates: make([][4]float64, nx*ny)}
	for i := range c.energy {
		sx, sy := c.Site(i)
		c.energy[i] = w.Energy.Value([]float64{sx, sy})
		if notFinite(c.energy[i]) {
			return nil, fmt.Errorf("kramersmoyal: the energy is %v at (%.6g, %.6g): choose a rectangle inside its domain", c.energy[i], sx, sy)
		}
	}
	for i := range c.energy {
		for dir := range 4 {
			j, ok := c.neighbour(i, dir)
			if !ok {
				continue
			}
			rate, err := c.rate(i, j, dir)
			if err != nil {
				return nil, err
			}
			c.rates[i][dir] = rate
		}
	}
	return c, nil
}

// Len returns the number of sites.
func (c *PlaneChain) Len() int { return len(c.energy) }

// Site returns the place of site i.
func (c *PlaneChain) Site(i int) (x, y float64) {
	return c.lo[0] + c.walk.Spacing*float64(i%c.nx), c.lo[1] + c.walk.Spacing*float64(i/c.nx)
}

// Index returns the number of the site in column col and row row. It panics if there
// is none.
func (c *PlaneChain) Index(col, row int) int {
	if col < 0 || col >= c.nx || row < 0 || row >= c.ny {
		panic(fmt.Sprintf("kramersmoyal: column %d, row %d of a lattice of %d times %d", col, row, c.nx, c.ny))
	}
	return row*c.nx + col
}

// neighbour returns the site to the right, left, above or below of i.
func (c *PlaneChain) neighbour(i, dir int) (j int, ok bool) {
	col, row := i%c.nx, i/c.nx
	switch dir {
	case 0:
		return i + 1, col+1 < c.nx
	case 1:
		return i - 1, col > 0
	case 2:
		return i + c.nx, row+1 < c.ny
	}
	return i - c.nx, row > 0
}

// rate returns the rate of the jump from i to its neighbour j.
func (c *PlaneChain) rate(i, j, dir int) (float64, error) {
	w, T, d := c.walk, c.walk.Temperature, c.walk.Spacing
	x, y := c.Site(i)
	u, v := c.Site(j)
	s := w.Mobility((x+u)/2, (y+v)/2)
	climb := c.energy[j] - c.energy[i]
	rate := T / (d * d) * s * math.Exp(-climb/(2*T))
	if !(s >= 0) || notFinite(rate) {
		return rate, fmt.Errorf("kramersmoyal: the rate of the jump from (%.6g, %.6g) to (%.6g, %.6g) is %v, with the mobility %v and %.4g T to climb: want a mobility that is not negative, and a smaller spacing", x, y, u, v, rate, s, climb/T)
	}
	if w.Rotation == nil {
		return rate, nil
	}
	// Corners are named by the site to their lower left. J = (∂_y ψ, -∂_x ψ).
	left, right := 0.0, 0.0 // of the jump, seen along it
	switch dir {
	case 0:
		left, right = c.stream(i, i), c.stream(i, i-c.nx)
	case 1:
		left, right = c.stream(i, j-c.nx), c.stream(i, j)
	case 2:
		left, right = c.stream(i, i-1), c.stream(i, i)
	case 3:
		left, right = c.stream(i, j), c.stream(i, j-1)
	}
	total := rate + (left-right)/(2*d*d)
	if !(total >= 0) || notFinite(total) {
		return total, fmt.Errorf("kramersmoyal: the rate of the jump from (%.6g, %.6g) to (%.6g, %.6g) is %.6g with and %.6g without the antisymmetric part: its current is more than the bond can carry; take a smaller spacing, a smaller rotation or a larger mobility", x, y, u, v, total, rate)
	}
	return total, nil
}

// stream returns ψ/q_i at the corner to the upper right of site corner: 0 on the edge
// of the lattice and beyond.
func (c *PlaneChain) stream(i, corner int) float64 {
	if corner < 0 {
		return 0
	}
	col, row := corner%c.nx, corner/c.nx
	// Left of column 0 the number is that of the last column, which has no corner.
	if col+1 >= c.nx || row+1 >= c.ny {
		return 0
	}
	w := c.walk
	x, y := c.Site(corner)
	x, y = x+w.Spacing/2, y+w.Spacing/2
	a := w.Rotation(x, y)
	if a == 0 {
		return 0
	}
	return w.Temperature * a * math.Exp((c.energy[i]-w.Energy.Value([]float64{x, y}))/w.Temperature)
}

// Rate returns the rate of the jump from site i to site j, 0 if they are no neighbours.
func (c *PlaneChain) Rate(i, j int) float64 {
	for dir := range 4 {
		if k, ok := c.neighbour(i, dir); ok && k == j {
			return c.rates[i][dir]
		}
	}
	return 0
}

// Drift returns Σ (y - x) w(x → y), the exact drift at site i.
func (c *PlaneChain) Drift(i int) (bx, by float64) {
	r, d := c.rates[i], c.walk.Spacing
	return d * (r[0] - r[1]), d * (r[2] - r[3])
}

// DriftLimit returns T ∂_b K^{ab} - K^{ab} ∂_b E at a place, to which the drift tends.
// Slopes of S and A are taken by differences.
func (w *PlaneWalk) DriftLimit(x, y float64) (bx, by float64) {
	var force [2]float64
	w.Energy.Gradient(force[:], []float64{x, y})
	s, T := w.Mobility(x, y), w.Temperature
	along := func(f func(x, y float64) float64) (dx, dy float64) {
		return derivativeOf(func(u float64) float64 { return f(u, y) }, x), derivativeOf(func(v float64) float64 { return f(x, v) }, y)
	}
	sx, sy := along(w.Mobility)
	bx, by = T*sx-s*force[0], T*sy-s*force[1]
	if w.Rotation != nil {
		a := w.Rotation(x, y)
		ax, ay := along(w.Rotation)
		bx, by = bx+T*ay-a*force[1], by-T*ax+a*force[0]
	}
	return bx, by
}

// Gibbs returns e^{-E/T} on the sites, with the sum 1.
func (c *PlaneChain) Gibbs() []float64 {
	log := make([]float64, len(c.energy))
	for i, e := range c.energy {
		log[i] = -e / c.walk.Temperature
	}
	return normalized(log)
}

// Apply stores dp/dt of the probabilities p in dst; they do not overlap.
func (c *PlaneChain) Apply(dst, p []float64) {
	if len(dst) != len(c.energy) || len(p) != len(c.energy) {
		panic("kramersmoyal: length mismatch")
	}
	clear(dst)
	for i, v := range p {
		for dir, rate := range c.rates[i] {
			if rate > 0 {
				j, _ := c.neighbour(i, dir)
				dst[i] -= rate * v
				dst[j] += rate * v
			}
		}
	}
}

// Imbalance returns the largest |dq_i/dt| of q = Gibbs relative to the flow through
// site i: of the order of rounding, with any antisymmetric part.
func (c *PlaneChain) Imbalance() (worst float64) {
	q := c.Gibbs()
	dq := make([]float64, len(q))
	c.Apply(dq, q)
	for i, v := range dq {
		var exit float64
		for _, rate := range c.rates[i] {
			exit += rate
		}
		if q[i]*exit > 0 {
			worst = math.Max(worst, math.Abs(v)/(q[i]*exit))
		}
	}
	return worst
}
