package langevin

import (
	"errors"
	"fmt"
	"math"

	"hopflow/flows"
	"hopflow/flows/sde"
)

// Metropolis is a scheme whose stationary density is exactly μ exp(-E/T),
// whatever the step: a proposal N(x + a(x)h, 2T S(x) h) accepted with the
// probability that detailed balance asks for. Use Dynamics.MALA or
// Dynamics.RandomWalk.
type Metropolis struct {
	Acceptance
	d     Dynamics
	drift bool
}

var _ sde.Scheme = (*Metropolis)(nil)

// MALA returns the Metropolis-adjusted Langevin algorithm (Roberts and Tweedie
// 1996): the step of Euler-Maruyama is the proposal, and the ratio of proposal
// densities is that of the point of departure and the point of arrival, also
// where S depends on x. A proposal outside the domain, where E is NaN or +Inf,
// is refused. Accepted is the share of accepted proposals.
//
// Detailed balance undoes what an antisymmetric part of K is for: the law is
// still exact, the gain in speed is not kept.
func (d Dynamics) MALA() *Metropolis { return &Metropolis{d: d, drift: true} }

// RandomWalk returns Metropolis' algorithm: MALA with a proposal without
// drift.
func (d Dynamics) RandomWalk() *Metropolis { return &Metropolis{d: d} }

// Orders returns 3/4, 1 for MALA with additive noise (Bou-Rabee and
// Vanden-Eijnden 2010) and 1/4, 1/2 without drift. The stationary law has no
// error.
func (m *Metropolis) Orders() (strong, weak float64) {
	if m.drift {
		return 0.75, 1
	}
	return 0.25, 0.5
}

// String returns the scheme's name.
func (m *Metropolis) String() string {
	if m.drift {
		return "Dynamics.MALA"
	}
	return "Dynamics.RandomWalk"
}

// Stepper returns the scheme at work. The system may be any with as many
// coordinates: the scheme steps the dynamics that it was made from. It is an
// error if the dimensions differ, or if T is 0 at time 0: there is no density
// then.
func (m *Metropolis) Stepper(s *sde.System, _ int) (sde.Stepper, error) {
	m.d.mustMean()
	p := newProcess(m.d)
	if s == nil || s.Dim != p.n {
		return nil, fmt.Errorf("langevin: %v of %d coordinates does not step this system: use the System() of its dynamics", m, p.n)
	}
	if m.d.at(0) == 0 {
		return nil, errors.New("langevin: a Metropolis scheme at temperature 0: there is no density to sample, use sde.EulerMaruyama for the flow")
	}
	t := &metropolisStepper{scheme: m, p: p, from: newProposal(p), to: newProposal(p), w: newWorkspace(p.n), r: make([]float64, p.n)}
	if root := rootOf(p.k); root != nil && root.Shape() == sde.Additive {
		t.additive = t.factor(t.from)
		if !t.additive {
			return nil, fmt.Errorf("langevin: %v needs a positive definite S, and the symmetric part of this constant mobility is singular", m)
		}
		copy(t.to.chol, t.from.chol)
	}
	return t, nil
}

// A proposal is a point with what the density of its proposals needs.
type proposal struct {
	x, mean []float64 // the point and the mean of its proposals
	chol    []float64 // Cholesky factor of S
	drift   []float64
	logP    float64 // ln(μ) - E/T
	logDet  float64 // ½ ln det S
}

func newProposal(p *process) *proposal {
	return &proposal{x: make([]float64, p.n), mean: make([]float64, p.n), drift: make([]float64, p.n), chol: make([]float64, p.n*p.n)}
}

type metropolisStepper struct {
	scheme   *Metropolis
	p        *process
	from, to *proposal
	w        *workspace
	r        []float64
	additive bool // S is the same everywhere: its factor is known
	err      error
}

func (s *metropolisStepper) Channels() int { return s.p.n + 1 }

// Err returns nil, or a *sde.StepError for a particle from which no proposal
// can be made.
func (s *metropolisStepper) Err() error { return s.err }

var errProposal = errors.New("the mobility's symmetric part is singular, or energy or drift are not finite here: start inside the domain, away from where K vanishes")

func (s *metropolisStepper) Step(t, h float64, x, dw [][]float64) {
	s.err = nil
	T := s.p.d.at(t)
	c := noiseFactor(T)
	accepted := 0
	for i := range x[0] {
		sde.Gather(s.from.x, x, i)
		if !s.prepare(s.from, T, h) {
			s.err = &sde.StepError{Particle: i, T: t, H: h, X: append([]float64(nil), s.from.x...), Reason: errProposal}
			return
		}
		sde.Gather(s.r, dw, i)
		s.p.k.SharpSqrt(s.to.x, s.from.x, s.r)
		for d, m := range s.from.mean {
			s.to.x[d] = m + c*s.to.x[d]
		}
		if !s.prepare(s.to, T, h) {
			continue // outside: refused
		}
		ratio := s.to.logP - s.from.logP + s.logDensity(s.to, s.from.x, T, h) - s.logDensity(s.from, s.to.x, T, h)
		if accepts(ratio, dw[s.p.n][i]/math.Sqrt(h)) {
			sde.Scatter(x, s.to.x, i)
			accepted++
		}
	}
	s.scheme.count(len(x[0]), accepted)
}

// prepare fills in a proposal from its x, and reports whether all is finite
// and S definite.
func (s *metropolisStepper) prepare(q *proposal, T, h float64) bool {
	q.logP = s.p.d.logDensity(q.x, T)
	copy(q.mean, q.x)
	if s.scheme.drift {
		s.p.driftAt(q.drift, q.x, T, s.w)
		for d, a := range q.drift {
			q.mean[d] += a * h
		}
	}
	return flows.Finite(q.mean) && flows.Finite([]float64{q.logP}) && (s.additive || s.factor(q))
}

// factor stores Cholesky's factor of S(x) and ½ ln det S, and reports whether
// S is positive definite.
func (s *metropolisStepper) factor(q *proposal) bool {
	n, l := s.p.n, q.chol
	xi, col := s.w.xi, s.w.out
	for b := range n {
		clear(xi)
		xi[b] = 1
		s.p.k.Sharp(col, q.x, xi)
		for a, v := range col {
			l[a*n+b] = v
		}
	}
	q.logDet = 0
	for c := range n {
		for a := c; a < n; a++ {
			l[a*n+c] = (l[a*n+c] + l[c*n+a]) / 2 // row c above the diagonal is K's still
			for b := range c {
				l[a*n+c] -= l[a*n+b] * l[c*n+b]
			}
		}
		if !(l[c*n+c] > 0) || math.IsInf(l[c*n+c], 0) {
			return false
		}
		root := math.Sqrt(l[c*n+c])
		q.logDet += math.Log(root)
		for a := c; a < n; a++ {
			l[a*n+c] /= root
		}
	}
	return true
}

// logDensity returns the logarithm of the density at y of the proposals made
// at q, but for a constant.
func (s *metropolisStepper) logDensity(q *proposal, y []float64, T, h float64) float64 {
	n := s.p.n
	var square float64
	for a := range n { // r = L⁻¹(y - mean)
		s.r[a] = y[a] - q.mean[a]
		for b := range a {
			s.r[a] -= q.chol[a*n+b] * s.r[b]
		}
		s.r[a] /= q.chol[a*n+a]
		square += s.r[a] * s.r[a]
	}
	return -square/(4*T*h) - q.logDet
}
