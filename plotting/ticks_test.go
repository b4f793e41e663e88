package plotting

import (
	"math"
	"strings"
	"testing"
)

func labels(ts []tick) string {
	var s []string
	for _, t := range ts {
		if t.label != "" {
			s = append(s, t.label)
		}
	}
	return strings.Join(s, " ")
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		s        scale
		n        int
		want     string
		exponent int
	}{
		{scale{lo: 0, hi: 1}, 5, "0.0 0.2 0.4 0.6 0.8 1.0", 0},
		{scale{lo: -1, hi: 1}, 4, "−1.0 −0.5 0.0 0.5 1.0", 0},
		{scale{lo: -0.05, hi: 0.31}, 4, "0.0 0.1 0.2 0.3", 0},
		{scale{lo: 0, hi: 1}, 4, "0.00 0.25 0.50 0.75 1.00", 0},
		{scale{lo: 0, hi: 10}, 4, "0 5 10", 0},
		{scale{lo: 0, hi: 7}, 3, "0 5", 0},
		{scale{lo: 0, hi: 100}, 4, "0 25 50 75 100", 0},
		{scale{lo: 0, hi: 250000}, 3, "0 1 2", 5},
		{scale{lo: 0, hi: 3e-7}, 3, "0 1 2 3", -7},
		{scale{lo: 1e12, hi: 5e12}, 4, "1 2 3 4 5", 12},
		{scale{lo: 1.25, hi: 1.75}, 3, "1.4 1.6", 0},
		{scale{lo: -0.5, hi: 3.5, whole: true}, 9, "0 1 2 3", 0},
		{scale{lo: 1e-6, hi: 1, log: true}, 7, "10⁻⁶ 10⁻⁵ 10⁻⁴ 10⁻³ 10⁻² 10⁻¹ 10⁰", 0},
		{scale{lo: 1e-6, hi: 1, log: true}, 4, "10⁻⁶ 10⁻⁴ 10⁻² 10⁰", 0},
		{scale{lo: 0.009, hi: 0.11, log: true}, 4, "0.01 0.02 0.03 0.05 0.1", 0},
		{scale{lo: 1, hi: 120, log: true}, 4, "1 3 10 30 100", 0},
		{scale{lo: 2, hi: 5, log: true}, 3, "2 3 4 5", 0},
	} {
		ts, e := ticksFor(c.s, c.n)
		if got := labels(ts); got != c.want || e != c.exponent {
			t.Errorf("ticks of %+v: %q ×10^%d, want %q ×10^%d", c.s, got, e, c.want, c.exponent)
		}
		for _, k := range ts {
			if n := c.s.norm(k.v); n < -1e-9 || n > 1+1e-9 {
				t.Errorf("tick %g lies outside %+v", k.v, c.s)
			}
		}
	}
	ts, _ := linearTicks(0, 1, 10)
	if ts[3].v != 0.3 {
		t.Errorf("the fourth tick is %.17g", ts[3].v)
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want string
	}{
		{0.1 + 0.2, "0.3"}, {-1.5, "−1.5"}, {2, "2"}, {0, "0"}, {math.Pi, "3.142"}, {1e-7, "10⁻⁷"}, {-2.5e8, "−2.5·10⁸"}, {12345, "12345"}, {123456, "1.235·10⁵"},
	} {
		if got := number(c.v, 4); got != c.want {
			t.Errorf("number(%g) = %q, want %q", c.v, got, c.want)
		}
	}
}

// TestSnap: a line of one pixel lies on pixels, not between them.
func TestSnap(t *testing.T) {
	for _, v := range []float64{10, 10.2, 10.9} {
		if got := float64(snap(fromPx(v), hairline) / px); got != 10.5 {
			t.Errorf("a hairline at %g goes to %g", v, got)
		}
	}
	if got := float64(snap(fromPx(10.4), 2*px) / px); got != 10 {
		t.Errorf("a line of two pixels goes to %g", got)
	}
}
