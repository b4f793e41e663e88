package sde

// StochasticHeun is the scheme for Stratonovich systems
//
//	X̃  = X + a(t, X) h + b(t, X) ΔW,
//	X⁺ = X + ½ (a(t, X) + a(t+h, X̃)) h + ½ (b(t, X) + b(t+h, X̃)) ΔW:
//
// the trapezoidal rule, which the chain rule of ordinary calculus makes right
// for the Stratonovich integral. It needs no derivative of the noise.
//
// Its strong order is 1 where the noise commutes and 1/2 where it does not; its
// weak order is 1, and 2 where the noise is additive.
//
// Reference: Rümelin, Numerical treatment of stochastic differential equations,
// SIAM J. Numer. Anal. 19 (1982) 604.
var StochasticHeun Scheme = heun{}

type heun struct{}

func (heun) Orders() (strong, weak float64) { return 0.5, 1 }

func (heun) String() string { return "StochasticHeun" }

func (heun) Stepper(s *System, size int) (Stepper, error) {
	c := newCoefficients(s, size)
	if err := s.meantIn(Stratonovich, "StochasticHeun"); err != nil {
		return nil, err
	}
	return &heunStepper{
		coefficients: c, end: newRows(c.n, size),
		a: newRows(c.n, size), b: newRows(c.n, size), a1: newRows(c.n, size), b1: newRows(c.n, size),
	}, nil
}

type heunStepper struct {
	*coefficients
	end          *rows // X̃
	a, b, a1, b1 *rows // at X and at X̃
}

func (s *heunStepper) Channels() int { return s.m }

func (s *heunStepper) Step(t, h float64, x, dw [][]float64) {
	length := len(x[0])
	end, a, b, a1, b1 := s.end.of(length), s.a.of(length), s.b.of(length), s.a1.of(length), s.b1.of(length)
	s.drift(a, t, x)
	s.noise(b, t, x, dw)
	for d, xd := range x {
		e, ad, bd := end[d][:len(xd)], a[d][:len(xd)], b[d][:len(xd)]
		for i := range xd {
			e[i] = xd[i] + h*ad[i] + bd[i]
		}
	}
	s.drift(a1, t+h, end)
	s.noise(b1, t+h, end, dw)
	for d, xd := range x {
		ad, bd, a1d, b1d := a[d][:len(xd)], b[d][:len(xd)], a1[d][:len(xd)], b1[d][:len(xd)]
		for i := range xd {
			xd[i] += (h*(ad[i]+a1d[i]) + bd[i] + b1d[i]) / 2
		}
	}
}
