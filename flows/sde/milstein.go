package sde

import "fmt"

// Milstein is the scheme of strong order 1 (weak order 1)
//
//	X⁺ = X + a h + b ΔW + ½ (∂_{b ΔW} b ΔW - (1-2α) h Σ_j ∂_{b_j} b_j),
//
// with ∂_v the derivative in the direction v, b_j the columns of b, and α the
// system's Calculus: so Itô and Stratonovich systems are stepped as they are.
//
// The bracket is all of the double stochastic integral only where the noise
// commutes, so the system has to promise the Shape Commutative, Diagonal or
// Additive; General noise needs Lévy areas, which the increments ΔW do not
// determine, and is refused. All but additive noise needs the System's
// NoiseDeriv; RungeKutta does without it.
//
// Reference: Kloeden and Platen, Numerical Solution of Stochastic Differential
// Equations, section 10.3.
var Milstein Scheme = milstein{}

type milstein struct{}

func (milstein) Orders() (strong, weak float64) { return 1, 1 }

func (milstein) String() string { return "Milstein" }

func (milstein) Stepper(s *System, size int) (Stepper, error) {
	c := newCoefficients(s, size)
	if err := commutes(s, "Milstein"); err != nil {
		return nil, err
	}
	if s.Shape != Additive && s.NoiseDeriv == nil {
		return nil, fmt.Errorf("sde: Milstein: %w, or use RungeKutta, which needs none", errNoiseDeriv)
	}
	m := &milsteinStepper{
		coefficients: c, drop: float64(1 - 2*s.Calculus),
		a: newRows(c.n, size), b: newRows(c.n, size), db: newRows(c.n, size),
	}
	switch s.Shape {
	case Diagonal:
		m.unit = newRows(c.m, size)
		fill(m.unit.all, 1)
	case Commutative:
		m.unit, m.bj, m.sum = newRows(c.m, size), newRows(c.n, size), newRows(c.n, size)
	}
	return m, nil
}

// commutes returns an error if the noise is not promised to commute.
func commutes(s *System, scheme string) error {
	if s.Shape != General {
		return nil
	}
	return fmt.Errorf("sde: %s needs noise that commutes, and General noise does not promise it: if (∂_{b_j} b_k) = (∂_{b_k} b_j), say so by Shape: Commutative, Diagonal or Additive, and CheckSystem tests it; if not, use EulerMaruyama or StochasticHeun, of strong order 1/2", scheme)
}

type milsteinStepper struct {
	*coefficients
	drop          float64 // 1-2α
	a, b, db      *rows
	unit, bj, sum *rows
}

func (m *milsteinStepper) Channels() int { return m.m }

func (m *milsteinStepper) Step(t, h float64, x, dw [][]float64) {
	length := len(x[0])
	a := m.a.of(length)
	m.drift(a, t, x)
	switch m.Shape {
	case Diagonal:
		m.diagonal(t, h, x, dw)
	case Commutative:
		m.commutative(t, h, x, dw)
	default:
		b := m.b.of(length)
		m.noise(b, t, x, dw)
		add(x, 1, b)
	}
	add(x, h, a)
}

// diagonal adds b ΔW + ½ b ∂b (ΔW² - (1-2α) h), a coordinate at a time: one
// call with all increments 1 gives every b_i, and one in the direction b every
// b_i ∂_i b_i.
func (m *milsteinStepper) diagonal(t, h float64, x, dw [][]float64) {
	length := len(x[0])
	b, db, ones := m.b.of(length), m.db.of(length), m.unit.of(length)
	m.noise(b, t, x, ones)
	m.noiseDeriv(db, t, x, b, ones)
	h *= m.drop
	for d, xd := range x {
		bd, dbd, w := b[d][:len(xd)], db[d][:len(xd)], dw[d][:len(xd)]
		for i := range xd {
			xd[i] += bd[i]*w[i] + dbd[i]*(w[i]*w[i]-h)/2
		}
	}
}

// commutative adds b ΔW + ½ (∂_{b ΔW} b ΔW - (1-2α) h Σ_j ∂_{b_j} b_j).
func (m *milsteinStepper) commutative(t, h float64, x, dw [][]float64) {
	length := len(x[0])
	b, db, sum := m.b.of(length), m.db.of(length), m.sum.of(length)
	m.noise(b, t, x, dw)
	m.noiseDeriv(db, t, x, b, dw)
	if m.drop != 0 {
		fill(sum, 0)
		unit, bj := m.unit.of(length), m.bj.of(length)
		for j := range unit {
			fill(unit[j:j+1], 1)
			m.noise(bj, t, x, unit)
			m.noiseDeriv(bj, t, x, bj, unit) // a particle at a time: dst may be v
			add(sum, 1, bj)
			clear(unit[j])
		}
		add(db, -m.drop*h, sum)
	}
	add(b, 0.5, db)
	add(x, 1, b)
}
