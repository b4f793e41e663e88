package hopfield

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// mostBoxes bounds the search of Equilibria, mostUndecided the boxes near
// equilibria that are not isolated.
const (
	mostBoxes     = 400_000
	mostUndecided = 200
)

// Equilibria returns all equilibria, stable or not, by branch and bound over the
// box of the ranges: a part of the box is dropped when interval bounds of
// x - f(Wx + b) show that it has no root, or when it lies in a box where
// Krawczyk's test shows that there is exactly one. So none is missed and none is
// counted twice, to rounding: the bounds are widened by a few times the rounding
// errors and trust the activations to four units in the last place. As a check
// of all of it, the signs of det(I - DW) must sum to 1 (Poincaré and Hopf: on
// the faces the flow points inwards). They are sorted by energy, or by their
// coordinates if W is not symmetric.
//
// The work grows exponentially with n: n = 6 takes some 50 milliseconds, n = 8 a
// second or two. It is an error, with the equilibria found so far, if some part
// stays undecided, as happens at a bifurcation and where equilibria are not
// isolated, or after 400,000 parts: then Multistart gives what can be had.
// An activation needs a bounded range, and one that is not of package activation
// a method Mode() float64, the u up to which f' rises and beyond which it falls.
func (c *Continuous) Equilibria() ([]*Equilibrium, error) {
	s, err := newBoxSearch(c)
	if err != nil {
		return nil, err
	}
	out, err := s.equilibria()
	if err != nil {
		return out, err
	}
	sign := 0
	for _, e := range out {
		sign += 1 - 2*(e.Stability.Index()%2)
	}
	if sign != 1 {
		return out, fmt.Errorf("hopfield: %d equilibria with signs that sum to %d, not 1: one is degenerate; change the gain", len(out), sign)
	}
	return out, nil
}

// equilibria returns the roots found, sorted, with an error if some may be missing.
func (s *boxSearch) equilibria() ([]*Equilibrium, error) {
	undecided := s.run()
	var out []*Equilibrium
	for _, v := range s.verified {
		e, err := s.c.equilibrium(v.root)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	sortEquilibria(out)
	if undecided != nil {
		return out, fmt.Errorf("hopfield: %d equilibria, and undecided near x = %.6g after %d boxes: a bifurcation is near, equilibria are not isolated, or n = %d is too many; use Multistart, or change the gain", len(out), undecided, s.count, s.c.n)
	}
	return out, nil
}

func sortEquilibria(es []*Equilibrium) {
	slices.SortFunc(es, func(a, b *Equilibrium) int {
		if gap := a.Value - b.Value; math.Abs(gap) > 1e-12*(1+math.Abs(a.Value)) {
			return cmp.Compare(a.Value, b.Value)
		}
		for i := range a.X { // equal energies, up to rounding: by place
			if math.Abs(a.X[i]-b.X[i]) > 1e-9 {
				return cmp.Compare(a.X[i], b.X[i])
			}
		}
		return 0
	})
}

// A verifiedBox holds exactly one root.
type verifiedBox struct {
	root   []float64
	radius float64
}

// A boxSearch looks for the roots of x - f(Wx + b). A box is its lower corner
// followed by its upper one.
type boxSearch struct {
	c              *Continuous
	mode           []float64
	lo, hi         []float64 // ranges
	newton         *newtonSolver
	verified       []verifiedBox
	count          int
	mid, rad       []float64 // of the box at work
	slope, spread  []float64 // middles and radii of f' over it
	shift          []float64 // Y (x - f(Wx + b)) at mid
	inverse, trial *mat.Dense
}

func newBoxSearch(c *Continuous) (*boxSearch, error) {
	n := c.n
	row := func() []float64 { return make([]float64, n) }
	s := &boxSearch{c: c, mode: row(), lo: row(), hi: row(), newton: newNewtonSolver(c), mid: row(), rad: row(), slope: row(), spread: row(), shift: row()}
	s.inverse, s.trial = mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	for i, f := range c.f {
		s.lo[i], s.hi[i] = f.Range()
		if math.IsInf(s.lo[i], 0) || math.IsInf(s.hi[i], 0) {
			return nil, fmt.Errorf("hopfield: the activation %T of unit %d is not bounded, and neither is the search for equilibria: use Multistart", f, i)
		}
		_, at, ok := contSteepest(f)
		if !ok || math.IsNaN(at) {
			return nil, contUnknownMode(f, i)
		}
		s.mode[i] = at
	}
	return s, nil
}

// run empties the stack of boxes and returns the middle of one that it could
// not decide, or nil.
func (s *boxSearch) run() (undecided []float64) {
	s.scout()
	stack := [][]float64{slices.Concat(s.lo, s.hi)}
	for tiny := 0; len(stack) > 0 && tiny < mostUndecided; {
		box := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if s.count++; s.count > mostBoxes {
			s.middle(box)
			return slices.Clone(s.mid)
		}
		if s.known(box) || !s.shrink(box) || s.known(box) {
			continue
		}
		widest := s.widest(box)
		width := (box[s.c.n+widest] - box[widest]) / (s.hi[widest] - s.lo[widest])
		if width < 0.05 {
			s.middle(box)
			if s.verify(s.mid); s.known(box) {
				continue
			}
		}
		if width < 1e-9 {
			s.middle(box)
			undecided = slices.Clone(s.mid)
			tiny++
			continue
		}
		// Off the middle: symmetric networks have equilibria there.
		cut := box[widest] + 0.4837*(box[s.c.n+widest]-box[widest])
		upper := slices.Clone(box)
		upper[widest], box[s.c.n+widest] = cut, cut
		stack = append(stack, upper, box)
	}
	return undecided
}

func (s *boxSearch) middle(box []float64) {
	n := s.c.n
	for i := range n {
		s.mid[i], s.rad[i] = (box[i]+box[n+i])/2, (box[n+i]-box[i])/2
	}
}

func (s *boxSearch) widest(box []float64) int {
	s.middle(box)
	for i := range s.rad {
		s.rad[i] /= s.hi[i] - s.lo[i]
	}
	return floats.MaxIdx(s.rad)
}

// shrink cuts off what has no root, and reports whether anything is left.
func (s *boxSearch) shrink(box []float64) bool {
	for range 8 {
		s.middle(box)
		before := floats.Sum(s.rad)
		if !s.hull(box) {
			return false
		}
		if s.middle(box); floats.Sum(s.rad) < 0.8*before {
			continue // cheap, and it works
		}
		before = floats.Sum(s.rad)
		if s.krawczyk() {
			for i := range s.c.n {
				box[i] = math.Max(box[i], s.mid[i]-s.rad[i])
				box[s.c.n+i] = math.Min(box[s.c.n+i], s.mid[i]+s.rad[i])
				if box[i] > box[s.c.n+i] {
					return false
				}
			}
		}
		if s.middle(box); floats.Sum(s.rad) > 0.8*before {
			return true
		}
	}
	return true
}

// scout verifies the roots that Newton's method finds from scattered states: the
// larger the boxes known early, the fewer are cut up.
func (s *boxSearch) scout() {
	x := make([]float64, s.c.n)
	for k := range 32 * s.c.n {
		rng := rand.New(rand.NewPCG(1, uint64(k)))
		for i := range x {
			x[i] = s.lo[i] + (s.hi[i]-s.lo[i])*rng.Float64()
		}
		s.verify(x)
	}
}

// verify looks for a root from x on, and for the largest box around it that has
// no other.
func (s *boxSearch) verify(x []float64) {
	root, err := s.newton.solve(x)
	if err != nil || s.holds(root) >= 0 {
		return
	}
	for r := 0.25; r > 1e-7; r /= 2 {
		for i := range root {
			s.mid[i], s.rad[i] = root[i], r*(s.hi[i]-s.lo[i])
		}
		if !s.krawczyk() {
			continue
		}
		inside := true
		for i := range root {
			width := r * (s.hi[i] - s.lo[i])
			inside = inside && math.Abs(s.mid[i]-root[i])+s.rad[i] < width
		}
		if inside {
			s.verified = append(s.verified, verifiedBox{root: root, radius: r})
			return
		}
	}
}

// holds returns the verified box that x lies in, or -1.
func (s *boxSearch) holds(x []float64) int {
	return slices.IndexFunc(s.verified, func(v verifiedBox) bool {
		for i := range x {
			if math.Abs(x[i]-v.root[i]) > v.radius*(s.hi[i]-s.lo[i]) {
				return false
			}
		}
		return true
	})
}

// known reports whether the box lies in a verified one.
func (s *boxSearch) known(box []float64) bool {
	n := s.c.n
	return slices.ContainsFunc(s.verified, func(v verifiedBox) bool {
		for i := range n {
			r := v.radius * (s.hi[i] - s.lo[i])
			if box[i] < v.root[i]-r || box[n+i] > v.root[i]+r {
				return false
			}
		}
		return true
	})
}
