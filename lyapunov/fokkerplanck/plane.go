package fokkerplanck

// A plane is a level on two axes with walls where every cell is coupled to its
// four neighbours only: the sweeps and products of a level without its lists.
type plane struct {
	nx, ny int
	diag   []float64
	sx, sy []float64 // entries to the next cell of the row and of the column
	px, py []float64 // inverse pivots of rows and of columns
	cx, cy []float64 // sx px and sy py
	zero   []float64 // a row of zeros
}

// newPlane returns the plane of a level, or nil if it is not one.
func newPlane(l *level) *plane {
	if l.dim != 2 || l.length[0] > 0 || l.length[1] > 0 {
		return nil
	}
	p := &plane{
		nx: len(l.centers[0]), ny: len(l.centers[1]), diag: l.diag,
		sx: l.line[0].s, sy: l.line[1].s, px: l.line[0].pivot, py: l.line[1].pivot,
	}
	found := 0
	p.cx, p.cy = make([]float64, len(l.inv)), make([]float64, len(l.inv))
	for i := range l.inv {
		p.cx[i], p.cy[i] = p.sx[i]*p.px[i], p.sy[i]*p.py[i]
		for _, s := range []float64{p.sx[i], p.sy[i]} {
			if s != 0 {
				found += 2
			}
		}
	}
	for _, s := range l.s {
		if s != 0 {
			found--
		}
	}
	if found != 0 {
		return nil
	}
	p.zero = make([]float64, p.nx)
	return p
}

// row returns row j of v, zeros outside the plane.
func (p *plane) row(v []float64, j int) []float64 {
	if j < 0 || j >= p.ny {
		return p.zero
	}
	return v[j*p.nx:][:p.nx]
}

// rows solves for one row after the other.
func (p *plane) rows(x, b []float64, backwards bool) {
	for j := range p.ny {
		if backwards {
			j = p.ny - 1 - j
		}
		out, rhs := p.row(x, j), p.row(b, j)
		up, down, su, sd := p.row(x, j+1), p.row(x, j-1), p.row(p.sy, j), p.row(p.sy, j-1)
		n := len(out)
		rhs, up, down, su, sd = rhs[:n], up[:n], down[:n], su[:n], sd[:n]
		c, inv := p.row(p.cx, j)[:n], p.row(p.px, j)[:n]
		carry := 0.0
		for i := range out {
			v := (rhs[i] + (sd[i]*down[i] + su[i]*up[i])) + carry
			out[i] = v
			carry = c[i] * v
		}
		carry = 0
		for i := n - 1; i >= 0; i-- {
			carry = inv[i]*out[i] + c[i]*carry
			out[i] = carry
		}
	}
}

// columns solves for the columns of one parity, all of them side by side.
func (p *plane) columns(x, b []float64, parity int) {
	for j := range p.ny {
		out, rhs, before, c, s := p.row(x, j), p.row(b, j), p.row(x, j-1), p.row(p.cy, j-1), p.row(p.sx, j)
		n := len(out)
		rhs, before, c, s = rhs[:n], before[:n], c[:n], s[:n]
		for i := parity; i < n; i += 2 {
			v := rhs[i] + c[i]*before[i]
			if i > 0 {
				v += s[i-1] * out[i-1]
			}
			if i+1 < n {
				v += s[i] * out[i+1]
			}
			out[i] = v
		}
	}
	for j := p.ny - 1; j >= 0; j-- {
		out, after, inv, c := p.row(x, j), p.row(x, j+1), p.row(p.py, j), p.row(p.cy, j)
		n := len(out)
		after, inv, c = after[:n], inv[:n], c[:n]
		for i := parity; i < n; i += 2 {
			out[i] = inv[i]*out[i] + c[i]*after[i]
		}
	}
}

// sweep is one along axis d, in the other order if backwards. Columns are taken in
// two colours, those of one colour side by side, in the order of memory.
func (p *plane) sweep(x, b []float64, d int, backwards bool) {
	if d == 0 {
		p.rows(x, b, backwards)
		return
	}
	first := 0
	if backwards {
		first = 1
	}
	p.columns(x, b, first)
	p.columns(x, b, 1-first)
}

// apply stores the product of the matrix with x in dst.
func (p *plane) apply(dst, x []float64) {
	for j := range p.ny {
		out, v, up, down := p.row(dst, j), p.row(x, j), p.row(x, j+1), p.row(x, j-1)
		su, sd, s, diag := p.row(p.sy, j), p.row(p.sy, j-1), p.row(p.sx, j), p.row(p.diag, j)
		n := len(out)
		v, up, down, su, sd, s, diag = v[:n], up[:n], down[:n], su[:n], sd[:n], s[:n], diag[:n]
		left := 0.0
		for i, x := range v {
			right := 0.0
			if i+1 < n {
				right = s[i] * v[i+1]
			}
			out[i] = diag[i]*x - (sd[i]*down[i] + su[i]*up[i]) - (left + right)
			left = s[i] * x
		}
	}
}
