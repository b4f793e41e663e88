package mirror

import (
	"errors"

	"hopflow/lyapunov"
)

// Descent is mirror descent, [HF] (15):
//
//	∇ψ(y) = ∇ψ(x_k) - h_k ∇f(x_k),  x_{k+1} = the projection of y on the set.
//
// It carries the mirror coordinate z = ∇ψ(x), so that a point near the boundary
// loses no digits. With BitEntropy as Map it is the scheme of [HF] Remark 2,
// (21): Euler on the hidden state, which never leaves the cube. With Softplus
// as Map, on the energy Compose(f, Map), it is the natural gradient step (5) in
// the variable ∇ψ(z), found in Iterate.Z: the reading of (15) under which the
// equivalence holds: notebook 11. With Euclidean it is projected
// gradient descent.
type Descent struct {
	Map  Legendre
	Set  Set // nil: none but the closure of the domain
	Rule Rule
}

// Projected returns Euclidean projected gradient descent on the set.
func Projected(set Set, rule Rule) Descent {
	return Descent{Map: Euclidean(set.Dim()), Set: set, Rule: rule}
}

type descent struct {
	f         lyapunov.Energy
	psi, conj Legendre
	project   Projector
	steps     steps
	g, x, z   []float64
}

// begin checks the start and returns the first iterate with what all methods
// with a mirror map share.
func begin(f lyapunov.Energy, psi Legendre, set Set, x0 []float64) (Iterate, descent, error) {
	n := f.Dim()
	if psi == nil {
		panic("mirror: a method needs a Map, such as BitEntropy(0.25, 0.6)")
	}
	lengths(n, psi.Dim(), len(x0))
	d := descent{f: f, psi: psi, conj: psi.Conjugate(), g: make([]float64, n), x: make([]float64, n), z: make([]float64, n)}
	it := Iterate{X: x0, Z: make([]float64, n)}
	if err := psi.Domain().Check(x0); err != nil {
		var where *DomainError
		e := &Error{Reason: ErrDomain, Coordinate: -1, X: it.Clone().X}
		if errors.As(err, &where) {
			e.Coordinate, e.Value = where.Coordinate, where.Value
		}
		return it, d, e
	}
	if set != nil {
		lengths(n, set.Dim())
		var err error
		if d.project, err = set.Projector(psi); err != nil {
			return it, d, err
		}
		if err := d.project.Project(it.X, it.X); err != nil {
			return it, d, err
		}
	}
	psi.Gradient(it.Z, it.X)
	return it, d, nil
}

func (m Descent) start(f lyapunov.Energy, x0 []float64) (Iterate, stepper, error) {
	it, d, err := begin(f, m.Map, m.Set, x0)
	d.steps = newSteps(m.Rule)
	return it, &d, err
}

// gradient leaves ∇f(x) in d.g.
func (d *descent) gradient(it *Iterate, x []float64) error {
	d.f.Gradient(d.g, x)
	for i, v := range d.g {
		if notFinite(v) {
			return &Error{ErrGradient, it.K, i, v, it.Step, it.Clone().X}
		}
	}
	return nil
}

// land leaves ∇ψ*(z) in x and, where there is a set, its projection instead, and
// the mirror coordinate of that in z.
func (d *descent) land(x, z []float64, it *Iterate, h float64) error {
	if err := d.invert(x, z, it, h); err != nil || d.project == nil {
		return err
	}
	return projectMirror(d.project, d.psi, d.conj, x, z)
}

// invert leaves ∇ψ*(z) in x. It is an error if z is not in the range of ∇ψ.
func (d *descent) invert(x, z []float64, it *Iterate, h float64) error {
	if err := d.conj.Domain().Check(z); err != nil {
		e := &Error{Reason: ErrNoSolution, K: it.K, Coordinate: -1, H: h, X: it.Clone().X}
		var where *DomainError
		if errors.As(err, &where) {
			e.Coordinate, e.Value = where.Coordinate, where.Value
		}
		return e
	}
	d.conj.Gradient(x, z)
	return nil
}

func (d *descent) step(it *Iterate) error {
	if err := d.gradient(it, it.X); err != nil {
		return err
	}
	h, err := d.steps.first(it)
	if err != nil {
		return err
	}
	for least := shortest * h; h >= least; {
		value, ok, err := d.try(it, h)
		if err != nil && !(d.steps.tries && errors.Is(err, ErrNoSolution)) {
			return err
		}
		if err == nil && ok {
			d.steps.h = h
			d.commit(it, value, h)
			return nil
		}
		h = d.steps.shorter(h)
	}
	return &Error{ErrLineSearch, it.K, -1, it.F, h, it.Clone().X}
}

// try leaves the iterate of step h in d.x and d.z and returns f there and
// whether the line search, if there is one, accepts it.
func (d *descent) try(it *Iterate, h float64) (value float64, ok bool, err error) {
	for i, z := range it.Z {
		d.z[i] = z - h*d.g[i]
	}
	if err := d.land(d.x, d.z, it, h); err != nil {
		return 0, false, err
	}
	value = d.f.Value(d.x)
	if !d.steps.tries {
		if notFinite(value) {
			return value, false, &Error{ErrEnergy, it.K, -1, value, h, it.Clone().X}
		}
		return value, true, nil
	}
	model := it.F + Bregman(d.conj, it.Z, d.z)/h // D(x⁺, x) by (18b): no digits lost near the boundary
	for i, g := range d.g {
		model += g * (d.x[i] - it.X[i])
	}
	return value, value <= model+slack(value, it.F), nil
}

func (d *descent) commit(it *Iterate, value, h float64) {
	copy(it.X, d.x)
	copy(it.Z, d.z)
	it.K++
	it.F, it.Step = value, h
}

// DualAveraging is the method of [N09]: gradients add up in the dual, and
//
//	x_{k+1} = argmin over the set of ψ(x) - ∇ψ(x_0)·x + h_k (g_0 + ... + g_k)·x.
//
// With a fixed step and no set it is Descent; with a set, Descent forgets what
// the projection cut off, and DualAveraging does not. Iterate.Z is ∇ψ(x_0) -
// h_k Σ g, before the projection.
type DualAveraging struct {
	Map  Legendre
	Set  Set  // nil: none but the closure of the domain
	Rule Rule // Fixed or decreasing, such as InverseSqrt; a LineSearch panics
}

type averaging struct {
	descent
	z0, sum, w []float64
}

func (m DualAveraging) start(f lyapunov.Energy, x0 []float64) (Iterate, stepper, error) {
	it, d, err := begin(f, m.Map, m.Set, x0)
	d.steps = newSteps(m.Rule)
	if d.steps.tries {
		panic("mirror: dual averaging has no line search: give Fixed or InverseSqrt")
	}
	return it, &averaging{d, append([]float64(nil), it.Z...), make([]float64, len(x0)), make([]float64, len(x0))}, err
}

func (a *averaging) step(it *Iterate) error {
	if err := a.gradient(it, it.X); err != nil {
		return err
	}
	h, err := a.steps.first(it)
	if err != nil {
		return err
	}
	for i, g := range a.g {
		a.sum[i] += g
		a.z[i] = a.z0[i] - h*a.sum[i]
	}
	copy(a.w, a.z)
	if err := a.land(a.x, a.w, it, h); err != nil {
		return err
	}
	value := a.f.Value(a.x)
	if notFinite(value) {
		return &Error{ErrEnergy, it.K, -1, value, h, it.Clone().X}
	}
	a.commit(it, value, h)
	return nil
}
