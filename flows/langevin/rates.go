package langevin

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows"
	"hopflow/lyapunov"
	"hopflow/lyapunov/landscape"
)

// Rates returns the eigenvalues of K(x) ∇²E(x), in increasing order of their
// real parts: the rates at which the linearised flow -K ∇E falls back to a
// minimum x. For a quadratic energy and a constant K the least real part is the
// spectral gap of the process, and an antisymmetric part of K moves it up, to
// tr(S∇²E)/n at most. At a saddle one is negative: the rate of escape from it.
//
// Second derivatives are those of the energy if it is a landscape.Smooth, and
// differences of its gradient otherwise. It is an error if x is not a critical
// point, to 1e-6 of the Hessian's size, or if a number is not finite. T plays
// no part.
func (d Dynamics) Rates(x []float64) ([]complex128, error) {
	d.mustMean()
	length(x, d.Energy.Dim())
	hess, err := hessianAt(d.Energy, x)
	if err != nil {
		return nil, err
	}
	n := len(x)
	k := make([]float64, n*n)
	sharpMatrix(k, newProcess(d).k.Sharp, x)
	if !flows.Finite(k) {
		return nil, fmt.Errorf("langevin: the mobility is not finite at x = %.6g", x)
	}
	var b mat.Dense
	b.Mul(mat.NewDense(n, n, k), hess)
	var eig mat.Eigen
	if !eig.Factorize(&b, mat.EigenNone) {
		return nil, fmt.Errorf("langevin: the eigenvalues of K ∇²E at x = %.6g were not found", x)
	}
	rates := eig.Values(nil)
	slices.SortFunc(rates, func(a, b complex128) int {
		return cmp.Or(cmp.Compare(real(a), real(b)), cmp.Compare(imag(a), imag(b)))
	})
	return rates, nil
}

// StepLimit returns the step at and above which explicit schemes that go by
// x + a h (Euler-Maruyama, the sphere, stochastic Heun goes a little further)
// are unstable at a minimum: the linearised step multiplies a mode of rate λ
// by 1 - λh, which grows where h >= 2 Re λ/|λ|². The bound is proven for
// quadratic energies with a constant K and necessary elsewhere; a step well
// below it may still be too long for accuracy. It fails as Rates does, and if
// x is not a minimum.
func (d Dynamics) StepLimit(minimum []float64) (float64, error) {
	rates, err := d.Rates(minimum)
	if err != nil {
		return 0, err
	}
	limit := math.Inf(1)
	for _, l := range rates {
		if !(real(l) > 0) {
			return 0, fmt.Errorf("langevin: x = %.6g is not a stable minimum: K ∇²E has the eigenvalue %.6g there", minimum, l)
		}
		limit = math.Min(limit, 2*real(l)/(real(l)*real(l)+imag(l)*imag(l)))
	}
	return limit, nil
}

// StepLimit returns 2/ω, ω² the largest eigenvalue of ∇²E/m at a minimum: the
// step at and above which BAOAB and the other splittings with one A or two
// are unstable there. It fails as Dynamics.StepLimit does.
func (k Kinetic) StepLimit(minimum []float64) (float64, error) {
	mass := k.masses()
	inverse := NewDiagonal(len(mass), func(i int, _ float64) float64 { return 1 / mass[i] }, func(int, float64) float64 { return 0 })
	limit, err := Dynamics{Energy: k.Energy, Mobility: inverse}.StepLimit(minimum)
	return math.Sqrt(2 * limit), err // limit is 2/ω²
}

// CheckStep returns an error if explicit schemes are unstable with the step h
// at one of the minima, see StepLimit; it names the minimum and the limit.
func (d Dynamics) CheckStep(h float64, minima ...[]float64) error {
	return checkStep(d.StepLimit, h, minima)
}

// CheckStep returns an error if BAOAB is unstable with the step h at one of the
// minima, see StepLimit.
func (k Kinetic) CheckStep(h float64, minima ...[]float64) error {
	return checkStep(k.StepLimit, h, minima)
}

func checkStep(limit func(x []float64) (float64, error), h float64, minima [][]float64) error {
	positive("step", h)
	for _, x := range minima {
		most, err := limit(x)
		if err != nil {
			return err
		}
		if h >= most {
			return fmt.Errorf("langevin: the step %g is unstable at the minimum %.6g: take one well below %.6g, or an implicit or a Metropolis scheme", h, x, most)
		}
	}
	return nil
}

// hessianAt returns ∇²E at a critical point.
func hessianAt(e lyapunov.Energy, x []float64) (*mat.SymDense, error) {
	n := len(x)
	h := mat.NewSymDense(n, nil)
	if s, ok := e.(landscape.Smooth); ok {
		s.Hessian(h, x)
	} else {
		y, col, buf := append([]float64(nil), x...), make([]float64, n), make([]float64, n)
		for b := range n {
			clear(col)
			differentiate(col, buf, y, b, e.Gradient)
			for a := range n {
				if a == b {
					h.SetSym(a, a, col[a])
				} else {
					h.SetSym(a, b, h.At(a, b)+col[a]/2)
				}
			}
		}
	}
	size, g := 0.0, make([]float64, n)
	e.Gradient(g, x)
	for a := range n {
		for b := range n {
			size = math.Max(size, math.Abs(h.At(a, b)))
		}
	}
	for a, v := range g {
		if !(math.Abs(v) <= 1e-6*size) || math.IsInf(size, 0) {
			return nil, fmt.Errorf("langevin: gradient component %d is %.3g at x = %.6g, with second derivatives of the size %.3g: give a critical point", a, v, x, size)
		}
	}
	return h, nil
}

// smoothHamiltonian is a hamiltonian with second derivatives.
type smoothHamiltonian struct {
	hamiltonian
	smooth landscape.Smooth
}

func (h smoothHamiltonian) Hessian(dst *mat.SymDense, x []float64) {
	n := len(h.mass)
	own := mat.NewSymDense(n, nil)
	h.smooth.Hessian(own, x[:n])
	dst.Zero()
	for a := range n {
		for b := a; b < n; b++ {
			dst.SetSym(a, b, own.At(a, b))
		}
		dst.SetSym(n+a, n+a, h.mass[a])
	}
}
