package hopfield

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// checkLen panics unless x has length n: a slice of the wrong length is an
// error of the program, not of the data.
func checkLen(x []float64, n int) {
	if len(x) != n {
		panic(fmt.Sprintf("hopfield: length mismatch: %d components, want %d", len(x), n))
	}
}

// checkSquare returns an error unless w has as many rows as columns, at least
// one, and only finite entries.
func checkSquare(name string, w mat.Matrix) error {
	rows, cols := w.Dims()
	if rows != cols {
		return fmt.Errorf("hopfield: %s is %d x %d: a network of n units needs a square n x n matrix", name, rows, cols)
	}
	if rows == 0 {
		return fmt.Errorf("hopfield: %s is empty: a network needs at least one unit", name)
	}
	return checkFiniteMatrix(name, w)
}

// checkFiniteMatrix returns an error that names the first entry of w that is
// NaN or infinite.
func checkFiniteMatrix(name string, w mat.Matrix) error {
	rows, cols := w.Dims()
	for i := range rows {
		for j := range cols {
			if v := w.At(i, j); math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("hopfield: %s[%d][%d] = %v is not finite: check the data that it was made of", name, i, j, v)
			}
		}
	}
	return nil
}

// checkSymmetric returns an error unless the square matrix w is symmetric, to
// the last bit: an energy needs it.
func checkSymmetric(name string, w mat.Matrix) error {
	n, _ := w.Dims()
	for i := range n {
		for j := range i {
			if a, b := w.At(j, i), w.At(i, j); a != b {
				return fmt.Errorf("hopfield: %s is not symmetric: %s[%d][%d] = %v, %s[%d][%d] = %v: use (%s + %sᵀ)/2", name, name, j, i, a, name, i, j, b, name, name)
			}
		}
	}
	return nil
}

// checkZeroDiagonal returns an error unless the diagonal of w is zero.
func checkZeroDiagonal(name string, w mat.Matrix) error {
	n, _ := w.Dims()
	for i := range n {
		if v := w.At(i, i); v != 0 {
			return fmt.Errorf("hopfield: %s[%d][%d] = %v, the diagonal has to be zero: set it to 0", name, i, i, v)
		}
	}
	return nil
}

// checkFinite returns an error that names the first component of x that is NaN
// or infinite.
func checkFinite(name string, x []float64) error {
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("hopfield: %s[%d] = %v is not finite: check the data that it was made of", name, i, v)
		}
	}
	return nil
}

// checkSum returns an error unless sums of the weights and biases, an energy say, stay
// clear of overflow.
func checkSum(w, b []float64) error {
	if size := floats.Norm(w, 1) + 2*floats.Norm(b, 1); 4*size > math.MaxFloat64 {
		return fmt.Errorf("hopfield: Σ |W_ij| + 2 Σ |b_i| is %.3g: energies may overflow; divide W and b by one number", size)
	}
	return nil
}

// checkStates returns an error that names the first component of x that is
// neither -1 nor +1.
func checkStates(name string, x []float64) error {
	for i, v := range x {
		if v != 1 && v != -1 {
			return fmt.Errorf("hopfield: %s[%d] = %v is not a state: use -1 or +1 (2 x - 1 for bits 0 and 1)", name, i, v)
		}
	}
	return nil
}

// checkEqualLengths returns an error unless there is at least one pattern, and
// all have one length that is not 0.
func checkEqualLengths(patterns [][]float64) error {
	if len(patterns) == 0 {
		return fmt.Errorf("hopfield: no patterns: give at least one")
	}
	n := len(patterns[0])
	if n == 0 {
		return fmt.Errorf("hopfield: pattern 0 is empty: give at least one component")
	}
	for k, p := range patterns {
		if len(p) != n {
			return fmt.Errorf("hopfield: pattern %d has %d components, pattern 0 has %d: cut or pad them to one length", k, len(p), n)
		}
	}
	return nil
}

// checkPatterns is checkEqualLengths for patterns of -1 and +1.
func checkPatterns(patterns [][]float64) error {
	if err := checkEqualLengths(patterns); err != nil {
		return err
	}
	for k, p := range patterns {
		if err := checkStates(fmt.Sprintf("pattern %d", k), p); err != nil {
			return err
		}
	}
	return nil
}
