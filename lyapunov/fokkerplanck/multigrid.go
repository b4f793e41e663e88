package fokkerplanck

import "math"

// A hierarchy is an aggregation multigrid for the symmetrised step
//
//	(1 + τL) y = b,  y_i = m_i/√π_i,  L_ij = -s_ij,  s_ij = √(π_i/π_j) w_ij,
//
// with s symmetrised where the chain is not reversible. A coarse unknown is the
// constant ratio m/π on a block of cells, so every level is a chain of the same
// kind with π_I = Σ π_i. Ratios that are constant on a block overestimate the
// currents between blocks by the ratio of the distances of blocks and cells; the
// coarse rates are divided by it (Braess, Computing 55, 1995). Gauss-Seidel
// sweeps by lines of cells along each axis in turn keep this working where S is
// anisotropic. One V-cycle, with the sweeps down repeated backwards on the way
// up, is a symmetric positive definite approximation of the inverse.
type hierarchy struct {
	levels []*level
	dense  []float64 // Cholesky factor of the coarsest matrix, row-major
}

// coarsest is the size of a level that is solved by its factor.
const coarsest = 24

// A level holds a matrix 1 + τL, row i in the entries ptr[i] to ptr[i+1], on a
// product of axes.
type level struct {
	dim      int
	centers  [3][]float64 // of the cells on each axis; one for an axis too many
	length   [3]float64   // of a circle, else 0
	ptr, col []int32
	s        []float64 // τ s_ij
	diag     []float64
	inv      []float64 // 1/diag
	logpi    []float64
	line     [3]lines
	plane    *plane // nil where the level is not one
	x, b, w  []float64

	block  []int32   // of each cell, on the next level
	weight []float64 // √(π_i/π_I)
}

// lines is the part of a matrix along one axis, factored.
type lines struct {
	stride, length int
	s              []float64 // entry of a cell and the next one, 0 for the last
	pivot          []float64 // inverse
}

func newHierarchy(g *Generator, tau float64) *hierarchy {
	h := &hierarchy{}
	for l := finest(g, tau); ; l = l.coarsen() {
		h.levels = append(h.levels, l)
		if len(l.inv) <= coarsest {
			h.factor(l)
			return h
		}
		if l.decoupled() {
			return h
		}
	}
}

// decoupled reports whether the 1 in 1 + τL outweighs the rest everywhere, so
// that sweeps alone solve.
func (l *level) decoupled() bool {
	for _, v := range l.inv {
		if v < 0.5 {
			return false
		}
	}
	return true
}

func (l *level) allocate(n int) {
	l.ptr = make([]int32, n+1)
	for _, v := range []*[]float64{&l.diag, &l.inv, &l.x, &l.b, &l.w} {
		*v = make([]float64, n)
	}
}

// finest is the level of the generator itself.
func finest(g *Generator, tau float64) *level {
	n := len(g.exit)
	l := &level{dim: g.grid.Dim(), logpi: g.logpi, col: make([]int32, 2*len(g.bonds)), s: make([]float64, 2*len(g.bonds))}
	l.allocate(n)
	for d := range l.centers {
		l.centers[d] = []float64{0}
		if d < l.dim {
			a := g.grid.Axis(d)
			l.centers[d] = l.centers[d][:0]
			for i := range a.Len() {
				l.centers[d] = append(l.centers[d], a.Center(i))
			}
			if a.IsPeriodic() {
				l.length[d] = a.Edge(a.Len()) - a.Edge(0)
			}
		}
	}
	for _, b := range g.bonds {
		l.ptr[b.i+1]++
		l.ptr[b.j+1]++
	}
	for i := range n {
		l.ptr[i+1] += l.ptr[i]
		l.diag[i] = 1 + tau*g.exit[i]
	}
	at := append([]int32(nil), l.ptr[:n]...)
	for _, b := range g.bonds {
		s := tau * g.symmetric(b)
		l.col[at[b.i]], l.s[at[b.i]] = b.j, s
		l.col[at[b.j]], l.s[at[b.j]] = b.i, s
		at[b.i]++
		at[b.j]++
	}
	l.complete()
	return l
}

// symmetric returns the off-diagonal entry of the symmetrised generator: the
// geometric mean of the rates in detailed balance, else the mean of both sides.
func (g *Generator) symmetric(b bond) float64 {
	if g.reversible {
		return math.Sqrt(b.out) * math.Sqrt(b.back)
	}
	h := math.Exp((g.logpi[b.i] - g.logpi[b.j]) / 2)
	return (b.out*h + b.back/h) / 2
}

// complete inverts the diagonal and factors the lines of every axis.
func (l *level) complete() {
	stride := 1
	for i, v := range l.diag {
		l.inv[i] = 1 / v
	}
	for d := range l.line {
		n := len(l.centers[d])
		c := lines{stride: stride, length: n, s: make([]float64, len(l.inv)), pivot: make([]float64, len(l.inv))}
		for i := range l.inv {
			last := i/stride%n == n-1
			for e := l.ptr[i]; e < l.ptr[i+1] && !last; e++ {
				if int(l.col[e]) == i+stride {
					c.s[i] = l.s[e]
				}
			}
			p := l.diag[i]
			if i/stride%n > 0 {
				p -= c.s[i-stride] * c.s[i-stride] * c.pivot[i-stride]
			}
			c.pivot[i] = 1 / math.Max(p, 0.5) // at least 1 but for rounding
		}
		l.line[d] = c
		stride *= n
	}
	l.plane = newPlane(l)
}

// factor stores the Cholesky factor of the coarsest level.
func (h *hierarchy) factor(l *level) {
	n := len(l.x)
	a := make([]float64, n*n)
	for i := range n {
		a[i*n+i] = l.diag[i]
		for e := l.ptr[i]; e < l.ptr[i+1]; e++ {
			a[i*n+int(l.col[e])] -= l.s[e]
		}
	}
	for c := range n {
		for r := c; r < n; r++ {
			for k := range c {
				a[r*n+c] -= a[r*n+k] * a[c*n+k]
			}
			if r == c {
				a[c*n+c] = math.Sqrt(math.Max(a[c*n+c], 0.5)) // at least 1 but for rounding
			} else {
				a[r*n+c] /= a[c*n+c]
			}
		}
	}
	h.dense = a
}

// apply stores the V-cycle of r in z.
func (h *hierarchy) apply(z, r []float64) {
	top := h.levels[0]
	top.x, top.b = z, r
	h.cycle(0)
}

func (h *hierarchy) cycle(k int) {
	l := h.levels[k]
	last := k == len(h.levels)-1
	if last && h.dense != nil {
		h.solve(l.x, l.b)
		return
	}
	clear(l.x)
	sweeps := l.dim
	if k > 0 {
		sweeps *= 2 // they cost little there, and keep the number of iterations
	}
	for n := range sweeps {
		l.sweep(n%l.dim, false)
	}
	if !last {
		c := h.levels[k+1]
		l.restrict(c)
		h.cycle(k + 1)
		for i, I := range l.block {
			l.x[i] += l.weight[i] * c.x[I]
		}
	}
	for n := sweeps - 1; n >= 0; n-- {
		l.sweep(n%l.dim, true)
	}
}

func (h *hierarchy) solve(x, b []float64) {
	n, a := len(x), h.dense
	for i := range n {
		v := b[i]
		for k := range i {
			v -= a[i*n+k] * x[k]
		}
		x[i] = v / a[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		v := x[i]
		for k := i + 1; k < n; k++ {
			v -= a[k*n+i] * x[k]
		}
		x[i] = v / a[i*n+i]
	}
}
