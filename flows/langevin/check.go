package langevin

import (
	"fmt"
	"math"

	"hopflow/flows"
	"hopflow/lyapunov"
)

// CheckMobility holds a Mobility against its laws at the given points
// (interior ones, away from kinks): its values are finite, depend on the
// arguments only, and change none of them; Sharp and SharpSqrt are linear; the
// noise of SharpSqrt has the covariance S, the symmetric part of Sharp, which
// is positive semidefinite for that; and Divergence is Σ_b ∂_b K^{ab}, on the
// second index, to 1e-6 of the larger of the differences and 1. The error names
// the law, the point and the component. A root that is not symmetric, as that
// of Cholesky, passes: only its covariance is seen by the law of the process.
func CheckMobility(m lyapunov.Mobility, points [][]float64) error {
	if m == nil {
		panic("langevin: nil mobility")
	}
	if len(points) == 0 {
		return fmt.Errorf("langevin: no points to check the mobility at: give interior points, away from kinks")
	}
	for k, p := range points {
		if d, ok := m.(interface{ Dim() int }); ok && d.Dim() != len(p) {
			return fmt.Errorf("langevin: point %d has %d coordinates, the mobility has %d", k, len(p), d.Dim())
		}
		if err := checkMobilityAt(m, p); err != nil {
			return fmt.Errorf("langevin: mobility at point %d, x = %.6g: %w", k, p, err)
		}
	}
	return nil
}

func checkMobilityAt(m lyapunov.Mobility, p []float64) error {
	n := len(p)
	k, root := make([]float64, n*n), make([]float64, n*n)
	if err := checkAction("Sharp", m.Sharp, k, p); err != nil {
		return err
	}
	if err := checkAction("SharpSqrt", m.SharpSqrt, root, p); err != nil {
		return err
	}
	if err := checkRoot(k, root, n); err != nil {
		return err
	}
	return checkDivergence(m, p)
}

// checkAction stores the matrix of an operator in k and holds the operator
// against it.
func checkAction(name string, act func(dst, x, xi []float64), k, p []float64) error {
	n := len(p)
	x := append([]float64(nil), p...)
	sharpMatrix(k, act, x)
	for i := range n {
		if x[i] != p[i] {
			return fmt.Errorf("%s changed coordinate %d of the point from %g to %g: work on a copy", name, i, p[i], x[i])
		}
	}
	if !flows.Finite(k) {
		return fmt.Errorf("%s is not finite, %.6g: choose points inside the domain, or correct the formula (a root of a matrix that is not positive semidefinite is NaN)", name, k)
	}
	// Generic combinations, into a dst of NaNs.
	xi, dst, want := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range xi {
		xi[i], dst[i] = math.Cos(1+2*float64(i))-0.3, math.NaN()
	}
	kept := append([]float64(nil), xi...)
	act(dst, x, xi)
	multiply(want, k, kept)
	size := 0.0
	for _, v := range k {
		size = math.Max(size, math.Abs(v))
	}
	for i := range n {
		if x[i] != p[i] || xi[i] != kept[i] {
			return fmt.Errorf("%s changed component %d of its arguments: work on a copy", name, i)
		}
		if !(math.Abs(dst[i]-want[i]) <= 1e-12*size*float64(n)) {
			return fmt.Errorf("%s of a combination is %.9g in component %d, the combination of its values %.9g: it has to be linear, and to assign every component", name, dst[i], i, want[i])
		}
	}
	return nil
}

// checkRoot compares root rootᵀ with the symmetric part of k.
func checkRoot(k, root []float64, n int) error {
	size := 0.0
	for a := range n {
		size = math.Max(size, math.Abs(k[a*n+a]))
		if k[a*n+a] < 0 {
			return fmt.Errorf("S^{%d%d} = %.6g is negative: the symmetric part of K has to be positive semidefinite", a, a, k[a*n+a])
		}
	}
	for a := range n {
		for b := range n {
			var got float64
			for c := range n {
				got += root[a*n+c] * root[b*n+c]
			}
			if want := (k[a*n+b] + k[b*n+a]) / 2; !(math.Abs(got-want) <= 1e-10*size) {
				return fmt.Errorf("the noise of SharpSqrt has the covariance %.9g in entry (%d, %d), the symmetric part of Sharp is %.9g there: an antisymmetric part that is not antisymmetric, or an S with a negative eigenvalue, does that", got, a, b, want)
			}
		}
	}
	return nil
}

// checkDivergence compares Divergence with differences of the second index.
func checkDivergence(m lyapunov.Mobility, p []float64) error {
	n := len(p)
	x := append([]float64(nil), p...)
	got, want, other := make([]float64, n), make([]float64, n), make([]float64, n)
	buf, e := make([]float64, n), make([]float64, n)
	for a := range got {
		got[a] = math.NaN()
	}
	m.Divergence(got, x)
	k := make([]float64, n*n)
	for b := range n {
		e[b] = 1
		differentiate(want, buf, x, b, func(col, x []float64) { m.Sharp(col, x, e) })
		e[b] = 0
		differentiate(other, buf, x, b, func(row, x []float64) { // K^{ba}: the first index
			sharpMatrix(k, m.Sharp, x)
			copy(row, k[b*n:(b+1)*n])
		})
	}
	scale := 1.0
	for _, v := range want {
		scale = math.Max(scale, math.Abs(v))
	}
	for a := range n {
		if math.Abs(got[a]-want[a]) <= 1e-6*scale {
			continue
		}
		hint := ""
		if math.Abs(got[a]-other[a]) <= 1e-6*scale {
			hint = " (it is Σ_b ∂_b K^{ba}: contract the second index)"
		}
		return fmt.Errorf("component %d of Divergence is %.9g, differences of Σ_b ∂_b K^{ab} give %.9g%s", a, got[a], want[a], hint)
	}
	return nil
}

// Check holds the dynamics against their laws at the given points (interior
// ones, away from kinks): those of lyapunov.CheckEnergy and CheckMobility; ln μ
// is finite and VolumeGradient, if given, its derivative to 1e-6 of the larger
// of it and 1; the drift is finite.
func (d Dynamics) Check(points [][]float64) error {
	d.mustMean()
	if err := lyapunov.CheckEnergy(d.Energy, points); err != nil {
		return err
	}
	p := newProcess(d)
	if err := CheckMobility(p.k, points); err != nil {
		return err
	}
	drift := make([]float64, p.n)
	for k, x := range points {
		if err := d.checkVolume(x); err != nil {
			return fmt.Errorf("langevin: at point %d, x = %.6g: %w", k, x, err)
		}
		if p.drift(drift, 0, x); !flows.Finite(drift) {
			return fmt.Errorf("langevin: the drift is %.6g at point %d, x = %.6g: look at the energy's gradient and the mobility there", drift, k, x)
		}
	}
	return nil
}

func (d Dynamics) checkVolume(point []float64) error {
	if d.LogVolume == nil {
		return nil
	}
	x := append([]float64(nil), point...)
	if v := d.LogVolume(x); !flows.Finite([]float64{v}) {
		return fmt.Errorf("ln μ is %v: the measure has to be positive", v)
	}
	given, want := make([]float64, len(x)), make([]float64, len(x))
	d.volumeGradient(given, x)
	d.VolumeGradient = nil
	d.volumeGradient(want, x)
	for i := range x {
		if !(math.Abs(given[i]-want[i]) <= 1e-6*math.Max(1, math.Abs(want[i]))) {
			return fmt.Errorf("component %d of VolumeGradient is %.9g, differences of LogVolume give %.9g", i, given[i], want[i])
		}
	}
	return nil
}
