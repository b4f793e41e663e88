package patterns

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Every letter and digit at every size from 7 on has a picture of its own, inked
// neither everywhere nor nowhere.
func TestGlyphs(t *testing.T) {
	const text = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789&?ΩΨЖ"
	for _, f := range []Font{MonoBold, Mono, Regular, Bold} {
		for _, size := range []int{9, 12, 16, 31} {
			for _, grey := range []bool{false, true} {
				s, err := Glyphs(text, size, &GlyphSettings{Font: f, Grey: grey})
				if err != nil {
					t.Fatal(err)
				}
				if err := s.Check(); err != nil || s.Columns != size || s.Rows() != size || s.Len() != len([]rune(text)) {
					t.Fatal(err, s.Columns, s.Rows(), s.Len())
				}
				for k, x := range s.X {
					ink := 0.0
					for _, v := range x {
						if !grey && v != 1 && v != -1 {
							t.Fatalf("%s has the value %v", s.Name(k), v)
						}
						ink += (v + 1) / 2
					}
					if share := ink / float64(len(x)); share < 0.02 || share > 0.75 {
						t.Errorf("font %d, %d pixels: %s has a share of ink of %.2f", f, size, s.Name(k), share)
					}
				}
			}
		}
	}
}

func TestGlyphsDiffer(t *testing.T) {
	for _, size := range []int{7, 8, 10, 16} {
		s := must(Glyphs("ABCDEFGHIJKLMNOPQRSTUVWXYZ", size, nil))
		for i := range s.X {
			if k, m := s.Nearest(s.X[i]); k != i || m != 1 {
				t.Errorf("%d pixels: %s looks like %s", size, s.Name(i), s.Name(k))
			}
		}
	}
}

// A letter is upright, centred, and as large as the space allows.
func TestGlyphsStand(t *testing.T) {
	s := must(Glyphs("L", 24, &GlyphSettings{Font: Regular}))
	top, bottom := 0, 0
	left, right := 24, -1
	for i, v := range s.X[0] {
		if v < 0 {
			continue
		}
		if i/24 < 12 {
			top++
		} else {
			bottom++
		}
		left, right = min(left, i%24), max(right, i%24)
	}
	if bottom <= top {
		t.Errorf("L has %d pixels above and %d below: it stands on its head", top, bottom)
	}
	if math.Abs(float64(left+right)-23) > 2 {
		t.Errorf("L reaches from column %d to %d of 24", left, right)
	}
	// On one line: letters without descenders end in one row, and g below it; with Ink 1
	// only pixels that are covered all over count.
	line := must(Glyphs("Hxg", 32, &GlyphSettings{Ink: 1}))
	ends := make([]int, 3)
	for k, x := range line.X {
		for i, v := range x {
			if v > 0 {
				ends[k] = i / 32
			}
		}
	}
	if ends[0] != ends[1] || ends[2] <= ends[0] {
		t.Errorf("H, x and g end in the rows %v", ends)
	}
	fine := must(Glyphs("MW@", 40, &GlyphSettings{Space: -1}))
	touch := false
	for _, x := range fine.X {
		for r := range 40 {
			touch = touch || x[r*40] > 0 || x[r*40+1] > 0 || x[r] > 0 || x[40+r] > 0
		}
	}
	if !touch {
		t.Error("without space nothing comes near the edge")
	}
}

func TestGlyphsRefuse(t *testing.T) {
	for _, c := range []struct {
		text string
		size int
		s    *GlyphSettings
		want string
	}{
		{"", 8, nil, "text is empty"},
		{"AA", 8, nil, "twice"},
		{"A B", 8, nil, "no ink"},
		{"漢", 8, nil, "no glyph for '漢' (U+6F22)"},
		{"A", 0, nil, "0 pixels a side"},
		{"A", MaxGlyph + 1, nil, "1 to 1024"},
		{".", 4, &GlyphSettings{Ink: 2}, "take more, or a lower Ink"},
		{"A", 8, &GlyphSettings{Ink: -0.1}, "Ink -0.1"},
		{"A", 8, &GlyphSettings{Ink: math.NaN()}, "Ink NaN"},
		{"A", 8, &GlyphSettings{Space: 1}, "Space 1"},
		{"A", 8, &GlyphSettings{Space: math.NaN()}, "Space NaN"},
	} {
		if _, err := Glyphs(c.text, c.size, c.s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q at %d: %v, want %q", c.text, c.size, err, c.want)
		}
	}
	if _, err := Glyphs("", 8, nil); !errors.Is(err, ErrEmpty) {
		t.Error(err)
	}
}

// zscore compares a sum of n independent numbers of deviation sd with n times want.
func zscore(sum float64, n int, want, sd float64) float64 {
	return (sum/float64(n) - want) * math.Sqrt(float64(n)) / sd
}

// The families have the correlations they promise: z-scores, |z| < 4.9, over 400
// patterns of 600 pixels.
func TestFamilies(t *testing.T) {
	const n, count = 600, 400
	mean := func(s *Set, f func(x []float64, k int) float64) (sum float64) {
		for k, x := range s.X {
			sum += f(x, k)
		}
		return sum
	}
	total := func(x []float64) (sum float64) {
		for _, v := range x {
			sum += v
		}
		return sum
	}
	check := func(name string, z float64) {
		t.Helper()
		if !(math.Abs(z) < 4.9) {
			t.Errorf("%s: z = %.2f", name, z)
		}
	}
	check("random mean", zscore(mean(Random(n, count, 1), func(x []float64, _ int) float64 { return total(x) }), n*count, 0, 1))
	check("biased mean", zscore(mean(Biased(n, count, 0.3, 2), func(x []float64, _ int) float64 { return total(x) }), n*count, -0.4, math.Sqrt(1-0.16)))
	check("grey square", zscore(mean(Grey(n, count, 0.6, 3), func(x []float64, _ int) float64 {
		var s float64
		for _, v := range x {
			s += v * v
		}
		return s
	}), n*count, 0.12, 0.36*math.Sqrt(1./5-1./9)))
	// In a chain the products of neighbours are independent, of mean c.
	const c = 0.7
	check("Markov", zscore(mean(Markov(n, count, c, 4), func(x []float64, _ int) float64 {
		var s float64
		for i := 1; i < n; i++ {
			s += x[i] * x[i-1]
		}
		return s
	}), (n-1)*count, c, math.Sqrt(1-c*c)))
	leaves, parents := Hierarchy(n, count/4, 4, c, 5)
	check("child and parent", zscore(mean(leaves, func(x []float64, k int) float64 { return n * Overlap(x, parents.X[k/4]) }), n*count, c, math.Sqrt(1-c*c)))
	check("sisters", zscore(mean(parents, func(_ []float64, k int) float64 {
		return n * (Overlap(leaves.X[4*k], leaves.X[4*k+1]) + Overlap(leaves.X[4*k+2], leaves.X[4*k+3]))
	}), n*count/2, c*c, math.Sqrt(1-c*c*c*c)))
	check("cousins", zscore(mean(parents, func(_ []float64, k int) float64 { return n * Overlap(leaves.X[4*k], leaves.X[(4*k+4)%count]) }), n*count/4, 0, 1))
}

// Seeds: the same twice, others otherwise, and a longer family begins with the
// shorter one.
func TestSeeds(t *testing.T) {
	for name, f := range map[string]func(count int, seed uint64) *Set{
		"Random":    func(c int, s uint64) *Set { return Random(64, c, s) },
		"Biased":    func(c int, s uint64) *Set { return Biased(64, c, 0.2, s) },
		"Grey":      func(c int, s uint64) *Set { return Grey(64, c, 1, s) },
		"Markov":    func(c int, s uint64) *Set { return Markov(64, c, 0.5, s) },
		"Hierarchy": func(c int, s uint64) *Set { l, _ := Hierarchy(64, c, 1, 0.5, s); return l },
	} {
		a, b, other := f(5, 9), f(3, 9), f(3, 10)
		if err := a.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if fmt.Sprint(a.X[:3]) != fmt.Sprint(b.X) {
			t.Errorf("%s: three patterns are not the first of five", name)
		}
		if fmt.Sprint(b.X) == fmt.Sprint(other.X) || fmt.Sprint(b.X[0]) == fmt.Sprint(b.X[1]) {
			t.Errorf("%s: two seeds or two patterns are the same", name)
		}
	}
	if s := Random(64, 1, 1); s.Columns != 8 {
		t.Errorf("64 pixels have rows of %d", s.Columns)
	}
	if s := Random(15, 1, 1); s.Columns != 5 {
		t.Errorf("15 pixels have rows of %d", s.Columns)
	}
}

func TestSpoil(t *testing.T) {
	s := must(Glyphs("AB", 16, nil))
	x := s.X[0]
	kept := append([]float64(nil), x...)
	differ := func(y []float64) (n int) {
		for i, v := range y {
			if v != x[i] {
				n++
			}
		}
		return n
	}
	for count := range 257 {
		if y := Flip(x, count, 3); differ(y) != count {
			t.Fatalf("%d flips change %d pixels", count, differ(y))
		}
	}
	flips := 0
	for seed := range uint64(400) {
		flips += differ(Noise(x, 0.1, seed))
	}
	if z := zscore(float64(flips), 400*256, 0.1, math.Sqrt(0.09)); math.Abs(z) > 4.9 {
		t.Errorf("%d of %d pixels flipped, z = %.1f", flips, 400*256, z)
	}
	if n := differ(Noise(x, 0, 1)) + differ(Grain(x, 0, 1)) + differ(Mask(x, 0, 0, 1)); n != 0 {
		t.Errorf("no noise changes %d pixels", n)
	}
	if differ(Noise(x, 1, 1)) != 256 || differ(Mask(x, 1, 0, 1)) != 256 {
		t.Error("noise of probability 1 leaves pixels alone")
	}
	lower := s.Occlude(x, s.Half(), 0)
	zero := 0
	for i, v := range lower {
		if v == 0 {
			zero++
		} else if v != x[i] || i >= 128 {
			t.Fatal("the upper half is not kept")
		}
	}
	if zero != 128 || len(s.Visible(s.Half())) != 128 {
		t.Errorf("%d pixels are occluded", zero)
	}
	if fmt.Sprint(x) != fmt.Sprint(kept) {
		t.Error("the pattern itself was changed")
	}
	odd := &Set{Columns: 2, X: [][]float64{make([]float64, 10)}}
	if h := odd.Half(); h != (Window{0, 2, 2, 3}) {
		t.Errorf("the lower half of five rows is %+v", h)
	}
	if b := Binary([]float64{-0.1, 0, 0.2}, 0); fmt.Sprint(b) != "[-1 1 1]" {
		t.Errorf("signs %v", b)
	}
	many := s.Noisy(3, 0.1, 7)
	seen := map[string]string{}
	for _, seed := range []uint64{7, 8, 9, 10} {
		noisy := append(s.Noisy(3, 0.1, seed).X, Noise(s.X[0], 0.1, seed))
		for k, y := range noisy {
			x, flips := s.X[k/3%2], ""
			for i := range y {
				flips += fmt.Sprint(y[i] != x[i])
			}
			place := fmt.Sprintf("copy %d of seed %d", k, seed)
			if other, ok := seen[flips]; ok {
				t.Errorf("%s has the noise of %s", place, other)
			}
			seen[flips] = place
		}
	}
	if many.Len() != 6 || many.Names[3] != "B" || Overlap(many.X[0], many.X[1]) == 1 || Overlap(many.X[4], s.X[1]) < 0.5 {
		t.Error("Noisy")
	}
}

func TestMix(t *testing.T) {
	s := Random(101, 3, 8)
	m := Mix(s.X...)
	for k, x := range s.X {
		if o := Overlap(m, x); o < 0.2 || o > 0.8 { // 1/2 on average
			t.Errorf("overlap with part %d is %.2f", k, o)
		}
	}
	b := Blend([]float64{1, -3}, []float64{1, 1}, []float64{1, -1})
	if b[0] != -0.5 || b[1] != 1 {
		t.Errorf("blend %v", b)
	}
	for name, f := range map[string]func(){
		"even":   func() { Mix(s.X[:2]...) },
		"empty":  func() { Mix() },
		"zero":   func() { Blend([]float64{0}, s.X[0]) },
		"length": func() { Blend([]float64{1, 1}, []float64{1}, []float64{1, 2}) },
		"flips":  func() { Flip(s.X[0], 102, 1) },
		"p":      func() { Noise(s.X[0], math.NaN(), 1) },
		"sd":     func() { Grain(s.X[0], -1, 1) },
		"window": func() { s.Occlude(s.X[0], Window{0, 0, 102, 1}, 0) },
		"family": func() { Random(0, 1, 1) },
		"c":      func() { Markov(4, 1, 1.5, 1) },
		"grey":   func() { Grey(4, 1, 0, 1) },
		"sheet":  func() { s.Sheet(0) },
		"strip":  func() { Strip(3, []float64{1, 2}) },
	} {
		func() {
			defer func() {
				if r := recover(); r == nil || !strings.HasPrefix(fmt.Sprint(r), "patterns: ") {
					t.Errorf("%s: %v, want a panic of package patterns", name, r)
				}
			}()
			f()
		}()
	}
}

func TestSet(t *testing.T) {
	s := &Set{Columns: 2, Names: []string{"a", "b", "c"}, X: [][]float64{{1, -1, 1, 1}, {-1, -1, 1, 1}, {0.5, 0, 0, 0}}}
	if err := s.Check(); err != nil || s.Rows() != 2 || s.Matrix().At(1, 0) != -1 {
		t.Error(err)
	}
	if o := s.Overlaps(); o.At(0, 1) != 0.5 || o.At(2, 2) != 1 || o.At(0, 2) != 0.5 {
		t.Errorf("overlaps %v", o)
	}
	if Overlap([]float64{0, 0}, []float64{1, 1}) != 0 {
		t.Error("overlap with nothing")
	}
	if b := s.Binary(0.2); b.X[2][0] != 1 || b.X[2][1] != -1 {
		t.Errorf("binary %v", b.X[2])
	}
	values, columns := s.Sheet(2)
	want := []float64{1, -1, -1, -1, -1, 1, 1, -1, 1, 1, -1, -1, -1, -1, -1, 0.5, 0, -1, -1, -1, 0, 0, -1, -1, -1}
	if columns != 5 || fmt.Sprint(values) != fmt.Sprint(want) {
		t.Errorf("sheet of %d columns: %v", columns, values)
	}
	if strip := Strip(2, s.X[0], s.X[1]); strip.Check() != nil || strip.Name(1) != "1" {
		t.Error("strip")
	}
	for _, c := range []struct {
		s    Set
		want string
	}{
		{Set{Columns: 2}, "no patterns"},
		{Set{Columns: 3, X: [][]float64{{1, 1}}}, "do not fill"},
		{Set{Columns: 1, X: [][]float64{{1, 1}, {1}}}, "pattern 1 has 1 pixels"},
		{Set{Columns: 1, X: [][]float64{{math.NaN()}}}, "pixel 0 of pattern 0 is NaN"},
		{Set{Columns: 1, X: [][]float64{{2}}}, "want a number in [-1, 1]"},
		{Set{Columns: 1, Names: []string{"a", "b"}, X: [][]float64{{1}}}, "2 names"},
	} {
		if err := c.s.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

func ExampleGlyphs() {
	letters, err := Glyphs("HΨ", 9, nil)
	if err != nil {
		panic(err)
	}
	values, columns := letters.Sheet(2)
	for i, v := range values {
		fmt.Print(map[bool]string{true: "#", false: "."}[v > 0])
		if (i+1)%columns == 0 {
			fmt.Println()
		}
	}
	// Output:
	// .###.###...#..#..#.
	// ..##.##....##.#.##.
	// ..#...#.....#.#.#..
	// ..##.##.....#.#.#..
	// ..#####.....#####..
	// ..#...#......###...
	// ..#...#.......#....
	// ..##.##......###...
	// .###.###.....###...
}
