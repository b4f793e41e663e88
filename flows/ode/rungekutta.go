package ode

import (
	"slices"

	"hopflow/flows"
)

// rungeKutta is a Tableau at work on a field.
//
// It keeps the two ends of its last step with the slopes there, so that a step
// that begins where the last one began (taken again, shorter) or ended does not
// ask the field twice for the same value.
type rungeKutta struct {
	*Tableau
	f      flows.Field
	t, h   float64     // the last step
	x0, x1 []float64   // its ends
	y      []float64   // argument of a stage
	k      [][]float64 // slopes of the stages; the last one is at the end (t+h, x1)
	began  bool        // k[0] = f(t, x0)
	ended  bool        // the last of k is f(t+h, x1)
	fsal   bool        // the last stage is at the end: "first same as last"
}

// Stepper returns the method at work on f in dim dimensions. It panics if f is
// nil, dim negative, or the parts of the tableau do not fit together.
func (m *Tableau) Stepper(f flows.Field, dim int) Stepper {
	if f == nil {
		panic("ode: nil field")
	}
	if dim < 0 || !m.consistent() {
		panic("ode: length mismatch")
	}
	s := len(m.B)
	r := &rungeKutta{Tableau: m, f: f}
	last := m.A[s-1]
	r.fsal = m.B[s-1] == 0 && m.C[s-1] == 1 && slices.Equal(last, m.B[:s-1])
	if !r.fsal {
		s++ // room for the slope at the end
	}
	slab := make([]float64, (s+3)*dim)
	vector := func() (v []float64) {
		v, slab = slab[:dim:dim], slab[dim:]
		return v
	}
	r.x0, r.x1, r.y, r.k = vector(), vector(), vector(), make([][]float64, s)
	for i := range r.k {
		r.k[i] = vector()
	}
	return r
}

func (m *Tableau) consistent() bool {
	s := len(m.B)
	for i, a := range m.A {
		if len(a) != i {
			return false
		}
	}
	return s > 0 && len(m.A) == s && len(m.C) == s &&
		(m.E == nil || len(m.E) == s) && (m.D == nil || len(m.D) == s)
}

func (r *rungeKutta) Step(dst []float64, t, h float64, x []float64) {
	if len(dst) != len(r.x0) || len(x) != len(r.x0) {
		panic("ode: length mismatch")
	}
	r.begin(t, x)
	r.t, r.h = t, h
	for i := 1; i < len(r.A); i++ {
		r.move(r.y, r.A[i])
		r.f(r.k[i], t+r.C[i]*h, r.y)
	}
	if r.fsal {
		r.x1, r.y = r.y, r.x1
	} else {
		r.move(r.x1, r.B)
	}
	r.ended = r.fsal
	copy(dst, r.x1)
}

// begin makes x0 = x and k[0] = f(t, x), asking the field only where it must.
func (r *rungeKutta) begin(t float64, x []float64) {
	end := len(r.k) - 1
	switch {
	case r.began && t == r.t && slices.Equal(x, r.x0):
		return
	case r.ended && t == r.t+r.h && slices.Equal(x, r.x1):
		r.k[0], r.k[end] = r.k[end], r.k[0]
	default:
		r.f(r.k[0], t, x)
	}
	copy(r.x0, x)
	r.began = true
}

// move stores x0 + h Σ w_j k_j in dst.
func (r *rungeKutta) move(dst, w []float64) {
	r.combine(dst, w)
	for i, x := range r.x0 {
		dst[i] = x + r.h*dst[i]
	}
}

// combine stores Σ w_j k_j in dst.
func (r *rungeKutta) combine(dst, w []float64) {
	clear(dst)
	for j, wj := range w {
		if wj == 0 {
			continue
		}
		for i, k := range r.k[j][:len(dst)] {
			dst[i] += wj * k
		}
	}
}

func (r *rungeKutta) Estimate(dst []float64) bool {
	if r.E == nil {
		return false
	}
	if dst != nil {
		r.combine(dst, r.E)
		for i := range dst {
			dst[i] *= r.h
		}
	}
	return true
}

// Interpolate evaluates the cubic with the states and slopes of both ends, plus
// the quartic term of the tableau, in the nested form of [HNW] II.6.
func (r *rungeKutta) Interpolate(dst []float64, theta float64) bool {
	if r.D == nil && r.P > 4 {
		return false
	}
	if dst == nil {
		return true
	}
	if !r.ended {
		r.f(r.k[len(r.k)-1], r.t+r.h, r.x1)
		r.ended = true
	}
	if theta == 1 { // x0 + (x1 - x0) would round
		copy(dst, r.x1)
		return true
	}
	r.combine(dst, r.D)
	first, last := r.k[0], r.k[len(r.k)-1]
	for i, x := range r.x0 {
		d := r.x1[i] - x
		a, b := r.h*first[i]-d, d-r.h*last[i]
		dst[i] = x + theta*(d+(1-theta)*(a+theta*(b-a+(1-theta)*r.h*dst[i])))
	}
	return true
}
