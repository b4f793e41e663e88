package hopfield

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"hopflow/internal/trials"
	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/training"
)

func TestInterpolationRecords(t *testing.T) {
	for _, r := range contRecords(t, "nh.alg1.interp") {
		f := contActivation(r.Inputs["f"])
		var patterns [][]float64
		for _, x := range r.Inputs["X"].([]any) {
			patterns = append(patterns, contNumbers(x))
		}
		if len(patterns) == 3 {
			r.Close(t, "obstruction", []float64{Obstruction(f, patterns[0], patterns[1], patterns[2])}, 1e-15, false)
			var obstructed *ObstructedError
			if err := ObstructionOf(f, patterns); !errors.As(err, &obstructed) || obstructed.Conditions != 1 {
				t.Errorf("%s: ObstructionOf = %v", r.ID, err)
			}
			continue
		}
		c, err := Interpolate(f, patterns)
		if err != nil {
			t.Fatal(err)
		}
		contClose(t, r, "W", c.w, 1e-14)
		r.Close(t, "b", c.B(), 1e-14, false)
		var abscissa []float64
		for _, x := range patterns {
			s, err := c.Stability(x)
			if err != nil {
				t.Fatal(err)
			}
			abscissa = append(abscissa, s.Abscissa())
		}
		r.Close(t, "spectral_abscissa", abscissa, 1e-13, false)
	}
}

// interpolationDeficit returns by how much the equations Wx_n + b = u_n, W = Wᵀ
// with any diagonal, fall short of full rank: the number of conditions on u.
func interpolationDeficit(patterns [][]float64) int {
	n := len(patterns[0])
	unknowns := n*(n+1)/2 + n
	m := mat.NewDense(len(patterns)*n, unknowns, nil)
	for p, x := range patterns {
		k := 0
		for i := range n {
			for j := i; j < n; j++ {
				m.Set(p*n+i, k, x[j])
				m.Set(p*n+j, k, x[i])
				k++
			}
			m.Set(p*n+i, n*(n+1)/2+i, 1)
		}
	}
	var svd mat.SVD
	svd.Factorize(m, mat.SVDNone)
	return len(patterns)*n - svd.Rank(1e-10)
}

// N patterns obey (N-1)(N-2)/2 conditions: the rank deficit of the equations, in
// dimensions where those have unknowns enough.
func TestObstructionCount(t *testing.T) {
	for i := range trials.Of(t, 50) {
		rng := rand.New(rand.NewPCG(31, uint64(i)))
		f := contAny(rng)
		lo, hi := f.Range()
		n := 6 + rng.IntN(4)
		var patterns [][]float64
		for count := 1; count <= 5; count++ {
			x := make([]float64, n)
			for k := range x {
				x[k] = lo + (hi-lo)*(0.1+0.8*rng.Float64())
			}
			patterns = append(patterns, x)
			want := (count - 1) * (count - 2) / 2
			if got := interpolationDeficit(patterns); got != want {
				t.Fatalf("case %d: %d patterns in %d dimensions have %d conditions, want %d", i, count, n, got, want)
			}
			err := ObstructionOf(f, patterns)
			if (err == nil) != (count <= 2) {
				t.Fatalf("case %d: obstruction of %d generic patterns: %v", i, count, err)
			}
			if count > 2 {
				continue
			}
			c, err := Interpolate(f, patterns)
			if err != nil {
				t.Fatalf("case %d: %v", i, err)
			}
			for _, x := range patterns {
				v := make([]float64, n)
				c.Field(v, 0, x)
				if floats.Norm(v, math.Inf(1)) > 1e-12 {
					t.Fatalf("case %d: dx/dt = %v at a pattern", i, v)
				}
			}
		}
	}
}

// Of many triples the error names the worst.
func TestObstructionNamesTheWorst(t *testing.T) {
	f := activation.NewTanh(1.3)
	for i := range trials.Of(t, 50) {
		rng := rand.New(rand.NewPCG(34, uint64(i)))
		patterns := make([][]float64, 5)
		for k := range patterns {
			for range 4 {
				patterns[k] = append(patterns[k], 1.8*rng.Float64()-0.9)
			}
		}
		var worst float64
		for k := range patterns {
			for j := range k {
				for i := range j {
					worst = math.Max(worst, math.Abs(Obstruction(f, patterns[i], patterns[j], patterns[k])))
				}
			}
		}
		var e *ObstructedError
		if err := ObstructionOf(f, patterns); !errors.As(err, &e) || math.Abs(e.Value) != worst || e.Conditions != 6 ||
			Obstruction(f, patterns[e.Triple[0]], patterns[e.Triple[1]], patterns[e.Triple[2]]) != e.Value {
			t.Fatalf("case %d: %v, want an obstruction of %v", i, err, worst)
		}
	}
}

// Patterns with one amplitude a component are never obstructed, and Algorithm1
// stores three of them; three graded ones it refuses, unless told to compromise.
func TestObstructionOfBinaryPatterns(t *testing.T) {
	for i := range trials.Of(t, 5000) {
		rng := rand.New(rand.NewPCG(32, uint64(i)))
		n := 2 + rng.IntN(8)
		amplitude := make([]float64, n)
		for k := range amplitude {
			amplitude[k] = 0.05 + 0.94*rng.Float64()
		}
		var patterns [][]float64
		for range 3 + rng.IntN(4) {
			x := make([]float64, n)
			for k := range x {
				x[k] = amplitude[k] * float64(1-2*rng.IntN(2))
			}
			patterns = append(patterns, x)
		}
		if err := ObstructionOf(activation.NewTanh(0.7), patterns); err != nil {
			t.Fatalf("case %d: %v", i, err)
		}
	}
	x := [][]float64{{0.9, 0.9, -0.9, -0.9, 0.9, -0.9}, {0.9, -0.9, 0.9, -0.9, -0.9, 0.9}, {-0.9, 0.9, 0.9, 0.9, -0.9, -0.9}}
	alg := Algorithm1{Patterns: x, Method: training.Adam{Rate: 0.05, Schedule: training.Cosine(2000, 0)}, Batch: 3, Passes: 2000}
	out, err := alg.Train(GlorotWeights(6, 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	for k, e := range out.Stored {
		if e.Residual > 1e-6 || !e.Stable() {
			t.Errorf("pattern %d is missed by %v, abscissa %v", k, e.Residual, e.Stability.Abscissa())
		}
	}
}

func TestAlgorithm1Errors(t *testing.T) {
	graded := [][]float64{{0.3, -0.2, 0.4, 0.7}, {-0.25, 0.35, 0.1, -0.6}, {0.5, 0.15, -0.45, 0.05}}
	good := graded[:2]
	for _, c := range []struct {
		want string
		alg  Algorithm1
		w    mat.Matrix
	}{
		{"patterns 0, 1 and 2 can't all be equilibria", Algorithm1{Patterns: graded}, mat.NewDense(4, 4, nil)},
		{"no patterns", Algorithm1{}, mat.NewDense(4, 4, nil)},
		{"pattern 1 has 3 components", Algorithm1{Patterns: [][]float64{good[0], {1, 2, 3}}}, mat.NewDense(4, 4, nil)},
		{"open range", Algorithm1{Patterns: [][]float64{{1, 0.5}}}, mat.NewDense(2, 2, nil)},
		{"outside the range", Algorithm1{Patterns: [][]float64{{1.5, 0.5}}, Loss: CrossEntropy}, mat.NewDense(2, 2, nil)},
		{"W[1][0] = 1", Algorithm1{Patterns: [][]float64{{0.1, 0.5}}}, mat.NewDense(2, 2, []float64{0, 0, 1, 0})},
		{"W[1][1] = 1", Algorithm1{Patterns: [][]float64{{0.1, 0.5}}}, mat.NewDense(2, 2, []float64{0, 0, 0, 1})},
		{"order 3 for patterns of 4", Algorithm1{Patterns: good}, mat.NewDense(3, 3, nil)},
		{"batches of 5", Algorithm1{Patterns: good, Batch: 5}, mat.NewDense(4, 4, nil)},
		{"stability term is -1", Algorithm1{Patterns: good, Stability: -1}, mat.NewDense(4, 4, nil)},
		{"NaN", Algorithm1{Patterns: [][]float64{{math.NaN(), 0}}}, mat.NewDense(2, 2, nil)},
		{"loss 7 is unknown", Algorithm1{Patterns: good, Loss: 7}, mat.NewDense(4, 4, nil)},
		{"projection 3 is unknown", Algorithm1{Patterns: good, Projection: 3}, mat.NewDense(4, 4, nil)},
		{"projection -1 is unknown", Algorithm1{Patterns: good, Projection: -1}, mat.NewDense(4, 4, nil)},
		{"margin of the stability term is NaN", Algorithm1{Patterns: good, Margin: math.NaN()}, mat.NewDense(4, 4, nil)},
		{"-1 passes", Algorithm1{Patterns: good, Passes: -1}, mat.NewDense(4, 4, nil)},
		{"stability term is +Inf", Algorithm1{Patterns: good, Stability: math.Inf(1)}, mat.NewDense(4, 4, nil)},
	} {
		if _, err := c.alg.Train(c.w, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error is %v, want one with %q", err, c.want)
		}
	}
	out, err := Algorithm1{Patterns: graded, Compromise: true, Passes: 200}.Train(mat.NewDense(4, 4, nil), nil)
	if err != nil || out.Losses[200] > out.Losses[0] || len(out.Losses) != 201 {
		t.Errorf("a compromise: %v, losses %v", err, out.Losses)
	}
	_, err = Interpolate(activation.NewTanh(1), [][]float64{{0.3, -0.4}, {-0.2, 0.7}})
	if err == nil || !strings.Contains(err.Error(), "more units") {
		t.Errorf("two patterns in two dimensions: %v", err)
	}
}

func TestSymmetric(t *testing.T) {
	w := mat.NewDense(3, 3, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9})
	ProjectSymmetric(w)
	upper, err := Upper(w)
	if err != nil || !floats.Equal(upper, []float64{3, 5, 7}) {
		t.Fatalf("projection has the free parameters %v, %v", upper, err)
	}
	if !mat.Equal(FromUpper(3, upper), w) {
		t.Error("FromUpper does not undo Upper")
	}
	// Orthogonal: the residue of the projection is at right angles to all that
	// is symmetric with zero diagonal, and a second projection changes nothing.
	rng := rand.New(rand.NewPCG(33, 0))
	m := mat.NewDense(5, 5, nil)
	m.Apply(func(_, _ int, _ float64) float64 { return rng.NormFloat64() }, m)
	p, g := mat.DenseCopyOf(m), GlorotWeights(5, 9)
	ProjectSymmetric(p)
	again, gap := mat.DenseCopyOf(p), mat.NewDense(5, 5, nil)
	ProjectSymmetric(again)
	gap.Sub(m, p)
	gap.MulElem(gap, g)
	if !mat.Equal(again, p) || math.Abs(mat.Sum(gap)) > 1e-15 {
		t.Errorf("not an orthogonal projection: %v", mat.Sum(gap))
	}
	if _, err := Upper(m); err == nil {
		t.Error("Upper takes an asymmetric matrix")
	}
}
