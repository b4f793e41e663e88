package geometry

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov"
)

// A ProximalPoint is the result of Proximal.
type ProximalPoint struct {
	X          []float64
	Theta      []float64 // its flat coordinates
	Objective  float64   // ½ d(X, x)² + h E(X)
	Residual   float64   // largest |∂/∂θ_i| of the objective, divided by 1 + its largest term
	Iterations int
}

// Proximal returns the proximal step of the natural gradient, [HF] (56),
//
//	argmin_y ½ d_G(y, x)² + h E(y),
//
// where d_G is the metric's distance. (Table I prints d² for ½ d²: half the
// step.) In the flat chart the distance is Euclidean; the minimum is found
// there by Newton's method with the Hessian from differences of the gradient,
// made positive definite where it is not, and steps halved until the objective
// falls. It starts at x, from where the objective only falls: of several
// minimisers, which E may have once h is not small, it takes the one whose
// basin it comes to so.
//
// It is an error, with the best point found, if the residual does not come
// below 1e-9 or the point is a saddle, and an error if h is not positive, x not
// an interior point, or E or its gradient not finite there.
func Proximal(c FlatDiagonal, e lyapunov.Energy, h float64, x []float64) (ProximalPoint, error) {
	n := c.Dim()
	lengths(n, x)
	if err := interior(c, "x", x); err != nil {
		return ProximalPoint{}, err
	}
	if _, err := descent(c, e, h, x); err != nil {
		return ProximalPoint{}, err
	}
	p := &proximal{c: c, e: e, h: h, n: n, from: make([]float64, n), x: make([]float64, n), grad: make([]float64, n)}
	c.Theta(p.from, x)
	theta := append([]float64(nil), p.from...)
	r := make([]float64, n)
	value, size := p.value(theta), p.residual(r, theta)
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return ProximalPoint{}, fmt.Errorf("geometry: the energy is %v at x = %v: keep x inside its domain", e.Value(x), x)
	}
	count := 0
	for ; count < 200 && size > 1e-15; count++ {
		step, _ := p.newton(theta, r)
		next, v, s := p.search(theta, step, r, value, size)
		if next == nil {
			break // nothing falls any more: rounding
		}
		theta, value, size = next, v, s
		p.residual(r, theta)
	}
	out := ProximalPoint{X: make([]float64, n), Theta: theta, Objective: value, Residual: size, Iterations: count}
	c.State(out.X, theta)
	if !(size <= 1e-9) {
		return out, fmt.Errorf("geometry: the proximal step from x = %v with h = %g stops at %v with residual %.3g: take a smaller h, or an energy with a continuous gradient", x, h, out.X, size)
	}
	if _, least := p.newton(theta, r); !(least >= -1e-6) {
		return out, fmt.Errorf("geometry: the proximal step from x = %v with h = %g comes to a saddle at %v, where the objective's Hessian has the eigenvalue %.3g: move x a little, or take a smaller h", x, h, out.X, least)
	}
	return out, nil
}

// ProximalStep returns Proximal as a Step.
func ProximalStep(c FlatDiagonal, e lyapunov.Energy, h float64) Step {
	return func(x []float64) ([]float64, error) {
		p, err := Proximal(c, e, h, x)
		if err != nil {
			return nil, err
		}
		return p.X, nil
	}
}

type proximal struct {
	c       FlatDiagonal
	e       lyapunov.Energy
	h       float64
	n       int
	from    []float64 // θ of the start
	x, grad []float64
}

// value returns the objective at theta, +Inf where it has none.
func (p *proximal) value(theta []float64) float64 {
	p.c.State(p.x, theta)
	var d float64
	for i, t := range theta {
		d += (t - p.from[i]) * (t - p.from[i])
	}
	if v := d/2 + p.h*p.e.Value(p.x); !math.IsNaN(v) {
		return v
	}
	return math.Inf(1)
}

// residual stores the gradient of the objective, (θ - θ_k)_i + h ∂_iE/√g_ii,
// in dst, and returns the largest component, divided by 1 + the largest term.
func (p *proximal) residual(dst, theta []float64) float64 {
	p.c.State(p.x, theta)
	p.e.Gradient(p.grad, p.x)
	var worst, scale float64
	for i, t := range theta {
		pull := p.h * p.grad[i] * slopeAt(p.c, i, t, p.x[i])
		dst[i] = t - p.from[i] + pull
		worst = math.Max(worst, math.Abs(dst[i]))
		scale = math.Max(scale, math.Abs(pull))
	}
	return worst / (1 + scale)
}

// newton returns Newton's step -H⁻¹ r and the least eigenvalue of H; smaller
// eigenvalues than 1e-3 are replaced by their absolute value, at least 1e-3, so
// that the step goes down.
func (p *proximal) newton(theta, r []float64) (step []float64, least float64) {
	n := p.n
	hess := mat.NewSymDense(n, nil)
	jac := jacobian(func(dst, at []float64) { p.residual(dst, at) }, theta, func(j int) float64 { return 1e-5 * p.room(theta, j) })
	for i := range n {
		for j := range i + 1 {
			hess.SetSym(i, j, (jac.At(i, j)+jac.At(j, i))/2)
		}
	}
	var eig mat.EigenSym
	step = make([]float64, n)
	if !eig.Factorize(hess, true) {
		for i := range step {
			step[i] = -r[i]
		}
		return step, math.NaN()
	}
	values := eig.Values(nil)
	var q mat.Dense
	eig.VectorsTo(&q)
	for k, l := range values {
		var along float64
		for i := range r {
			along += q.At(i, k) * r[i]
		}
		if l < 1e-3 {
			l = math.Max(math.Abs(l), 1e-3)
		}
		for i := range step {
			step[i] -= along / l * q.At(i, k)
		}
	}
	return step, values[0]
}

// room returns how far θ_j may move to either side, at most 1.
func (p *proximal) room(theta []float64, j int) float64 {
	lo, hi := p.c.Box(j)
	return math.Max(math.Min(1, math.Min(theta[j]-lo, hi-theta[j])), 1e-9)
}

// search halves the step, first shortened to nine tenths of the way to the
// box's wall, until the objective falls as a step downhill has to, or, where
// its digits are used up, the residual falls. It returns nil where neither
// does.
func (p *proximal) search(theta, step, r []float64, value, size float64) (next []float64, v, s float64) {
	fraction := 1.0
	for i, t := range theta {
		lo, hi := p.c.Box(i)
		if end := t + step[i]; end <= lo {
			fraction = math.Min(fraction, 0.9*(lo-t)/step[i])
		} else if end >= hi {
			fraction = math.Min(fraction, 0.9*(hi-t)/step[i])
		}
	}
	slope := dot(r, step)
	next, g := make([]float64, p.n), make([]float64, p.n)
	for ; fraction > 1e-12; fraction /= 2 {
		for i := range next {
			next[i] = theta[i] + fraction*step[i]
		}
		v, s = p.value(next), p.residual(g, next)
		digits := 1e-14 * (math.Abs(value) + math.Abs(v))
		if v <= value+1e-4*fraction*slope && !math.IsNaN(s) || (math.Abs(v-value) <= digits && s < size) {
			return next, v, s
		}
	}
	return nil, value, size
}
