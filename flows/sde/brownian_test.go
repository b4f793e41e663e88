package sde

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"hopflow/internal/trials"
	"hopflow/lyapunov/verify"
)

// increment asks a path that has to answer.
func increment(t interface{ Fatal(...any) }, p Path, n int, t0, t1 float64) []float64 {
	dst := make([]float64, n)
	if err := p.Increment(dst, t0, t1); err != nil {
		t.Fatal(err)
	}
	return dst
}

// TestPathLaws: whatever the interval and the times, an increment is the sum of
// its parts to rounding, the same in any order and from any other copy of the
// path, and the opposite backwards.
func TestPathLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		t0 := rapid.Float64Range(-1e3, 1e3).Draw(t, "t0")
		length := math.Pow(10, rapid.Float64Range(-6, 6).Draw(t, "log length"))
		seed := rapid.Uint64().Draw(t, "seed")
		t1 := t0 + length
		var path Path = NewBrownian(2, t0, t1, seed)
		tol := 1e-13 * math.Sqrt(length)
		if rapid.Bool().Draw(t, "as a Seed") {
			path = Seed(seed)
			t0, t1 = math.Max(t0, -1e6), math.Min(t1, 1e6)
			tol = 1e-13 * 1024
		}
		cuts := []float64{t0, t1}
		for range rapid.IntRange(1, 12).Draw(t, "cuts") {
			s := rapid.Float64Range(0, 1).Draw(t, "cut")
			if rapid.Bool().Draw(t, "dyadic") {
				s = math.Round(s*64) / 64
			}
			cuts = append(cuts, math.Min(t1, t0+s*(t1-t0)))
		}
		slices.Sort(cuts)
		parts := make([][]float64, len(cuts)-1)
		for k := len(parts) - 1; k >= 0; k-- { // from the end
			parts[k] = increment(t, path, 2, cuts[k], cuts[k+1])
		}
		whole := increment(t, path, 2, t0, t1)
		var sum [2]float64
		for k, p := range parts {
			for j := range sum {
				sum[j] += p[j]
			}
			again, back := increment(t, path, 2, cuts[k], cuts[k+1]), increment(t, path, 2, cuts[k+1], cuts[k])
			if !slices.Equal(again, p) || back[0] != -p[0] || back[1] != -p[1] {
				t.Fatalf("the increment over [%g, %g] is %v, then %v, and %v backwards", cuts[k], cuts[k+1], p, again, back)
			}
		}
		for j := range sum {
			if math.Abs(sum[j]-whole[j]) > tol {
				t.Fatalf("component %d: the parts %v sum to %.17g, the whole is %.17g", j, cuts, sum[j], whole[j])
			}
		}
		if whole[0] == whole[1] {
			t.Fatalf("both components are %g", whole[0])
		}
	})
}

// TestPathHasTheLaw compares mean, variance, covariance of neighbours, fourth
// moment and the distance to the normal distribution of the increments of
// 20,000 paths over intervals that are no dyadic parts, each a z-score or its
// quantile at 1e-6.
func TestPathHasTheLaw(t *testing.T) {
	const n = 20_000
	cuts := []float64{0.3, 0.4137, 0.41371, 1.1, 1.8999, 1.9}
	for round := range uint64(min(20, trials.Times(t))) {
		x := newRows(len(cuts)-1, n).all
		for i := range n {
			b := NewBrownian(2, 0.3, 1.9, round<<32+uint64(i))
			for k := range x {
				x[k][i] = increment(t, b, 2, cuts[k], cuts[k+1])[i%2] / math.Sqrt(cuts[k+1]-cuts[k])
			}
		}
		zs := func(what string, f func(i int) float64, want, variance float64) {
			var sum float64
			for i := range n {
				sum += f(i)
			}
			if z := (sum/n - want) / math.Sqrt(variance/n); !(math.Abs(z) < 4.9) {
				t.Errorf("round %d: %s has z = %.2f", round, what, z)
			}
		}
		for k, row := range x {
			zs("mean", func(i int) float64 { return row[i] }, 0, 1)
			zs("variance", func(i int) float64 { return row[i] * row[i] }, 1, 2)
			zs("fourth moment", func(i int) float64 { return math.Pow(row[i], 4) }, 3, 96)
			if k > 0 {
				zs("covariance", func(i int) float64 { return row[i] * x[k-1][i] }, 0, 1)
				zs("covariance of squares", func(i int) float64 { return (row[i]*row[i] - 1) * (x[k-1][i]*x[k-1][i] - 1) }, 0, 4)
			}
			zs("covariance of consecutive seeds", func(i int) float64 { return row[i] * row[(i+2)%n] }, 0, 1)
			slices.Sort(row)
			var distance float64
			for i, v := range row {
				distance = math.Max(distance, math.Abs(normalCDF(v)-(float64(i)+0.5)/n))
			}
			if scaled := distance * math.Sqrt(n); scaled > 2.7 { // Kolmogorov's law: 1e-6
				t.Errorf("round %d, part %d: √n times the distance to the normal law is %.2f", round, k, scaled)
			}
		}
	}
}

// TestPathIsRough: the sum of the squares of n increments is the time, with
// variance 2/n; a path that was smooth below some scale would lose it.
func TestPathIsRough(t *testing.T) {
	for _, n := range []int{100, 4096, 30_000} {
		b := NewBrownian(1, 0, 1, 5)
		var sum, last float64
		tr := b.Sample(n)
		for _, x := range tr.X[1:] {
			sum += (x[0] - last) * (x[0] - last)
			last = x[0]
		}
		if z := (sum - 1) / math.Sqrt(2/float64(n)); math.Abs(z) > 4.9 {
			t.Errorf("the quadratic variation in %d steps is %g, z = %.2f", n, sum, z)
		}
		if end := increment(t, b, 1, 0, 1)[0]; math.Abs(tr.Last().X[0]-end) > 1e-13 || tr.Last().T != 1 {
			t.Errorf("Sample(%d) ends at %v, the increment is %g", n, tr.Last(), end)
		}
	}
}

// TestPathIsShared lets goroutines ask one path at once.
func TestPathIsShared(t *testing.T) {
	b := NewBrownian(1, 0, 2, 3)
	want := increment(t, b, 1, 0.1, 1.7)[0]
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 200 {
				var dst [1]float64
				if err := b.Increment(dst[:], 0.1, 1.7); err != nil || dst[0] != want {
					t.Errorf("%v, %v, want %g", dst, err, want)
				}
			}
		})
	}
	group.Wait()
	dst := make([]float64, 1)
	if a := testing.AllocsPerRun(100, func() { _ = b.Increment(dst, 0.1, 1.7) }); a != 0 {
		t.Errorf("an increment allocates %g times", a)
	}
}

func TestPathRefuses(t *testing.T) {
	b := NewBrownian(2, 0, 1, 9)
	for want, ask := range map[string]func() error{
		"the Brownian path on [0, 1] is asked for t = 1.5": func() error { return b.Increment(make([]float64, 2), 0.5, 1.5) },
		"is asked for t = -0.25":                           func() error { return b.Increment(make([]float64, 2), -0.25, 0.5) },
		"is asked for t = NaN":                             func() error { return b.Increment(make([]float64, 2), 0, math.NaN()) },
		"a path of 2 Brownian motions is asked for 3: make it by NewBrownian(3, ...)": func() error { return b.Increment(make([]float64, 3), 0, 1) },
		"on [-1.048576e+06, 1.048576e+06] is asked for t = 2000000":                   func() error { return Seed(1).Increment(make([]float64, 1), 0, 2e6) },
	} {
		if err := ask(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	for _, f := range []func(){
		func() { NewBrownian(0, 0, 1, 1) }, func() { NewBrownian(1, 1, 1, 1) }, func() { NewBrownian(1, 0, math.Inf(1), 1) },
		func() { NewBrownian(1, math.NaN(), 1, 1) }, func() { b.Sample(0) },
	} {
		wantPanic(t, f)
	}
}

func wantPanic(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if r, ok := recover().(string); !ok || !strings.HasPrefix(r, "sde: ") {
			t.Errorf("recovered %v, want a text that begins with sde:", r)
		}
	}()
	f()
}

// TestSolutionsAreCoupled solves with one path at several steps, through Solve
// and Brownian, and fits the order of Milstein's scheme with them; the same
// with a path that is longer than the solution.
func TestSolutionsAreCoupled(t *testing.T) {
	const paths = 200
	var h, e []float64
	for _, n := range []int{8, 16, 32, 64} {
		var sum float64
		for i := range paths {
			w := NewBrownian(1, 0, 1.5, uint64(i))
			tr, err := Solve(gbm(0.6, 0.8), Milstein, []float64{1}, 0, 1, 1/float64(n), w)
			if err != nil {
				t.Fatal(err)
			}
			exact := math.Exp(0.6 - 0.32 + 0.8*increment(t, w, 1, 0, 1)[0])
			sum += math.Abs(tr.Last().X[0] - exact)
		}
		h, e = append(h, 1/float64(n)), append(e, sum/paths)
	}
	if c := verify.Order("SDE-milstein", "GBM through Solve", h, e, 1, 0.2); c.Err() != nil {
		t.Error(c.Err())
	}
}
