// Package sde moves particles along stochastic differential equations
//
//	dX = a(t, X) dt + b(t, X) dW,   dW ~ N(0, I dt),
//
// one path at a time (Solve, Steps) or as an Ensemble on all cores.
//
// Four things are kept apart. A System says what the equation is and in which
// calculus it is meant. A Scheme says how a step is taken; its Stepper is the
// scheme at work on one system, and moves a whole block of particles at a
// time. A Boundary says what becomes of a particle that leaves its domain. A
// Path or a Stream is where the noise comes from.
package sde
