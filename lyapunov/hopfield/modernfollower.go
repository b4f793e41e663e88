package hopfield

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A follower traces curves G(y) = -∇E(x) = 0 in y = (x/unit, ln β).
type follower struct {
	*branchWalk
	m    *Modern
	unit float64 // half the diameter of the patterns
	ends [2]float64
	set  BranchSettings
	sym  *mat.SymDense
}

func newFollower(m *Modern, lo, hi float64, set BranchSettings) *follower {
	f := &follower{m: m, unit: m.Diameter() / 2, ends: [2]float64{lo, hi}, set: set, sym: mat.NewSymDense(m.d, nil)}
	if f.unit == 0 {
		f.unit = 1
	}
	f.branchWalk = newBranchWalk(m.d, math.Log(lo), math.Log(hi), set.Step, math.Max(1, f.unit), f.linearise)
	return f
}

// place and x change between x with ln β and y.
func (f *follower) place(x []float64, logBeta float64) []float64 {
	y := append(slices.Clone(x), logBeta)
	floats.Scale(1/f.unit, y[:f.m.d])
	return y
}

func (f *follower) x(y []float64) []float64 {
	x := slices.Clone(y[:f.m.d])
	floats.Scale(f.unit, x)
	return x
}

// network returns the network of the sharpness at y: at the ends of the interval
// the numbers that were asked for, which exp(ln β) is not to the last bit.
func (f *follower) network(y []float64) *Modern {
	switch at := y[f.m.d]; at {
	case f.lo:
		return f.m.WithSharpness(f.ends[0])
	case f.hi:
		return f.m.WithSharpness(f.ends[1])
	default:
		return f.m.WithSharpness(math.Exp(at))
	}
}

func (f *follower) point(y []float64) BranchPoint {
	net := f.network(y)
	return BranchPoint{net.Sharpness(), net.equilibrium(f.x(y), 0)}
}

// linearise stores G and its derivative at y.
func (f *follower) linearise(g []float64, jac *mat.Dense, y []float64) {
	net, x, d := f.network(y), f.x(y), f.m.d
	net.Gradient(g, x)
	floats.Scale(-1, g)
	net.Hessian(f.sym, x)
	// ∂G/∂ln β = Wᵀ β∂p/∂β, and β∂p_i/∂β = β p_i (z_i - p·z).
	z, dp, column := make([]float64, net.n), make([]float64, net.n), make([]float64, d)
	net.Drive(z, x)
	net.f.HessianTimes(dp, z, z)
	net.back(column, dp)
	for i := range d {
		for j := range d {
			jac.Set(i, j, -f.sym.At(i, j)*f.unit)
		}
		jac.Set(i, d, column[i])
	}
}

// follow traces the curve from y until it leaves the interval of ln β.
func (f *follower) follow(y, direction []float64) (*ModernBranch, error) {
	p := f.point(y)
	b := &ModernBranch{Points: []BranchPoint{p}}
	if !f.start(y, direction) {
		return b, fmt.Errorf("hopfield: the equilibrium at %v has no direction to be followed in: ∇²E is singular there, start at another sharpness", p.X)
	}
	var event *BranchEvent
	accept := func(s *branchStride) (ok bool) {
		p = f.point(s.to.y)
		event, ok = f.event(s, b.Points[len(b.Points)-1], p)
		return ok
	}
	for len(b.Points) < f.set.Points {
		s, ok := f.stride(accept)
		if !ok {
			return b, fmt.Errorf("hopfield: the branch cannot be followed beyond sharpness %.9g, x = %v", math.Exp(f.here.y[f.m.d]), f.x(f.here.y))
		}
		if s == nil {
			return b, nil
		}
		b.Points = append(b.Points, p)
		if event != nil {
			b.Events = append(b.Events, *event)
		}
		if f.ended {
			return b, nil
		}
	}
	return b, fmt.Errorf("hopfield: the branch has %d points and has not left the interval: allow more Points, or a longer Step", len(b.Points))
}

// event returns what happens on the stride from one equilibrium to the next, nil if
// no rate changes sign. It is false if rates do without passing zero, or are not
// found where they do: a shorter stride is due.
func (f *follower) event(s *branchStride, near, far BranchPoint) (*BranchEvent, bool) {
	index := near.Index()
	change := far.Index() - index
	if change < 0 {
		change = -change
	}
	if change == 0 {
		return nil, true
	}
	at := f.bisect(s, func(spot *branchSpot) bool {
		p := f.point(spot.y)
		if p.Index() == index {
			near = p
			return true
		}
		far = p
		return false
	})
	if at == nil {
		at = s.from
	}
	if s.h >= branchFine*f.step && min(zeroRates(near), zeroRates(far)) < change {
		return nil, false
	}
	return &BranchEvent{Sharpness: math.Exp(at.y[f.m.d]), X: f.x(at.y), Fold: s.fold(), Crossing: change}, true
}

// zeroRates counts the rates that are zero to within the bisection.
func zeroRates(p BranchPoint) (count int) {
	for _, r := range p.Rates {
		if math.Abs(r) < 1e-6 {
			count++
		}
	}
	return count
}
