package mirror

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows"
	"hopflow/lyapunov/landscape"
)

// RelativeConstants returns the least and the largest eigenvalue of ∇²f against
// ∇²ψ over the points: f is μ-strongly convex and L-smooth relative to ψ there,
// μ D <= D_f <= L D, [BBT], [LFN]. Give points that cover the domain; for
// BitEntropy and a quadratic f the largest is attained at the centre. On the
// simplex, tangent directions count only. It is an error if ∇²ψ is not positive
// definite at a point, and panics if there is no point.
func RelativeConstants(f landscape.Smooth, psi Smooth, points ...[]float64) (mu, l float64, err error) {
	if len(points) == 0 {
		panic("mirror: no points")
	}
	n := psi.Dim()
	lengths(n, f.Dim())
	basis := tangents(psi.Domain(), n)
	mu, l = math.Inf(1), math.Inf(-1)
	hess, v := mat.NewSymDense(n, nil), make([]float64, n)
	for _, x := range points {
		m := len(basis)
		a, b := mat.NewSymDense(m, nil), mat.NewSymDense(m, nil)
		f.Hessian(hess, x)
		for j, e := range basis {
			psi.Hessian(v, x, e)
			for i := range j + 1 {
				b.SetSym(i, j, dot(basis[i], v))
				a.SetSym(i, j, mat.Inner(mat.NewVecDense(n, basis[i]), hess, mat.NewVecDense(n, e)))
			}
		}
		var chol mat.Cholesky
		if !chol.Factorize(b) {
			return math.NaN(), math.NaN(), fmt.Errorf("mirror: ∇²ψ is not positive definite at x = %s: give points inside the domain", flows.Brief(x))
		}
		// L⁻¹ A L⁻ᵀ has the eigenvalues of A against L Lᵀ.
		var low mat.TriDense
		chol.LTo(&low)
		var half, whole mat.Dense
		if err := half.Solve(&low, a); err != nil {
			return math.NaN(), math.NaN(), fmt.Errorf("mirror: eigenvalues at x = %s: %w", flows.Brief(x), err)
		}
		if err := whole.Solve(&low, half.T()); err != nil {
			return math.NaN(), math.NaN(), fmt.Errorf("mirror: eigenvalues at x = %s: %w", flows.Brief(x), err)
		}
		sym := mat.NewSymDense(m, nil)
		for i := range m {
			for j := range i + 1 {
				sym.SetSym(i, j, (whole.At(i, j)+whole.At(j, i))/2)
			}
		}
		var eig mat.EigenSym
		if !eig.Factorize(sym, false) {
			return math.NaN(), math.NaN(), fmt.Errorf("mirror: eigenvalues at x = %s do not converge", flows.Brief(x))
		}
		values := eig.Values(nil)
		mu, l = math.Min(mu, values[0]), math.Max(l, values[m-1])
	}
	return mu, l, nil
}

// tangents returns an orthonormal basis of the directions of the domain.
func tangents(d Domain, n int) (basis [][]float64) {
	for i := range n {
		e := make([]float64, n)
		e[i] = 1
		d.Tangent(e, e)
		for range 2 {
			for _, b := range basis {
				c := dot(b, e)
				for k := range e {
					e[k] -= c * b[k]
				}
			}
		}
		norm := math.Sqrt(dot(e, e))
		if norm < 1e-8 {
			continue
		}
		for k := range e {
			e[k] /= norm
		}
		basis = append(basis, e)
	}
	return basis
}

// DescentBound returns the bound of [LFN] Theorem 3.1 on f(x_k) - f(x*) for
// Descent with steps h = 1/L, on a convex f that is L-smooth and μ-strongly
// convex relative to ψ, d = D(x*, x_0):
//
//	μ d/((1 + μ/(L-μ))^k - 1) <= L d/k,
//
// and L d/k for μ = 0. It is +Inf for k = 0.
func DescentBound(d, mu, l float64, k int) float64 {
	if k == 0 {
		return math.Inf(1)
	}
	if mu <= 0 {
		return l * d / float64(k)
	}
	return mu * d / math.Expm1(-float64(k)*math.Log1p(-mu/l))
}

// DistanceBound returns (1 - μ/L)^k d, the bound on D(x*, x_k) under the
// conditions of DescentBound, [LFN] Theorem 3.1.
func DistanceBound(d, mu, l float64, k int) float64 {
	return d * math.Exp(float64(k)*math.Log1p(-mu/l))
}

// AcceleratedBound returns the bound of [19] Theorem 2 on f(x̃_k) - f(x*) for
// Accelerated with its r and s: (r² d/s + gap)/k², with d = D(x*, x_0) and gap
// = f(x_0) - f(x*). It is +Inf for k = 0.
func AcceleratedBound(d, gap, s, r float64, k int) float64 {
	if k == 0 {
		return math.Inf(1)
	}
	return (r*r*d/s + gap) / (float64(k) * float64(k))
}

// StochasticBound returns the bound on the mean of f(Path.Mean()) - f(x*) for
// Descent with the rule given and unbiased gradients, E|g|² <= square in the
// dual of a norm in which ψ is alpha-strongly convex, d = D(x*, x_0): from the
// three-point identity, (d + Σ h² square/(2 alpha))/Σ h over n steps.
func StochasticBound(d, square, alpha float64, rule Rule, n int) float64 {
	var sum, squares float64
	for k := range n {
		h := rule.Length(k)
		sum += h
		squares += h * h
	}
	return (d + squares*square/(2*alpha)) / sum
}
