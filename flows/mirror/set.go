package mirror

import (
	"errors"
	"fmt"
	"math"
)

// A Set is a closed convex set that Bregman projections, [HF] (16), map onto.
type Set interface {
	// Dim returns the number of coordinates.
	Dim() int
	// Violation returns by how much x misses the constraints: 0 in the set.
	Violation(x []float64) float64
	// Projector prepares the projection in the divergence of ψ. It is an error
	// if the set is empty, or if it does not meet the domain in a way that can
	// be seen at once.
	Projector(psi Legendre) (Projector, error)
}

// A Projector maps points of the domain of its Legendre function onto its set.
// It has scratch of its own: one value serves one goroutine.
type Projector interface {
	// Project stores argmin over x in the set of D(x, y) in dst, which may be
	// y. If it fails it leaves dst undefined.
	Project(dst, y []float64) error
}

// A mirrorProjector projects from and to mirror coordinates, which hold points
// that are too near to the boundary for x.
type mirrorProjector interface {
	Projector
	// projectMirror projects the y with ∇ψ(y) = z: it stores the projection in
	// x and its mirror coordinate in z.
	projectMirror(x, z []float64) error
}

// projectMirror projects with p as a mirrorProjector does, by way of the point
// if p is not one.
func projectMirror(p Projector, psi, conj Legendre, x, z []float64) error {
	if m, ok := p.(mirrorProjector); ok {
		return m.projectMirror(x, z)
	}
	conj.Gradient(x, z)
	if err := p.Project(x, x); err != nil {
		return err
	}
	psi.Gradient(z, x)
	return nil
}

// Project returns the Bregman projection of y on the set, the x of it with the
// least D(x, y): [HF] (16). Errors wrap ErrEmpty where the set has no point in
// the domain's closure.
func Project(psi Legendre, set Set, y []float64) ([]float64, error) {
	lengths(psi.Dim(), set.Dim(), len(y))
	if err := psi.Domain().Check(y); err != nil {
		return nil, err
	}
	p, err := set.Projector(psi)
	if err != nil {
		return nil, err
	}
	x := make([]float64, len(y))
	return x, p.Project(x, y)
}

// KKTResidual returns how far x is from being the projection of y: the larger
// of its violation and of the distance from x to Π(x + ∇ψ(y) - ∇ψ(x)), Π the
// Euclidean projection. It is 0 iff x lies in the set and ∇ψ(y) - ∇ψ(x) in the
// set's normal cone at x: the conditions of Karush, Kuhn and Tucker.
func KKTResidual(psi Legendre, set Set, y, x []float64) (float64, error) {
	gy, gx := Gradient(psi, y), Gradient(psi, x)
	for i := range gy {
		gy[i] -= gx[i]
	}
	psi.Domain().Tangent(gy, gy)
	for i := range gy {
		gy[i] += x[i]
	}
	if _, ok := psi.Domain().(openSimplex); ok {
		set = Intersection{set, psi.Domain().Closure()}
	}
	p, err := Project(Euclidean(len(x)), set, gy)
	if err != nil {
		return math.NaN(), err
	}
	worst := set.Violation(x)
	for i := range p {
		worst = math.Max(worst, math.Abs(p[i]-x[i]))
	}
	return worst, nil
}

// errDegenerate refuses log-sum-exp, whose projections are not unique.
func errDegenerate(psi Legendre) error {
	if _, ok := psi.(*logSumExp); ok {
		return errors.New("mirror: log-sum-exp is constant along (1, ..., 1), so that its projections are not unique: project on the simplex side, in the divergence of SimplexEntropy")
	}
	return nil
}

// Box is the set of the points with Lo_i <= x_i <= Hi_i. The ends may be
// infinite.
type Box struct{ Lo, Hi []float64 }

// Cube returns the box [lo, hi]^n.
func Cube(n int, lo, hi float64) Box {
	b := Box{make([]float64, n), make([]float64, n)}
	for i := range n {
		b.Lo[i], b.Hi[i] = lo, hi
	}
	return b
}

// Dim returns the number of coordinates.
func (b Box) Dim() int { return len(b.Lo) }

// Violation returns the largest distance of a coordinate to its interval.
func (b Box) Violation(x []float64) (worst float64) {
	lengths(len(b.Lo), len(b.Hi), len(x))
	for i, v := range x {
		worst = math.Max(worst, math.Max(b.Lo[i]-v, v-b.Hi[i]))
	}
	return worst
}

func (b Box) check() error {
	lengths(len(b.Lo), len(b.Hi))
	for i := range b.Lo {
		if !(b.Lo[i] <= b.Hi[i]) {
			return fmt.Errorf("mirror: %w: interval %d of the box is [%v, %v]: put its lower end below its upper one", ErrEmpty, i, b.Lo[i], b.Hi[i])
		}
	}
	return nil
}

// Projector clips each coordinate, if ψ is Separable: a convex function of one
// variable is least at the nearest point. Otherwise the box is taken as an
// intersection of half spaces.
func (b Box) Projector(psi Legendre) (Projector, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	if s, ok := psi.(*Separable); ok {
		for i, t := range s.term {
			if lo, hi := t.Interval(); b.Lo[i] > hi || b.Hi[i] < lo || (b.Lo[i] == hi || b.Hi[i] == lo) && b.Lo[i] < b.Hi[i] {
				return nil, fmt.Errorf("mirror: %w: interval %d of the box, [%v, %v], has no point of the domain (%v, %v): move it inside", ErrEmpty, i, b.Lo[i], b.Hi[i], lo, hi)
			}
		}
		return clip{b, s}, nil
	}
	if err := errDegenerate(psi); err != nil {
		return nil, err
	}
	var walls Intersection
	for i := range b.Lo {
		for _, side := range [2]float64{1, -1} {
			end := b.Hi[i]
			if side < 0 {
				end = -b.Lo[i]
			}
			if !math.IsInf(end, 1) {
				a := make([]float64, len(b.Lo))
				a[i] = side
				walls = append(walls, HalfSpace{a, end})
			}
		}
	}
	return walls.Projector(psi)
}

type clip struct {
	b   Box
	psi *Separable
}

func (c clip) Project(dst, y []float64) error {
	for i, v := range y {
		dst[i] = math.Min(math.Max(v, c.b.Lo[i]), c.b.Hi[i])
	}
	return nil
}

func (c clip) projectMirror(x, z []float64) error {
	for i, t := range c.psi.conj.term {
		y := t.Deriv(z[i])
		if x[i] = math.Min(math.Max(y, c.b.Lo[i]), c.b.Hi[i]); x[i] != y {
			z[i] = c.psi.term[i].Deriv(x[i])
		}
	}
	return nil
}
