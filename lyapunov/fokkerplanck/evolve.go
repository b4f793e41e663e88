package fokkerplanck

import (
	"fmt"
	"iter"
	"math"

	"hopflow/lyapunov/freeenergy"
)

// Evolve solves the equation from p0 at time 0 to t1 in equal steps of at most
// tau, and yields the certificate of p0 and that of every step. A violated
// certificate comes with an error, and is the last. The caller may break at any
// time. Density of a certificate is valid until the next one.
//
// It panics unless p0 is on the generator's grid, t1 >= 0 and tau > 0, both
// finite.
func (g *Generator) Evolve(p0 *freeenergy.Density, t1, tau float64) iter.Seq2[Certificate, error] {
	if !p0.Grid.Equal(g.grid) {
		panic("fokkerplanck: density and generator on different grids")
	}
	mustBeTimes(tau, t1)
	return func(yield func(Certificate, error) bool) {
		steps := math.Ceil(t1 / tau * (1 - 1e-12))
		e, err := g.start(p0, t1/max(steps, 1))
		if err != nil {
			yield(e.c, err)
			return
		}
		for yield(e.c, nil) && float64(e.c.Step) < steps {
			if err := e.Step(); err != nil {
				yield(e.c, err)
				return
			}
			e.c.T = t1 * (float64(e.c.Step) / steps)
		}
	}
}

// Run solves as Evolve does and returns the last certificate, whose density is
// the caller's own.
func (g *Generator) Run(p0 *freeenergy.Density, t1, tau float64) (c Certificate, err error) {
	for c, err = range g.Evolve(p0, t1, tau) {
		if err != nil {
			break
		}
	}
	return c, err
}

// An Evolution is a density under way: what Evolve ranges over, for a caller who
// sets the pace. It does not allocate once started.
type Evolution struct {
	g       *Generator
	c       Certificate
	ledger  *ledger
	stepper stepper
	m, next []float64 // masses
	tau     float64
}

// Start returns an evolution that begins with p0 and takes steps of length tau.
// It fails and panics as Evolve does.
func (g *Generator) Start(p0 *freeenergy.Density, tau float64) (*Evolution, error) {
	mustBeTimes(tau, 0)
	return g.start(p0, tau)
}

// start prepares steps of length tau, none if it is 0. The evolution is not nil.
func (g *Generator) start(p0 *freeenergy.Density, tau float64) (*Evolution, error) {
	n := len(g.exit)
	e := &Evolution{g: g, tau: tau, ledger: g.newLedger(tau), m: make([]float64, n), next: make([]float64, n)}
	e.c.Density = &freeenergy.Density{Grid: g.grid, P: make([]float64, n)}
	if err := e.Restart(p0); err != nil || tau == 0 {
		return e, err
	}
	var err error
	e.stepper, err = g.settings.Method.prepare(g, tau)
	return e, err
}

// Restart sets the density back to p0 at time 0. It is an error if p0 fails its
// Check. It panics if p0 is on another grid.
func (e *Evolution) Restart(p0 *freeenergy.Density) error {
	if !p0.Grid.Equal(e.g.grid) {
		panic("fokkerplanck: density and generator on different grids")
	}
	e.c = Certificate{Density: e.c.Density}
	if err := p0.Check(); err != nil {
		return err
	}
	for i, p := range p0.P {
		e.m[i] = p * e.g.volume[i]
	}
	return e.ledger.audit(&e.c, e.m, 0)
}

// SetStep makes the following steps of length tau. Where the method can, it works
// in the memory that it has. It panics unless tau is positive and finite.
func (e *Evolution) SetStep(tau float64) error {
	mustBeTimes(tau, 0)
	e.tau, e.ledger.tau = tau, tau
	if s, ok := e.stepper.(interface{ retune(tau float64) }); ok {
		s.retune(tau)
		return nil
	}
	var err error
	e.stepper, err = e.g.settings.Method.prepare(e.g, tau)
	return err
}

// Certificate returns what is known of the present density.
func (e *Evolution) Certificate() Certificate { return e.c }

// Step takes one step and certifies it. A violated certificate is an error.
func (e *Evolution) Step() error {
	bound, err := e.stepper.step(e.next, e.m)
	if err != nil {
		e.c.Holds = false
		return err
	}
	e.m, e.next = e.next, e.m
	e.c.Step++
	e.c.T += e.tau
	return e.ledger.audit(&e.c, e.m, bound)
}

func mustBeTimes(tau, t1 float64) {
	if !(tau > 0) || math.IsInf(tau, 0) || !(t1 >= 0) || math.IsInf(t1, 0) {
		panic(fmt.Sprintf("fokkerplanck: steps of %v to time %v, want a positive step and a time that is not negative, both finite", tau, t1))
	}
}
