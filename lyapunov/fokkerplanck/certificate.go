package fokkerplanck

import (
	"fmt"
	"math"

	"hopflow/lyapunov/freeenergy"
)

// A Certificate is what is known of the density after a step. The package
// comment derives the inequality that Holds is about. Of Exponential and TwoStage
// the Density may have entries below 0, which fail its Check: within Bound where
// Holds.
type Certificate struct {
	T       float64             // time
	Step    int                 // steps taken until then, 0 for the initial density
	Density *freeenergy.Density // valid until the next step; Clone it to keep it

	MassError   float64 // mass, less that of the initial density
	MinP        float64 // least value of the density
	F           float64 // free energy T KL - T ln Z; for a Drift T KL
	KL          float64 // KL(p||q), q the stationary density on the grid
	DeltaF      float64 // F, less that before the step
	Dissipation float64 // D = T Σ J_ij (ln r_i - ln r_j) over the bonds, r = p/q
	// Allowed is the most that DeltaF may be by the promise of the method: -τD
	// for ImplicitEuler, 0 for the others. Floor is what rounding and Bound may
	// add to it.
	Allowed, Floor float64
	Bound          float64 // ‖δp‖₁ that the method left out in all steps so far
	Holds          bool    // mass, sign and decrease are as promised
}

const eps = 0x1p-52

// err returns nil for a certificate that holds and otherwise what is broken.
func (c *Certificate) err(m Method, kappa float64) error {
	switch {
	case math.IsNaN(c.F) || math.IsInf(c.F, 0) || math.IsNaN(c.MinP) || math.IsNaN(c.MassError):
		return c.violated(m, "the free energy is %v and the least density %v: look for an energy or mobility out of range", c.F, c.MinP)
	case math.Abs(c.MassError) > 4*float64(c.Step)*kappa+c.Bound:
		return c.violated(m, "mass has changed by %.3g, rounding explains %.3g: report it, no method here may do that", c.MassError, 4*float64(c.Step)*kappa+c.Bound)
	case !(c.DeltaF <= c.Allowed+c.Floor):
		return c.violated(m, "F changed by %.6g, allowed %.6g and %.3g for rounding: use a shorter step, or ImplicitEuler", c.DeltaF, c.Allowed, c.Floor)
	}
	return nil
}

func (c *Certificate) violated(m Method, format string, args ...any) error {
	return fmt.Errorf("fokkerplanck: the certificate of %v is violated in step %d, t = %.9g: %s", m, c.Step, c.T, fmt.Sprintf(format, args...))
}

// A ledger evaluates certificates along a run.
type ledger struct {
	g                 *Generator
	method            Method
	pi, inverse, logr []float64
	tau, kappa        float64 // step; relative error of a step by rounding
	mass, noise       float64 // initial mass; error of the last F by rounding
}

func (g *Generator) newLedger(tau float64) *ledger {
	n := len(g.exit)
	l := &ledger{g: g, method: g.settings.Method, tau: tau, pi: make([]float64, n), inverse: make([]float64, n), logr: make([]float64, n)}
	for i, v := range g.logpi {
		l.pi[i] = math.Exp(v)
		if v > -690 { // else p/q may overflow
			l.inverse[i] = 1 / l.pi[i]
		}
	}
	l.kappa = eps * (16 + 4*math.Sqrt(float64(n)))
	return l
}

// audit fills c for the masses m after a step that left out at most bound. c is
// the certificate of the step before.
func (l *ledger) audit(c *Certificate, m []float64, bound float64) error {
	s := l.survey(m)
	before := c.KL
	c.KL, c.MinP, c.MassError = s.kl, s.min, s.mass-l.mass
	c.F = l.g.temperature * (s.kl - l.g.lnZ)
	if c.Step == 0 {
		l.mass, c.MassError = s.mass, 0
	}
	c.DeltaF = l.g.temperature * (c.KL - before)
	c.Bound += bound
	var noise float64
	c.Dissipation, noise = l.dissipation(m, c.Bound == 0)
	c.Allowed = 0
	if _, ok := l.method.(ImplicitEuler); ok {
		c.Allowed = -l.tau * c.Dissipation
	}
	T := l.g.temperature
	c.Floor = T*(8*eps*(s.noise+l.noise)+l.tau*noise) + T*bound*(1+s.span)
	l.noise = s.noise
	c.Density.P = l.density(c.Density.P, m)
	if c.Step == 0 {
		c.DeltaF, c.Allowed, c.Holds = 0, 0, true
		return nil
	}
	err := c.err(l.method, l.kappa)
	if err == nil && s.negative > c.Bound {
		err = c.violated(l.method, "the density is down to %.3g, negative mass %.3g, the truncation explains %.3g: use a shorter step, or ImplicitEuler or Uniformization, which are positive", c.MinP, s.negative, c.Bound)
	}
	c.Holds = err == nil
	return err
}

func (l *ledger) density(p, m []float64) []float64 {
	for i, v := range m {
		p[i] = v / l.g.volume[i]
	}
	return p
}

// A survey is a pass over the cells.
type survey struct {
	kl, mass, min, negative float64
	noise, span             float64 // what rounding does to kl, over eps; max |ln r|
}

// survey adds up KL = Σ π φ(m/π) and stores ln r. φ(r) = r ln r - r + 1 is by
// its series near 1; a cell without mass, or with a negative one, counts φ = 1:
// F is that of the positive part.
func (l *ledger) survey(m []float64) (s survey) {
	s.min = math.Inf(1)
	var lost float64
	for i, v := range m {
		pi := l.pi[i]
		s.mass += v
		s.min = min(s.min, v/l.g.volume[i])
		term := pi
		if v > 0 {
			var lr float64
			r := v * l.inverse[i]
			d := r - 1
			switch {
			case l.inverse[i] == 0:
				lr = math.Log(v) - l.g.logpi[i]
				term = v*(lr-1) + pi
				s.noise += v*(math.Abs(lr)+2) + pi
			case math.Abs(d) < 0.01: // d is known to eps, and φ to d eps
				lr = math.Log1p(d)
				term = pi * phiSeries(d)
				s.noise += pi * (math.Abs(d) + eps)
			default:
				lr = math.Log(r)
				term = pi * (r*lr - d)
				s.noise += v*(math.Abs(lr)+2) + pi
			}
			l.logr[i] = lr
			s.span = max(s.span, math.Abs(lr))
		} else {
			l.logr[i] = math.Inf(-1)
			s.negative -= v
			s.noise += pi
		}
		y := term - lost // Kahan
		t := s.kl + y
		lost = (t - s.kl) - y
		s.kl = t
	}
	return s
}

// phiSeries returns φ(1+d) = Σ_{k>=2} (-d)^k/(k(k-1)) for |d| < 0.01.
func phiSeries(d float64) float64 {
	return d * d * (1./2 - d*(1./6-d*(1./12-d*(1./20-d*(1./30-d*(1./42-d/56))))))
}

// dissipation returns D = T Σ J_ij (ln r_i - ln r_j) of the masses whose ln r is
// in logr, and what rounding does to it, over T. D is +Inf where a cell that has
// mass feeds an empty one. A bond to an entry that is only within a bound of 0, or
// that has underflowed, is left out.
func (l *ledger) dissipation(m []float64, exact bool) (d, noise float64) {
	for _, b := range l.g.bonds {
		mi, mj := m[b.i], m[b.j]
		out, back := b.out*mi, b.back*mj
		flux := out - back
		if !(mi > 0 && mj > 0) {
			if exact && mi >= 0 && mj >= 0 && math.Abs(flux) > 1e-280 {
				return math.Inf(1), noise
			}
			continue
		}
		step := l.logr[b.i] - l.logr[b.j]
		d += flux * step
		noise += l.kappa*(out+back)*math.Abs(step) + 4*eps*math.Abs(flux)*(1+math.Abs(l.logr[b.i])+math.Abs(l.logr[b.j]))
	}
	return l.g.temperature * d, noise
}
