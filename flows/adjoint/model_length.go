package adjoint

import "fmt"

// lengthMismatch is what a caller who mixed up two slices is told.
func lengthMismatch(what string, got, want int) string {
	return fmt.Sprintf("adjoint: %s has length %d, want %d", what, got, want)
}

// checkRate panics unless the arguments of Rate have the lengths they must have.
func checkRate(dst, x, memo []float64, size, kept int) {
	switch {
	case len(x) != size:
		panic(lengthMismatch("x", len(x), size))
	case len(dst) != size:
		panic(lengthMismatch("dst", len(dst), size))
	case memo != nil && len(memo) != kept:
		panic(lengthMismatch("memo", len(memo), kept))
	}
}

// checkPull panics unless the arguments of Pull have the lengths they must have.
func checkPull(dx, dtheta, x, memo, a []float64, size, params, kept int) {
	switch {
	case len(x) != size:
		panic(lengthMismatch("x", len(x), size))
	case len(a) != size:
		panic(lengthMismatch("a", len(a), size))
	case len(dx) != size:
		panic(lengthMismatch("dx", len(dx), size))
	case dtheta != nil && len(dtheta) != params:
		panic(lengthMismatch("dtheta", len(dtheta), params))
	case len(memo) != kept:
		panic(lengthMismatch("memo", len(memo), kept))
	}
}
