package hopfield

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// input returns bounds of a_i over the box.
func (s *boxSearch) input(box []float64, i int) (lo, hi float64) {
	n := s.c.n
	lo, hi = s.c.b[i], s.c.b[i]
	size := math.Abs(s.c.b[i])
	for j, w := range s.c.w[i*n : (i+1)*n] {
		p, q := w*box[j], w*box[n+j]
		lo, hi = lo+math.Min(p, q), hi+math.Max(p, q)
		size += math.Max(math.Abs(p), math.Abs(q))
	}
	slack := float64(n+3) * 2.3e-16 * size
	return lo - slack, hi + slack
}

// hull intersects the box with the values of f(Wx + b) on it, a unit at a time.
func (s *boxSearch) hull(box []float64) bool {
	n := s.c.n
	for i, f := range s.c.f {
		lo, hi := s.input(box, i)
		low, high := f.Value(lo), f.Value(hi)
		box[i] = math.Max(box[i], low-1e-15*math.Abs(low)-1e-300)
		box[n+i] = math.Min(box[n+i], high+1e-15*math.Abs(high)+1e-300)
		if box[i] > box[n+i] {
			return false
		}
	}
	return true
}

// slopes returns the least and the largest f' of unit i over the box.
func (s *boxSearch) slopes(box []float64, i int) (least, most float64) {
	lo, hi := s.input(box, i)
	f := s.c.f[i]
	p, q := f.Deriv(lo), f.Deriv(hi)
	least, most = math.Min(p, q), math.Max(p, q)
	if lo <= s.mode[i] && s.mode[i] <= hi {
		most = f.Deriv(s.mode[i])
	}
	return least, most
}

// krawczyk replaces the box mid ± rad by mid - Y F(mid) ± |I - Y F'(box)| rad,
// F = x - f(Wx + b) and Y near its inverse derivative: all roots of the box lie
// in that, too, and if it is inside the box there is exactly one. It reports
// false if there is no Y.
func (s *boxSearch) krawczyk() bool {
	n := s.c.n
	box := make([]float64, 2*n)
	floats.SubTo(box[:n], s.mid, s.rad)
	floats.AddTo(box[n:], s.mid, s.rad)
	for i := range s.c.f {
		least, most := s.slopes(box, i)
		s.slope[i], s.spread[i] = (least+most)/2, (most-least)/2*(1+1e-14)+1e-15*most
	}
	s.derivative(s.trial)
	if err := s.inverse.Inverse(s.trial); err != nil {
		return false
	}
	gap := s.newton.residual(s.mid) // leaves f(Wx + b) - x
	s.step(gap)
	return true
}

// derivative stores I - DW with the middle slopes.
func (s *boxSearch) derivative(dst *mat.Dense) {
	n := s.c.n
	for i := range n {
		for j := range n {
			v := -s.slope[i] * s.c.w[i*n+j]
			if i == j {
				v++
			}
			dst.Set(i, j, v)
		}
	}
}

func (s *boxSearch) step(gap float64) {
	n := s.c.n
	radius := make([]float64, n)
	center, spread, terms := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		y := s.inverse.RawRowView(i)
		s.shift[i] = floats.Dot(y, s.newton.gap)
		radius[i] = 1e-15 * (float64(n)*floats.Norm(y, 1)*(gap+1) + 1)
		clear(center)
		clear(spread)
		clear(terms)
		center[i] = 1
		for j, yj := range y { // row i of I - Y F'
			f, w := s.trial.RawRowView(j), s.c.w[j*n:(j+1)*n]
			for k := range n {
				center[k] -= yj * f[k]
				terms[k] += math.Abs(yj * f[k])
				spread[k] += math.Abs(yj*w[k]) * s.spread[j]
			}
		}
		for k := range n {
			radius[i] += (math.Abs(center[k]) + spread[k] + 1e-15*float64(n)*(terms[k]+1)) * s.rad[k]
		}
	}
	for i := range n {
		s.mid[i] += s.shift[i]
		s.rad[i] = radius[i]
	}
}
