package geometry

// Orthogonal is a metric that is diagonal in its coordinates while each entry
// may depend on all of them: G(x) = diag(g_1(x), ..., g_n(x)). In general it
// is curved, and Γ^k_ik = ∂_i log √g_kk does not vanish for i ≠ k: the case
// that [HF] (10a) is printed to exclude. Its symbols are those of LeviCivita.
type Orthogonal struct {
	N       int
	Entries func(dst, x []float64) // stores the g_i(x) > 0 in dst
}

var _ Metric = Orthogonal{}

// Dim returns N.
func (o Orthogonal) Dim() int { return o.N }

// Flat stores G(x) v in dst, which may be v. Up to 16 coordinates it does not
// allocate.
func (o Orthogonal) Flat(dst, x, v []float64) {
	lengths(o.N, dst, x, v)
	var few [16]float64 // dst, which the entries go to, may be v
	keep := append(few[:0], v...)
	o.Entries(dst, x)
	for i := range dst {
		dst[i] *= keep[i]
	}
}

// Sharp stores G(x)⁻¹ ξ in dst, which may be xi. Up to 16 coordinates it does
// not allocate.
func (o Orthogonal) Sharp(dst, x, xi []float64) {
	lengths(o.N, dst, x, xi)
	var few [16]float64
	keep := append(few[:0], xi...)
	o.Entries(dst, x)
	for i := range dst {
		dst[i] = keep[i] / dst[i]
	}
}
