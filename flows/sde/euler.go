package sde

// EulerMaruyama is the scheme
//
//	X⁺ = X + a(t, X) h + b(t, X) ΔW,
//
// for Itô systems. Its strong order is 1/2 (1 where the noise is additive),
// its weak order 1. It is the scheme to begin with: it needs nothing but the
// drift and the noise.
var EulerMaruyama Scheme = eulerMaruyama{}

type eulerMaruyama struct{}

func (eulerMaruyama) Orders() (strong, weak float64) { return 0.5, 1 }

func (eulerMaruyama) String() string { return "EulerMaruyama" }

func (eulerMaruyama) Stepper(s *System, size int) (Stepper, error) {
	c := newCoefficients(s, size)
	if err := s.meantIn(Ito, "EulerMaruyama"); err != nil {
		return nil, err
	}
	return &eulerStepper{coefficients: c, a: newRows(c.n, size), b: newRows(c.n, size)}, nil
}

type eulerStepper struct {
	*coefficients
	a, b *rows
}

func (e *eulerStepper) Channels() int { return e.m }

func (e *eulerStepper) Step(t, h float64, x, dw [][]float64) {
	length := len(x[0])
	a, b := e.a.of(length), e.b.of(length)
	e.drift(a, t, x)
	e.noise(b, t, x, dw)
	for d, xd := range x {
		ad, bd := a[d][:len(xd)], b[d][:len(xd)]
		for i := range xd {
			xd[i] += h*ad[i] + bd[i]
		}
	}
}
