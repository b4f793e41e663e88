package kramersmoyal

import (
	"fmt"
	"math"
	"slices"
)

// A PlanePotential is what drift and diffusion in the plane say of the energy.
// A field in the plane need not be a gradient: what of it is not is reported.
type PlanePotential struct {
	Temperature float64
	// Force is T D_2⁻¹ (div D_2 - D_1), component by component: ∇E, if K is
	// symmetric.
	Force [2]*Curve
	// Energy is the E whose gradient is nearest to Force in the mean square over
	// the increments, 0 in the cell Reference. Its StdErr is nil.
	Energy *Curve
	// Rest is Force - ∇E.
	Rest [2]*Curve
	// NonGradient is the root mean square of Rest over that of Force; Noise is what
	// the standard errors of Force amount to on the same scale. A NonGradient well
	// above Noise says that the field is no gradient.
	NonGradient, Noise float64
	// Curl is the mean of ∂_x Force_y - ∂_y Force_x over the increments, for which a
	// gradient has 0, and CurlStdErr its standard error.
	Curl, CurlStdErr float64
	// Reference is the fullest cell.
	Reference int
	// Dropped are cells with an estimate that have none for the slope of D_2, or are
	// not connected with the reference.
	Dropped []int
}

// PlanePotential returns the energy from coefficients in the plane. For dx = (T
// div K - K ∇E) dt + √(2T K) dW with a symmetric K, D_1 = div D_2 - D_2 ∇E/T. The
// energy is the least-squares solution of
//
//	E_j - E_i = h (F_i + F_j)/2,  F = T D_2⁻¹ (div D_2 - D_1),
//
// over the neighbours i, j at the distance h, weighted by the increments that
// begin in them: the gradient part of F in the scalar product <u·v>_p. If K has
// an antisymmetric part A, F = ∇E + D_2⁻¹ T (A ∇E - T div A), and the rest shows
// A.
//
// It is an error if D_2 is not positive definite in a cell, or the least squares
// do not converge. It panics unless the grid is a plane and the temperature
// positive and finite.
func (c *Coefficients) PlanePotential(temperature float64) (*PlanePotential, error) {
	if c.Grid.Dim() != 2 {
		panic("kramersmoyal: PlanePotential of coefficients on the line: use Potential")
	}
	mustBeTemperature(temperature)
	f := &force{c: c, noise: c.newNoises(true), temperature: temperature}
	if err := f.measure(); err != nil {
		return nil, err
	}
	m := newMesh(c, f)
	if err := m.solve(); err != nil {
		return nil, err
	}
	p := &PlanePotential{Temperature: temperature, Reference: m.reference()}
	for _, cell := range c.Cells {
		if m.node[cell] < 0 {
			p.Dropped = append(p.Dropped, cell)
		}
	}
	p.Energy = &Curve{Grid: c.Grid, Cells: m.cells, Value: m.energy}
	for a := range 2 {
		p.Force[a] = &Curve{Grid: c.Grid, Cells: m.cells, Value: m.force[a], StdErr: m.stderr[a]}
		p.Rest[a] = &Curve{Grid: c.Grid, Cells: m.cells, Value: m.rest(a), StdErr: m.stderr[a]}
	}
	var square, rest, noise float64
	for i := range m.cells {
		for a := range 2 {
			square += m.count[i] * m.force[a][i] * m.force[a][i]
			rest += m.count[i] * p.Rest[a].Value[i] * p.Rest[a].Value[i]
			noise += m.count[i] * m.stderr[a][i] * m.stderr[a][i]
		}
	}
	if square > 0 {
		p.NonGradient, p.Noise = math.Sqrt(rest/square), math.Sqrt(noise/square)
	}
	if err := allFinite(p.Energy, p.Force[0], p.Force[1]); err != nil {
		return nil, err
	}
	p.Curl, p.CurlStdErr = m.curl(f)
	return p, nil
}

// A force is T D_2⁻¹ (div D_2 - D_1) in the cells where it can be formed.
type force struct {
	c             *Coefficients
	noise         *noises
	temperature   float64
	cells         []int
	value, stderr [2][]float64
	inverse       [][2][2]float64 // T D_2⁻¹
}

func (f *force) measure() error {
	c := f.c
	noise := c.newFunctional()
	n := len(c.Cells)
	for i, cell := range c.Cells {
		if !f.noise.known[cell] {
			continue
		}
		x, y, xx, xy, yy := c.value[n+i], c.value[2*n+i], c.value[3*n+i], c.value[4*n+i]/2, c.value[5*n+i]
		det := xx*yy - xy*xy
		if !(xx > 0) || !(det > 0) {
			at := c.D(2, 0).Place(i)
			return fmt.Errorf("kramersmoyal: D_2 = [%.6g %.6g; %.6g %.6g] in cell %d, x = %.6g, is not positive definite: without noise there is no energy; take uncorrected coefficients, a wider bandwidth, or leave the cell out", xx, xy, xy, yy, cell, at)
		}
		t := f.temperature / det
		inv := [2][2]float64{{yy * t, -xy * t}, {-xy * t, xx * t}}
		div := f.divergence(cell)
		u := [2]float64{div[0] - x, div[1] - y}
		f.cells = append(f.cells, cell)
		f.inverse = append(f.inverse, inv)
		last := len(f.cells) - 1
		for a := range 2 {
			f.value[a] = append(f.value[a], inv[a][0]*u[0]+inv[a][1]*u[1])
		}
		for a := range 2 {
			noise.clear()
			f.add(noise, last, float64(1-a), float64(a))
			f.stderr[a] = append(f.stderr[a], math.Sqrt(c.variance(noise)))
		}
	}
	if len(f.cells) == 0 {
		return fmt.Errorf("kramersmoyal: in no cell do the data determine the slope of D_2: take a larger Regression.Slope, or a longer series")
	}
	return nil
}

// divergence returns ∂_x D_xx + ∂_y D_xy and ∂_x D_xy + ∂_y D_yy. Of a correction
// the slope is that of the parabola through the corrections in the cells.
func (f *force) divergence(cell int) (div [2]float64) {
	c := f.c
	counts, p, q := len(c.layout.powers), f.noise.p, &f.noise.fits[cell]
	var phi [6]float64
	p.near = c.near(p.near, &p.window, cell)
	for i := range p.near {
		n := &p.near[i]
		row := c.sums[n.cell*counts:][:counts]
		p.basis(&phi, n)
		gx, gy := p.weight(q, 0, n, &phi), p.weight(q, 1, n, &phi)
		for a := range 2 {
			for b, g := range [2]float64{gx, gy} {
				k := 2 + a + b
				v := c.tensorScale(k) * row[k+1]
				if c.corrected {
					v -= row[0] * c.removed[n.cell*5+k]
				}
				div[a] += g * v
			}
		}
	}
	return div
}

// add adds the noise of x Force_x + y Force_y in the i-th cell to a functional:
// T D_2⁻¹ (δ div D_2 - δD_1) - D_2⁻¹ δD_2 F.
func (f *force) add(to *functional, i int, x, y float64) {
	const n = 5
	var weight state
	for b := range 2 {
		v := x*f.inverse[i][0][b] + y*f.inverse[i][1][b]
		weight[b] -= v
		for d := range 2 {
			weight[2+b+d] -= v / f.temperature * f.value[d][i]
			weight[n+d*n+2+b+d] += v
		}
	}
	f.noise.add(to, f.cells[i], weight)
}

// A mesh is the cells of a force that are connected, with the bonds between them.
type mesh struct {
	c             *Coefficients
	cells         []int
	node          []int // of a cell, -1 if it is not in the mesh
	from          []int // of a node, its place in the force's cells
	count         []float64
	force, stderr [2][]float64
	bonds         []bond
	energy        []float64
}

// A bond joins node i with node j above it on an axis.
type bond struct {
	i, j, axis   int
	weight, step float64 // of the mean square, and E_j - E_i by the force
}

// newMesh keeps the connected part of the force's cells with the most increments.
func newMesh(c *Coefficients, f *force) *mesh {
	m := &mesh{c: c, node: make([]int, c.Grid.Len())}
	part := make([]int, c.Grid.Len()) // 0: no force, else 1 + the part
	for cell := range part {
		part[cell] = -1
		m.node[cell] = -1
	}
	for _, cell := range f.cells {
		part[cell] = 0
	}
	counts := func(cell int) float64 { return c.sums[cell*len(c.layout.powers)] }
	best, most, parts := 0, -1.0, 0
	for _, cell := range f.cells {
		if part[cell] != 0 {
			continue
		}
		parts++
		part[cell] = parts
		total := 0.0
		for stack := []int{cell}; len(stack) > 0; {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			total += counts(at)
			for _, next := range m.neighbours(at) {
				if part[next] == 0 {
					part[next] = parts
					stack = append(stack, next)
				}
			}
		}
		if total > most {
			best, most = parts, total
		}
	}
	for k, cell := range f.cells {
		if part[cell] != best {
			continue
		}
		m.node[cell] = len(m.cells)
		m.cells = append(m.cells, cell)
		m.from = append(m.from, k)
		m.count = append(m.count, counts(cell))
		for a := range 2 {
			m.force[a] = append(m.force[a], f.value[a][k])
			m.stderr[a] = append(m.stderr[a], f.stderr[a][k])
		}
	}
	m.join()
	return m
}

func (m *mesh) neighbours(cell int) (all []int) {
	nx, ny := m.c.cells[0], m.c.cells[1]
	i, j := cell%nx, cell/nx
	if i > 0 {
		all = append(all, cell-1)
	}
	if i < nx-1 {
		all = append(all, cell+1)
	}
	if j > 0 {
		all = append(all, cell-nx)
	}
	if j < ny-1 {
		all = append(all, cell+nx)
	}
	return all
}

func (m *mesh) reference() int {
	ref := 0
	for i, n := range m.count {
		if n > m.count[ref] {
			ref = i
		}
	}
	shift := m.energy[ref]
	for i := range m.energy {
		m.energy[i] -= shift
	}
	return m.cells[ref]
}

func (m *mesh) join() {
	for i, cell := range m.cells {
		for a, stride := range [2]int{1, m.c.cells[0]} {
			if !slices.Contains(m.neighbours(cell), cell+stride) || m.node[cell+stride] < 0 {
				continue
			}
			j, h := m.node[cell+stride], m.c.width[a]
			m.bonds = append(m.bonds, bond{
				i: i, j: j, axis: a,
				weight: (m.count[i] + m.count[j]) / 2 / (h * h),
				step:   h * (m.force[a][i] + m.force[a][j]) / 2,
			})
		}
	}
}
