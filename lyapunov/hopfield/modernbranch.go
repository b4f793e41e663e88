package hopfield

import (
	"fmt"
	"math"
)

// A BranchPoint is an equilibrium of a softmax network at some sharpness.
type BranchPoint struct {
	Sharpness float64
	*ModernEquilibrium
}

// A BranchEvent is a place of a branch at which an equilibrium gains or loses
// stable directions.
type BranchEvent struct {
	Sharpness float64
	X         []float64
	Fold      bool // the branch turns back in the sharpness; otherwise others cross it there
	Crossing  int  // how many Rates change sign
}

// Kind returns "fold" or "branch point".
func (e BranchEvent) Kind() string {
	if e.Fold {
		return "fold"
	}
	return "branch point"
}

// A ModernBranch is a curve of equilibria, followed in the sharpness.
type ModernBranch struct {
	Points []BranchPoint
	Events []BranchEvent
}

// Curves cuts the branch where its stability changes, and returns for each part
// the sharpness against y: a component, say, or a weight. Neighbours share the
// point of the cut.
func (b *ModernBranch) Curves(y func(p BranchPoint) float64) []*BranchCurve {
	var curves []*BranchCurve
	for i, p := range b.Points {
		last := len(curves) - 1
		if last < 0 || curves[last].Stable != p.Stable() {
			c := &BranchCurve{Stable: p.Stable()}
			if i > 0 {
				before := b.Points[i-1]
				c.X, c.Y = append(c.X, before.Sharpness), append(c.Y, y(before))
			}
			curves = append(curves, c)
			last++
		}
		curves[last].X = append(curves[last].X, p.Sharpness)
		curves[last].Y = append(curves[last].Y, y(p))
	}
	return curves
}

// BranchSettings says how to follow equilibria. A nil pointer means the defaults.
type BranchSettings struct {
	// Step is the longest step along a branch, in units of half the diameter of the
	// patterns and of the logarithm of the sharpness; 0 is 0.05.
	Step     float64
	Points   int // of a branch, at most; 0 is 4,000
	Branches int // of a diagram, at most; 0 is 200
}

func (s *BranchSettings) filled() BranchSettings {
	out := BranchSettings{}
	if s != nil {
		out = *s
	}
	if !(out.Step >= 0) || out.Points < 0 || out.Branches < 0 {
		panic(fmt.Sprintf("hopfield: negative settings of a branch: %+v", out))
	}
	if out.Step == 0 {
		out.Step = 0.05
	}
	if out.Points == 0 {
		out.Points = 4000
	}
	if out.Branches == 0 {
		out.Branches = 200
	}
	return out
}

// Branch follows the equilibrium at x, to be found there at the network's own
// sharpness by Newton's method, towards the sharpness `to`, through folds, until
// it leaves the interval between the two. Continuation is by pseudo-arclength: the
// branch is a curve in (x, ln β), and turning back in β is nothing special to it.
// It is an error, with the branch so far, if it comes to an end inside. It
// panics unless F is LogSumExp and `to` is positive, finite and another.
func (m *Modern) Branch(x []float64, to float64, s *BranchSettings) (*ModernBranch, error) {
	from := m.sharpness("Branch")
	modernPositive("sharpness", to)
	if to == from {
		panic("hopfield: a branch from a sharpness to the same one")
	}
	e, err := m.Newton(x, nil)
	if err != nil {
		return nil, err
	}
	f := newFollower(m, math.Min(from, to), math.Max(from, to), s.filled())
	start := f.place(e.X, math.Log(from))
	direction := make([]float64, m.d+1)
	direction[m.d] = to - from
	return f.follow(start, direction)
}
