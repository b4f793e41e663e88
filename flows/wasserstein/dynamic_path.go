package wasserstein

import (
	"fmt"
	"math"
)

// PathAction returns the action of measures at increasing times,
//
//	Σ_k W²(μ_k, μ_{k+1}) / (t_{k+1} - t_k),
//
// which needs no velocity: the least that any motion through all of them costs.
// It is at least W²(first, last) / (t_last - t_first), by the triangle
// inequality and Cauchy's, with equality if they lie on a displacement
// interpolation. It panics unless there is one time for each measure, two or
// more, and they increase. Errors as in Exact.
func PathAction(path []*Measure, times []float64, c Cost) (float64, error) {
	if len(path) != len(times) || len(path) < 2 {
		panic(fmt.Sprintf("wasserstein: length mismatch: a path of %d measures at %d times, want two or more of both", len(path), len(times)))
	}
	var s float64
	for k := range len(path) - 1 {
		dt := times[k+1] - times[k]
		if !(dt > 0) {
			panic(fmt.Sprintf("wasserstein: time %d is %v, after %v: times increase", k+1, times[k+1], times[k]))
		}
		p, err := Exact(path[k], path[k+1], c)
		if err != nil {
			return math.NaN(), fmt.Errorf("wasserstein: between the measures %d and %d of a path: %w", k, k+1, err)
		}
		s += p.Cost / dt
	}
	return s, nil
}

// Path returns the measures of a motion at the times 0, 1/n, ..., 1, for
// PathAction.
func (m *Motion) Path(n int) (path []*Measure, times []float64, err error) {
	if n < 1 {
		panic("wasserstein: a path needs at least one piece")
	}
	for k := range n + 1 {
		t := float64(k) / float64(n)
		at, err := m.At(t)
		if err != nil {
			return nil, nil, err
		}
		path, times = append(path, at), append(times, t)
	}
	return path, times, nil
}

// CheckMotion holds a motion against the theorem of Benamou and Brenier, [HF]
// (48): it leads from a to b, and
//
//	W²(a, b) <= Σ n W²(μ_{k/n}, μ_{(k+1)/n}) <= its action,
//
// all within tol of the action, where c is the squared distance of the motion's
// metric. For a displacement interpolation the three are equal.
func CheckMotion(m *Motion, a, b *Measure, c Cost, n int, tol float64) error {
	path, times, err := m.Path(n)
	if err != nil {
		return err
	}
	action, err := m.Action()
	if err != nil {
		return err
	}
	pieces, err := PathAction(path, times, c)
	if err != nil {
		return err
	}
	whole, err := Exact(a, b, c)
	if err != nil {
		return err
	}
	slack := tol * action
	if !(whole.Cost <= pieces+slack) {
		return fmt.Errorf("wasserstein: W² = %.15g exceeds the action %.15g of %d pieces: does the motion lead from a to b?", whole.Cost, pieces, n)
	}
	if !(pieces <= action+slack) {
		return fmt.Errorf("wasserstein: %d pieces have action %.15g, more than that of the motion, %.15g: is the velocity that of the curves?", n, pieces, action)
	}
	for _, end := range []struct {
		name string
		p, q *Measure
	}{{"a", path[0], a}, {"b", path[n], b}} {
		miss, err := Exact(end.p, end.q, c)
		if err != nil {
			return err
		}
		if !(miss.Cost <= tol*tol*max(1, action)) {
			return fmt.Errorf("wasserstein: the motion misses %s by W = %.3g", end.name, math.Sqrt(miss.Cost))
		}
	}
	return nil
}
