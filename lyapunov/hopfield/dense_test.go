package hopfield

import (
	"fmt"
	"hopflow/internal/trials"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func denseSigns(rng *rand.Rand, n, d int) [][]float64 {
	out := make([][]float64, n)
	for k := range out {
		out[k] = make([]float64, d)
		for i := range d {
			out[k][i] = float64(2*rng.IntN(2) - 1)
		}
	}
	return out
}

// Every flip lowers E by what Flip says; the run ends where no flip would; the
// parabola is Hebb's network; LogSumExp and Exponential are one memory.
func TestDenseMemoryDescends(t *testing.T) {
	fs := []Potential{NewPolynomial(2), NewPolynomial(3), NewPolynomial(4), NewRectifiedPolynomial(2), NewRectifiedPolynomial(3), Exponential{}, NewLogSumExp(1), NewLogSumExp(0.3)}
	for k := range trials.Of(t, 5000) {
		rng := rand.New(rand.NewPCG(86, uint64(k)))
		n, d := 1+rng.IntN(10), 1+rng.IntN(14)
		patterns := denseSigns(rng, n, d)
		m, err := NewDenseMemory(patterns, fs[k%len(fs)])
		if err != nil {
			t.Fatal(err)
		}
		x := denseSigns(rng, 1, d)[0]
		i := rng.IntN(d)
		y := slices.Clone(x)
		y[i] = -y[i]
		scale := 1e-13 * (1 + math.Abs(m.Energy(x)) + math.Abs(m.Energy(y)))
		if got, want := m.Flip(x, i), m.Energy(y)-m.Energy(x); math.Abs(got-want) > scale {
			t.Fatalf("memory %d: flip %d changes E by %g, says %g", k, i, want, got)
		}
		if k%len(fs) == 0 {
			var want float64
			for a := range d {
				for b := range d {
					for _, p := range patterns {
						want -= x[a] * p[a] * p[b] * x[b] / 2
					}
				}
			}
			if m.Energy(x) != want {
				t.Fatalf("memory %d: E = %g, Hebb's network has %g", k, m.Energy(x), want)
			}
		}
		r, err := m.Run(x, 0)
		if err != nil {
			t.Fatal(err)
		}
		for s := 1; s < len(r.Energies); s++ {
			if down := r.Energies[s] < r.Energies[s-1]; down != (s < r.Sweeps) {
				t.Fatalf("memory %d: energies %v", k, r.Energies)
			}
		}
		for i := range d {
			if m.Flip(r.X, i) < 0 {
				t.Fatalf("memory %d: flip %d lowers E by %g where the run has ended", k, i, -m.Flip(r.X, i))
			}
		}
	}
	for k := range 200 {
		rng := rand.New(rand.NewPCG(87, uint64(k)))
		patterns := denseSigns(rng, 12, 20)
		a, errA := NewDenseMemory(patterns, Exponential{})
		b, errB := NewDenseMemory(patterns, NewLogSumExp(1))
		x := denseSigns(rng, 1, 20)[0]
		ra, errC := a.Run(x, 0)
		rb, errD := b.Run(x, 0)
		if errA != nil || errB != nil || errC != nil || errD != nil || !slices.Equal(ra.X, rb.X) || ra.Flips != rb.Flips {
			t.Fatalf("memory %d: Exponential ends at %v, its logarithm at %v", k, ra.X, rb.X)
		}
	}
}

// 150 random patterns of 50 units are too many for Hebb, by far, and no trouble for
// higher interactions, from a tenth of the units wrong.
func TestDenseMemoryCapacity(t *testing.T) {
	rng := rand.New(rand.NewPCG(88, 1))
	patterns := denseSigns(rng, 150, 50)
	for _, c := range []struct {
		f                Potential
		lo, hi, recalled int
	}{{f: NewPolynomial(2), hi: 3}, {f: NewRectifiedPolynomial(4), lo: 135, hi: 150}, {f: NewLogSumExp(1), lo: 147, hi: 150}} {
		m, err := NewDenseMemory(patterns, c.f)
		if err != nil {
			t.Fatal(err)
		}
		for k := range patterns {
			x := m.Pattern(k)
			for _, i := range rng.Perm(50)[:5] {
				x[i] = -x[i]
			}
			r, err := m.Run(x, 0)
			if err != nil {
				t.Fatal(err)
			}
			if slices.Equal(r.X, patterns[k]) {
				c.recalled++
			}
		}
		if c.recalled < c.lo || c.recalled > c.hi {
			t.Errorf("%T: %d of 150 patterns recalled, want %d to %d", c.f, c.recalled, c.lo, c.hi)
		}
	}
}

func TestDenseMemoryRefuses(t *testing.T) {
	good := [][]float64{{1, -1, 1}}
	m, err := NewDenseMemory(good, NewPolynomial(3))
	if err != nil {
		t.Fatal(err)
	}
	for want, f := range map[string]func() error{
		"not a state": func() error { _, err := NewDenseMemory([][]float64{{1, 0}}, Exponential{}); return err },
		"no patterns": func() error { _, err := NewDenseMemory(nil, Exponential{}); return err },
		"F is +Inf": func() error {
			_, err := NewDenseMemory([][]float64{slices.Repeat([]float64{1}, 800)}, Exponential{})
			return err
		},
		"x[1] = NaN":     func() error { _, err := m.Run([]float64{1, math.NaN(), 1}, 0); return err },
		"after 1 sweeps": func() error { _, err := m.Run([]float64{-1, -1, 1}, 1); return err },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	modernPanics(t, "nil potential", func() { NewDenseMemory(good, nil) })
	modernPanics(t, "length", func() { m.Energy([]float64{1}) })
	modernPanics(t, "sweeps", func() { m.Run(good[0], -1) })
	for _, degree := range []int{-1, 0, 1} {
		modernPanics(t, fmt.Sprint("degree ", degree), func() { NewPolynomial(degree) })
	}
}
