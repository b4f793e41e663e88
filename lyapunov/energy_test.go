package lyapunov

import (
	"math"
	"strings"
	"testing"
)

// tilted is E(x) = a x₀⁴/4 - x₀x₁ + b x₁²/2 + e^{x₁}, with a switch for each
// way of being wrong.
type tilted struct{ wrongGrad, writes, nan bool }

func (tilted) Dim() int { return 2 }

func (e tilted) Value(x []float64) float64 {
	if e.nan {
		return math.NaN()
	}
	if e.writes {
		defer func() { x[1] += 1e-3 }()
	}
	return 0.3*math.Pow(x[0], 4) - x[0]*x[1] + 0.7*x[1]*x[1] + math.Exp(x[1])
}

func (e tilted) Gradient(dst, x []float64) {
	dst[0] = 1.2*math.Pow(x[0], 3) - x[1]
	dst[1] = -x[0] + 1.4*x[1] + math.Exp(x[1])
	if e.wrongGrad {
		dst[1] += 1e-4
	}
}

var points = [][]float64{{0.2, 0.55}, {-1.3, 0.7}, {2.1, -0.4}}

func TestCheckEnergy(t *testing.T) {
	if err := CheckEnergy(tilted{}, points); err != nil {
		t.Errorf("a right energy fails its laws: %v", err)
	}
	for _, c := range []struct {
		e    tilted
		want string
	}{
		{tilted{wrongGrad: true}, "gradient component 1"},
		{tilted{writes: true}, "changed coordinate 1"},
		{tilted{nan: true}, "energy is NaN"},
	} {
		err := CheckEnergy(c.e, points)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("CheckEnergy(%+v) = %v, want an error with %q", c.e, err, c.want)
		}
	}
	if err := CheckEnergy(tilted{}, [][]float64{{1}}); err == nil || !strings.Contains(err.Error(), "1 coordinates") {
		t.Errorf("a point of the wrong dimension gives %v", err)
	}
}

func TestRate(t *testing.T) {
	x, v := []float64{0.2, 0.55}, []float64{-0.4, 0.9}
	got := Rate(tilted{}, x, v)
	const h = 1e-5
	at := func(s float64) float64 {
		return tilted{}.Value([]float64{x[0] + s*v[0], x[1] + s*v[1]})
	}
	want := (at(h) - at(-h)) / (2 * h)
	if math.Abs(got-want) > 1e-9 {
		t.Errorf("Rate = %.12g, differences along v give %.12g", got, want)
	}
	defer func() {
		if r := recover(); r != "lyapunov: length mismatch" {
			t.Errorf("wrong length: recovered %v", r)
		}
	}()
	Rate(tilted{}, x, v[:1])
}
