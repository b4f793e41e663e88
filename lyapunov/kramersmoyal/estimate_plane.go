package kramersmoyal

// squares are the sums of order 2 in the plane; a row of cells and a column
// before the first are for what is outside.
type squares struct {
	rows  []square
	cells [2]int
}

type square struct {
	count            int
	x, y, xx, xy, yy float64
}

func (r *square) add(dx, dy float64) {
	r.count++
	r.x += dx
	r.y += dy
	r.xx += dx * dx
	r.xy += dx * dy
	r.yy += dy * dy
}

// rowInPlane returns the row for the point (x, y), 0 for what is not on the grid
// of nx times ny cells.
func rowInPlane(at *[2]cellIndex, x, y float64, nx, ny uint) uint {
	i, j := uint(int(x*at[0].scale+at[0].shift)), uint(int(y*at[1].scale+at[1].shift))
	if i > nx || j > ny {
		return 0
	}
	return j*(nx+1) + i
}

func (t *squares) add(at *[2]cellIndex, p *piece, lo, hi int) {
	nx, ny := uint(t.cells[0]), uint(t.cells[1])
	fx, fy, tx, ty := p.from[0][lo:hi], p.from[1][lo:hi], p.to[0][lo:hi], p.to[1][lo:hi]
	for k, x := range fx {
		y := fy[k]
		dx, dy := tx[k]-x, ty[k]-y
		t.rows[rowInPlane(at, x, y, nx, ny)].add(dx, dy)
	}
}

func (t *squares) drain(total []float64) (outside int) {
	n := t.cells[0] + 1
	for i, r := range t.rows {
		cell, inside := (i/n-1)*(n-1)+i%n-1, i/n > 0 && i%n > 0
		if !inside {
			outside += r.count
			total[1] += lost(r.x + r.y)
			continue
		}
		row := total[6*cell : 6*cell+6]
		for k, v := range [6]float64{float64(r.count), r.x, r.y, r.xx, r.xy, r.yy} {
			row[k] += v
		}
	}
	clear(t.rows)
	return outside
}

// mixed are the sums of order 4 in the plane, in the order of plane4.
type mixed struct {
	rows  [][24]float64
	cells [2]int
}

func (t *mixed) add(at *[2]cellIndex, p *piece, lo, hi int) {
	nx, ny := uint(t.cells[0]), uint(t.cells[1])
	fx, fy, tx, ty := p.from[0][lo:hi], p.from[1][lo:hi], p.to[0][lo:hi], p.to[1][lo:hi]
	for k, x := range fx {
		y := fy[k]
		dx, dy := tx[k]-x, ty[k]-y
		addPowers(&t.rows[rowInPlane(at, x, y, nx, ny)], dx, dy)
	}
}

func addPowers(r *[24]float64, x, y float64) {
	xx, xy, yy := x*x, x*y, y*y
	x4, y4 := xx*xx, yy*yy
	r[0]++
	r[1] += x
	r[2] += y
	r[3] += xx
	r[4] += xy
	r[5] += yy
	r[6] += xx * x
	r[7] += xx * y
	r[8] += x * yy
	r[9] += yy * y
	r[10] += x4
	r[11] += xx * xy
	r[12] += xx * yy
	r[13] += xy * yy
	r[14] += y4
	r[15] += x4 * xx
	r[16] += x4 * yy
	r[17] += xx * y4
	r[18] += yy * y4
	r[19] += x4 * x4
	r[20] += x4 * xx * yy
	r[21] += x4 * y4
	r[22] += xx * yy * y4
	r[23] += y4 * y4
}

func (t *mixed) drain(total []float64) (outside int) {
	n := t.cells[0] + 1
	for i := range t.rows {
		r := &t.rows[i]
		if i/n == 0 || i%n == 0 {
			outside += int(r[0])
			total[1] += lost(r[1] + r[2])
			continue
		}
		row := total[24*((i/n-1)*(n-1)+i%n-1):][:24]
		for k, v := range r {
			row[k] += v
		}
	}
	clear(t.rows)
	return outside
}
