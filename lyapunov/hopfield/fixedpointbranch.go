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
	// Lambda is the Lambda of Stability at each point. It passes 1 at folds, where the
	// branch turns back in g, and at bifurcations.
	Lambda []float64
	// Stable is whether the point is stable. For symmetric W that is Lambda < 1; for
	// others it depends on the τ_i, too.
	Stable []bool
	Folds  []int // points next to a turn
}

// Len returns the number of points.
func (b *Branch) Len() int { return len(b.Gain) }

// Component returns x_i over g.
func (b *Branch) Component(i int) *BranchCurve {
	c := &BranchCurve{Stable: true, X: b.Gain}
	for k, x := range b.States {
		c.Y = append(c.Y, x[i])
		c.Stable = c.Stable && (b.Stable[k] || k > 0 && k == b.Len()-1)
	}
	return c
}

// StableParts returns the pieces of the branch where it is stable, and those
// where it is not, each piece with the first point of the next.
func (b *Branch) StableParts() (stable, unstable []*Branch) {
	for from := 0; from < b.Len(); {
		to := from + 1
		for to < b.Len() && b.Stable[to] == b.Stable[from] {
			to++
		}
		end := min(to+1, b.Len())
		part := &Branch{Gain: b.Gain[from:end], States: b.States[from:end], Lambda: b.Lambda[from:end], Stable: b.Stable[from:end]}
		if b.Stable[from] {
			stable = append(stable, part)
		} else {
			unstable = append(unstable, part)
		}
		from = to
	}
	return stable, unstable
}

// Continue follows the equilibrium near guess from the gain g0 towards g1, by
// the length of its arc, so that it goes round folds: f(a) becomes f(g a), and
// W, b and E those of WithGain(g). It ends where the gain leaves [g0, g1] at
// either end, with the last point on that end, or where the branch closes. step is
// the longest step of (g, x), 0 for (g1-g0)/100. From small g0 the branch of the one
// global equilibrium is followed; another branch needs a guess on it, for instance
// from Equilibria. A branch that crosses it at a bifurcation is passed; of one that
// only comes near, Continue stays clear, as long as the gap is above about 1e-4.
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
	at, direction := append(slices.Clone(start.X), g0), make([]float64, c.n+1)
	if err := b.add(c, at); err != nil {
		return b, err
	}
	direction[c.n] = g1 - g0
	w := newBranchWalk(c.n, math.Min(g0, g1), math.Max(g0, g1), step, 1+floats.Norm(start.X, math.Inf(1)), c.branchLinear)
	if !w.start(at, direction) {
		return b, fmt.Errorf("hopfield: the branch has no tangent at the gain %.6g, a bifurcation to within rounding: start a little beside it", g0)
	}
	for range 20_000 {
		s, ok := w.stride(nil)
		if !ok {
			return b, fmt.Errorf("hopfield: the branch is lost at the gain %.6g, x = %.6g: start a new one behind, with the help of Equilibria", w.here.y[c.n], w.here.y[:c.n])
		}
		if s == nil {
			return b, nil
		}
		if err := b.add(c, s.to.y); err != nil {
			return b, err
		}
		if s.fold() {
			b.Folds = append(b.Folds, b.Len()-1)
		}
		if w.ended {
			return b, nil
		}
	}
	return b, fmt.Errorf("hopfield: the branch has not left the gains from %v to %v after %d points: take a longer step", g0, g1, b.Len())
}

// add appends the point (x, g).
func (b *Branch) add(c *Continuous, at []float64) error {
	x, g := slices.Clone(at[:c.n]), at[c.n]
	s, err := c.WithGain(g).Stability(x)
	if err != nil {
		return err
	}
	b.Gain, b.States = append(b.Gain, g), append(b.States, x)
	b.Lambda, b.Stable = append(b.Lambda, s.Lambda), append(b.Stable, s.Stable())
	return nil
}

// branchLinear stores F = x - f(g(Wx + b)) and its derivative at y = (x, g).
func (c *Continuous) branchLinear(f []float64, jac *mat.Dense, y []float64) {
	x, g, a := y[:c.n], y[c.n], make([]float64, c.n)
	c.Drive(a, x)
	for i, fi := range c.f {
		f[i] = x[i] - fi.Value(g*a[i])
		d := fi.Deriv(g * a[i])
		for j := range c.n {
			jac.Set(i, j, -g*d*c.w[i*c.n+j])
		}
		jac.Set(i, i, jac.At(i, i)+1)
		jac.Set(i, c.n, -d*a[i])
	}
}
