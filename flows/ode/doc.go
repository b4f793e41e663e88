// Package ode solves dx/dt = f(t, x) by one-step methods.
//
//	tr, err := ode.Solve(f, x0, 0, 10, nil, nil)                                 // Dormand-Prince, error control
//	tr, err := ode.Solve(f, x0, 0, 10, ode.RK4, &ode.Settings{Step: 0.01})       // equal steps
//	tr, err := ode.Sample(f, x0, times, nil, &ode.Settings{RelTol: 1e-12})       // at chosen times
//	for s, err := range ode.Steps(f, x0, 0, 10, nil, nil) { ... }                // step by step: break whenever
//
// Stiff flows take ode.Rodas or ode.RodasP in the place of the method. Beside
// these loops:
//
//	tr, hits, err := ode.SolveWith([]ode.Event{{Name: "floor", Function: g}}, f, x0, 0, 10, nil, nil) // crossings of g = 0
//	tr, energies, err := ode.GradientFlow{Energy: e, Mobility: k}.Solve(x0, 0, 100, ode.Gonzalez, 10) // never up, for any step
//	tr, modes, err := ode.Filippov{Below: f, Above: g, Surface: s, Normal: n}.Solve(x0, 0, 10, nil, nil)
//
// Three things are kept apart. A Method is data (a Tableau, usually) that any
// number of goroutines may share. Its Stepper is the method at work on one
// field, with the scratch that a step needs. The loop that decides how long the
// steps are, Steps, knows neither formula nor field. t1 < t0 integrates
// backwards, and the last step lands on t1 exactly.
//
// The letters are those of Hairer, Nørsett and Wanner, Solving Ordinary
// Differential Equations I, chapter II, cited here as [HNW]: c, A, b are the
// nodes, the matrix and the weights of a method, p its order, h a step.
package ode
