package hopfield

import "testing"

// [NH] Corollary 10 stores equilibria, not memories: from Glorot weights in d = 10
// about half of all single patterns with |x_i| ≤ 0.3 end unstable at a loss of
// 1e-16 (51 of these 100 seeds). The stability term leaves none, at the same
// loss; and patterns of amplitude 0.9 are stable by the small f' there.
func TestStabilityTerm(t *testing.T) {
	for _, c := range []struct {
		name              string
		pattern           func(u float64) float64 // of a uniform number in (-1, 1)
		weight            float64
		least, most, seed int
	}{
		{"|x_i| ≤ 0.3, loss alone", func(u float64) float64 { return 0.3 * u }, 0, 35, 65, 100},
		{"|x_i| ≤ 0.3, stability term", func(u float64) float64 { return 0.3 * u }, 1, 0, 0, 100},
		{"|x_i| = 0.9, loss alone", func(u float64) float64 { return 0.9 * float64(1-2*int(1+u)) }, 0, 0, 0, 10},
	} {
		unstable := 0
		for seed := range uint64(c.seed) {
			loss, stable := algorithm1Stored(t, seed, c.pattern, c.weight)
			if loss > 1e-16 {
				t.Errorf("%s, seed %d: loss %v, want 1e-16", c.name, seed, loss)
			}
			if !stable {
				unstable++
			}
		}
		t.Logf("%s: unstable for %d of %d seeds", c.name, unstable, c.seed)
		if unstable < c.least || unstable > c.most {
			t.Errorf("%s: unstable for %d of %d seeds, want %d to %d", c.name, unstable, c.seed, c.least, c.most)
		}
	}
}
