// Package freeenergy holds the free energy of a density,
//
//	F[p] = <E> - T H[p] = T KL(p||q) - T ln Z,   q = exp(-E/T)/Z,
//
// the function that [LF] Theorem 6 shows to decrease along a Fokker-Planck
// flow, and everything its proof is made of: entropy, relative entropy, the
// dissipation and the boundary term.
//
// Densities live on grids of one to three dimensions and are with respect to
// dx. The two forms of F are the same number only where Z is finite and <E> and
// H are not both infinite ([LF] Definition 2, corrected); the one evaluated is
// the second, as Σ q φ(p/q) with φ(r) = r ln r - r + 1, since <E> - T H cancels
// near equilibrium.
//
// Derived in notebooks 01 and 03.
package freeenergy
