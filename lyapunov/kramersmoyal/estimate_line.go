package kramersmoyal

// lineSquares are the sums of order 2 on the line.
type lineSquares []lineSquare

type lineSquare struct {
	count       int
	sum, square float64
}

// rowOnLine returns the row of n for u = x scale + shift, 0 for what is not on the
// grid.
func rowOnLine(u float64, n int) uint {
	i := uint(int(u))
	if i >= uint(n) {
		i = 0
	}
	return i
}

func (r *lineSquare) add(d float64) {
	r.count++
	r.sum += d
	r.square += d * d
}

// add goes through four quarters of a run at once. Consecutive values fall into
// the same cell more often than not, and a sum cannot be added to before its
// last addition is done; values from far apart do not wait for each other.
func (t lineSquares) add(at *[2]cellIndex, p *piece, lo, hi int) {
	scale, shift := at[0].scale, at[0].shift
	from, to := p.from[0][lo:hi], p.to[0][lo:hi]
	n := 0
	if p.chained && len(from) >= 4 {
		n = len(from) / 4
		x0, x1, x2, x3 := from[0], from[n], from[2*n], from[3*n]
		y0, y1, y2, y3 := to[:n], to[n:2*n], to[2*n:3*n], to[3*n:4*n]
		y1, y2, y3 = y1[:len(y0)], y2[:len(y0)], y3[:len(y0)] // one bounds check for all
		for k, y := range y0 {
			t[rowOnLine(x0*scale+shift, len(t))].add(y - x0)
			x0, y = y, y1[k]
			t[rowOnLine(x1*scale+shift, len(t))].add(y - x1)
			x1, y = y, y2[k]
			t[rowOnLine(x2*scale+shift, len(t))].add(y - x2)
			x2, y = y, y3[k]
			t[rowOnLine(x3*scale+shift, len(t))].add(y - x3)
			x3 = y
		}
	}
	to = to[4*n:]
	for k, x := range from[4*n:] {
		t[rowOnLine(x*scale+shift, len(t))].add(to[k] - x)
	}
}

func (t lineSquares) drain(total []float64) int {
	outside := t[0].count
	total[1] += lost(t[0].sum)
	for i, r := range t[1:] {
		row := total[3*i : 3*i+3]
		row[0] += float64(r.count)
		row[1] += r.sum
		row[2] += r.square
	}
	clear(t)
	return outside
}

// lineQuartics are the sums of order 4 on the line.
type lineQuartics []lineQuartic

type lineQuartic struct {
	count                         int
	sum, square, cube, s4, s6, s8 float64
}

func (r *lineQuartic) add(d float64) {
	q := d * d
	w := q * q
	r.count++
	r.sum += d
	r.square += q
	r.cube += q * d
	r.s4 += w
	r.s6 += w * q
	r.s8 += w * w
}

// add is that of lineSquares, with more sums: written out, since a type
// parameter for the row would keep its add from being inlined.
func (t lineQuartics) add(at *[2]cellIndex, p *piece, lo, hi int) {
	scale, shift := at[0].scale, at[0].shift
	from, to := p.from[0][lo:hi], p.to[0][lo:hi]
	n := 0
	if p.chained && len(from) >= 4 {
		n = len(from) / 4
		x0, x1, x2, x3 := from[0], from[n], from[2*n], from[3*n]
		y0, y1, y2, y3 := to[:n], to[n:2*n], to[2*n:3*n], to[3*n:4*n]
		y1, y2, y3 = y1[:len(y0)], y2[:len(y0)], y3[:len(y0)] // one bounds check for all
		for k, y := range y0 {
			t[rowOnLine(x0*scale+shift, len(t))].add(y - x0)
			x0, y = y, y1[k]
			t[rowOnLine(x1*scale+shift, len(t))].add(y - x1)
			x1, y = y, y2[k]
			t[rowOnLine(x2*scale+shift, len(t))].add(y - x2)
			x2, y = y, y3[k]
			t[rowOnLine(x3*scale+shift, len(t))].add(y - x3)
			x3 = y
		}
	}
	to = to[4*n:]
	for k, x := range from[4*n:] {
		t[rowOnLine(x*scale+shift, len(t))].add(to[k] - x)
	}
}

func (t lineQuartics) drain(total []float64) int {
	outside := t[0].count
	total[1] += lost(t[0].sum)
	for i, r := range t[1:] {
		row := total[7*i : 7*i+7]
		for k, v := range [7]float64{float64(r.count), r.sum, r.square, r.cube, r.s4, r.s6, r.s8} {
			row[k] += v
		}
	}
	clear(t)
	return outside
}
