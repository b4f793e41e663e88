package fokkerplanck

// sweep solves for one line of cells along axis d after the other.
func (l *level) sweep(d int, backwards bool) {
	c := &l.line[d]
	if l.plane != nil {
		l.plane.sweep(l.x, l.b, d, backwards)
		return
	}
	if c.length == 1 {
		return
	}
	outer := len(l.inv) / c.length
	for k := range outer {
		if backwards {
			k = outer - 1 - k
		}
		l.solveLine(c, k%c.stride+k/c.stride*c.stride*c.length)
	}
}

// solveLine solves for the line of cells that begins at start.
func (l *level) solveLine(c *lines, start int) {
	x, w := l.x, l.w[:c.length]
	carry, before := 0.0, 0.0 // s w/pivot and s x of the cell before
	i := start
	for k := range w {
		lo, hi := l.ptr[i], l.ptr[i+1]
		v := l.b[i] - before
		s := l.s[lo:hi]
		for e, j := range l.col[lo:hi] {
			v += s[e] * x[j]
		}
		next := c.s[i]
		if next != 0 {
			v -= next * x[i+c.stride]
		}
		v += carry
		w[k] = v
		carry = next * c.pivot[i] * v
		before = next * x[i]
		i += c.stride
	}
	after := 0.0
	for k := len(w) - 1; k >= 0; k-- {
		i -= c.stride
		after = c.pivot[i] * (w[k] + c.s[i]*after)
		x[i] = after
	}
}

// apply stores the product of the matrix with y in dst.
func (l *level) apply(dst, y []float64) {
	if l.plane != nil {
		l.plane.apply(dst, y)
		return
	}
	n := len(l.inv)
	dst, y = dst[:n], y[:n]
	for i := range dst {
		v := l.diag[i] * y[i]
		lo, hi := l.ptr[i], l.ptr[i+1]
		s := l.s[lo:hi]
		for e, j := range l.col[lo:hi] {
			v -= s[e] * y[j]
		}
		dst[i] = v
	}
}

// restrict stores the residual on the blocks in c.b.
func (l *level) restrict(c *level) {
	clear(c.b)
	l.apply(l.w, l.x)
	for i, I := range l.block {
		c.b[I] += l.weight[i] * (l.b[i] - l.w[i])
	}
}
