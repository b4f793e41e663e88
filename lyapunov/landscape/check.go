package landscape

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov"
)

// Check holds an energy against the laws of lyapunov.CheckEnergy at the given
// points and, as far as it has them, against these: the Hessian is the
// derivative of the gradient, to 1e-6 of its largest entry or 1; the gradient
// vanishes at Minima and Critical points, to 1e-9 of the size that it has at
// the points given or 1, or as nearly as a last bit of x allows; a critical
// point's Value is E there and its Index the number of negative eigenvalues.
// The error names the first law broken and where.
func Check(e lyapunov.Energy, points [][]float64) error {
	if len(points) == 0 {
		return fmt.Errorf("landscape: no points to check at: give interior points, away from kinks")
	}
	if err := lyapunov.CheckEnergy(e, points); err != nil {
		return err
	}
	if s, ok := e.(Smooth); ok {
		for _, x := range points {
			if err := checkHessian(s, x); err != nil {
				return err
			}
		}
	}
	scale := 1.0
	g := make([]float64, e.Dim())
	for _, x := range points {
		e.Gradient(g, x)
		for _, gi := range g {
			scale = math.Max(scale, math.Abs(gi))
		}
	}
	if m, ok := e.(interface{ Minima() [][]float64 }); ok {
		for _, x := range m.Minima() {
			if err := checkCritical(e, Point{X: x, Value: e.Value(x)}, scale); err != nil {
				return err
			}
		}
	}
	if c, ok := e.(interface{ Critical() []Point }); ok {
		for _, p := range c.Critical() {
			if err := checkCritical(e, p, scale); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkHessian(e Smooth, x []float64) error {
	n := e.Dim()
	hess := mat.NewSymDense(n, nil)
	e.Hessian(hess, x)
	scale := math.Max(1, mat.Max(hess))
	scale = math.Max(scale, -mat.Min(hess))
	for j := range n {
		want := gradientSlope(e, x, j)
		for i := range n {
			if !(math.Abs(hess.At(i, j)-want[i]) <= 1e-6*scale) {
				return fmt.Errorf("landscape: Hessian entry (%d, %d) is %.9g at x = %v, differences of the gradient give %.9g", i, j, hess.At(i, j), x, want[i])
			}
		}
	}
	return nil
}

// gradientSlope returns ∂∇E/∂x_j by central differences at two steps,
// extrapolated.
func gradientSlope(e lyapunov.Energy, x []float64, j int) []float64 {
	n := e.Dim()
	y := append([]float64(nil), x...)
	diff := func(h float64) []float64 {
		up, down := make([]float64, n), make([]float64, n)
		y[j] = x[j] + h
		hi := y[j]
		e.Gradient(up, y)
		y[j] = x[j] - h
		e.Gradient(down, y)
		for i := range up {
			up[i] = (up[i] - down[i]) / (hi - y[j])
		}
		y[j] = x[j]
		return up
	}
	h := 1e-4 * math.Max(math.Abs(x[j]), 0.01)
	a, b := diff(h), diff(h/2)
	for i := range b {
		b[i] = (4*b[i] - a[i]) / 3
	}
	return b
}

func checkCritical(e lyapunov.Energy, p Point, scale float64) error {
	n := e.Dim()
	if len(p.X) != n {
		return fmt.Errorf("landscape: critical point %v has %d coordinates, the energy has %d", p.X, len(p.X), n)
	}
	if v := e.Value(p.X); !(math.Abs(v-p.Value) <= 1e-9*math.Max(1, math.Abs(v))) {
		return fmt.Errorf("landscape: critical point %v has value %.12g, the energy there is %.12g", p.X, p.Value, v)
	}
	g := make([]float64, n)
	e.Gradient(g, p.X)
	for i, gi := range g {
		if !(math.Abs(gi) <= 1e-9*scale) {
			return fmt.Errorf("landscape: gradient component %d is %.3g at the critical point %v", i, gi, p.X)
		}
	}
	s, ok := e.(Smooth)
	if !ok {
		return nil
	}
	hess := mat.NewSymDense(n, nil)
	s.Hessian(hess, p.X)
	var eig mat.EigenSym
	if !eig.Factorize(hess, false) {
		return fmt.Errorf("landscape: no eigenvalues of the Hessian at the critical point %v", p.X)
	}
	negative := 0
	for _, l := range eig.Values(nil) {
		if l < 0 {
			negative++
		}
	}
	if negative != p.Index {
		return fmt.Errorf("landscape: critical point %v has index %d, the Hessian has %d negative eigenvalues", p.X, p.Index, negative)
	}
	return nil
}
