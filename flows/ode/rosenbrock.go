package ode

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"hopflow/flows"
)

// A Jacobian stores ∂f_i/∂x_j at (t, x) in the entries (i, j) of dst, every one
// of them. It does not write to x.
type Jacobian func(dst *mat.Dense, t float64, x []float64)

// A Rosenbrock method is linearly implicit, for stiff flows: with J = ∂f/∂x and
// ḟ = ∂f/∂t at the start of the step, each of its s stages solves one linear
// system with the same matrix,
//
//	(1/(γh) - J) k_i = f(t + α_i h, x + Σ_{j<i} a_ij k_j) + Σ_{j<i} (c_ij/h) k_j + h γ_i ḟ,
//	x(t+h) ≈ x + Σ_i m_i k_i,   error ≈ Σ_i e_i k_i,
//
// [HW] IV.7, (7.25) in the transformed variables. There is no Newton iteration
// that can fail: a step fails (ErrSingular) only if 1/(γh) is an eigenvalue of
// J, which control of the error mends by a shorter step.
//
// It is a Method; treat it as read-only. Between the ends of a step it is
// interpolated by
//
//	x(t+θh) ≈ (1-θ) x + θ (x1 + (1-θ) (Σ d_i k_i + θ Σ d'_i k_i)).
//
// [HW] is E. Hairer and G. Wanner, Solving Ordinary Differential Equations II.
type Rosenbrock struct {
	Name   string
	P      int
	Gamma  float64   // γ
	Alpha  []float64 // α, the nodes
	Gammas []float64 // γ_i, the weights of ∂f/∂t
	A, C   [][]float64
	M, E   []float64
	D      [2][]float64 // d and d'
	// Jacobian is ∂f/∂x. nil: central differences, 2 dim calls of f a step, with
	// a relative error of 1e-10 or so, which costs the order below errors of
	// about that size. See With.
	Jacobian Jacobian
	// Autonomous says that f does not depend on t, and saves 2 calls of f a step.
	Autonomous bool
}

var _ Method = (*Rosenbrock)(nil)

// Order returns the order p of the method.
func (m *Rosenbrock) Order() int { return m.P }

// String returns the name.
func (m *Rosenbrock) String() string { return m.Name }

// With returns the method with the Jacobian of the field from the caller, for
// that field only.
func (m *Rosenbrock) With(j Jacobian) *Rosenbrock {
	own := *m
	own.Jacobian = j
	return &own
}

// Stepper returns the method at work on f in dim dimensions. It panics if f is
// nil, dim negative, or the parts of the method do not fit together.
func (m *Rosenbrock) Stepper(f flows.Field, dim int) Stepper {
	if f == nil {
		panic("ode: nil field")
	}
	if dim < 0 || !m.consistent() {
		panic("ode: length mismatch")
	}
	s := len(m.M)
	slab := make([]float64, (s+7)*dim)
	vector := func() (v []float64) {
		v, slab = slab[:dim:dim], slab[dim:]
		return v
	}
	r := &rosenbrock{Rosenbrock: m, f: f, k: make([][]float64, s), pivot: make([]int, dim)}
	for _, v := range []*[]float64{&r.x0, &r.x1, &r.y, &r.slope, &r.rate, &r.up, &r.down} {
		*v = vector()
	}
	for i := range r.k {
		r.k[i] = vector()
	}
	if dim > 0 {
		r.jac, r.lu = mat.NewDense(dim, dim, nil), mat.NewDense(dim, dim, nil)
	}
	return r
}

func (m *Rosenbrock) consistent() bool {
	s := len(m.M)
	for i := range m.A {
		if len(m.A[i]) != i || len(m.C) != s || len(m.C[i]) != i {
			return false
		}
	}
	for _, v := range [][]float64{m.Alpha, m.Gammas, m.E} {
		if len(v) != s {
			return false
		}
	}
	return s > 0 && len(m.A) == s && len(m.D[0]) <= s && len(m.D[1]) <= s && m.Gamma > 0
}

// rosenbrock is a Rosenbrock method at work on a field. A step taken again from
// where the last one began, shorter, does not ask for slope and Jacobian twice.
type rosenbrock struct {
	*Rosenbrock
	f         flows.Field
	t, h      float64
	x0, x1, y []float64
	slope     []float64 // f(t, x0)
	rate      []float64 // ∂f/∂t there
	up, down  []float64
	k         [][]float64
	jac, lu   *mat.Dense
	pivot     []int
	began     bool // slope, rate and jac are those at (t, x0)
	err       error
}

var _ Fallible = (*rosenbrock)(nil)

func (r *rosenbrock) Err() error { return r.err }

func (r *rosenbrock) Step(dst []float64, t, h float64, x []float64) {
	n := len(r.x0)
	if len(dst) != n || len(x) != n {
		panic("ode: length mismatch")
	}
	if n == 0 {
		return
	}
	r.begin(t, x)
	r.h, r.err = h, nil
	if !r.factorize() {
		r.err = ErrSingular
		fill(r.x1, math.NaN())
		copy(dst, r.x1)
		return
	}
	for i, k := range r.k {
		r.stage(i, k)
	}
	copy(r.x1, r.x0)
	for i, m := range r.M {
		add(r.x1, m, r.k[i])
	}
	copy(dst, r.x1)
}

// stage solves for k_i.
func (r *rosenbrock) stage(i int, k []float64) {
	if i == 0 {
		copy(k, r.slope)
	} else {
		copy(r.y, r.x0)
		for j, a := range r.A[i] {
			add(r.y, a, r.k[j])
		}
		r.f(k, r.t+r.Alpha[i]*r.h, r.y)
	}
	for j, c := range r.C[i] {
		add(k, c/r.h, r.k[j])
	}
	add(k, r.h*r.Gammas[i], r.rate)
	lapack64.Getrs(blas.NoTrans, r.lu.RawMatrix(), blas64.General{Rows: len(k), Cols: 1, Stride: 1, Data: k}, r.pivot)
}

// factorize decomposes 1/(γh) - J, and reports whether that is regular.
func (r *rosenbrock) factorize() bool {
	a, j := r.lu.RawMatrix(), r.jac.RawMatrix()
	for i := range a.Data {
		a.Data[i] = -j.Data[i]
	}
	for i := range a.Rows {
		a.Data[i*a.Stride+i] += 1 / (r.Gamma * r.h)
	}
	return lapack64.Getrf(a, r.pivot)
}

// begin makes x0 = x and evaluates the field and its derivatives there, asking
// only where it must.
func (r *rosenbrock) begin(t float64, x []float64) {
	if r.began && t == r.t && slices.Equal(x, r.x0) {
		return
	}
	r.t, r.began = t, true
	copy(r.x0, x)
	r.f(r.slope, t, r.x0)
	if r.Jacobian != nil {
		copy(r.y, r.x0)
		r.Jacobian(r.jac, t, r.y)
	} else {
		r.difference()
	}
	if r.Autonomous {
		return
	}
	d := spacing(t, 1)
	r.f(r.up, t+d, r.x0)
	r.f(r.down, t-d, r.x0)
	slopeBetween(r.rate, r.up, r.down, r.slope, t+d-t, t-(t-d))
}

// difference makes jac from central differences of f; from one-sided ones where
// a neighbour is outside the domain.
func (r *rosenbrock) difference() {
	copy(r.y, r.x0)
	for j, xj := range r.x0 {
		d := spacing(xj, 1e-2)
		hi, lo := xj+d, xj-d
		r.y[j] = hi
		r.f(r.up, r.t, r.y)
		r.y[j] = lo
		r.f(r.down, r.t, r.y)
		r.y[j] = xj
		column := r.k[0]
		slopeBetween(column, r.up, r.down, r.slope, hi-xj, xj-lo)
		r.jac.SetCol(j, column)
	}
}

// spacing returns a distance at which a central difference loses as much to
// rounding as to the third derivative, for a function that changes over |x| or
// over least.
func spacing(x, least float64) float64 { return 6e-6 * math.Max(math.Abs(x), least) }

// slopeBetween stores the difference quotient of three values of f, at distances a
// and b from the middle, in dst.
func slopeBetween(dst, up, down, middle []float64, a, b float64) {
	useUp, useDown := flows.Finite(up), flows.Finite(down)
	for i := range dst {
		switch {
		case useUp == useDown:
			dst[i] = (up[i] - down[i]) / (a + b)
		case useUp:
			dst[i] = (up[i] - middle[i]) / a
		default:
			dst[i] = (middle[i] - down[i]) / b
		}
	}
}

func (r *rosenbrock) Estimate(dst []float64) bool {
	if dst != nil {
		clear(dst)
		for i, e := range r.E {
			add(dst, e, r.k[i])
		}
	}
	return true
}

func (r *rosenbrock) Interpolate(dst []float64, theta float64) bool {
	if dst == nil {
		return true
	}
	if theta == 1 {
		copy(dst, r.x1)
		return true
	}
	clear(dst)
	for i, d := range r.D[0] {
		add(dst, d, r.k[i])
	}
	for i, d := range r.D[1] {
		add(dst, theta*d, r.k[i])
	}
	for i, x := range r.x0 {
		dst[i] = (1-theta)*x + theta*(r.x1[i]+(1-theta)*dst[i])
	}
	return true
}

// add makes dst += c v.
func add(dst []float64, c float64, v []float64) {
	if c == 0 {
		return
	}
	for i, x := range v {
		dst[i] += c * x
	}
}

func fill(dst []float64, v float64) {
	for i := range dst {
		dst[i] = v
	}
}
