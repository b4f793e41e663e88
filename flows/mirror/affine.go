package mirror

import (
	"fmt"
	"math"
)

// Affine is the set of the points with A x = b, a row of A an equation.
type Affine struct {
	A [][]float64
	B []float64
}

// Dim returns the number of coordinates. It panics if there is no equation.
func (s Affine) Dim() int {
	if len(s.A) == 0 || len(s.A) != len(s.B) {
		panic(fmt.Sprintf("mirror: length mismatch: %d rows and %d right sides, want as many, and at least 1", len(s.A), len(s.B)))
	}
	return len(s.A[0])
}

// Violation returns the largest |A x - b| of a row, in the length of the row.
func (s Affine) Violation(x []float64) (worst float64) {
	lengths(s.Dim(), len(x))
	for j, row := range s.A {
		miss := math.Abs(dot(row, x) - s.B[j])
		if norm := math.Sqrt(dot(row, row)); norm > 0 {
			miss /= norm
		}
		worst = math.Max(worst, miss)
	}
	return worst
}

// Projector finds x = ∇ψ*(∇ψ(y) - Aᵀλ) by Newton's method on the dual problem
// of the multipliers λ, which is concave and has no constraints; for a single
// equation, as the root of a decreasing function. Equations that
// follow from the others are left out; if they contradict them, the set is
// empty.
func (s Affine) Projector(psi Legendre) (Projector, error) {
	lengths(psi.Dim(), s.Dim())
	if err := errDegenerate(psi); err != nil {
		return nil, err
	}
	rows, right, err := s.independent()
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0:
		return newLine(psi, make([]float64, s.Dim()), 0, true, false) // 0 = 0: all of space
	case len(rows) == 1:
		return newLine(psi, rows[0], right[0], false, false)
	}
	conj, ok := psi.Conjugate().(Smooth)
	if !ok {
		return nil, fmt.Errorf("mirror: the projection on an affine set of several equations needs second derivatives of the conjugate: make it Smooth")
	}
	n, m := s.Dim(), len(rows)
	p := &affine{psi: psi, conj: conj, a: rows, b: right}
	for _, v := range []*[]float64{&p.z, &p.w, &p.x, &p.v} {
		*v = make([]float64, n)
	}
	for _, v := range []*[]float64{&p.lambda, &p.trial, &p.res, &p.step} {
		*v = make([]float64, m)
	}
	p.hess = make([]float64, m*m)
	return p, nil
}

// independent returns an orthonormal basis of the rows with its right sides, by
// the method of Gram and Schmidt, done twice for orthogonality to rounding.
func (s Affine) independent() (rows [][]float64, right []float64, err error) {
	for j, row := range s.A {
		lengths(s.Dim(), len(row))
		r, b := append([]float64(nil), row...), s.B[j]
		size := math.Sqrt(dot(r, r))
		for range 2 {
			for k, q := range rows {
				c := dot(q, r)
				for i := range r {
					r[i] -= c * q[i]
				}
				b -= c * right[k]
			}
		}
		norm := math.Sqrt(dot(r, r))
		if math.IsNaN(norm+b) || math.IsInf(norm+b, 0) {
			return nil, nil, fmt.Errorf("mirror: equation %d of the affine set is not finite: check its row and its right side", j)
		}
		if norm <= 1e-13*size {
			if math.Abs(b) > 1e-12*math.Max(1, math.Abs(s.B[j])) {
				return nil, nil, fmt.Errorf("mirror: %w: equation %d of the affine set contradicts those before it by %.3g: leave one of them out", ErrEmpty, j, b)
			}
			continue
		}
		for i := range r {
			r[i] /= norm
		}
		rows, right = append(rows, r), append(right, b/norm)
	}
	return rows, right, nil
}

type affine struct {
	psi         Legendre
	conj        Smooth
	a           [][]float64
	b           []float64
	z, w, x, v  []float64
	lambda      []float64
	trial, step []float64
	res, hess   []float64
}

// eval leaves x(λ) in p.x and the residual A x - b in p.res, and returns the
// largest of it and the dual objective ψ*(z - Aᵀλ) + b·λ, which is to be least.
func (p *affine) eval(lambda []float64) (miss, dual float64) {
	copy(p.w, p.z)
	for j, row := range p.a {
		for i, r := range row {
			p.w[i] -= lambda[j] * r
		}
	}
	if p.conj.Domain().Check(p.w) != nil {
		return math.NaN(), math.NaN()
	}
	p.conj.Gradient(p.x, p.w)
	dual = p.conj.Value(p.w)
	for j, row := range p.a {
		p.res[j] = dot(row, p.x) - p.b[j]
		miss = math.Max(miss, math.Abs(p.res[j]))
		dual += p.b[j] * lambda[j]
	}
	return miss, dual
}

func (p *affine) Project(dst, y []float64) error {
	p.psi.Gradient(p.z, y)
	err := p.solve()
	copy(dst, p.x)
	return err
}

func (p *affine) projectMirror(x, z []float64) error {
	copy(p.z, z)
	err := p.solve()
	copy(x, p.x)
	copy(z, p.w)
	return err
}

// solve leaves the projection in p.x and its mirror coordinate in p.w.
func (p *affine) solve() error {
	clear(p.lambda)
	miss, dual := p.eval(p.lambda)
	scale := 0.0
	for range 200 {
		scale = 0
		for i := range p.x {
			scale = math.Max(scale, math.Abs(p.x[i]))
		}
		if miss <= 4e-16*scale {
			break
		}
		p.newton()
		next, value, ok := p.search(miss, dual)
		if !ok {
			break
		}
		miss, dual = next, value
	}
	if !(miss <= 1e-12*math.Max(scale, 1e-300)) {
		return fmt.Errorf("mirror: %w: A x misses b by %.3g (in rows of length 1) at the best multipliers: move the affine set so that it meets the open domain", ErrEmpty, miss)
	}
	p.eval(p.lambda)
	return nil
}

// newton stores (A ∇²ψ* Aᵀ)⁻¹ (A x - b) in p.step. A direction in which x does
// not move, as (1, ..., 1) on the simplex, gets no step.
func (p *affine) newton() {
	m := len(p.a)
	for j, row := range p.a {
		p.conj.Hessian(p.v, p.w, row)
		for k := range j + 1 {
			p.hess[j*m+k] = dot(p.a[k], p.v)
		}
	}
	var top float64
	for j := range m {
		top = math.Max(top, p.hess[j*m+j])
	}
	// Cholesky's factorisation in place, then the two triangular solves.
	for j := range m {
		for k := range j + 1 {
			s := p.hess[j*m+k]
			for l := range k {
				s -= p.hess[j*m+l] * p.hess[k*m+l]
			}
			if k < j {
				p.hess[j*m+k] = s / p.hess[k*m+k]
			} else if s > 1e-15*top {
				p.hess[j*m+j] = math.Sqrt(s)
			} else {
				p.hess[j*m+j] = math.Inf(1)
			}
		}
	}
	for j := range m {
		s := p.res[j]
		for l := range j {
			s -= p.hess[j*m+l] * p.step[l]
		}
		p.step[j] = s / p.hess[j*m+j]
	}
	for j := m - 1; j >= 0; j-- {
		s := p.step[j]
		for l := j + 1; l < m; l++ {
			s -= p.hess[l*m+j] * p.step[l]
		}
		p.step[j] = s / p.hess[j*m+j]
	}
}

// search shortens the step until the dual objective, or near the end, where it
// has no digits left, the residual decreases.
func (p *affine) search(miss, dual float64) (next, value float64, ok bool) {
	slope := dot(p.step, p.res) // of the objective, downwards
	for t := 1.0; t > 1e-12; t /= 2 {
		for j := range p.trial {
			p.trial[j] = p.lambda[j] + t*p.step[j]
		}
		next, value = p.eval(p.trial)
		if value <= dual-1e-4*t*slope && next < 1e3*miss || next < 0.9*miss || next < miss && value <= dual+slack(value, dual) {
			copy(p.lambda, p.trial)
			return next, value, true
		}
	}
	p.eval(p.lambda)
	return miss, dual, false
}
