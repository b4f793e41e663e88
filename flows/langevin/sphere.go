package langevin

import (
	"fmt"
	"math"

	"hopflow/flows/sde"
)

// Sphere returns the sphere integrator of the machine: T ∂_x(4β x(1-x) ∂_x) is
// Legendre's operator, so that without an energy x = (1 - cos φ)/2 is the
// height of a Brownian motion on the unit sphere, and dx its area. A step goes
// along a great circle, by the angle A towards φ = π and B across,
//
//	A = √(8βTh) a - 2β sin φ ∂f h,  B = √(8βTh) b,  a, b ~ N(0, 1),  R² = A² + B²,
//	cos φ⁺ = cos φ cos R - sin φ sin R A/R
//
// for each coordinate. The first n channels are the noise of the System, the
// other n that across. It never leaves [0, 1], has no
// singular term, and for f = 0 preserves the uniform law exactly for any h. The
// state is x; the formulas are sums of squares, so that no digit is lost at
// either end, and x and 1-x come out at least 0.
//
// Weak order 1. Explicit: of no use where h exceeds Dynamics.StepLimit.
func (m Machine) Sphere() sde.Scheme { return sphere{m} }

type sphere struct{ m Machine }

// Orders returns 1/2, 1. The motion across enters by B² alone, whose sum over
// the steps is the drift T K' but for noise of the order √h.
func (sphere) Orders() (strong, weak float64) { return 0.5, 1 }

func (sphere) String() string { return "Machine.Sphere" }

func (s sphere) Stepper(system *sde.System, size int) (sde.Stepper, error) {
	if err := s.m.mustBe(system, "Machine.Sphere"); err != nil {
		return nil, err
	}
	return &sphereStepper{newRotor(s.m), rows(len(s.m.gains()), size)}, nil
}

// mustBe returns an error unless the system is the machine's: the drifts are
// compared at a generic point of the cube.
func (m Machine) mustBe(system *sde.System, scheme string) error {
	n := m.Energy.Dim()
	if system == nil || system.Drift == nil {
		panic("langevin: a stepper needs a system with a drift")
	}
	x, got, want := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = 0.4 + 0.2*math.Sin(1+float64(i))
	}
	if system.Dim == n {
		system.Drift(got, 0.3, x)
		m.System().Drift(want, 0.3, x)
	}
	for i := range want {
		if system.Dim != n || !(math.Abs(got[i]-want[i]) <= 1e-9*(1+math.Abs(want[i]))) {
			return fmt.Errorf("langevin: %s steps its own machine, and this is another system: use the System() of the machine it is a method of", scheme)
		}
	}
	return nil
}

// A rotor is what both sphere schemes need.
type rotor struct {
	p    *process
	gain []float64
	w    *workspace
	n    int
}

func newRotor(m Machine) *rotor {
	p := newProcess(m.Dynamics())
	return &rotor{p: p, gain: m.gains(), w: newWorkspace(p.n), n: p.n}
}

type sphereStepper struct {
	*rotor
	g [][]float64
}

func (s *sphereStepper) Channels() int { return 2 * s.n }

func (s *sphereStepper) Step(t, h float64, x, dw [][]float64) {
	g := cut(s.g, len(x[0]))
	s.p.gradients(g, x, s.w)
	c := noiseFactor(s.p.d.at(t))
	for d, xd := range x {
		noise, pull := c*2*math.Sqrt(s.gain[d]), 4*s.gain[d]*h // √(8βT); 2β sin φ h, sin φ = 2√(x(1-x))
		gd, a, b := g[d][:len(xd)], dw[d][:len(xd)], dw[s.n+d][:len(xd)]
		for i, v := range xd {
			xd[i] = turn(v, noise*a[i]-pull*math.Sqrt(v*(1-v))*gd[i], noise*b[i])
		}
	}
}

// turn returns the height x⁺ that is reached from x by a great circle of the
// length R = √(A²+B²), whose direction has the component A/R along the meridian:
// with s = sin R/2, c = cos R/2 and ρ = A/R,
//
//	x⁺   = (√x c - √(1-x) s)² + 2(1+ρ) √(x(1-x)) s c,
//	1-x⁺ = (√x s - √(1-x) c)² + 2(1-ρ) √(x(1-x)) s c.
func turn(x, A, B float64) float64 {
	R := math.Sqrt(A*A + B*B)
	rho := 0.0
	if R > 0 {
		rho = A / R
	}
	s, c := sincos(R / 2)
	if c*s < 0 { // beyond half a circle
		rho = -rho
	}
	s, c = math.Abs(s), math.Abs(c)
	p, q := math.Sqrt(x), math.Sqrt(1-x)
	both := 2 * p * q * s * c
	u := p*c - q*s
	if y := u*u + (1+rho)*both; !(y > 0.5) {
		return y
	}
	u = p*s - q*c
	return 1 - (u*u + (1-rho)*both)
}

// cut returns the rows at the given length.
func cut(r [][]float64, length int) [][]float64 {
	for d := range r {
		r[d] = r[d][:length]
	}
	return r
}

// sincos is math.Sincos, faster for the small angles of usual steps, where it
// is Taylor's series to rounding.
func sincos(r float64) (sin, cos float64) {
	if !(r < 0.5) {
		return math.Sincos(r)
	}
	z := r * r
	sin = r * (1 - z*(1./6)*(1-z*(1./20)*(1-z*(1./42)*(1-z*(1./72)*(1-z*(1./110)*(1-z*(1./156)))))))
	cos = 1 - z*(1./2)*(1-z*(1./12)*(1-z*(1./30)*(1-z*(1./56)*(1-z*(1./90)*(1-z*(1./132)*(1-z*(1./182)))))))
	return sin, cos
}
