package geometry

// LeviCivita is the connection of any metric, its Christoffel symbols [HF] (9)
// taken from differences of the metric. It is slow, good to about 1e-11, and
// knows no closed form: the independent route.
//
// In terms of the operator G,
//
//	2 G Γ(u,v) = D_u(G v) + D_v(G u) - ∇(uᵀ G v),
//
// where D_u is the derivative along u with v held fixed.
type LeviCivita struct {
	Metric
	// Step is the step of the differences, relative to the scale on which the
	// metric varies in each coordinate: its reach where the metric is a Domain,
	// at most 1, and the distance to the nearer of 0 and 1 where it is none. 0
	// is defaulted to 1e-3; the error is of fourth order.
	Step float64
}

var _ Manifold = LeviCivita{}

// Christoffel stores Γ^k_ij(x) u^i v^j in dst.
func (l LeviCivita) Christoffel(dst, x, u, v []float64) {
	n := l.Dim()
	lengths(n, dst, x, u, v)
	sum, w := make([]float64, n), make([]float64, n)
	e, y := make([]float64, n), append([]float64(nil), x...)
	for i := range n {
		// Partial derivatives ∂_i(G v), ∂_i(G u) give the first two terms by
		// contraction with u and v, and the third by component i.
		l.partial(e, y, i, v)
		for k := range n {
			sum[k] += u[i] * e[k]
			w[i] += u[k] * e[k]
		}
		l.partial(e, y, i, u)
		for k := range n {
			sum[k] += v[i] * e[k]
		}
	}
	for k := range n {
		sum[k] = (sum[k] - w[k]) / 2
	}
	l.Sharp(dst, x, sum)
}

// partial stores ∂(G(x) v)/∂x_i in dst, v held fixed, by the five-point
// formula. It restores x.
func (l LeviCivita) partial(dst, x []float64, i int, v []float64) {
	step := l.Step
	if step == 0 {
		step = 1e-3
	}
	keep := x[i]
	h := step * extent(l.Metric, x, i)
	g := make([]float64, len(x))
	clear(dst)
	for _, p := range stencil {
		x[i] = keep + p.at*h
		l.Flat(g, x, v)
		for k := range dst {
			dst[k] += p.weight * g[k] / (12 * h)
		}
	}
	x[i] = keep
}
