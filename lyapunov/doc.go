// Package lyapunov and the packages below it hold what decreases along a
// flow, and why. The packages below flows hold how things move; plotting
// draws; the notebooks call all three.
//
// # Sources
//
// Four documents are worked through, cited everywhere by the tags
//
//	[LF] Lyapunov Function            [NH] Neural ODE, Hopfield Network
//	[HF] HNN Flow: A Geometric View   [CH] Adjoint, Continuum of Hopfield
//
// as in [HF] (30), [LF] Theorem 8, [NH] Algorithm 1. A formula that is
// misprinted in its source is here in its correct form only, tagged
// "[HF] (30), corrected"; the printed form lives in a notebook, where it is
// computed beside the correct one and beside an independent third.
//
// # Signs and temperature
//
// A flow is dx/dt = -K ∇E. The equilibrium density is q ∝ exp(-E/T), the free
// energy F = <E> - T H = T KL(p||q) - T ln Z. Entropies are in nats and
// 0 ln 0 = 0. T is never inverted into a β.
//
// # The gain β
//
// β is the gain of an activation and nothing else; the inverse temperature of
// modern Hopfield networks is called Sharpness. The soft projection is
//
//	σ(u) = 1/2 + tanh(2β(u - 1/2))/2,   slope β at u = 1/2,
//
// whose metric is g(x) = 1/(4β x(1-x)), [HF] (24). The function printed in
// [HF] (22) has slope β/2: erratum HF-22.
//
// # Noise
//
// Noise is √(2T) K^(1/2) dW with dW ~ N(0, I dt), in the sense of Itô unless a
// type says otherwise.
//
// # Indices
//
// The metric G has lower indices: Flat(v) = G v turns a velocity into a
// covector. The mobility K = G⁻¹ has upper ones: Sharp(ξ) = G⁻¹ ξ turns a
// gradient into a velocity. K^{ab} contracts its second index; K = S + A with
// S symmetric and A antisymmetric. Densities are with respect to dx unless a
// name says Riemannian.
//
// # Hopfield networks
//
// E = -½ xᵀWx - bᵀx. [CH] prints -xᵀWx: convert at the border. sign(0) keeps
// the state.
//
// # Letters
//
// x is the state, u = σ⁻¹(x) the hidden state, z the mirror coordinate,
// θ = ∫√g dx the coordinate of the flat chart. Divergences are D(a, b) and
// KL(p||q), in that order.
//
// # Shapes
//
// A vector is a []float64; a cloud of particles a *mat.Dense with a row a
// particle; a grid row-major with x fastest. Methods work in place: dst comes
// first, the caller allocates it, and dst may be the same slice as an argument
// only where the method says so. Package functions return values.
//
// # Failure
//
// A mistake of the programmer (wrong length, nil, a negative temperature)
// panics with the package's name in the text. An outcome that depends on the
// data is an error that names what, where and the remedy. A scalar outside its
// domain is NaN. Nothing is clipped, renormalised or returned unconverged in
// silence.
package lyapunov
