package plotting

// A curve is a polyline of a level set in data coordinates.
type curve struct {
	x, y   []float64
	closed bool
}

// isolines follows the level z = v through the grid by marching squares: on
// each cell straight pieces between points interpolated on its edges, joined to
// curves. The order depends on the grid alone. Cells with a NaN are left out.
func isolines(t *table, v float64) []curve {
	m := &march{t: t, v: v, nc: len(t.x), nr: len(t.y)}
	m.link = make([][2]int32, 2*m.nc*m.nr)
	for r := range m.nr - 1 {
		for c := range m.nc - 1 {
			m.cell(c, r)
		}
	}
	var curves []curve
	for e := range m.link { // open ones from an end first
		if m.link[e][0] != 0 && m.link[e][1] == 0 {
			curves = append(curves, m.trace(int32(e)))
		}
	}
	for e := range m.link {
		if m.link[e][0] != 0 {
			curves = append(curves, m.trace(int32(e)))
		}
	}
	return curves
}

// march holds for each edge of the grid the one or two edges that the curve
// runs to from there, plus one; zero is none. Edge 2i runs from node i to the
// right, edge 2i+1 upwards.
type march struct {
	t      *table
	v      float64
	nc, nr int
	link   [][2]int32
}

func (m *march) cell(c, r int) {
	i := r*m.nc + c
	z := [4]float64{m.t.z[i], m.t.z[i+1], m.t.z[i+m.nc+1], m.t.z[i+m.nc]}
	above := 0
	for k, q := range z {
		if q != q {
			return
		}
		if q >= m.v {
			above |= 1 << k
		}
	}
	bottom, right := int32(2*i), int32(2*(i+1)+1)
	top, left := int32(2*(i+m.nc)), int32(2*i+1)
	switch above {
	case 1, 14:
		m.join(left, bottom)
	case 2, 13:
		m.join(bottom, right)
	case 4, 11:
		m.join(right, top)
	case 8, 7:
		m.join(top, left)
	case 3, 12:
		m.join(left, right)
	case 6, 9:
		m.join(bottom, top)
	case 5, 10: // a saddle: the mean decides which corners are one region
		if ((z[0]+z[1]+z[2]+z[3])/4 >= m.v) == (above == 5) {
			m.join(left, top)
			m.join(bottom, right)
		} else {
			m.join(left, bottom)
			m.join(right, top)
		}
	}
}

func (m *march) join(a, b int32) {
	for _, e := range [][2]int32{{a, b}, {b, a}} {
		if l := &m.link[e[0]]; l[0] == 0 {
			l[0] = e[1] + 1
		} else {
			l[1] = e[1] + 1
		}
	}
}

// trace walks along the links from an edge and takes them away.
func (m *march) trace(start int32) (c curve) {
	e, from := start, int32(-1)
	for {
		x, y := m.crossing(int(e))
		c.x, c.y = append(c.x, x), append(c.y, y)
		l := m.link[e]
		m.link[e] = [2]int32{}
		next := l[0] - 1
		if next == from && l[1] != 0 || next < 0 {
			next = l[1] - 1
		}
		if next == from {
			return c
		}
		if m.link[next][0] == 0 { // taken: back at the start
			if next == start && len(c.x) > 2 {
				c.closed = true
				c.x, c.y = append(c.x, c.x[0]), append(c.y, c.y[0])
			}
			return c
		}
		e, from = next, e
	}
}

// crossing is where the level crosses an edge.
func (m *march) crossing(e int) (x, y float64) {
	i := e / 2
	c, r := i%m.nc, i/m.nc
	if e%2 == 0 {
		s := (m.v - m.t.z[i]) / (m.t.z[i+1] - m.t.z[i])
		return m.t.x[c] + s*(m.t.x[c+1]-m.t.x[c]), m.t.y[r]
	}
	s := (m.v - m.t.z[i]) / (m.t.z[i+m.nc] - m.t.z[i])
	return m.t.x[c], m.t.y[r] + s*(m.t.y[r+1]-m.t.y[r])
}
