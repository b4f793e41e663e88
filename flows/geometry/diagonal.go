package geometry

// A Diagonal metric has g_ij = 0 for i ≠ j and g_ii a function of x_i alone,
// so that its geodesic equation falls apart into one scalar equation for each
// coordinate, [HF] (11).
type Diagonal interface {
	Metric
	// Entry returns g_ii at the coordinate x_i.
	Entry(i int, xi float64) float64
	// Symbol returns Γ^i_ii at the coordinate x_i.
	Symbol(i int, xi float64) float64
}

// A diagonal is what the actions of a diagonal metric and its connection are
// made of.
type diagonal interface {
	Dim() int
	inverse(i int, xi float64) float64 // g^ii
	Symbol(i int, xi float64) float64
}

func flat(m diagonal, dst, x, v []float64) {
	lengths(m.Dim(), dst, x, v)
	for i := range dst {
		dst[i] = v[i] / m.inverse(i, x[i])
	}
}

func sharp(m diagonal, dst, x, xi []float64) {
	lengths(m.Dim(), dst, x, xi)
	for i := range dst {
		dst[i] = xi[i] * m.inverse(i, x[i])
	}
}

func christoffel(m diagonal, dst, x, u, v []float64) {
	lengths(m.Dim(), dst, x, u, v)
	for i := range dst {
		dst[i] = m.Symbol(i, x[i]) * u[i] * v[i]
	}
}
