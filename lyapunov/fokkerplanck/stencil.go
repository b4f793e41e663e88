package fokkerplanck

// A stencil is the symmetrised generator of a grid of two axes with walls and a
// diagonal S: every cell has at most four neighbours, at fixed distances. Vectors
// have pad zeros on either side, so that there is no branch at a wall.
type stencil struct {
	n, pad     int       // cells, and those of a row
	right, top []float64 // 4 s_ij/ρ to the next cell of the row, of the column
}

func (g *Generator) newStencil(rho float64) *stencil {
	if g.grid.Dim() != 2 || g.grid.Axis(0).IsPeriodic() || g.grid.Axis(1).IsPeriodic() {
		return nil
	}
	n, nx := g.grid.Len(), g.grid.Axis(0).Len()
	s := &stencil{n: n, pad: nx, right: make([]float64, n+2*nx), top: make([]float64, n+2*nx)}
	for _, b := range g.bonds {
		v := 4 / rho * g.symmetric(b)
		switch i := int(b.i); int(b.j) - i {
		case nx:
			s.top[nx+i] += v
		case 1:
			if int(b.j)%nx == 0 {
				return nil // a jump of a full S across a corner of the grid
			}
			s.right[nx+i] += v
		default:
			return nil
		}
	}
	return s
}

// expand is chebyshev.expand. Passes are taken in pairs; the sum is touched once
// a pair.
func (s *stencil) expand(c *chebyshev, last int) {
	t0, t1 := c.t0, c.t1
	body := func(v []float64) []float64 { return v[s.pad:][:s.n] }
	for i := range body(t0) {
		c.sum[i] = c.coefficients[0] * body(t0)[i]
		body(t1)[i] = 0
	}
	if last > 0 {
		s.pass(c.diag, t0, t1)
		for i, v := range body(t1) {
			body(t1)[i] = v / 2 // T_1 = x T_0, without the 2
			c.sum[i] += c.coefficients[1] * v / 2
		}
	}
	k := 2
	for ; k+1 <= last; k += 2 {
		s.pass(c.diag, t1, t0)
		s.passSum(c.diag, t0, t1, c.sum, c.coefficients[k], c.coefficients[k+1])
	}
	if k == last {
		s.passSum(c.diag, t1, t0, c.sum, 0, c.coefficients[k])
	}
}

// pass stores A cur - next in next, A of the diagonal and the stencil.
func (s *stencil) pass(diag, cur, next []float64) {
	n, nx := s.n, s.pad
	out, d := next[nx:][:n], diag[:n]
	right, up, down := cur[nx+1:][:n], cur[2*nx:][:n], cur[:n]
	sr, st, sb := s.right[nx:][:n], s.top[nx:][:n], s.top[:n]
	left, v, sl := cur[nx-1], cur[nx], s.right[nx-1]
	for i := range out {
		r, w := right[i], sr[i]
		out[i] = (d[i]*v - out[i]) + (sl*left + w*r) + (sb[i]*down[i] + st[i]*up[i])
		left, v, sl = v, r, w
	}
}

// passSum does the same and adds a cur + b next to sum.
func (s *stencil) passSum(diag, cur, next, sum []float64, a, b float64) {
	n, nx := s.n, s.pad
	out, d := next[nx:][:n], diag[:n]
	sum = sum[:n]
	right, up, down := cur[nx+1:][:n], cur[2*nx:][:n], cur[:n]
	sr, st, sb := s.right[nx:][:n], s.top[nx:][:n], s.top[:n]
	left, v, sl := cur[nx-1], cur[nx], s.right[nx-1]
	for i := range out {
		r, w := right[i], sr[i]
		t := (d[i]*v - out[i]) + (sl*left + w*r) + (sb[i]*down[i] + st[i]*up[i])
		out[i] = t
		sum[i] += a*v + b*t
		left, v, sl = v, r, w
	}
}
