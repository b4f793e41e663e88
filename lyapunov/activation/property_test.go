package activation

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// scale draws a positive parameter over many decades.
func scale(t *rapid.T, name string) float64 {
	return math.Pow(10, rapid.Float64Range(-6, 6).Draw(t, name))
}

func anyActivation(t *rapid.T) Smooth {
	r := scale(t, "rate")
	return []Smooth{SoftProjection(r), SoftProjectionLiteral(r), NewLogistic(r), NewTanh(r), NewArctan(r), NewAlgebraic(r),
		NewRectifier(rapid.Float64Range(1e-6, 0.999).Draw(t, "leak"), r), NewRectifier(0, r)}[rapid.IntRange(0, 7).Draw(t, "kind")]
}

// hidden draws any finite float64: zeros, denormals and 1e308 included.
func hidden(t *rapid.T, name string) float64 {
	return rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64).Draw(t, name)
}

// For every activation, rate and hidden state: the value lies in the closed
// range, nothing is NaN, the slope is not negative, and order is kept.
func TestPropertyRangeAndOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, u, v := anyActivation(t), hidden(t, "u"), hidden(t, "v")
		lo, hi := f.Range()
		y, z := f.Value(u), f.Value(v)
		if !(lo <= y && y <= hi) {
			t.Fatalf("%+v: value %v at %v", f, y, u)
		}
		if (u < v && y > z) || (u > v && y < z) {
			t.Fatalf("%+v: σ(%v) = %v and σ(%v) = %v", f, u, y, v, z)
		}
		if d := f.Deriv(u); !(d >= 0) || math.IsInf(d, 0) {
			t.Fatalf("%+v: slope %v at %v", f, d, u)
		}
		if d := f.Deriv2(u); math.IsNaN(d) || math.IsInf(d, 0) {
			t.Fatalf("%+v: second derivative %v at %v", f, d, u)
		}
	})
}

// A value and its complement add up to the upper end, without loss in either.
func TestPropertyComplement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, ok := anyActivation(t).(interface {
			Smooth
			Complement(u float64) float64
		})
		if !ok {
			t.Skip("no complement")
		}
		u := hidden(t, "u")
		_, hi := f.Range()
		if got := f.Value(u) + f.Complement(u); math.Abs(got-hi) > 1e-15 {
			t.Fatalf("%+v: σ + (1-σ) = %.17g at %v", f, got, u)
		}
	})
}

// Inverse and value undo each other: from any y of the range, to the
// conditioning of σ, and the potential ∫σ⁻¹ is convex.
func TestPropertyInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyActivation(t)
		lo, hi := f.Range()
		draw := func(name string) float64 {
			return rapid.Float64Range(math.Max(lo, -1e6), math.Min(hi, 1e6)).Draw(t, name)
		}
		y := draw("y")
		u := f.Inverse(y)
		if math.IsNaN(u) || (math.IsInf(u, 0) && y != lo && y != hi && math.Abs(u) < math.MaxFloat64) {
			t.Fatalf("%+v: inverse of %v is %v", f, y, u)
		}
		if back := f.Value(u); math.Abs(back-y) > 1e-13*math.Max(1, math.Abs(y))+4e-15*math.Abs(u)*f.Deriv(u) {
			t.Fatalf("%+v: σ(σ⁻¹(%v)) = %v", f, y, back)
		}
		z := draw("z")
		a, b, mid := f.InverseIntegral(y), f.InverseIntegral(z), f.InverseIntegral(y+(z-y)/2)
		if top := (a + b) / 2; mid > top+1e-12*math.Max(math.Abs(top), math.Abs(mid))+1e-300 && !math.IsInf(top, 0) {
			t.Fatalf("%+v: ∫σ⁻¹ at the middle of %v and %v is %v, the chord has %v", f, y, z, mid, top)
		}
	})
}

// NaN in, NaN out; infinities give the ends of the range.
func TestNonFinite(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range all {
		for name, got := range map[string]float64{
			"Value": c.f.Value(nan), "Deriv": c.f.Deriv(nan), "Deriv2": c.f.Deriv2(nan),
			"Inverse": c.f.Inverse(nan), "InverseIntegral": c.f.InverseIntegral(nan),
		} {
			if !math.IsNaN(got) {
				t.Errorf("%s: %s(NaN) = %v", c.name, name, got)
			}
		}
		lo, hi := c.f.Range()
		if got := c.f.Value(inf); got != hi {
			t.Errorf("%s: σ(+Inf) = %v, want %v", c.name, got, hi)
		}
		if got := c.f.Value(-inf); got != lo {
			t.Errorf("%s: σ(-Inf) = %v, want %v", c.name, got, lo)
		}
	}
}
