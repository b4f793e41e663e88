package hopfield

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/internal/oracle"
)

func TestStoreRecords(t *testing.T) {
	rules := map[string]Rule{"hebb": Hebb, "pinv": PseudoInverse, "pinv0": HollowPseudoInverse}
	for _, r := range oracle.Load(t, discreteRecords, "nh.disc.store") {
		patterns := recordRows(recordMatrix(t, r, r.Inputs, "patterns"))
		rule := r.Inputs["rule"].(string)
		w, err := rules[rule](patterns)
		if err != nil {
			t.Fatal(err)
		}
		tol := 0x1p-60 // Hebb's weights are correctly rounded
		if rule != "hebb" {
			tol = 1e-14
		}
		closeMatrix(t, r, "W", w, tol)
		d, err := NewDiscrete(w, nil, Keep)
		if err != nil {
			t.Fatal(err)
		}
		var margins [][]float64
		var energies []float64
		fixed := r.Expected["fixed"].([]any)
		for k, p := range patterns {
			m := d.Margins(p)
			margins, energies = append(margins, m), append(energies, d.Energy(p))
			if got := slices.Min(m) > 0; got != fixed[k] || d.IsFixed(p) != fixed[k] {
				t.Errorf("%s: pattern %d is fixed: %v, want %v", r.ID, k, got, fixed[k])
			}
		}
		for k := range margins {
			oracle.Record{ID: r.ID, Expected: map[string]any{"margins": r.Expected["margins"].([]any)[k]}}.Close(t, "margins", margins[k], tol, false)
		}
		r.Close(t, "E", energies, tol, false)
		if _, ok := r.Expected["mixture"]; ok {
			checkMixture(t, r, d, patterns, tol)
		}
	}
}

func checkMixture(t *testing.T, r oracle.Record, d *Discrete, patterns [][]float64, tol float64) {
	t.Helper()
	mixture := make([]float64, d.Dim())
	for i := range mixture {
		for _, p := range patterns {
			mixture[i] += p[i]
		}
		mixture[i] = math.Copysign(1, mixture[i])
	}
	r.Close(t, "mixture", mixture, 0x1p-60, true)
	r.Close(t, "mixture_margins", d.Margins(mixture), tol, false)
	r.Close(t, "mixture_E", []float64{d.Energy(mixture)}, tol, false)
	if got := d.IsFixed(mixture); got != r.Expected["mixture_fixed"] {
		t.Errorf("%s: the mixture is fixed: %v", r.ID, got)
	}
}

func closeMatrix(t *testing.T, r oracle.Record, key string, got mat.Matrix, tol float64) {
	t.Helper()
	want := recordMatrix(t, r, r.Expected, key)
	for i := range want.RawMatrix().Rows {
		for j := range want.RawMatrix().Cols {
			if d := math.Abs(got.At(i, j) - want.At(i, j)); !(d <= tol*math.Max(1, math.Abs(want.At(i, j)))) {
				t.Errorf("%s %s[%d][%d] = %.17g, want %.17g", r.ID, key, i, j, got.At(i, j), want.At(i, j))
			}
		}
	}
}

func TestMacKayRecords(t *testing.T) {
	for _, r := range oracle.Load(t, discreteRecords, "nh.disc.mackay") {
		x := recordMatrix(t, r, r.Inputs, "X")
		m := MacKay{Rate: r.In("eta"), Decay: r.In("alpha"), Iterations: int(r.In("L"))}
		got, err := m.Train(recordRows(x))
		if err != nil {
			t.Fatal(err)
		}
		closeMatrix(t, r, "W_final_zero_diag", got.W, 1e-14)
		r.Close(t, "diag_before_final_zeroing", got.Diagonal, 1e-14, false)
		r.Close(t, "G", got.Objective, 1e-14, true)
		var w, g mat.SymDense
		w.SymOuterK(1, x.T())
		g = *mat.NewSymDense(w.SymmetricDim(), nil)
		mackayGradient(&g, Hollow(&w), x)
		closeMatrix(t, r, "gw_first", &g, 1e-14)
	}
}

// The gradient is minus that of the objective, by differences, at generic weights.
func TestMacKayGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 0))
	const n = 4
	w, g, none := mat.NewSymDense(n, nil), mat.NewSymDense(n, nil), mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			w.SetSym(i, j, rng.NormFloat64())
		}
	}
	x := mat.NewDense(3, n, slices.Concat(RandomPatterns(3, n, rng)...))
	mackayGradient(g, w, x)
	for i := range n {
		for j := i + 1; j < n; j++ {
			const h = 1e-5
			shifted := func(s float64) float64 {
				v := mat.NewSymDense(n, nil)
				v.CopySym(w)
				v.SetSym(i, j, v.At(i, j)+s)
				return mackayGradient(none, v, x)
			}
			if slope := (shifted(-h) - shifted(h)) / (2 * h); math.Abs(slope-g.At(i, j)) > 1e-9 {
				t.Errorf("gradient [%d][%d] = %v, differences give %v", i, j, g.At(i, j), slope)
			}
		}
	}
}

// Orthogonal patterns, rows of Hadamard matrices: W ξ = (1 - m/n) ξ exactly, all fixed
// where m < n, none held where m = n.
func TestHebbOrthogonal(t *testing.T) {
	for _, n := range []int{2, 4, 8, 16, 32} {
		h := [][]float64{{1}}
		for len(h) < n {
			var twice [][]float64
			for _, row := range h {
				twice = append(twice, slices.Concat(row, row))
			}
			for _, row := range h {
				minus := slices.Clone(row)
				for i := range minus {
					minus[i] = -minus[i]
				}
				twice = append(twice, slices.Concat(row, minus))
			}
			h = twice
		}
		rand.New(rand.NewPCG(9, uint64(n))).Shuffle(n, func(i, j int) { h[i], h[j] = h[j], h[i] })
		for m := 1; m <= n; m++ {
			w, err := Hebb(h[:m])
			if err != nil {
				t.Fatal(err)
			}
			for _, tie := range []Tie{Keep, Plus, Coin} {
				d, err := NewDiscrete(w, nil, tie)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range h[:m] {
					for i, v := range d.Margins(p) {
						if v != 1-float64(m)/float64(n) {
							t.Fatalf("n = %d, m = %d: margin %d is %v", n, m, i, v)
						}
					}
					if m < n && !d.IsFixed(p) {
						t.Fatalf("n = %d, m = %d, ties %v: a pattern is not fixed", n, m, tie)
					}
				}
				if m == n && mat.Norm(w, 1) != 0 {
					t.Fatalf("n = m = %d: W is not 0", n)
				}
			}
		}
	}
}

// Storkey's rule, against its definition with the sums written out.
func TestStorkeyDefinition(t *testing.T) {
	patterns := RandomPatterns(3, 7, rand.New(rand.NewPCG(10, 1)))
	n := 7
	w := mat.NewDense(n, n, nil)
	for _, p := range patterns {
		next := mat.DenseCopyOf(w)
		field := func(i, j int) (h float64) {
			for k := range n {
				if k != i && k != j {
					h += w.At(i, k) * p[k]
				}
			}
			return h
		}
		for i := range n {
			for j := range n {
				if i != j {
					next.Set(i, j, w.At(i, j)+(p[i]*p[j]-p[i]*field(j, i)-field(i, j)*p[j])/float64(n))
				}
			}
		}
		w = next
	}
	got, err := Storkey(patterns)
	if err != nil {
		t.Fatal(err)
	}
	if !mat.EqualApprox(got, w, 1e-15) {
		t.Errorf("Storkey gives\n%v\nwant\n%v", mat.Formatted(got), mat.Formatted(w))
	}
}

// The projector projects: W² = W, W ξ = ξ, trace m.
func TestPseudoInverseProjects(t *testing.T) {
	patterns := RandomPatterns(12, 40, rand.New(rand.NewPCG(11, 1)))
	w, err := PseudoInverse(patterns)
	if err != nil {
		t.Fatal(err)
	}
	var square mat.Dense
	square.Mul(w, w)
	if !mat.EqualApprox(&square, w, 1e-13) || math.Abs(mat.Trace(w)-12) > 1e-12 {
		t.Errorf("W² is not W, or the trace is %v, want 12", mat.Trace(w))
	}
	d, err := NewDiscrete(w, nil, Keep)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range patterns {
		for _, m := range d.Margins(p) {
			if math.Abs(m-1) > 1e-13 {
				t.Fatalf("margin %v, want 1", m)
			}
		}
	}
}
