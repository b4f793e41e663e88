package adjoint

import (
	"fmt"
	"math"
	"slices"
)

// CheckLoss holds a Loss against its laws at batches of states: the value is
// finite, the gradient is that of the value (differences, 1e-7) and is stored,
// not added. The error names the coordinate.
func CheckLoss(l Loss, batch int, points ...[]float64) error {
	for p, x := range points {
		g, y := make([]float64, len(x)), slices.Clone(x)
		for i := range g {
			g[i] = math.NaN()
		}
		l.Gradient(g, x, batch)
		for i := range x {
			if err := compareSlope(g[i], func(by float64) float64 {
				y[i] = x[i] + by
				return l.Value(y, batch)
			}, x[i]); err != nil {
				return fmt.Errorf("adjoint: loss at point %d, coordinate %d: %w", p, i, err)
			}
			y[i] = x[i]
		}
	}
	return nil
}

// CheckRunning holds a Running against its laws at a time, batches of states and
// parameters: Pull adds weight times the derivatives of Value, also where no
// derivative in θ is wanted.
func CheckRunning(r Running, t float64, theta []float64, batch int, points ...[]float64) error {
	const weight, old = 0.7, 0.25
	for p, x := range points {
		dx, dtheta, again := filled(len(x), old), filled(len(theta), old), filled(len(x), old)
		dt := r.Pull(dx, dtheta, weight, t, x, theta, batch)
		r.Pull(again, nil, weight, t, x, theta, batch)
		if !slices.Equal(dx, again) {
			return fmt.Errorf("adjoint: running loss at point %d: ∂ℓ/∂x depends on whether ∂ℓ/∂θ is wanted", p)
		}
		y, th, time := slices.Clone(x), slices.Clone(theta), t
		check := func(what string, i int, got float64, v *float64) error {
			at := *v
			defer func() { *v = at }()
			if err := compareSlope(got/weight, func(by float64) float64 {
				*v = at + by
				return r.Value(time, y, th, batch)
			}, at); err != nil {
				return fmt.Errorf("adjoint: running loss at point %d, %s[%d]: %w", p, what, i, err)
			}
			return nil
		}
		for i := range y {
			if err := check("x", i, dx[i]-old, &y[i]); err != nil {
				return err
			}
		}
		for j := range th {
			if err := check("θ", j, dtheta[j]-old, &th[j]); err != nil {
				return err
			}
		}
		if err := check("t", 0, dt, &time); err != nil {
			return err
		}
	}
	return nil
}

func filled(n int, v float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// compareSlope returns an error unless a derivative at a coordinate of the size
// of at is the difference quotient.
func compareSlope(got float64, value func(by float64) float64, at float64) error {
	h := 1e-3 * math.Max(1, math.Abs(at))
	want := (8*(value(h)-value(-h)) - (value(2*h) - value(-2*h))) / (12 * h)
	if tol := 1e-7 * math.Max(1, math.Abs(value(0))/math.Max(1, math.Abs(at))); !(math.Abs(got-want) <= tol*math.Max(1, math.Abs(want))) {
		return fmt.Errorf("the derivative is %.9g, the difference quotient %.9g: is it stored where it should be, and averaged over the batch?", got, want)
	}
	return nil
}
