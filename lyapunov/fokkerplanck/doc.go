// Package fokkerplanck solves the Fokker-Planck equation on a grid, and certifies
// every step: mass, sign, and the decrease of the free energy,
//
//	∂p/∂t = ∇·(K(p ∇E + T ∇p)),  K = S + A,  F = <E> - T H  never rises,
//
// [LF] Theorem 6 and [HF] (40)-(43). In fifteen lines:
//
//	g := freeenergy.NewGrid(freeenergy.Uniform(-3, 3, 256))
//	gen, err := fokkerplanck.New(g, fokkerplanck.Equation{Energy: e, Temperature: 0.5}, nil)
//	...
//	for c, err := range gen.Evolve(p0, 1, 0.01) {
//		if err != nil { ... }
//		fmt.Println(c.T, c.F, c.Dissipation)
//	}
//
// # Space
//
// The equation becomes a Markov chain that jumps between neighbouring cells,
//
//	dm_i/dt = -Σ_j J_ij,  J_ij = w_ij m_i - w_ji m_j,  m_i = p_i v_i,
//
// with rates w >= 0 and π_i ∝ v_i exp(-E_i/T) stationary, to rounding. Everything
// follows from these two properties: mass is kept since J_ij = -J_ji, and both
// (1 - τQ)⁻¹ and e^{τQ} are stochastic matrices that keep π, so that the relative
// entropy to π decreases (the data-processing inequality), for any τ, and whether
// or not detailed balance holds. Central differences have neither.
//
// Rates says how S becomes rates; a full S jumps along the directions of Selling's
// decomposition; A adds the currents of a stream function, see Current. Walls
// have no jumps through them, circles have one more bond.
//
// # The certificate
//
// With r_i = m_i/π_i, F = T Σ π_i φ(r_i) - T ln Z, φ(r) = r ln r - r + 1, is
// convex, with the derivative Φ_i = T ln r_i. Hence for any two densities
//
//	F(m') - F(m) <= Σ_i Φ_i(m') (m'_i - m_i),
//
// and for a step of implicit Euler, m' - m = τQᵀm', the right side is
//
//	-τ Σ_i Φ_i Σ_j J_ij = -τ D,  D = T Σ_bonds J_ij (ln r_i - ln r_j) at m':
//
// F_{n+1} - F_n <= -τ D_{n+1}, the discrete Theorem 6. D >= 0, for as π is
// stationary D = T Σ_{i→j} π_i w_ij (r_i ln(r_i/r_j) - r_i + r_j), a sum of terms
// that are not negative; with detailed balance it is T Σ τ_ij (r_i - r_j)(ln r_i -
// ln r_j) with τ_ij = π_i w_ij, which A does not enter. That is what the certificate
// of ImplicitEuler checks, and it also tests that the step solved its equation:
// a residual ρ of the step adds Σ Φ_i ρ_i.
//
// Exact exponentials (Exponential, Uniformization) and ExplicitEuler within its
// limit promise F_{n+1} <= F_n by the data-processing inequality; over a step
// F_n - F_{n+1} is the integral of D. TwoStage promises it only while the density
// stays positive, and the certificate says whether it did.
//
// Floor is what rounding may add, evaluated with every certificate: in the sum for
// F, 8 eps times m(|ln r| + 2) + π, or π|r - 1| where r is near 1; in D, eps(16 +
// 4√N) times the gross flow w_ij m_i + w_ji m_j times |ln r_i - ln r_j|; and T ‖ρ‖₁
// max|ln r| for what a method leaves out. KL is added up in non-negative terms, so
// near equilibrium it falls on down to 1e-30, where <E> - T H would show rises of
// 1e-16.
//
// # Time
//
//	ImplicitEuler   order 1, any τ; positive and dissipative without conditions
//	TwoStage        order 2, any τ; positive for smooth densities
//	ExplicitEuler   order 1, τ MaxRate() <= 1
//	Uniformization  exact; τ MaxRate() passes; positive
//	Exponential     exact within Tolerance, and fast; detailed balance only
//
// On a line, and for small grids, steps are solved by elimination without a
// subtraction: every entry, however small, is positive and has its relative
// accuracy. On large grids they are iterated, with memory and work of the order
// of the number of cells; the result is positive by construction and its residual
// is reported as Bound.
//
// Derived in notebooks 01 and 03.
package fokkerplanck
