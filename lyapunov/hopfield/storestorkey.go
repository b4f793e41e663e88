package hopfield

import "gonum.org/v1/gonum/mat"

// Storkey returns the weights of Storkey's rule (1997), which takes one pattern after
// the other and corrects each by the fields of those before, without the two units
// concerned:
//
//	W_ij += (1/n) (ξ_i ξ_j - ξ_i h_ji - h_ij ξ_j),   h_ij = Σ_{k≠i,j} W_ik ξ_k.
//
// The diagonal is zero. It is local and incremental as Hebb's, and holds more, n /
// √(2 ln n) patterns; the order of the patterns matters. The errors are Hebb's.
func Storkey(patterns [][]float64) (*mat.SymDense, error) {
	if err := checkPatterns(patterns); err != nil {
		return nil, err
	}
	n := len(patterns[0])
	w, h := mat.NewSymDense(n, nil), make([]float64, n)
	for _, p := range patterns {
		for i := range h {
			h[i] = 0
			for k, x := range p {
				h[i] += w.At(i, k) * x // W_ii = 0
			}
		}
		next := mat.NewSymDense(n, nil)
		for i, xi := range p {
			for j := i + 1; j < n; j++ {
				xj, old := p[j], w.At(i, j)
				hij, hji := h[i]-old*xj, h[j]-old*xi
				next.SetSym(i, j, old+(xi*xj-xi*hji-hij*xj)/float64(n))
			}
		}
		w = next
	}
	return w, nil
}
