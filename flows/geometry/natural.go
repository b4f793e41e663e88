package geometry

import (
	"fmt"
	"math"

	"hopflow/flows"
	"hopflow/lyapunov"
)

// A Mobility is what a gradient flow needs of a metric: K(x) ξ. A Metric is
// one, by G⁻¹, and so is a lyapunov.Mobility, whose antisymmetric part changes
// the path and not the rate of descent.
type Mobility interface {
	// Sharp stores K(x) ξ in dst.
	Sharp(dst, x, xi []float64)
}

// NaturalGradient returns the flow dx/dt = -K(x) ∇E(x), with K = G⁻¹ for a
// metric: [HF] (2)-(3), the Hopfield network for K = σ'(σ⁻¹(x)), and [CH]
// Theorem 2's Riemannian gradient flow. Along it E never rises, and rests at
// critical points alone: see DescentRate. The minus sign of all descent in
// this package is written here.
//
// The field allocates nothing if E and K do not, and serves one goroutine at a
// time. It panics if the dimensions of K and E differ.
func NaturalGradient(k Mobility, e lyapunov.Energy) flows.Field {
	if d, ok := k.(interface{ Dim() int }); ok && d.Dim() != e.Dim() {
		panic(fmt.Sprintf("geometry: length mismatch: a mobility of dimension %d and an energy of dimension %d", d.Dim(), e.Dim()))
	}
	xi := make([]float64, e.Dim())
	return func(dst []float64, _ float64, x []float64) {
		e.Gradient(xi, x)
		for i, g := range xi {
			xi[i] = -g
		}
		k.Sharp(dst, x, xi)
	}
}

// HiddenGradient returns the flow of NaturalGradient in the hidden state, du/dt
// = -∇E(σ(u)): [HF] (1). The state x = σ(u) follows NaturalGradient(m, e), and
// keeps its digits also where it is close to 0 or 1.
func HiddenGradient(m Activated, e lyapunov.Energy) flows.Field {
	down := NaturalGradient(Euclidean(m.Dim()), e)
	x := make([]float64, m.Dim())
	return func(dst []float64, t float64, u []float64) {
		m.Visible(x, u)
		down(dst, t, x)
	}
}

// ChartGradient returns the flow of NaturalGradient in the flat chart, dθ/dt =
// -∂E/∂θ = -∇E/√g: plain Euclidean descent there. It is NaN outside the box.
func ChartGradient(c FlatDiagonal, e lyapunov.Energy) flows.Field {
	down := NaturalGradient(Euclidean(c.Dim()), e)
	x := make([]float64, c.Dim())
	return func(dst []float64, t float64, theta []float64) {
		c.State(x, theta)
		down(dst, t, x)
		for i := range dst {
			dst[i] *= slopeAt(c, i, theta[i], x[i])
		}
	}
}

// DescentRate returns dE/dt along NaturalGradient(k, e) at x: -∇Eᵀ K ∇E, which
// for a metric is -‖∇E‖² in the norm of G⁻¹, negative unless ∇E = 0: [CH]
// Theorem 2.
func DescentRate(k Mobility, e lyapunov.Energy, x []float64) float64 {
	v := make([]float64, e.Dim())
	NaturalGradient(k, e)(v, 0, x)
	return lyapunov.Rate(e, x, v)
}

// A Step takes a state to the next one of an iteration. It does not change x.
type Step func(x []float64) ([]float64, error)

// Iterate returns x0 and the states after each of n steps, at the times 0, 1,
// ..., n. If a step fails it returns the states before, with an error that
// says which.
func Iterate(step Step, x0 []float64, n int) (*flows.Trajectory, error) {
	tr := new(flows.Trajectory)
	tr.Append(flows.State{X: x0})
	for k := range n {
		x, err := step(tr.Last().X)
		if err != nil {
			return tr, fmt.Errorf("geometry: step %d: %w", k+1, err)
		}
		tr.Append(flows.State{T: float64(k + 1), X: x})
	}
	return tr, nil
}

// A StepError says that an explicit step leaves its manifold.
type StepError struct {
	X, Next    []float64
	Coordinate int     // the first one of Next that is not inside
	H, Largest float64 // the step size, and the least one that leaves too
}

// Error names the step, the coordinate and the largest step size that stays.
func (e *StepError) Error() string {
	return fmt.Sprintf("geometry: the step from x = %v with h = %g leaves the manifold: coordinate %d comes to %.6g: take h < %.6g, a retraction, or the hidden state", e.X, e.H, e.Coordinate, e.Next[e.Coordinate], e.Largest)
}

// NaturalStep returns the explicit step of the natural gradient, [HF] (5),
//
//	x⁺ = x - h G(x)⁻¹ ∇E(x),
//
// which may leave the manifold: a *StepError, with the step sizes that do not.
// Other errors: h is not positive and finite, x is not an interior point, the
// gradient is not finite, or the metric is not positive definite, with its
// eigenvalue.
func NaturalStep(m Metric, e lyapunov.Energy, h float64) Step {
	return func(x []float64) ([]float64, error) {
		if err := interior(m, "x", x); err != nil {
			return nil, err
		}
		v, err := descent(m, e, h, x)
		if err != nil {
			return nil, err
		}
		at := func(h float64) []float64 {
			y := make([]float64, len(x))
			for i := range y {
				y[i] = x[i] + h*v[i]
			}
			return y
		}
		y := at(h)
		out := outside(m, y)
		if out < 0 {
			return y, nil
		}
		stays, gone := 0.0, h
		for range 60 {
			if mid := (stays + gone) / 2; outside(m, at(mid)) < 0 {
				stays = mid
			} else {
				gone = mid
			}
		}
		return nil, &StepError{X: append([]float64(nil), x...), Next: y, Coordinate: out, H: h, Largest: gone}
	}
}

// outside returns the first coordinate of y that is not inside the manifold,
// -1 if all are.
func outside(m Metric, y []float64) int {
	if err, ok := interior(m, "x", y).(*BoundaryError); ok {
		return err.Coordinate
	}
	if _, known := m.(Domain); !known {
		if _, err := MatrixAt(m, y); err != nil {
			return 0
		}
	}
	return -1
}

// RetractedStep returns the step x⁺ = R_x(-h G(x)⁻¹ ∇E(x)) of a retraction. It
// is an error if the new state has no value; the others are those of
// NaturalStep. A state on a wall of the cube, which Projected gives, is let in.
func RetractedStep(r Retraction, m Metric, e lyapunov.Energy, h float64) Step {
	return func(x []float64) ([]float64, error) {
		v, err := descent(m, e, h, x)
		if err != nil {
			return nil, err
		}
		for i := range v {
			v[i] *= h
		}
		y := make([]float64, len(x))
		r.Retract(y, x, v)
		for i, yi := range y {
			if math.IsNaN(yi) || math.IsInf(yi, 0) {
				return nil, fmt.Errorf("geometry: the retraction of the step from x = %v with h = %g has coordinate %d = %v: take a smaller h", x, h, i, yi)
			}
		}
		return y, nil
	}
}

// HiddenStep returns Euler's step of the hidden state, [HF] (1a): u⁺ = u - h
// ∇E(x), x⁺ = σ(u⁺). It stays inside the cube for every h; where x⁺ rounds to
// an end of the range the hidden state has no number left in x, an error. It is
// the mirror step of [HF] Remark 2, and differs from NaturalStep by O(h²).
func HiddenStep(m Activated, e lyapunov.Energy, h float64) Step {
	return func(x []float64) ([]float64, error) {
		if err := interior(m, "x", x); err != nil {
			return nil, err
		}
		v, err := descent(Euclidean(m.Dim()), e, h, x)
		if err != nil {
			return nil, err
		}
		u, y := make([]float64, len(x)), make([]float64, len(x))
		m.Hidden(u, x)
		for i := range u {
			u[i] += h * v[i]
		}
		m.Visible(y, u)
		if err := interior(m, "the new state", y); err != nil {
			return nil, fmt.Errorf("geometry: the hidden state %v rounds to the boundary: keep u for the state, with HiddenGradient and ode.Euler: %w", u, err)
		}
		return y, nil
	}
}

// descent returns the velocity of NaturalGradient at x, checked.
func descent(m Metric, e lyapunov.Energy, h float64, x []float64) ([]float64, error) {
	n := m.Dim()
	lengths(n, x)
	if !(h > 0) || math.IsInf(h, 0) {
		return nil, fmt.Errorf("geometry: step size h is %v: take a positive finite one", h)
	}
	g, v := make([]float64, n), make([]float64, n)
	e.Gradient(g, x)
	for i, gi := range g {
		if math.IsNaN(gi) || math.IsInf(gi, 0) {
			return nil, fmt.Errorf("geometry: component %d of the energy's gradient is %v at x = %v: keep x inside the energy's domain, or correct its formula", i, gi, x)
		}
	}
	NaturalGradient(m, e)(v, 0, x)
	if rate := dot(g, v); !(rate <= 0) || math.IsInf(rate, 0) { // also a NaN
		if _, err := MatrixAt(m, x); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("geometry: the natural gradient changes the energy at the rate %v at x = %v, want a rate that is not positive: check Sharp against Flat with CheckMetric", rate, x)
	}
	return v, nil
}
