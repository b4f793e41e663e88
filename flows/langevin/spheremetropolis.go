package langevin

import (
	"math"

	"hopflow/flows/sde"
)

// SphereMetropolis samples exp(-f/T) on the cube without a bias, whatever the
// step: it proposes a move of the sphere without energy, A = √(8βTh) a, which
// is symmetric with respect to dx, and accepts it with probability
// min(1, exp(-Δf/T)). For h -> 0 it follows the machine. Use
// Machine.SphereMetropolis.
type SphereMetropolis struct {
	Acceptance
	m Machine
}

var _ sde.Scheme = (*SphereMetropolis)(nil)

// SphereMetropolis returns the scheme; Accepted is the share of accepted
// proposals. It has two channels for each coordinate and one for chance.
func (m Machine) SphereMetropolis() *SphereMetropolis { return &SphereMetropolis{m: m} }

// Orders returns 1/4, 1/2: a rejection, of which there are √h in a step, is an
// error of the size √h. The stationary law has no error.
func (*SphereMetropolis) Orders() (strong, weak float64) { return 0.25, 0.5 }

// String returns the scheme's name.
func (*SphereMetropolis) String() string { return "Machine.SphereMetropolis" }

// Stepper returns the scheme at work. It is an error if the system is not that
// of the machine.
func (s *SphereMetropolis) Stepper(system *sde.System, _ int) (sde.Stepper, error) {
	if err := s.m.mustBe(system, "Machine.SphereMetropolis"); err != nil {
		return nil, err
	}
	r := newRotor(s.m)
	return &sphereMetropolisStepper{r, s, make([]float64, 2*r.n)}, nil
}

type sphereMetropolisStepper struct {
	*rotor
	scheme *SphereMetropolis
	x      []float64 // one particle: where it is, and where it may go
}

func (s *sphereMetropolisStepper) Channels() int { return 2*s.n + 1 }

func (s *sphereMetropolisStepper) Step(t, h float64, x, dw [][]float64) {
	T := s.p.d.at(t)
	c := noiseFactor(T)
	from, to := s.x[:s.n], s.x[s.n:]
	accepted := 0
	for i := range x[0] {
		sde.Gather(from, x, i)
		for d, v := range from {
			noise := c * 2 * math.Sqrt(s.gain[d])
			to[d] = turn(v, noise*dw[d][i], noise*dw[s.n+d][i])
		}
		rise := s.p.d.Energy.Value(to) - s.p.d.Energy.Value(from)
		if accepts(-rise/T, dw[2*s.n][i]/math.Sqrt(h)) {
			sde.Scatter(x, to, i)
			accepted++
		}
	}
	s.scheme.count(len(x[0]), accepted)
}
