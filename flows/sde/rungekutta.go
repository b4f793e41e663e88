package sde

import "math"

// RungeKutta is the scheme of strong order 1 (weak order 1) that needs no
// derivative of the noise: with b_k the columns of b and α the system's
// Calculus,
//
//	I_jk = ½ (ΔW_j ΔW_k - (1-2α) δ_jk h),
//	H±_k = X ± Σ_j b_j(t, X) I_jk/√h,
//	X⁺   = X + a h + b ΔW + ½√h Σ_k (b_k(t, H+_k) - b_k(t, H-_k)),
//
// so that a difference stands for Milstein's derivative. Like Milstein's scheme
// it needs noise that commutes, and takes the promise by the System's Shape;
// for Diagonal noise all k are done at once, in three calls of Noise, for
// Commutative noise in 3m+1.
//
// References: Rößler, Runge-Kutta methods for the strong approximation of
// solutions of stochastic differential equations, SIAM J. Numer. Anal. 48 (2010)
// 922, for the form with I_jk; Kloeden and Platen, (11.1.3), for the idea.
var RungeKutta Scheme = rungeKutta{}

type rungeKutta struct{}

func (rungeKutta) Orders() (strong, weak float64) { return 1, 1 }

func (rungeKutta) String() string { return "RungeKutta" }

func (rungeKutta) Stepper(s *System, size int) (Stepper, error) {
	c := newCoefficients(s, size)
	if err := commutes(s, "RungeKutta"); err != nil {
		return nil, err
	}
	r := &rungeKuttaStepper{
		coefficients: c, drop: float64(1 - 2*s.Calculus),
		a: newRows(c.n, size), b: newRows(c.n, size),
	}
	if s.Shape != Additive {
		r.shift, r.at, r.difference, r.end = newRows(c.n, size), newRows(c.n, size), newRows(c.n, size), newRows(c.n, size)
		r.unit, r.column = newRows(c.m, size), newRows(c.m, size)
	}
	if s.Shape == Diagonal {
		fill(r.unit.all, 1)
	}
	return r, nil
}

type rungeKuttaStepper struct {
	*coefficients
	drop                       float64 // 1-2α
	a, b                       *rows
	shift, at, difference, end *rows // H± - X, H±, b_k at them
	unit, column               *rows // unit increments, and I_jk/√h for one k
}

func (r *rungeKuttaStepper) Channels() int { return r.m }

func (r *rungeKuttaStepper) Step(t, h float64, x, dw [][]float64) {
	length := len(x[0])
	a, b := r.a.of(length), r.b.of(length)
	r.drift(a, t, x)
	switch r.Shape {
	case Diagonal:
		r.diagonal(b, t, h, x, dw)
	case Commutative:
		r.commutative(b, t, h, x, dw)
	default:
		r.noise(b, t, x, dw)
	}
	for d, xd := range x {
		ad, bd := a[d][:len(xd)], b[d][:len(xd)]
		for i := range xd {
			xd[i] += h*ad[i] + bd[i]
		}
	}
}

// diagonal stores the noise of a step in b, all coordinates at once.
func (r *rungeKuttaStepper) diagonal(b [][]float64, t, h float64, x, dw [][]float64) {
	length := len(x[0])
	ones, shift, diff := r.unit.of(length), r.shift.of(length), r.difference.of(length)
	r.noise(b, t, x, ones)
	for d, bd := range b {
		w, s := dw[d][:len(bd)], shift[d][:len(bd)]
		for i := range bd {
			s[i] = bd[i] * (w[i]*w[i] - r.drop*h) / (2 * math.Sqrt(h))
			bd[i] *= w[i]
		}
	}
	r.differ(diff, t, x, shift, ones)
	add(b, math.Sqrt(h)/2, diff)
}

// commutative stores the noise of a step in b, one column after the other.
func (r *rungeKuttaStepper) commutative(b [][]float64, t, h float64, x, dw [][]float64) {
	length := len(x[0])
	unit, column := r.unit.of(length), r.column.of(length)
	shift, diff := r.shift.of(length), r.difference.of(length)
	r.noise(b, t, x, dw)
	for k, wk := range dw {
		for j, wj := range dw {
			c := column[j]
			for i := range c {
				c[i] = wj[i] * wk[i] / (2 * math.Sqrt(h))
			}
		}
		for i := range column[k] {
			column[k][i] -= r.drop * math.Sqrt(h) / 2
		}
		r.noise(shift, t, x, column)
		fill(unit[k:k+1], 1)
		r.differ(diff, t, x, shift, unit)
		clear(unit[k])
		add(b, math.Sqrt(h)/2, diff)
	}
}

// differ stores b(t, x + shift) unit - b(t, x - shift) unit in dst.
func (r *rungeKuttaStepper) differ(dst [][]float64, t float64, x, shift, unit [][]float64) {
	length := len(x[0])
	at, end := r.at.of(length), r.end.of(length)
	for _, sign := range [...]float64{1, -1} {
		for d, xd := range x {
			to, s := at[d][:len(xd)], shift[d][:len(xd)]
			for i := range xd {
				to[i] = xd[i] + sign*s[i]
			}
		}
		if sign > 0 {
			r.noise(dst, t, at, unit)
		} else {
			r.noise(end, t, at, unit)
			add(dst, -1, end)
		}
	}
}
