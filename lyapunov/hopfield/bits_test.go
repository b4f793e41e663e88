package hopfield

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestBits(t *testing.T) {
	for n := 1; n < 200; n += 7 {
		rng := rand.New(rand.NewPCG(12, uint64(n)))
		p := RandomPatterns(2, n, rng)
		a, b := Pack(p[0]), Pack(p[1])
		dot, differ := 0.0, 0
		for i := range n {
			dot += p[0][i] * p[1][i]
			if p[0][i] != p[1][i] {
				differ++
			}
			if a.At(i) != p[0][i] {
				t.Fatalf("n = %d: unit %d is %v", n, i, a.At(i))
			}
		}
		if a.Overlap(b) != dot/float64(n) || a.Distance(b) != differ || a.Len() != n {
			t.Errorf("n = %d: overlap %v, distance %d, want %v and %d", n, a.Overlap(b), a.Distance(b), dot/float64(n), differ)
		}
		if !slices.Equal(a.State(), p[0]) {
			t.Errorf("n = %d: the state is not what was packed", n)
		}
		c := a.Clone()
		c.Flip(n / 2)
		if c.Distance(a) != 1 || a.At(n/2) != -c.At(n/2) {
			t.Errorf("n = %d: a flip changes %d units", n, c.Distance(a))
		}
		for _, k := range []int{0, 1, n / 2, n} {
			c := a.Clone()
			c.Reverse(k, rng)
			if c.Distance(a) != k {
				t.Errorf("n = %d: %d units reversed, want %d", n, c.Distance(a), k)
			}
		}
	}
	if x := FromCode(0b1011, 4); x.Code() != 0b1011 || !slices.Equal(x.State(), []float64{1, 1, -1, 1}) {
		t.Errorf("code 1011 is %v", x.State())
	}
	if FromCode(math.MaxUint64, 64).Code() != math.MaxUint64 || FromCode(0xff, 3).Code() != 7 {
		t.Error("codes are cut wrongly")
	}
}

// Lanes hold what the fields are, also near their bound, for weights of any sign.
func TestLanes(t *testing.T) {
	for k := range 60 {
		rng := rand.New(rand.NewPCG(13, uint64(k)))
		n := 1 + rng.IntN(40)
		most := (laneBias - 1) / (n + 1)
		w, b := make([][]float64, n), make([]float64, n)
		for i := range w {
			w[i] = make([]float64, n)
			b[i] = float64(rng.IntN(2*most+1) - most)
			for j := range w[i] {
				w[i][j] = float64(most * (2*rng.IntN(2) - 1))
				if k%2 == 0 {
					w[i][j] = float64(rng.IntN(2*most+1) - most)
				}
			}
		}
		d := mustDiscrete(t, w, b, Keep)
		if d.lanes == nil || d.scale != 1 {
			t.Fatalf("case %d: no lanes", k)
		}
		x := Pack(RandomPatterns(1, n, rng)[0])
		h, want := make([]uint64, d.lanes.words), make([]float64, n)
		d.lanes.fields(h, x)
		for range 30 {
			d.Field(want, x.State())
			for i := range n {
				if got := float64(h[i/4]>>(16*(i%4))&0xffff) - laneBias; got != want[i] {
					t.Fatalf("case %d: field %d is %v, want %v", k, i, got, want[i])
				}
			}
			i := rng.IntN(n)
			if x.At(i) < 0 {
				d.lanes.add(h, i)
			} else {
				d.lanes.sub(h, i)
			}
			x.Flip(i)
		}
	}
	if d := mustDiscrete(t, [][]float64{{0, laneBias}, {laneBias, 0}}, nil, Keep); d.lanes != nil {
		t.Error("fields of 2¹⁵ do not fit in lanes")
	}
}
