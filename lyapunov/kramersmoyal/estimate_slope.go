package kramersmoyal

// parabolas are fits of a polynomial of degree 2 to the increments around a
// center, for the derivatives of the coefficients there.
type parabolas struct {
	c      *Coefficients
	window window
	powers [][2]int // of the derivatives: x, xx on the line; x, y, xx, xy, yy in the plane
	width  []float64
	near   []neighbour // scratch
}

func (c *Coefficients) newParabolas() *parabolas {
	p := &parabolas{c: c, powers: c.layout.powers[1 : 1+c.layout.components()]}
	for _, h := range c.Bandwidth {
		p.width = append(p.width, c.how.Slope*h)
	}
	p.window.open(c.how.Kernel, c.cells, c.width, p.width)
	return p
}

// A parabola gives the weights of an increment in the derivatives at a center:
// the r-th is w Σ_j rows[r][j] φ_j(u), with φ = 1, u_x, u_x² or 1, u_x, u_y, u_x²,
// u_x u_y, u_y².
type parabola struct{ rows [5][6]float64 }

// basis stores φ(u).
func (p *parabolas) basis(phi *[6]float64, n *neighbour) {
	phi[0] = 1
	for j, q := range p.powers {
		v := 1.0
		for range q[0] {
			v *= n.ux
		}
		for range q[1] {
			v *= n.uy
		}
		phi[j+1] = v
	}
}

// fit returns false if the increments do not determine the polynomial.
func (p *parabolas) fit(cell int) (q parabola, ok bool) {
	size := len(p.powers) + 1
	counts := len(p.c.layout.powers)
	var normal [6][6]float64
	var phi [6]float64
	p.near = p.c.near(p.near, &p.window, cell)
	for _, n := range p.near {
		wn := n.w * p.c.sums[n.cell*counts]
		p.basis(&phi, &n)
		for i := range size {
			for j := range size {
				normal[i][j] += wn * phi[i] * phi[j]
			}
		}
	}
	inverse, ok := invert(normal, size)
	if !ok {
		return q, false
	}
	for r, power := range p.powers {
		unit := float64(factorialOf[power[0]] * factorialOf[power[1]])
		for a, h := range p.width {
			for range power[a] {
				unit /= h
			}
		}
		for j := range size {
			q.rows[r][j] = unit * inverse[r+1][j]
		}
	}
	return q, true
}

// invert returns the inverse of a symmetric positive definite matrix by
// elimination; ok is false if it is not one, to nine digits.
func invert(m [6][6]float64, n int) (inv [6][6]float64, ok bool) {
	var diagonal [6]float64
	for i := range n {
		inv[i][i] = 1
		diagonal[i] = m[i][i]
	}
	for k := range n {
		pivot := m[k][k]
		if !(pivot > 1e-9*diagonal[k]) {
			return inv, false
		}
		for j := range n {
			m[k][j] /= pivot
			inv[k][j] /= pivot
		}
		for i := range n {
			if i == k {
				continue
			}
			f := m[i][k]
			for j := range n {
				m[i][j] -= f * m[k][j]
				inv[i][j] -= f * inv[k][j]
			}
		}
	}
	return inv, true
}

// weight returns the weight of an increment in derivative r.
func (p *parabolas) weight(q *parabola, r int, n *neighbour, phi *[6]float64) (g float64) {
	for j := range len(p.powers) + 1 {
		g += q.rows[r][j] * phi[j]
	}
	return g * n.w
}

// state returns drift and diffusion with their derivatives.
func (p *parabolas) state(cell int, q *parabola) (s state) {
	c := p.c
	n, size, counts := len(p.powers), c.layout.size, len(c.layout.powers)
	for k := range n {
		s[k] = c.tensorScale(k) * c.moment[cell*size+k+1]
	}
	var phi [6]float64
	p.near = c.near(p.near, &p.window, cell)
	for i := range p.near {
		at := &p.near[i]
		p.basis(&phi, at)
		for r := range n {
			g := p.weight(q, r, at, &phi)
			for k := range n {
				s[n+r*n+k] += g * c.tensorScale(k) * c.sums[at.cell*counts+k+1]
			}
		}
	}
	return s
}

// add adds Σ_v weight[v] δs_v to f, δs the noise of the uncorrected state.
func (p *parabolas) add(f *functional, cell int, q *parabola, weight *state) {
	n := len(p.powers)
	for k := range n {
		if weight[k] != 0 {
			p.c.addRaw(f, cell, k, weight[k])
		}
		var row [6]float64
		for r := range n {
			if v := weight[n+r*n+k]; v != 0 {
				for i := range row {
					row[i] += v * q.rows[r][i]
				}
			}
		}
		if row != ([6]float64{}) {
			p.addRow(f, cell, k, &row)
		}
	}
}

// addRow adds the sum with the weights w Σ_j row[j] φ_j of component k.
func (p *parabolas) addRow(f *functional, cell, k int, row *[6]float64) {
	scale := p.c.tensorScale(k)
	size := len(p.powers) + 1
	var phi [6]float64
	p.near = p.c.near(p.near, &p.window, cell)
	for i := range p.near {
		at := &p.near[i]
		p.basis(&phi, at)
		var g float64
		for j, v := range row[:size] {
			g += v * phi[j]
		}
		f.add(at.cell, k, scale*at.w*g)
	}
}

// correct turns weights of corrected components into those of the uncorrected
// state, linearised in the noise: δD_k - Δt Σ_v ∂bias_k/∂s_v δs_v.
func (p *parabolas) correct(weight, s *state) {
	n := len(p.powers)
	total := *weight
	for k := range n {
		if weight[k] == 0 {
			continue
		}
		for v := range n + n*n {
			total[v] -= weight[k] * p.c.Step * p.c.biasSlope(k, v, s)
		}
	}
	*weight = total
}

// biasSlope returns the derivative of the bias of component k by variable v of
// the state. The bias is of second degree, so that a central difference is exact.
func (c *Coefficients) biasSlope(k, v int, s *state) float64 {
	up, down := *s, *s
	h := max(1, s[v], -s[v])
	up[v] += h
	down[v] -= h
	return (c.bias(k, &up) - c.bias(k, &down)) / (2 * h)
}
