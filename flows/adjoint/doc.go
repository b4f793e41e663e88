// Package adjoint differentiates losses of solutions of dx/dt = f(t, x; θ), with
// respect to θ, to the initial state and to the times: [NH] Theorem 1 and [CH]
// section 1, with the signs that hold. The tag [NH] is Neural ODE, Hopfield
// Network; [CH] is A Continuum of Hopfield.
//
//	m := adjoint.Layers(adjoint.Leak(1, adjoint.Affine(2, 2), adjoint.Activation(activation.NewTanh(1))))
//	theta := m.Glorot(1)                                        // x' = -x + tanh(W x + b)
//	p := &adjoint.Problem{Model: m, T1: 2, Terminal: adjoint.SquaredDistance(target)}
//	g, err := p.Gradient(x0, theta)                             // g.Loss, g.Theta, g.X0, g.T0, g.T1
//	w := m.Block("W", g.Theta)                                  // dL/dW
//
// # The equations
//
// Let a(t) be the derivative of the loss with respect to the state x(t), a row.
// From a(t1) = ∂C/∂x(t1) it goes back in time by
//
//	da/dt = -a ∂f/∂x - ∂ℓ/∂x,    a(t) = a(t1) + ∫ from t to t1 of (a ∂f/∂x + ∂ℓ/∂x),
//	dL/dθ = +∫ from t0 to t1 of (a ∂f/∂θ + ∂ℓ/∂θ),
//	dL/dt1 = a(t1) f(t1) + ℓ(t1),    dL/dt0 = -a(t0) f(t0) - ℓ(t0),
//
// where ℓ is a running loss. [NH] Theorem 1 prints a minus before both integrals;
// the differential equation in its proof is right.
//
// # Models
//
// A Model gives f and its products with a covector. Layers builds one from affine
// maps and activations, Func holds closed forms, Trace differentiates scalar
// code. A covector a is pulled back, never pushed forward: hence Pull. Save and
// Load keep a model of layers with its parameters, SaveHopfield and LoadHopfield a
// Hopfield network.
//
// # Which gradient
//
// Gradient is the derivative of the computed loss, through every stage of every
// step, exact to rounding; with Checkpoints it keeps fewer states and gives the
// same bits. Continuous discretises the equations above, on the stored states: it
// converges to the same limit, and is the derivative of no computed loss.
// Reintegrated also runs the state backwards and keeps nothing; on a contracting
// network it is wrong, and says so.
//
// Derived in notebook 14.
package adjoint
