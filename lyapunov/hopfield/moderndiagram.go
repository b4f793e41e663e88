package hopfield

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Diagram returns the branches of equilibria between two sharpnesses, stable and
// unstable: those through the equilibria that the flow reaches from the mean of the
// patterns and from each pattern, at the least and the largest sharpness, and those
// that cross them at branch points, and so on; each arm of a
// crossing is a branch of its own that starts there. Where several rates cross zero
// together, as with patterns of equal standing, it looks for branches in the
// directions of the patterns only. Branches that come near each other without
// crossing, as the halves of a pitchfork do that a bias or a third pattern breaks up,
// are kept apart down to a gap of about 1e-4 of half the diameter of the patterns.
//
// It shows how memories merge as the sharpness falls: a pattern's equilibrium
// meets a saddle in a fold, or two of them and their mean in a pitchfork, from
// which on the mean is metastable. Branches that are connected to none of the
// starts are not found. It is an error, with the branches so far, if a branch
// cannot be followed or there are too many; it panics unless F is LogSumExp and
// 0 < lo < hi < ∞.
func (m *Modern) Diagram(lo, hi float64, s *BranchSettings) ([]*ModernBranch, error) {
	m.sharpness("Diagram")
	modernPositive("sharpness", lo)
	modernPositive("sharpness", hi)
	if !(lo < hi) {
		panic(fmt.Sprintf("hopfield: a diagram from sharpness %v to %v", lo, hi))
	}
	g := &diagram{follower: newFollower(m, lo, hi, s.filled())}
	for _, beta := range []float64{lo, hi} {
		for k := -1; k < m.n; k++ {
			if err := g.seed(beta, k); err != nil {
				return g.branches, err
			}
		}
	}
	return g.branches, nil
}

type diagram struct {
	*follower
	branches []*ModernBranch
	crossed  []BranchEvent // the branch points that have been left in all directions
}

// seed follows the equilibrium that the network of sharpness beta reaches from
// pattern k, or from the mean of all for k < 0.
func (g *diagram) seed(beta float64, k int) error {
	net := g.m.WithSharpness(beta)
	x := make([]float64, g.m.d)
	if k >= 0 {
		copy(x, g.m.Target(k))
	} else {
		for i := range g.m.n {
			floats.AddScaled(x, 1/float64(g.m.n), g.m.Target(i))
		}
	}
	e, err := net.FixedPoint(x, nil)
	if err != nil {
		return err
	}
	start, direction := g.place(e.X, math.Log(beta)), make([]float64, g.m.d+1)
	if g.known(start) {
		return nil
	}
	direction[g.m.d] = 1
	if beta > math.Exp((g.lo+g.hi)/2) {
		direction[g.m.d] = -1
	}
	return g.add(start, direction, nil)
}

// known reports whether y lies on a branch.
func (g *diagram) known(y []float64) bool {
	for _, b := range g.branches {
		last := g.place(b.Points[0].X, math.Log(b.Points[0].Sharpness))
		for _, p := range b.Points[1:] {
			next := g.place(p.X, math.Log(p.Sharpness))
			if segmentDistance(y, last, next) < 0.2*g.set.Step {
				return true
			}
			last = next
		}
	}
	return false
}

// segmentDistance returns the distance of y from the segment between a and b.
func segmentDistance(y, a, b []float64) float64 {
	var along, length float64
	for i := range y {
		along += (y[i] - a[i]) * (b[i] - a[i])
		length += (b[i] - a[i]) * (b[i] - a[i])
	}
	at := 0.0
	if length > 0 {
		at = math.Min(math.Max(along/length, 0), 1)
	}
	var sum float64
	for i := range y {
		d := y[i] - a[i] - at*(b[i]-a[i])
		sum += d * d
	}
	return math.Sqrt(sum)
}

// add follows a branch, and those that cross it. The branch point that it leaves,
// if any, becomes its first point.
func (g *diagram) add(start, direction, from []float64) error {
	if len(g.branches) >= g.set.Branches {
		return fmt.Errorf("hopfield: there are more than %d branches: allow more, or narrow the interval of the sharpness", g.set.Branches)
	}
	b, err := g.follow(start, direction)
	if from != nil {
		b.Points = slices.Insert(b.Points, 0, g.point(from))
	}
	g.branches = append(g.branches, b)
	if err != nil {
		return err
	}
	for _, e := range b.Events {
		if e.Fold {
			continue
		}
		if err := g.cross(e); err != nil {
			return err
		}
	}
	return nil
}

// cross leaves a branch point in every direction in which a branch is found.
func (g *diagram) cross(e BranchEvent) error {
	at := g.place(e.X, math.Log(e.Sharpness))
	for _, c := range g.crossed {
		if modernDistance(at, g.place(c.X, math.Log(c.Sharpness))) < 0.2*g.set.Step {
			return nil
		}
	}
	g.crossed = append(g.crossed, e)
	for _, phi := range g.directions(at, e.Crossing) {
		y := slices.Clone(at)
		floats.AddScaled(y, g.set.Step, phi)
		if !g.correct(y, at, phi, g.set.Step) || modernDistance(y, at) > 3*g.set.Step || y[g.m.d] < g.lo || y[g.m.d] > g.hi || g.known(y) {
			continue
		}
		if err := g.add(y, phi, at); err != nil {
			return err
		}
	}
	return nil
}

// directions returns unit vectors, of both signs, in the space of the rates that
// are zero at a branch point: its only one, or the patterns' shadows in it.
func (g *diagram) directions(at []float64, count int) [][]float64 {
	d := g.m.d
	g.network(at).Hessian(g.sym, g.x(at))
	var eig mat.EigenSym
	if !eig.Factorize(g.sym, true) {
		return nil
	}
	var vectors mat.Dense
	eig.VectorsTo(&vectors)
	values := eig.Values(nil)
	order := make([]int, d)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if math.Abs(values[a]) < math.Abs(values[b]) {
			return -1
		}
		return 1
	})
	var out [][]float64
	push := func(v []float64) {
		norm := math.Sqrt(floats.Dot(v, v))
		for _, w := range out {
			if math.Abs(floats.Dot(v, w)) > 0.999*norm {
				return
			}
		}
		if norm > 1e-6 {
			floats.Scale(1/norm, v)
			out = append(out, v)
		}
	}
	if count == 1 {
		push(append(mat.Col(nil, order[0], &vectors), 0))
	} else {
		for k := range g.m.n {
			v := make([]float64, d+1)
			for _, c := range order[:min(count, d)] {
				axis := mat.Col(nil, c, &vectors)
				floats.AddScaled(v[:d], floats.Dot(axis, g.m.row(k))-floats.Dot(axis, g.x(at)), axis)
			}
			push(v)
		}
	}
	for _, v := range slices.Clone(out) {
		out = append(out, floats.ScaleTo(make([]float64, d+1), -1, v))
	}
	return out
}
