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
	m      *Modern
	unit   float64 // half the diameter of the patterns
	lo, hi float64 // of ln β
	ends   [2]float64
	set    BranchSettings

	jac       *mat.Dense // of order d+1: G_y and a row that fixes a step
	rhs, step *mat.VecDense
	sym       *mat.SymDense
}

func newFollower(m *Modern, lo, hi float64, set BranchSettings) *follower {
	f := &follower{m: m, unit: m.Diameter() / 2, lo: math.Log(lo), hi: math.Log(hi), ends: [2]float64{lo, hi}, set: set}
	if f.unit == 0 {
		f.unit = 1
	}
	n := m.d + 1
	f.jac, f.rhs, f.step, f.sym = mat.NewDense(n, n, nil), mat.NewVecDense(n, nil), mat.NewVecDense(n, nil), mat.NewSymDense(m.d, nil)
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

// bordered fills the matrix of G_y and the row, and returns G.
func (f *follower) bordered(y, row []float64) []float64 {
	net, x, d := f.network(y), f.x(y), f.m.d
	g := make([]float64, d)
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
			f.jac.Set(i, j, -f.sym.At(i, j)*f.unit)
		}
		f.jac.Set(i, d, column[i])
	}
	f.jac.SetRow(d, row)
	return g
}

func (f *follower) solve() bool {
	var lu mat.LU
	lu.Factorize(f.jac)
	err := lu.SolveVecTo(f.step, false, f.rhs)
	return (err == nil || !math.IsInf(lu.Cond(), 1)) && checkFinite("step", f.step.RawVector().Data) == nil
}

// correct moves y to a point with G = 0 and row·(y - y₀) = amount, y₀ its origin,
// by Newton's method. It reports whether that took few steps.
func (f *follower) correct(y, origin, row []float64, amount float64) bool {
	for range 8 {
		g := f.bordered(y, row)
		rest := amount
		for i, r := range row {
			rest -= r * (y[i] - origin[i])
		}
		if math.Sqrt(modernDot(g, g)) <= 1e-13*math.Max(1, f.unit) && math.Abs(rest) <= 1e-13 {
			return true
		}
		for i, v := range g {
			f.rhs.SetVec(i, -v)
		}
		f.rhs.SetVec(f.m.d, rest)
		if !f.solve() {
			return false
		}
		floats.Add(y, f.step.RawVector().Data)
	}
	g := f.bordered(y, row)
	return math.Sqrt(modernDot(g, g)) <= 1e-11*math.Max(1, f.unit)
}

// tangent returns the unit vector along the curve at y on the side of along.
func (f *follower) tangent(y, along []float64) ([]float64, bool) {
	f.bordered(y, along)
	f.rhs.Zero()
	f.rhs.SetVec(f.m.d, 1)
	if !f.solve() {
		return nil, false
	}
	t := slices.Clone(f.step.RawVector().Data)
	floats.Scale(1/math.Sqrt(modernDot(t, t)), t)
	return t, true
}

// advance returns the point at the distance h from y along the tangent t, and the
// tangent there. It is false where Newton's method is at pains, or the curve turns
// by more than 25 degrees: then h is too long.
func (f *follower) advance(y, t []float64, h float64) (next, tangent []float64, ok bool) {
	next = slices.Clone(y)
	floats.AddScaled(next, h, t)
	if !f.correct(next, y, t, h) {
		return nil, nil, false
	}
	tangent, ok = f.tangent(next, t)
	return next, tangent, ok && modernDot(t, tangent) > 0.9
}

// follow traces the curve from start until it leaves the interval of ln β.
func (f *follower) follow(start, direction []float64) (*ModernBranch, error) {
	b := &ModernBranch{Points: []BranchPoint{f.point(start)}}
	t, ok := f.tangent(start, direction)
	if !ok {
		return b, fmt.Errorf("hopfield: the equilibrium at %v has no direction to be followed in: ∇²E is singular there, start at another sharpness", b.Points[0].X)
	}
	y, h := start, f.set.Step/4
	for len(b.Points) < f.set.Points {
		next, turned, ok := f.advance(y, t, h)
		if !ok {
			if h /= 2; h < 1e-7 {
				return b, fmt.Errorf("hopfield: the branch cannot be followed beyond sharpness %.9g, x = %v", math.Exp(y[f.m.d]), f.x(y))
			}
			continue
		}
		if end := next[f.m.d]; end < f.lo || end > f.hi {
			if last, ok := f.land(y, next); ok {
				b.Points = append(b.Points, f.point(last))
			}
			return b, nil
		}
		p := f.point(next)
		if change := p.Index() - b.Points[len(b.Points)-1].Index(); change != 0 {
			b.Events = append(b.Events, f.locate(y, t, h, change, t[f.m.d]*turned[f.m.d] < 0))
		}
		b.Points = append(b.Points, p)
		if len(b.Points) > 10 && modernDistance(next, start) < h/2 && modernDot(turned, direction) > 0 {
			return b, nil // a closed curve
		}
		y, t = next, turned
		h = math.Min(f.set.Step, 1.4*h)
	}
	return b, fmt.Errorf("hopfield: the branch has %d points and has not left the interval: allow more Points, or a longer Step", len(b.Points))
}

// land returns the point of the curve between y and next at the end of the
// interval that they straddle.
func (f *follower) land(y, next []float64) ([]float64, bool) {
	d := f.m.d
	end := math.Min(math.Max(next[d], f.lo), f.hi)
	if math.Abs(y[d]-end) < 1e-12 {
		return nil, false
	}
	last := slices.Clone(y)
	floats.AddScaled(last, (end-y[d])/(next[d]-y[d]), floats.SubTo(make([]float64, d+1), next, y))
	row := make([]float64, d+1)
	row[d] = 1
	if !f.correct(last, last, row, 0) {
		return nil, false
	}
	last[d] = end
	return last, true
}

// locate finds where the rates change sign between y and its successor at the
// distance h, by bisection on the number of positive ones.
func (f *follower) locate(y, t []float64, h float64, change int, fold bool) BranchEvent {
	index := f.point(y).Index()
	near, far := 0.0, h
	at := y
	for range 40 {
		mid := (near + far) / 2
		p, _, ok := f.advance(y, t, mid)
		if !ok || far-near < 1e-10 {
			break
		}
		if at = p; f.point(p).Index() == index {
			near = mid
		} else {
			far = mid
		}
	}
	if change < 0 {
		change = -change
	}
	return BranchEvent{Sharpness: math.Exp(at[f.m.d]), X: f.x(at), Fold: fold, Crossing: change}
}
