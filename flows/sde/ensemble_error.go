package sde

import (
	"errors"
	"fmt"

	"hopflow/flows"
)

// The reasons for which an Ensemble stops, beside those of its scheme.
// errors.Is finds them.
var (
	// ErrOutside: a particle has left the domain of its boundary.
	ErrOutside = errors.New("left its domain")
	// ErrRunaway: a coordinate is infinite, NaN, or beyond 1e100.
	ErrRunaway = errors.New("is not finite or beyond 1e100")
	// ErrLimit: the run would take more memory or steps than it may.
	ErrLimit = errors.New("above the limit")
)

// A ParticleError says which particle stopped a run, when and where. Where
// several do, it is the first of the lowest block, whatever the number of
// workers.
type ParticleError struct {
	Reason     error     // ErrOutside, ErrRunaway, or what the scheme says
	Particle   int       // its number, from 0
	T          float64   // the end of the step that took it there
	X          []float64 // where it is, a copy
	Coordinate int       // the coordinate that is wrong, -1 if it is not one
	Remedy     string
}

// Error names the particle, the time, the place and the remedy.
func (e *ParticleError) Error() string {
	what := fmt.Sprint(e.Reason)
	if e.Coordinate >= 0 {
		what = fmt.Sprintf("coordinate %d %s", e.Coordinate, what)
	}
	return fmt.Sprintf("sde: particle %d at t = %.9g, x = %s: %s: %s", e.Particle, e.T, flows.Brief(e.X), what, e.Remedy)
}

// Unwrap returns the reason.
func (e *ParticleError) Unwrap() error { return e.Reason }

// leaves returns the error for column i, whose coordinate d is where the
// interval does not have it.
func leaves(b *Block, i, d int, t float64, v Interval) *ParticleError {
	e := &ParticleError{Particle: b.Particle(i), T: t, X: make([]float64, len(b.X)), Coordinate: d}
	b.At(e.X, i)
	if y := e.X[d]; !(y > -runaway && y < runaway) {
		e.Reason = ErrRunaway
		e.Remedy = "shorten Step, look at the drift and the noise, or use a chart or a Boundary (Reflecting, Absorbing, Periodic) that keeps it in the domain"
		return e
	}
	e.Reason = fmt.Errorf("%w [%g, %g]", ErrOutside, v.Lo, v.Hi)
	e.Remedy = "shorten Step, or say by Reflect, Absorb or Wrap what becomes of it there"
	return e
}

// A LimitError says what a run would take that it may not.
type LimitError struct {
	What        string // "bytes" or "steps"
	Want, Limit float64
	Remedy      string
}

// Error names the quantity, its limit and the remedy.
func (e *LimitError) Error() string {
	return fmt.Sprintf("sde: a run of %.4g %s is %v of %.4g: %s", e.Want, e.What, ErrLimit, e.Limit, e.Remedy)
}

// Unwrap returns ErrLimit.
func (e *LimitError) Unwrap() error { return ErrLimit }
