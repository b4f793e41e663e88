// Package langevin holds the stochastic dynamics whose equilibrium is a Gibbs
// density, and what can be said of them without running them.
//
//	Dynamics   dx = [T div K + T K ∂ln μ - K ∇E] dt + √(2T) S^(1/2) dW, [LF] Theorem 8
//	Machine    the diffusion machine [HF] (39), (58), corrected: K = 4β x(1-x) on the cube
//	Kinetic    position and velocity, with friction
//	Line       one-dimensional diffusions: scale, speed, exits, Feller's boundaries
//	Escape     rates over a saddle: Kramers, Eyring, Langer
//	Anneal     a temperature that falls, and the best state met
//
// K = S + A, where K^{ab} contracts its second index. The sign of -K ∇E and the
// factor √(2T) are those of dynamics.go: every other type goes through it.
//
// Each type gives an sde.System for the schemes and ensembles of package sde.
// Schemes that know more than a System says are methods: Machine.Sphere never
// leaves the cube, Kinetic.BAOAB samples a harmonic well without error, and
// Dynamics.MALA and Machine.SphereMetropolis sample the Gibbs density itself,
// where every unadjusted scheme samples one that is off by a power of the step.
//
// Derived in notebooks 04 and 12.
package langevin
