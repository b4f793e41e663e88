// Package hopfield holds the networks of Hopfield, old and new, each with its
// energy, its dynamics and the theorem that is true of it.
//
//   - Discrete: states in {-1, +1}ⁿ, E = -½ xᵀWx - bᵀx, one unit or all units at
//     a time. [NH] Definition 2 to Theorem 4, corrected; notebook 06.
//   - Continuous: τ dx/dt = -x + f(Wx + b). [NH] Definition 5 to Remark 11,
//     corrected; notebook 07.
//   - Modern: E = ½|x|² - v·x - F(Wx + b). [NH] Theorem 12 to Lemma 16,
//     corrected; notebook 08.
//   - Bipartite: visible and hidden units with Lagrangians. [LF] Definition 13
//     and Theorem 14, corrected; notebook 15.
//
// The energy is E = -½ xᵀWx - bᵀx everywhere ([CH] has -xᵀWx: convert at the
// border). sign(0) keeps the state unless a Tie says otherwise; -0.0 is a tie.
//
// # Ties and rounding
//
// The theorems about the discrete network compare a local field with 0, and
// what they say is exact only if the fields are. They are where W and b are
// integers over one denominator (see Discrete.Exact), small enough that every sum
// is below 2⁵³ of that unit: then each order of summation, and a fused
// multiply-add, gives the same number. Elsewhere a field within rounding of 0
// has the sign of the sum that Discrete.Field returns, whatever asks for it:
// Update, Run, RunBatch, Graph and IsFixed agree.
package hopfield
