// Package kramersmoyal goes from jumps to drift and diffusion and back: [LF]
// Lemma 16 and Appendix B.
//
// # From jumps to densities
//
// Particles at x jump by ε, whose law may depend on x, t and the time Δt that
// the jump takes. Then
//
//	p(x, t+Δt) = Σ_n (-1)^n/n! ∂_{a1}…∂_{an} [M^{a1…an}(x, t, Δt) p(x, t)],
//
// with the moments M^{a1…an} = <ε^{a1}…ε^{an}>. The printed lemma leaves out Δt
// and what is needed: all moments are finite, M p is smooth and vanishes at
// the ends with its derivatives, and the series converges, which it need not.
//
//	Law           the law of one jump: Gaussian, Poisson, Compound, Lattice, Numeric
//	Process       laws that depend on x, t and Δt: OrnsteinUhlenbeck, GeometricBrownian, Always
//	Expand        the expansion on a periodic grid, term by term; Convolve is its limit
//	PartialSums   the expansion in closed form, where p is a Bell or a Cauchy curve
//	Truncation    the evolution ∂p/∂t = Σ_{n<=N} (-∂)^n/n! (m_n p), m_n = lim M_n/Δt;
//	              EvolveField where m_n depends on x
//	Diagnosis     what Pawula's theorem says of it: where it is negative or ill-posed
//
// # Random walks
//
//	Walk          steps of mean 0 at the rate ν(x, t) = dn/dt, [LF] B.1: samples
//	Atoms         a discrete law: of n steps (Lattice.Sum), of a Poisson clock (Skellam)
//	Kolmogorov    its distance to the normal; BerryEsseen bounds it, EsseenRate is its limit
//	BondWalk      a walk on a lattice in an energy, its mobility at the start of a jump, on the
//	              bond or at its arrival, [LF] B.2: three different laws
//	Chain         a walk on a lattice as an exact Markov chain
//	Hopping       jumps of general reach with the mobility on the bond
//	PlaneWalk     two dimensions, with an antisymmetric part that keeps q
//
// [LF] B.1 prints the increments as sums over i = n(t)…n(t+Δt), which share a
// step (it is n(t)+1…n(t+Δt)), and their covariance as Δt Σ, which has lost the
// factor dn/dt. B.2 is "TODO" there; here it is the text that should stand in its
// place: micro-reversibility with the mobility on the bond gives the drift
// T ∂K - K ∂E, Itô, of [LF] Theorem 8.
//
// # From data to coefficients
//
// The other half of the package goes the other way.
//
//	Series        time series, or pairs of places, in one or two coordinates
//	Estimate      D_n = m_n/n! to n = 4 from them by kernel regression, divided by Δt, with
//	              standard errors: Coefficients, whose Corrected removes the finite Δt
//	Coefficients.TestDiffusion    whether they come from a diffusion, by M_4/(3 M_2²)
//	Coefficients.Potential        energy and mobility, rebuilt; PlanePotential in two
//	                              coordinates
//
// Derived in notebook 02.
package kramersmoyal
