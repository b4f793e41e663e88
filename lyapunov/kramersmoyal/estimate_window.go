package kramersmoyal

import "math"

// A window is the kernel on the cells around a center. Its weights depend only
// on the distance, so that there is one for the whole grid.
type window struct {
	reach  [2]int // cells to either side
	ux, uy []float64
	weight []float64 // row-major, as grids are
}

// open fills the window for a kernel of the widths h.
func (w *window) open(k Kernel, cells [2]int, width [2]float64, h []float64) {
	w.reach = [2]int{}
	w.ux, w.uy = w.ux[:0], w.uy[:0]
	for a := range h {
		w.reach[a] = min(int(k.reach()*h[a]/width[a]), cells[a]-1)
	}
	for i := -w.reach[0]; i <= w.reach[0]; i++ {
		w.ux = append(w.ux, float64(i)*width[0]/h[0])
	}
	if len(h) == 1 {
		w.uy = append(w.uy, 0)
	} else {
		for j := -w.reach[1]; j <= w.reach[1]; j++ {
			w.uy = append(w.uy, float64(j)*width[1]/h[1])
		}
	}
	w.weight = w.weight[:0]
	for _, uy := range w.uy {
		for _, ux := range w.ux {
			w.weight = append(w.weight, k.weight(ux*ux+uy*uy))
		}
	}
}

// A neighbour is a cell in the window of another.
type neighbour struct {
	cell      int
	w, ux, uy float64
}

// near returns the occupied cells in the window of a cell, in the memory of all.
func (c *Coefficients) near(all []neighbour, w *window, cell int) []neighbour {
	nx, ny, width := c.cells[0], c.cells[1], len(c.layout.powers)
	i, j := cell%nx, cell/nx
	all = all[:0]
	for b := max(0, j-w.reach[1]); b <= min(ny-1, j+w.reach[1]); b++ {
		v := b - j + w.reach[1]
		row := w.weight[v*len(w.ux):]
		for a := max(0, i-w.reach[0]); a <= min(nx-1, i+w.reach[0]); a++ {
			u := a - i + w.reach[0]
			if row[u] > 0 && c.sums[(b*nx+a)*width] > 0 {
				all = append(all, neighbour{b*nx + a, row[u], w.ux[u], w.uy[v]})
			}
		}
	}
	return all
}

// A line gives the weight of an increment in the estimate at a center: l = w (a0
// + ax ux + ay uy), with Σ l = 1 over the increments and, for a straight line or
// a plane, Σ l u = 0.
type line struct{ a0, ax, ay float64 }

func (l *line) at(n *neighbour) float64 { return n.w * (l.a0 + l.ax*n.ux + l.ay*n.uy) }

// fit returns the weights at a cell with the neighbours near, and the effective
// number of increments, 0 if the increments do not determine the line.
func (c *Coefficients) fit(near []neighbour) (l line, effective float64) {
	var s0, sx, sy, sxx, sxy, syy float64
	width := len(c.layout.powers)
	for i := range near {
		n := &near[i]
		wn := n.w * c.sums[n.cell*width]
		s0 += wn
		sx += wn * n.ux
		sy += wn * n.uy
		sxx += wn * n.ux * n.ux
		sxy += wn * n.ux * n.uy
		syy += wn * n.uy * n.uy
	}
	if s0 == 0 {
		return line{}, 0
	}
	l.a0 = 1 / s0
	mx, my := sx/s0, sy/s0
	vxx, vxy, vyy := sxx/s0-mx*mx, sxy/s0-mx*my, syy/s0-my*my
	const flat = 1e-9 // a spread of 0, but for rounding
	switch oneCell := vxx+vyy < flat; {
	case c.how.NadarayaWatson || oneCell:
	case c.Grid.Dim() == 1:
		l.ax = -mx / vxx / s0
		l.a0 -= mx * l.ax
	default:
		det := vxx*vyy - vxy*vxy
		if det < 1e-4*(vxx+vyy)*(vxx+vyy) {
			return line{}, 0
		}
		l.ax = -(vyy*mx - vxy*my) / det / s0
		l.ay = -(vxx*my - vxy*mx) / det / s0
		l.a0 -= mx*l.ax + my*l.ay
	}
	var square float64
	for i := range near {
		v := l.at(&near[i])
		square += v * v * c.sums[near[i].cell*width]
	}
	return l, 1 / square
}

// crossValidate returns Σ_k (Δx_k - M1_without_k)²/Σ_k Δx_k², summed over the
// coordinates; the numerator over the increments that begin in cells with at
// least MinCount of them.
func (c *Coefficients) crossValidate() (total float64) {
	width, dim := len(c.layout.powers), c.Grid.Dim()
	var scale [2]float64
	for a := range dim {
		for cell := range c.Grid.Len() {
			scale[a] += c.sums[cell*width+c.square(a)]
		}
	}
	for cell := range c.Grid.Len() {
		row := c.sums[cell*width:][:width]
		if row[0] < c.how.MinCount {
			continue
		}
		c.scratch = c.near(c.scratch, &c.window, cell)
		near := c.scratch
		l, effective := c.fit(near)
		own := l.a0 * c.window.weight[len(c.window.weight)/2]
		if effective == 0 || own >= 1 {
			return math.Inf(1)
		}
		for a := range dim {
			var m float64
			for i := range near {
				m += l.at(&near[i]) * c.sums[near[i].cell*width+1+a]
			}
			r := row[c.square(a)] - 2*m*row[1+a] + m*m*row[0]
			total += r / ((1 - own) * (1 - own)) / scale[a]
		}
	}
	return total
}

// square returns the place of Σ dx_a².
func (c *Coefficients) square(a int) int {
	if a == 0 {
		return c.layout.place[2][0]
	}
	return c.layout.place[0][2]
}
