package mirror

import (
	"fmt"
	"math"

	"hopflow/flows"
)

// HalfSpace is the set of the points with A·x <= B.
type HalfSpace struct {
	A []float64
	B float64
}

// Dim returns the number of coordinates.
func (h HalfSpace) Dim() int { return len(h.A) }

// Violation returns how far x lies outside, in the length of A.
func (h HalfSpace) Violation(x []float64) float64 {
	lengths(len(h.A), len(x))
	norm := math.Sqrt(dot(h.A, h.A))
	if norm == 0 {
		return math.Max(0, -h.B)
	}
	return math.Max(0, (dot(h.A, x)-h.B)/norm)
}

// Projector finds x = ∇ψ*(∇ψ(y) - λA): its λ >= 0 is the root of a decreasing
// function.
func (h HalfSpace) Projector(psi Legendre) (Projector, error) {
	if err := errDegenerate(psi); err != nil {
		return nil, err
	}
	return newLine(psi, h.A, h.B, true, false)
}

// Simplex is the set of the points with x_i >= 0 and Σ x_i = Sum.
type Simplex struct {
	N   int
	Sum float64 // > 0
}

// Dim returns the number of coordinates.
func (s Simplex) Dim() int { return s.N }

// Violation returns the larger of the negative parts and the error of the sum.
func (s Simplex) Violation(x []float64) float64 {
	lengths(s.N, len(x))
	sum, worst := -s.Sum, 0.0
	for _, v := range x {
		sum += v
		worst = math.Max(worst, -v)
	}
	return math.Max(worst, math.Abs(sum))
}

// Projector divides by the sum in the divergence of Entropy; for any other
// Separable it finds x_i = max(0, ψ_i*'(ψ_i'(y_i) - λ)), the λ that gives the
// sum being the root of a decreasing function; otherwise it takes the simplex
// as an intersection.
func (s Simplex) Projector(psi Legendre) (Projector, error) {
	if !(s.Sum > 0) || math.IsInf(s.Sum, 1) {
		return nil, fmt.Errorf("mirror: %w: a simplex with the sum %v: choose a positive one", ErrEmpty, s.Sum)
	}
	one := make([]float64, s.N)
	for i := range one {
		one[i] = 1
	}
	switch psi := psi.(type) {
	case *Separable:
		return newLine(psi, one, s.Sum, false, true)
	case *simplexEntropy:
		if s.Sum != 1 {
			return nil, fmt.Errorf("mirror: %w: the domain of SimplexEntropy has the sum 1, the simplex %v", ErrEmpty, s.Sum)
		}
		return identity{psi.conj}, nil
	}
	if err := errDegenerate(psi); err != nil {
		return nil, err
	}
	sets := Intersection{Affine{A: [][]float64{one}, B: []float64{s.Sum}}}
	for i := range s.N {
		a := make([]float64, s.N)
		a[i] = -1
		sets = append(sets, HalfSpace{a, 0})
	}
	return sets.Projector(psi)
}

type identity struct{ conj Legendre }

func (identity) Project(dst, y []float64) error {
	copy(dst, y)
	return nil
}

func (p identity) projectMirror(x, z []float64) error {
	p.conj.Gradient(x, z)
	return nil
}

// A line is the curve x(λ) = ∇ψ*(z - λa), z = ∇ψ(y), cut at 0 where floor is
// set, on which a·x decreases: with a·x(λ) = b it is a projection.
type line struct {
	psi, conj Legendre
	curve     Smooth // conj, if it has a Hessian
	a, z      []float64
	x, w, v   []float64
	b         float64
	half      bool // a·x <= b is enough
	floor     bool // x_i >= 0; of a Separable only
}

func newLine(psi Legendre, a []float64, b float64, half, floor bool) (*line, error) {
	n := psi.Dim()
	lengths(n, len(a))
	if scale := dot(a, a); !(scale > 0) || math.IsInf(scale, 1) || notFinite(b) {
		if half && (scale == 0 && b >= 0 || scale > 0 && math.IsInf(b, 1)) {
			return &line{psi: psi}, nil // all of space
		}
		return nil, fmt.Errorf("mirror: %w: the constraint %.4g·x <= %v holds nowhere: give a normal vector and a right side that are finite, the former not 0", ErrEmpty, a, b)
	}
	l := &line{psi: psi, conj: psi.Conjugate(), a: a, b: b, half: half, floor: floor,
		z: make([]float64, n), x: make([]float64, n), w: make([]float64, n), v: make([]float64, n)}
	l.curve, _ = l.conj.(Smooth)
	return l, nil
}

func (l *line) Project(dst, y []float64) error {
	if l.a == nil {
		copy(dst, y)
		return nil
	}
	l.psi.Gradient(l.z, y)
	moved, err := l.solve()
	if moved {
		copy(dst, l.x)
	} else {
		copy(dst, y)
	}
	return err
}

func (l *line) projectMirror(x, z []float64) error {
	if l.a == nil {
		l.psi.Conjugate().Gradient(x, z)
		return nil
	}
	copy(l.z, z)
	_, err := l.solve()
	copy(x, l.x)
	copy(z, l.w)
	if l.floor {
		for i, t := range l.psi.(*Separable).term {
			if floor := t.Deriv(0); x[i] == 0 && !math.IsInf(floor, 0) {
				z[i] = floor // else ψ is steep at 0: x has underflowed, z has not
			}
		}
	}
	return err
}

// solve leaves the projection in l.x and its mirror coordinate, but for
// coordinates at the floor, in l.w. moved says that it is another point.
func (l *line) solve() (moved bool, err error) {
	g, slope, tol := l.eval(0)
	if (l.half && g <= 0) || (!l.floor && math.Abs(g) <= tol) {
		return false, nil
	}
	lo, hi, err := l.bracket(g, slope)
	if err != nil {
		return true, err
	}
	return true, l.refine(lo, hi)
}

// eval leaves x(λ) in l.x and returns a·x - b, its derivative (0 if unknown),
// and the rounding error of the former. They are NaN where z - λa lies outside
// the domain of ψ*.
func (l *line) eval(lambda float64) (g, slope, tol float64) {
	for i, z := range l.z {
		l.w[i] = z - lambda*l.a[i]
	}
	l.conj.Gradient(l.x, l.w)
	if l.curve != nil {
		l.curve.Hessian(l.v, l.w, l.a)
	}
	g, tol = -l.b, math.Abs(l.b)
	var size, largest float64
	for i, a := range l.a {
		if l.floor && l.x[i] <= 0 {
			l.x[i], l.v[i] = 0, 0
		}
		g += a * l.x[i]
		size, largest = math.Max(size, math.Abs(a)), math.Max(largest, math.Abs(l.x[i]))
		tol += math.Abs(l.v[i]) * (math.Abs(l.z[i]) + math.Abs(lambda*a)) // rounding of z - λa
		slope -= a * l.v[i]
	}
	if l.conj.Domain().Check(l.w) != nil {
		g = math.NaN()
	}
	return g, slope, 4e-16 * (tol + size*largest)
}

// bracket walks from λ = 0, where a·x - b = g, towards the root, doubling its
// step, until the sign changes or the domain of ψ* ends.
func (l *line) bracket(g, slope float64) (lo, hi float64, err error) {
	side := math.Copysign(1, g)
	var z, a float64
	for i := range l.a {
		z, a = math.Max(z, math.Abs(l.z[i])), math.Max(a, math.Abs(l.a[i]))
	}
	step := math.Abs(g / slope)
	if limit := (1 + z) / a; !(0 < step && step < limit) { // where x has saturated the slope says nothing
		step = limit
	}
	edge := math.Inf(1)
	for range 4000 {
		at := lo + step
		if !(at < edge) {
			at = lo + (edge-lo)/2
		}
		if at == lo || at >= edge || math.IsInf(at, 0) {
			break
		}
		v, _, tol := l.eval(side * at)
		switch {
		case math.IsNaN(v):
			edge = at
			continue
		case v*side <= tol:
			return side * lo, side * at, nil
		}
		lo, step = at, 2*step
	}
	return 0, 0, fmt.Errorf("mirror: %w: a·x does not come down to b = %.6g inside the domain, a = %s: move the set so that it meets the open domain", ErrEmpty, l.b, flows.Brief(l.a))
}

// refine finds the root between lo, on the side of λ = 0, and hi by Newton's
// method, kept inside the bracket by bisection, and leaves x there.
func (l *line) refine(lo, hi float64) error {
	at, last := hi, math.Inf(1)
	best, least := hi, math.Inf(1)
	for range 300 {
		g, slope, tol := l.eval(at)
		if math.Abs(g) <= tol {
			return nil
		}
		if math.Abs(g) < least {
			best, least = at, math.Abs(g)
		}
		if (g > 0) == (hi > lo) {
			lo = at
		} else {
			hi = at
		}
		next := at - g/slope
		inside := (lo < next && next < hi) || (hi < next && next < lo)
		if !inside || !(math.Abs(g) < 0.7*last) {
			next = lo + (hi-lo)/2
		}
		if next == lo || next == hi { // λ has no more digits
			break
		}
		at, last = next, math.Abs(g)
	}
	if g, _, tol := l.eval(best); !(math.Abs(g) <= 1000*tol) {
		return fmt.Errorf("mirror: %w: a·x misses b by %.3g at the multiplier %.6g: rescale the constraint", ErrNotConverged, g, best)
	}
	return nil
}
