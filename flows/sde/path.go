package sde

// A Path is one realisation of a Brownian motion, as many independent
// components as the scheme has channels. Whatever is asked of it belongs to
// the same path: the increment over an interval is the sum of those over its
// parts, in whatever order they are asked for. So two solutions that are given
// one Path, by other schemes or with other steps, are coupled.
type Path interface {
	// Increment stores W(t1) - W(t0) in dst. It is an error if the path does
	// not reach that far, or has another number of components.
	Increment(dst []float64, t0, t1 float64) error
}
