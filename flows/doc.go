// Package flows holds the words that everything which moves is written in: a
// Field says where to go, a State is where one is, a Trajectory is where one
// has been. The packages below it solve (ode, sde), shape (geometry, mirror)
// and differentiate (adjoint) flows.
//
// A Field works in place and keeps nothing, a Trajectory is plain data, and the
// views Component and Phase of a Trajectory have the methods Len and XY, which
// is what gonum/plot draws; nothing here imports a plotting package.
package flows
