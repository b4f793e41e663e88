package hopfield

import (
	"errors"
	"testing"

	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/patterns"
)

// The generative demonstration: a network learns letters from noisy copies, recalls
// them from noise and from their upper halves, and draws letters from nothing. As
// printed, without the negative phase, Algorithm 12 does none of this.
func TestGlyphs(t *testing.T) {
	const T, hidden, steps = 0.3, 12, 120
	glyphs := bipartiteMust(patterns.Glyphs("HOFL", 8, nil))
	data := glyphs.Noisy(30, 0.05, 1)
	start := func() *Bipartite {
		return bipartiteMust(RandomBipartite(Layer(glyphs.Dim(), Linear()), Layer(hidden, activation.NewLogistic(4)), 0.05, 1))
	}
	learn := func(l RecallAndLearn) LearnStep { return bipartiteMust(l.Run(data.X, steps)) }
	net := start()
	learner := RecallAndLearn{Net: net, Temperature: T, Measure: FiringRate, Rate: 0.05, Draws: 1, Batch: 40, Momentum: 0.5, Seed: 3}
	learner.Negative = &SampledPhase{Chains: 40, Sweeps: 1, Seed: 2}
	learn(learner)
	learner.Rate = 0.01 // the weights of the letters against each other settle slowly
	bounded := learn(learner)
	for k, x := range glyphs.X {
		noisy, energies, err := net.RecallFrom(patterns.Noise(x, 0.12, uint64(k)))
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i < len(energies); i++ {
			if energies[i] > energies[i-1]+1e-12*(1+max(energies[i], -energies[i])) {
				t.Errorf("%s: E rises from %.15g to %.15g at sweep %d", glyphs.Name(k), energies[i-1], energies[i], i)
			}
		}
		half := glyphs.Half()
		covered, _, err := net.RecallFrom(glyphs.Occlude(x, half, 0), glyphs.Visible(half)...)
		if err != nil {
			t.Fatal(err)
		}
		for name, got := range map[string][]float64{"noisy": noisy, "covered": covered} {
			v, _ := net.Split(got)
			if m := patterns.Overlap(patterns.Binary(v, 0), x); m < 0.9 {
				t.Errorf("%s, %s: recalled with overlap %.3f", glyphs.Name(k), name, m)
			}
		}
	}
	seen, mean := drawGlyphs(t, net, T, glyphs)
	t.Logf("|U| = %.1f; 40 chains from noise: mean overlap %.3f with the nearest letter, %v", bounded.Size, mean, seen)
	if mean < 0.9 || len(seen) < 3 {
		t.Errorf("chains from noise: mean overlap %.3f, letters %v", mean, seen)
	}
	printed := start()
	learner.Net, learner.Negative, learner.Rate = printed, nil, 0.05
	unbounded := learn(learner)
	// The law exists still, hidden outputs being bounded, but its energy runs away.
	if unbounded.Size < 5*bounded.Size || errors.Is(unbounded.Unbounded, ErrNotNormalisable) {
		t.Errorf("|U| = %.1f as printed, %.1f with the negative phase, %v", unbounded.Size, bounded.Size, unbounded.Unbounded)
	}
	right := 0
	for k, x := range glyphs.X {
		if got, _, err := printed.RecallFrom(x); err == nil {
			if best, _ := glyphs.Nearest(got[:glyphs.Dim()]); best == k {
				right++
			}
		}
	}
	if right > 1 {
		t.Errorf("as printed %d of 4 letters are recalled", right)
	}
}

// drawGlyphs runs 40 chains from random pixels and counts the letters they end at.
func drawGlyphs(t *testing.T, net *Bipartite, T float64, glyphs *patterns.Set) (seen map[string]int, mean float64) {
	t.Helper()
	g, err := net.NewGibbs(T, FiringRate, patterns.Random(glyphs.Dim(), 40, 9).X, 5)
	if err != nil {
		t.Fatal(err)
	}
	g.Sweep(100)
	seen = map[string]int{}
	for i := range g.Len() {
		k, m := glyphs.Nearest(g.VisibleMean(i))
		seen[glyphs.Name(k)]++
		mean += m / float64(g.Len())
	}
	return seen, mean
}
