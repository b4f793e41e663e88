package wasserstein

import (
	"fmt"
	"math"
)

// CheckCost holds a cost against the laws of a squared distance on all pairs
// and triples of the points of a measure: finite, not negative, zero from a
// point to itself, symmetric, its root under the triangle inequality. All
// within 1e-14 of the largest distance. CostMatrix has to give what Between
// gives.
func CheckCost(c Cost, m *Measure) error {
	if err := m.Check(); err != nil {
		return err
	}
	costs := CostMatrix(c, m, m)
	if err := CheckCosts(costs); err != nil {
		return err
	}
	n := m.Len()
	d := make([][]float64, n)
	largest := 0.0
	for i := range n {
		d[i] = make([]float64, n)
		for j := range n {
			d[i][j] = math.Sqrt(costs.At(i, j))
			largest = max(largest, d[i][j])
		}
	}
	tol := 1e-14 * largest
	for i := range n {
		if d[i][i] > tol {
			return fmt.Errorf("wasserstein: cost %g from point %d to itself", costs.At(i, i), i)
		}
		for j := range n {
			if v := math.Sqrt(c.Between(m.Point(i), m.Point(j))); !(math.Abs(v-d[i][j]) <= tol) {
				return fmt.Errorf("wasserstein: root of the cost from point %d to %d is %.17g, by CostMatrix %.17g", i, j, v, d[i][j])
			}
			if math.Abs(d[i][j]-d[j][i]) > tol {
				return fmt.Errorf("wasserstein: root of the cost %.17g from point %d to %d, and %.17g back", d[i][j], i, j, d[j][i])
			}
			for k := range n {
				if detour := d[i][k] + d[k][j]; d[i][j] > detour+tol {
					return fmt.Errorf("wasserstein: root of the cost %.17g from point %d to %d exceeds the detour %.17g through %d: is the cost the square of a distance?", d[i][j], i, j, detour, k)
				}
			}
		}
	}
	return nil
}
