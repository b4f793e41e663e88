package mirror

import (
	"fmt"
	"math"
)

// CheckProjection holds the projections of the points on a set against their
// laws: the projection lies in the set and fulfils the conditions of Karush,
// Kuhn and Tucker, each to 1e-9; it is its own projection; and for every other
// point w of the set (the projections of the other points)
//
//	D(w, y) >= D(w, x) + D(x, y),
//
// the theorem of Pythagoras for Bregman divergences.
func CheckProjection(psi Legendre, set Set, points [][]float64) error {
	var images [][]float64
	for _, y := range points {
		x, err := Project(psi, set, y)
		if err != nil {
			return err
		}
		if miss := set.Violation(x); !(miss <= 1e-9) {
			return fmt.Errorf("mirror: the projection %v of %v misses the set by %.3g", x, y, miss)
		}
		kkt, err := KKTResidual(psi, set, y, x)
		if err != nil {
			return err
		}
		if size := 1 + norm(Gradient(psi, y)) + norm(Gradient(psi, x)); !(kkt <= 1e-9*size) {
			return fmt.Errorf("mirror: the projection %v of %v has the KKT residual %.3g", x, y, kkt)
		}
		images = append(images, x)
	}
	for k, x := range images {
		if err := checkImage(psi, set, points[k], x, images); err != nil {
			return err
		}
	}
	return nil
}

func checkImage(psi Legendre, set Set, y, x []float64, images [][]float64) error {
	again, err := Project(psi, set, x)
	if err != nil {
		return err
	}
	for i := range x {
		if !(math.Abs(again[i]-x[i]) <= 1e-9*math.Max(1, math.Abs(x[i]))) {
			return fmt.Errorf("mirror: %v is a projection, and projected again becomes %v", x, again)
		}
	}
	near := Bregman(psi, x, y)
	for _, w := range images {
		far := Bregman(psi, w, y)
		if legs := Bregman(psi, w, x) + near; !(far >= legs-1e-9*(1+legs)) {
			return fmt.Errorf("mirror: Pythagoras: D(w, y) = %.12g is less than D(w, x) + D(x, y) = %.12g for w = %v, x = %v, y = %v", far, legs, w, x, y)
		}
	}
	return nil
}

func norm(v []float64) float64 { return math.Sqrt(dot(v, v)) }
