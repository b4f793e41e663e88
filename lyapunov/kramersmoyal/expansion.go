package kramersmoyal

import (
	"fmt"
	"math"
	"math/cmplx"

	"hopflow/lyapunov/freeenergy"
)

// A Signed is a function on a grid that integrates to 1 but may be negative:
// what a truncated expansion makes of a density. It can be drawn as a Density.
type Signed struct{ *freeenergy.Density }

// Least returns the place and the value of the least value on the grid.
func (s Signed) Least() (x []float64, p float64) {
	p = math.Inf(1)
	at := 0
	for i, v := range s.P {
		if v < p {
			p, at = v, i
		}
	}
	x = make([]float64, s.Grid.Dim())
	s.Grid.Center(x, at)
	return x, p
}

// Negative returns ∫ max(-p, 0) dx, the probability that is missing from above.
func (s Signed) Negative() float64 {
	var sum kahan
	for i, v := range s.P {
		sum.add(max(-v, 0) * s.Grid.Volume(i))
	}
	return sum.value()
}

// Distance returns ∫ |p - q| dx. It panics unless both are on equal grids.
func (s Signed) Distance(q *freeenergy.Density) float64 {
	if !s.Grid.Equal(q.Grid) {
		panic("kramersmoyal: two densities on different grids")
	}
	var sum kahan
	for i, v := range s.P {
		sum.add(math.Abs(v-q.P[i]) * s.Grid.Volume(i))
	}
	return sum.value()
}

// An Expansion is [LF] Lemma 16 on a grid, term by term.
type Expansion struct {
	Grid *freeenergy.Grid
	// Terms[n] is (-1)^n Σ_{|α|=n} ∂^α (M_α p)/α!, the sum of all terms of order n;
	// Terms[0] is p.
	Terms [][]float64
	// Error[n] estimates the error of Terms[n] from rounding and resolution.
	Error []float64
}

// Order returns the largest order there is.
func (e *Expansion) Order() int { return len(e.Terms) - 1 }

// Partial returns the sum of the terms to order n: the p(x, t+Δt) of the series
// truncated there. It panics unless 0 <= n <= Order.
func (e *Expansion) Partial(n int) Signed {
	if n < 0 || n > e.Order() {
		panic(fmt.Sprintf("kramersmoyal: the partial sum of order %d of an expansion to order %d", n, e.Order()))
	}
	sum := make([]float64, e.Grid.Len())
	for _, term := range e.Terms[:n+1] {
		for i, v := range term {
			sum[i] += v
		}
	}
	return Signed{&freeenergy.Density{Grid: e.Grid, P: sum}}
}

// Size returns ∫ |Terms[n]| dx, by which one sees how fast the terms fall, and
// whether they do.
func (e *Expansion) Size(n int) float64 {
	var sum kahan
	for i, v := range e.Terms[n] {
		sum.add(math.Abs(v) * e.Grid.Volume(i))
	}
	return sum.value()
}

// resolution is how large the waves in the outer third of the spectrum may be in
// a term, relative to the largest value of p.
const resolution = 1e-6

// Expand returns the expansion of p(x, t+dt), the density after one jump of every
// particle, to the given order on a periodic grid of one to three axes, with
// spectral derivatives: it is exact for functions that the grid resolves. Waves
// of M p that are below the rounding of the transform are noise, which the
// derivatives would blow up; they are left out, and Error has what they and the
// rounding of the others may amount to.
//
// It is an error, naming the order, if the grid has ends, is too coarse for that
// order, or rounding exceeds 1e-6 of p; and, naming the place, if a moment is not
// finite. With the error comes the expansion to the orders before. It panics
// unless 0 <= order <= MaxOrder and the dimensions agree.
func Expand(p *freeenergy.Density, process Process, t, dt float64, order int) (*Expansion, error) {
	if order < 0 || order > MaxOrder {
		panic(fmt.Sprintf("kramersmoyal: an expansion to order %d, want 0 to %d", order, MaxOrder))
	}
	g := p.Grid
	if process.Dim() != g.Dim() || len(p.P) != g.Len() {
		panic(fmt.Sprintf("kramersmoyal: a process in %d dimensions on a grid of %d", process.Dim(), g.Dim()))
	}
	tr, err := newTransform(g)
	if err != nil {
		return nil, err
	}
	laws := make([]Law, g.Len())
	x := make([]float64, g.Dim())
	for i := range laws {
		g.Center(x, i)
		laws[i] = process.Jump(x, t, dt)
	}
	return expand(tr, p.P, order, func(alpha []int) ([]float64, error) {
		return momentField(g, laws, alpha)
	})
}

// momentField returns M_α at every cell. Cells that share a law share its moment.
func momentField(g *freeenergy.Grid, laws []Law, alpha []int) ([]float64, error) {
	m := make([]float64, len(laws))
	for i, l := range laws {
		if i > 0 && sameLaw(l, laws[i-1]) {
			m[i] = m[i-1]
			continue
		}
		m[i] = l.Moment(alpha...)
		if notFinite(m[i]) {
			x := make([]float64, g.Dim())
			g.Center(x, i)
			return nil, fmt.Errorf("kramersmoyal: the moment of order %v is %v at x = %.6g: the expansion needs all moments; the law has none of this order, or it overflows", alpha, m[i], x)
		}
	}
	return m, nil
}

// sameLaw reports whether two laws are one and the same.
func sameLaw(a, b Law) bool {
	switch a := a.(type) {
	case *Gaussian:
		return a == b
	case *Lattice:
		return a == b
	case *Poisson:
		return a == b
	case *Compound:
		return a == b
	case *Numeric:
		return a == b
	}
	return false
}

// expand adds up the terms (-∂)^α (M_α p)/α!.
func expand(tr *transform, p []float64, order int, moment func(alpha []int) ([]float64, error)) (*Expansion, error) {
	e := &Expansion{Grid: tr.grid}
	var top float64
	for _, v := range p {
		top = math.Max(top, math.Abs(v))
	}
	product, k := make([]float64, len(p)), make([]float64, tr.grid.Dim())
	all := multiIndices(tr.grid.Dim(), order)
	for n := 0; n <= order; n++ {
		term := make([]complex128, len(p))
		var rounding, unresolved float64
		for ; len(all) > 0 && sumOf(all[0]) == n; all = all[1:] {
			alpha := all[0]
			m, err := moment(alpha)
			if err != nil {
				return e, err
			}
			for i := range p {
				product[i] = p[i] * m[i]
			}
			c := tr.forward(product)
			floor := 4 * eps * largest(c)
			factor := 1 / factorials(alpha)
			for i, v := range c {
				nyquist := tr.wave(k, i)
				d := derivative(k, alpha, nyquist) * complex(factor, 0)
				size := cmplx.Abs(v)
				if size <= floor && n > 0 {
					continue
				}
				term[i] += d * v
				rounding += floor * cmplx.Abs(d)
				if tr.outer(k) {
					unresolved += size * cmplx.Abs(d)
				}
			}
		}
		if err := resolved(tr, n, rounding, unresolved, top); n > 0 && err != nil {
			return e, err
		}
		e.Error = append(e.Error, rounding+unresolved)
		if n == 0 { // p itself, without the rounding of the transform
			e.Terms = append(e.Terms, append([]float64(nil), p...))
			continue
		}
		e.Terms = append(e.Terms, tr.backward(term))
	}
	return e, nil
}

// resolved returns an error if a term is not that of a function.
func resolved(tr *transform, n int, rounding, unresolved, top float64) error {
	cells := tr.grid.Axis(0).Len()
	switch {
	case !(unresolved <= resolution*top):
		return fmt.Errorf("kramersmoyal: the grid of %d cells an axis is too coarse for the order %d: waves in the outer third of its spectrum make up %.2g of the term, with max p = %.3g; take more cells, a smoother density, moments that are periodic, or a lower order", cells, n, unresolved, top)
	case !(rounding <= resolution*top):
		return fmt.Errorf("kramersmoyal: the order %d is too high for a density this narrow: rounding alone makes up %.2g of the term, with max p = %.3g; take a lower order, or PartialSums, which differentiates in closed form", n, rounding, top)
	}
	return nil
}

func largest(c []complex128) (top float64) {
	for _, v := range c {
		top = math.Max(top, cmplx.Abs(v))
	}
	return top
}

func sumOf(alpha []int) (n int) {
	for _, a := range alpha {
		n += a
	}
	return n
}

// factorials returns Π α_i!.
func factorials(alpha []int) float64 {
	f := 1.0
	for _, a := range alpha {
		f *= factorial(a)
	}
	return f
}

func factorial(n int) float64 {
	f := 1.0
	for k := 2; k <= n; k++ {
		f *= float64(k)
	}
	return f
}

// Convolve returns the exact density after one jump with a law that does not
// depend on x, on a periodic grid: what the series of Expand tends to where it
// converges. Every wave is multiplied by <exp(-ik·ε)>; what jumps out of the box
// comes in on the other side. It is an error if the grid has ends or the law does
// not know its characteristic function. It panics unless the dimensions agree.
func Convolve(p *freeenergy.Density, l Law) (Signed, error) {
	if l.Dim() != p.Grid.Dim() {
		panic(fmt.Sprintf("kramersmoyal: a law in %d dimensions on a grid of %d", l.Dim(), p.Grid.Dim()))
	}
	s, ok := spectral(l)
	if !ok {
		return Signed{}, fmt.Errorf("kramersmoyal: a law that does not know its characteristic function: give one that is Spectral")
	}
	tr, err := newTransform(p.Grid)
	if err != nil {
		return Signed{}, err
	}
	c, k := tr.forward(p.P), make([]float64, l.Dim())
	for i := range c {
		tr.wave(k, i)
		phi := cmplx.Conj(s.Characteristic(k...))
		if cmplx.IsNaN(phi) {
			return Signed{}, fmt.Errorf("kramersmoyal: the characteristic function is not known at k = %.6g: take a coarser grid", k)
		}
		c[i] *= phi
	}
	return Signed{&freeenergy.Density{Grid: p.Grid, P: tr.backward(c)}}, nil
}
