package hopfield

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/activation"
)

// Obstruction returns
//
//	x1·(u2 - u3) + x2·(u3 - u1) + x3·(u1 - u2),   u = f⁻¹(x).
//
// Unless it is 0 no symmetric W, whatever its diagonal, and no b have all three
// states as equilibria of x' = -x + f(Wx + b), in any dimension: W would need
// x_n·W x_m = x_m·W x_n. It is NaN for states outside the range of f, and panics if
// their lengths differ. Derived in notebook 07.
func Obstruction(f activation.Function, x1, x2, x3 []float64) float64 {
	checkLen(x2, len(x1))
	checkLen(x3, len(x1))
	sum, _ := obstruction(f, x1, x2, x3)
	return sum
}

// obstruction returns the sum and the size of its terms.
func obstruction(f activation.Function, x1, x2, x3 []float64) (sum, size float64) {
	for i := range x1 {
		u1, u2, u3 := f.Inverse(x1[i]), f.Inverse(x2[i]), f.Inverse(x3[i])
		sum += x1[i]*(u2-u3) + x2[i]*(u3-u1) + x3[i]*(u1-u2)
		size += math.Abs(x1[i]*(u2-u3)) + math.Abs(x2[i]*(u3-u1)) + math.Abs(x3[i]*(u1-u2))
	}
	return sum, size
}

// An ObstructedError says that patterns can't all be equilibria of a network
// with symmetric weights.
type ObstructedError struct {
	Triple     [3]int  // the patterns with the largest obstruction
	Value      float64 // the obstruction
	Conditions int     // independent conditions on N patterns, (N-1)(N-2)/2
}

// Error names the patterns and the remedies.
func (e *ObstructedError) Error() string {
	return fmt.Sprintf("hopfield: patterns %d, %d and %d can't all be equilibria of a symmetric network: their obstruction is %.6g, not 0 (%d such conditions in all; generic graded patterns are at most two): give each component one amplitude (x_i = ±c_i), use an asymmetric W or hidden units, or ask for a compromise",
		e.Triple[0], e.Triple[1], e.Triple[2], e.Value, e.Conditions)
}

// ObstructionOf returns an *ObstructedError with the largest Obstruction of three
// of the patterns if it is not 0 to rounding, and nil if all vanish, as they do
// for up to two patterns and for components of one amplitude each, x_ni = ±c_i.
// Other errors name patterns of unequal length or off the open range of f.
func ObstructionOf(f activation.Function, patterns [][]float64) error {
	if err := checkGraded(f, patterns, false); err != nil {
		return err
	}
	worst := &ObstructedError{Conditions: (len(patterns) - 1) * (len(patterns) - 2) / 2}
	for k := range patterns {
		for j := range k {
			for i := range j {
				v, size := obstruction(f, patterns[i], patterns[j], patterns[k])
				if math.Abs(v) > 1e-11*size && math.Abs(v) > math.Abs(worst.Value) {
					worst.Triple, worst.Value = [3]int{i, j, k}, v
				}
			}
		}
	}
	if worst.Value == 0 {
		return nil
	}
	return worst
}

// checkGraded returns an error unless the patterns have one length and lie in
// the range of f: the open one, or the closed one.
func checkGraded(f activation.Function, patterns [][]float64, closed bool) error {
	if err := checkEqualLengths(patterns); err != nil {
		return err
	}
	lo, hi := f.Range()
	for k, p := range patterns {
		if err := checkFinite(fmt.Sprintf("pattern %d", k), p); err != nil {
			return err
		}
		for i, x := range p {
			switch {
			case closed && (x < lo || x > hi):
				return fmt.Errorf("hopfield: pattern %d has component %d = %v outside the range [%v, %v] of %T: rescale the patterns", k, i, x, lo, hi, f)
			case !closed && !(lo < x && x < hi):
				return fmt.Errorf("hopfield: pattern %d has component %d = %v, not inside the open range (%v, %v) of %T: no weights attain it; use ±(1-ε) in place of ±1, or the loss CrossEntropy", k, i, x, lo, hi, f)
			}
		}
	}
	return nil
}

// Interpolate returns the network with W = Wᵀ, zero diagonal and the patterns as
// exact equilibria, τ = 1: x_n = f(Wx_n + b) is linear in (W, b), and of all
// solutions it has the one of least Σ w_ij² + |b|², i < j. Whether they are
// stable is another matter: see Stability. It is an *ObstructedError if the
// patterns are obstructed, and another error if the equations contradict each
// other for want of dimensions (one pattern always fits; two need n ≥ 3).
func Interpolate(f activation.Function, patterns [][]float64) (*Continuous, error) {
	if err := ObstructionOf(f, patterns); err != nil {
		return nil, err
	}
	n := len(patterns[0])
	upper := n * (n - 1) / 2
	rows := len(patterns) * n
	system, right := mat.NewDense(rows, upper+n, nil), mat.NewVecDense(rows, nil)
	for p, x := range patterns {
		k := 0
		for i := range n {
			right.SetVec(p*n+i, f.Inverse(x[i]))
			system.Set(p*n+i, upper+i, 1)
			for j := i + 1; j < n; j++ {
				system.Set(p*n+i, k, x[j])
				system.Set(p*n+j, k, x[i])
				k++
			}
		}
	}
	var svd mat.SVD
	if !svd.Factorize(system, mat.SVDThin) {
		return nil, fmt.Errorf("hopfield: no singular values of the %d x %d system of the patterns", rows, upper+n)
	}
	solution := mat.NewVecDense(upper+n, nil)
	svd.SolveVecTo(solution, right, svd.Rank(1e-12))
	var gap mat.VecDense
	gap.MulVec(system, solution)
	gap.SubVec(&gap, right)
	if miss := mat.Norm(&gap, math.Inf(1)); miss > 1e-9*math.Max(1, mat.Norm(right, math.Inf(1))) {
		return nil, fmt.Errorf("hopfield: %d patterns of %d components have no symmetric W with zero diagonal: the best misses Wx + b = f⁻¹(x) by %.3g; use fewer patterns or more units", len(patterns), n, miss)
	}
	theta := solution.RawVector().Data
	return NewContinuous(FromUpper(n, theta[:upper]), theta[upper:], f)
}
