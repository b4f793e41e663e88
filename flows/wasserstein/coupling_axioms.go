package wasserstein

import (
	"fmt"
	"math"
)

// CheckAxioms holds a distance of measures, such as
//
//	func(a, b *wasserstein.Measure) (float64, error) { return wasserstein.W2(a, b, cost) }
//
// against the axioms of a metric on all pairs and triples of ms: finite, not
// negative, zero from a measure to itself, symmetric, under the triangle
// inequality, and blind to the order of the points. All within tol of the
// largest distance.
func CheckAxioms(distance func(a, b *Measure) (float64, error), ms []*Measure, tol float64) error {
	d := make([][]float64, len(ms))
	largest := 0.0
	for i, a := range ms {
		d[i] = make([]float64, len(ms))
		for j, b := range ms {
			v, err := distance(a, b)
			if err != nil {
				return fmt.Errorf("wasserstein: from measure %d to %d: %w", i, j, err)
			}
			if !(v >= 0) || math.IsInf(v, 0) {
				return fmt.Errorf("wasserstein: distance %v from measure %d to %d, want a finite number >= 0", v, i, j)
			}
			d[i][j], largest = v, max(largest, v)
		}
	}
	tol *= largest
	for i := range ms {
		if d[i][i] > tol {
			return fmt.Errorf("wasserstein: distance %g from measure %d to itself", d[i][i], i)
		}
		for j := range ms {
			if math.Abs(d[i][j]-d[j][i]) > tol {
				return fmt.Errorf("wasserstein: distance %.17g from measure %d to %d, and %.17g back", d[i][j], i, j, d[j][i])
			}
			for k := range ms {
				if detour := d[i][k] + d[k][j]; d[i][j] > detour+tol {
					return fmt.Errorf("wasserstein: distance %.17g from measure %d to %d exceeds the detour %.17g through %d", d[i][j], i, j, detour, k)
				}
			}
		}
	}
	return checkOrder(distance, ms, d, tol)
}

// checkOrder turns the points of each measure round.
func checkOrder(distance func(a, b *Measure) (float64, error), ms []*Measure, d [][]float64, tol float64) error {
	for i, a := range ms {
		p := make([]int, a.Len())
		for k := range p {
			p[k] = len(p) - 1 - k
		}
		turned := a.Permuted(p)
		for j, b := range ms {
			v, err := distance(turned, b)
			if err != nil {
				return fmt.Errorf("wasserstein: from measure %d, its points turned round, to %d: %w", i, j, err)
			}
			if !(math.Abs(v-d[i][j]) <= tol) {
				return fmt.Errorf("wasserstein: distance %.17g from measure %d to %d, and %.17g with its points turned round", d[i][j], i, j, v)
			}
		}
	}
	return nil
}
