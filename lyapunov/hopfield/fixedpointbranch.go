package hopfield

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A Branch is a curve of equilibria of x' = -x + f(g(Wx + b)) over the gain g.
type Branch struct {
	Gain   []float64
	States [][]float64
	// Lambda is the Lambda of Stability at each point: stable below 1. It passes 1
	// at folds, where the branch turns back in g, and at bifurcations.
	Lambda []float64
	Folds  []int // points next to a turn
}

// Len returns the number of points.
func (b *Branch) Len() int { return len(b.Gain) }

// Component returns x_i over g, to be drawn as an XYer of gonum/plot.
func (b *Branch) Component(i int) BranchCurve { return BranchCurve{b, i} }

// StableParts returns the pieces of the branch where it is stable, and those
// where it is not, each piece with the first point of the next.
func (b *Branch) StableParts() (stable, unstable []*Branch) {
	for from := 0; from < b.Len(); {
		to := from + 1
		for to < b.Len() && (b.Lambda[to] < 1) == (b.Lambda[from] < 1) {
			to++
		}
		end := min(to+1, b.Len())
		part := &Branch{Gain: b.Gain[from:end], States: b.States[from:end], Lambda: b.Lambda[from:end]}
		if b.Lambda[from] < 1 {
			stable = append(stable, part)
		} else {
			unstable = append(unstable, part)
		}
		from = to
	}
	return stable, unstable
}

// A BranchCurve is one coordinate of a Branch over the gain.
type BranchCurve struct {
	branch *Branch
	i      int
}

// Len returns the number of points.
func (c BranchCurve) Len() int { return c.branch.Len() }

// XY returns the gain and the coordinate of point k.
func (c BranchCurve) XY(k int) (x, y float64) { return c.branch.Gain[k], c.branch.States[k][c.i] }

// Continue follows the equilibrium near guess from the gain g0 towards g1, by
// the length of its arc, so that it goes round folds: f(a) becomes f(g a), and
// W, b and E those of WithGain(g). It ends where the gain leaves [g0, g1] at
// either end; the last point is on that end. step is the longest step of (g, x),
// 0 for (g1-g0)/100. From small g0 the branch of the one global equilibrium is
// followed; another branch needs a guess on it, for instance from Equilibria.
// A branch that crosses it at a bifurcation is passed.
//
// It is an error, with the branch so far, if Newton's method loses it or it has
// not ended after 20,000 steps.
func (c *Continuous) Continue(guess []float64, g0, g1, step float64) (*Branch, error) {
	if math.IsNaN(g0+g1) || math.IsInf(g0+g1, 0) || g0 == g1 {
		return nil, fmt.Errorf("hopfield: continuation from the gain %v to %v: want two different finite gains", g0, g1)
	}
	if step == 0 {
		step = math.Abs(g1-g0) / 100
	}
	if !(step > 0) {
		return nil, fmt.Errorf("hopfield: a continuation step of %v: want a positive one, or 0 for the default", step)
	}
	start, err := c.WithGain(g0).Newton(guess)
	if err != nil {
		return nil, err
	}
	b := &Branch{}
	w := newBranchWalk(c, append(slices.Clone(start.X), g0), math.Copysign(1, g1-g0))
	if err := b.add(c, w.at); err != nil {
		return b, err
	}
	lo, hi := math.Min(g0, g1), math.Max(g0, g1)
	h := step / 8
	for range 20_000 {
		rising := w.tangent[c.n]
		if h, err = w.step(h, step); err != nil {
			return b, err
		}
		if g := w.at[c.n]; g < lo || g > hi {
			end := math.Min(math.Max(g, lo), hi)
			last, err := c.WithGain(end).Newton(w.at[:c.n])
			if err != nil {
				return b, err
			}
			return b, b.add(c, append(slices.Clone(last.X), end))
		}
		if err := b.add(c, w.at); err != nil {
			return b, err
		}
		if rising*w.tangent[c.n] < 0 {
			b.Folds = append(b.Folds, b.Len()-1)
		}
	}
	return b, fmt.Errorf("hopfield: the branch has not left the gains from %v to %v after %d points: take a longer step, or look whether it is closed", g0, g1, b.Len())
}

// add appends the point (x, g).
func (b *Branch) add(c *Continuous, at []float64) error {
	x, g := slices.Clone(at[:c.n]), at[c.n]
	s, err := c.WithGain(g).Stability(x)
	if err != nil {
		return err
	}
	b.Gain, b.States, b.Lambda = append(b.Gain, g), append(b.States, x), append(b.Lambda, s.Lambda)
	return nil
}

// A branchWalk goes along the curve F(x, g) = x - f(g(Wx + b)) = 0.
type branchWalk struct {
	c           *Continuous
	at, tangent []float64 // (x, g)
}

func newBranchWalk(c *Continuous, at []float64, direction float64) *branchWalk {
	w := &branchWalk{c: c, at: at, tangent: make([]float64, c.n+1)}
	w.tangent[c.n] = direction
	return w
}

// step goes on by at most h, shortening it until Newton's method converges, and
// returns the length to try next.
func (w *branchWalk) step(h, longest float64) (float64, error) {
	if err := w.turn(); err != nil {
		return 0, err
	}
	for ; h > 1e-9; h /= 2 {
		next := slices.Clone(w.at)
		floats.AddScaled(next, h, w.tangent)
		base := slices.Clone(next)
		iterations, ok := w.correct(next, base)
		if ok && floats.Distance(next, w.at, 2) < 2*h {
			w.at = next
			if iterations <= 3 {
				h *= 1.5
			}
			return math.Min(h, longest), nil
		}
	}
	return 0, fmt.Errorf("hopfield: the branch is lost at the gain %.6g, x = %.6g: start a new one behind, with the help of Equilibria", w.at[w.c.n], w.at[:w.c.n])
}

// system stores the bordered matrix (F_x F_g; tangentᵀ) at p, and F.
func (w *branchWalk) system(p []float64) (*mat.Dense, []float64) {
	n := w.c.n
	a := make([]float64, n)
	w.c.Drive(a, p[:n])
	m, f := mat.NewDense(n+1, n+1, nil), make([]float64, n+1)
	for i, fi := range w.c.f {
		f[i] = p[i] - fi.Value(p[n]*a[i])
		d := fi.Deriv(p[n] * a[i])
		for j := range n {
			m.Set(i, j, -p[n]*d*w.c.w[i*n+j])
		}
		m.Set(i, i, m.At(i, i)+1)
		m.Set(i, n, -d*a[i])
	}
	m.SetRow(n, w.tangent)
	return m, f
}

// correct brings p to the curve, at right angles to the tangent through base,
// and returns the number of Newton steps.
func (w *branchWalk) correct(p, base []float64) (int, bool) {
	for k := range 12 {
		m, f := w.system(p)
		for i := range p {
			f[w.c.n] += w.tangent[i] * (p[i] - base[i])
		}
		if floats.Norm(f, math.Inf(1)) < 1e-13*(1+floats.Norm(p, math.Inf(1))) {
			return k, true
		}
		var move mat.VecDense
		if err := move.SolveVec(m, mat.NewVecDense(len(f), f)); err != nil && !branchSolved(err) {
			return k, false
		}
		floats.Sub(p, move.RawVector().Data)
		if floats.HasNaN(p) {
			return k, false
		}
	}
	return 12, false
}

// turn sets the tangent at the point, in the direction of the last one.
func (w *branchWalk) turn() error {
	m, _ := w.system(w.at)
	right := mat.NewVecDense(w.c.n+1, nil)
	right.SetVec(w.c.n, 1)
	var t mat.VecDense
	if err := t.SolveVec(m, right); err != nil && !branchSolved(err) {
		return fmt.Errorf("hopfield: the branch has no tangent at the gain %.6g, a bifurcation to within rounding: start a little beside it", w.at[w.c.n])
	}
	copy(w.tangent, t.RawVector().Data)
	floats.Scale(1/floats.Norm(w.tangent, 2), w.tangent)
	return nil
}

// branchSolved reports whether the error is only a warning that the system is
// ill-conditioned, as it is near bifurcations.
func branchSolved(err error) bool {
	cond, ok := err.(mat.Condition)
	return ok && !math.IsInf(float64(cond), 1)
}
