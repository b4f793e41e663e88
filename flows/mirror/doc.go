// Package mirror holds mirror descent: Legendre functions with their exact
// conjugates, Bregman divergences that do not cancel, Bregman projections, and
// the descent methods built from them.
//
//	psi := mirror.BitEntropy(0.7, 1.3)                             // on the cube, [HF] (32), κ = 0
//	d := mirror.Bregman(psi, a, b)                                 // D(a, b), [HF] (35)
//	p, err := mirror.Project(psi, mirror.HalfSpace{A: n, B: 1}, y) // [HF] (16)
//	path, err := mirror.Solve(f, x0, mirror.Descent{Map: psi, Rule: mirror.Fixed(0.1)}, 100)
//	for it, err := range mirror.Steps(f, x0, method) { ... }       // step by step: break whenever
//
// # Which function is the mirror map
//
// [HF] (15) and [HF] Remark 2 swap the roles of ψ and ψ*. A Legendre function
// here has no preferred side: Conjugate of the one is the other.
//
//   - BitEntropy(β) is ψ* of [HF] (32): its domain is the cube of states x, and
//     its gradient is the mirror coordinate z = ∇ψ*(x), the hidden state up to
//     a constant. As mirror map it gives Remark 2's scheme (21), z ← z - h ∇f(x):
//     Euler on the hidden state, which never leaves the cube.
//   - Softplus(β), its conjugate, is ψ of [HF] (38), corrected. As mirror map
//     on the composed energy f(∇ψ(z)), see Compose, it is [HF] (15), and equals
//     the natural gradient step (5) for every h, as long as that stays in the
//     cube. Its gradient is bounded, so that (15a) may have no solution: an
//     ErrNoSolution. [HF] Definition 1 does not exclude it, since R^n has no
//     boundary for ‖∇ψ‖ to grow at; what is missing there is that ∇ψ be onto.
//
// # Conventions
//
// D(a, b) = ψ(a) - ψ(b) - ∇ψ(b)·(a - b), in that order; a projection minimises
// over the first argument. The domain of a Legendre function is open (in its
// affine hull, for the simplex). A scalar outside its closure is NaN, and so
// is a gradient; on the boundary values are limits, and gradients infinite.
//
// # Sources
//
//	[19]  Krichene, Bayen, Bartlett: Accelerated mirror descent in continuous and discrete time, NeurIPS 2015
//	[BBT] Bauschke, Bolte, Teboulle: A descent lemma beyond Lipschitz gradient continuity, Math. Oper. Res. 42, 2017
//	[BL]  Bauschke, Lewis: Dykstra's algorithm with Bregman projections, Optimization 48, 2000
//	[LFN] Lu, Freund, Nesterov: Relatively smooth convex optimization by first-order methods, SIAM J. Optim. 28, 2018
//	[N09] Nesterov: Primal-dual subgradient methods for convex problems, Math. Program. 120, 2009
//
// Derived in notebook 11.
package mirror
