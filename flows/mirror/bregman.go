package mirror

// Bregman returns D(a, b) = ψ(a) - ψ(b) - ∇ψ(b)·(a - b) >= 0, [HF] (14): by the
// function's own formula if it is Smooth, which keeps its digits for close
// arguments, and otherwise by the definition. NaN outside the domain.
func Bregman(psi Legendre, a, b []float64) float64 {
	if s, ok := psi.(Smooth); ok {
		return s.Bregman(a, b)
	}
	return BregmanByDefinition(psi, a, b)
}

// BregmanByDefinition returns [HF] (14) to the letter. For close arguments its
// three terms cancel: of D ~ |a-b|², an absolute error of the size of ψ's last
// digit is left.
func BregmanByDefinition(psi Legendre, a, b []float64) float64 {
	lengths(psi.Dim(), len(a), len(b))
	g := make([]float64, len(b))
	psi.Gradient(g, b)
	d := psi.Value(a) - psi.Value(b)
	for i, gi := range g {
		d -= gi * (a[i] - b[i])
	}
	return d
}

// DualBregman returns D_ψ*(∇ψ(b), ∇ψ(a)), which equals D_ψ(a, b): the right
// side of [HF] (18b).
func DualBregman(psi Legendre, a, b []float64) float64 {
	return Bregman(psi.Conjugate(), Gradient(psi, b), Gradient(psi, a))
}

// Symmetrised returns D(a, b) + D(b, a) = (∇ψ(a) - ∇ψ(b))·(a - b).
func Symmetrised(psi Legendre, a, b []float64) float64 {
	return Bregman(psi, a, b) + Bregman(psi, b, a)
}

// ThreePoint returns both sides of the three-point identity
//
//	D(a, c) = D(a, b) + D(b, c) + (∇ψ(b) - ∇ψ(c))·(a - b),
//
// from which the convergence proofs of mirror descent follow.
func ThreePoint(psi Legendre, a, b, c []float64) (left, right float64) {
	left = Bregman(psi, a, c)
	right = Bregman(psi, a, b) + Bregman(psi, b, c)
	gb, gc := Gradient(psi, b), Gradient(psi, c)
	for i := range gb {
		right += (gb[i] - gc[i]) * (a[i] - b[i])
	}
	return left, right
}

// FenchelYoung returns the gap ψ(x) + ψ*(z) - x·z >= 0, which is 0 iff z =
// ∇ψ(x), and equals D(x, ∇ψ*(z)).
func FenchelYoung(psi Legendre, x, z []float64) float64 {
	lengths(psi.Dim(), len(x), len(z))
	return psi.Value(x) + psi.Conjugate().Value(z) - dot(x, z)
}

// Gradient returns ∇ψ(x) in a new slice: the mirror coordinate of x.
func Gradient(psi Legendre, x []float64) []float64 {
	g := make([]float64, psi.Dim())
	psi.Gradient(g, x)
	return g
}
