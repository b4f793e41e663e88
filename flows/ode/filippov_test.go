package ode

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// rectified is the flow of E = (r(-x+2y) + r(-2y))², [CH] Theorem 3, in the
// region y < 0, of both signs of -x+2y.
var rectified = Filippov{
	Below:   func(dst []float64, _ float64, x []float64) { dst[0], dst[1] = 0, -8*x[1] },
	Above:   func(dst []float64, _ float64, x []float64) { dst[0], dst[1] = -2*x[0], 0 },
	Surface: func(x []float64) float64 { return -x[0] + 2*x[1] },
	Normal:  func(dst, _ []float64) { dst[0], dst[1] = -1, 2 },
}

// On the surface x = 2y the velocity is (3.2, 1.6) at (-2, -1), and the solution
// e^{-1.6t} (-2, -1).
func TestSliding(t *testing.T) {
	r := newSlider(rectified, 2)
	if b, a := r.fluxes(0, []float64{-2, -1}); b != 16 || a != -4 {
		t.Errorf("fluxes %g, %g, want 16, -4", b, a)
	}
	v := make([]float64, 2)
	if r.slide(v, 0, []float64{-2, -1}); math.Abs(v[0]-3.2) > 1e-15 || math.Abs(v[1]-1.6) > 1e-15 {
		t.Errorf("the sliding velocity is %v", v)
	}
	for _, c := range []struct {
		m Method
		s *Settings
	}{{nil, nil}, {RK4, &Settings{Step: 0.01}}, {Rodas, nil}, {DormandPrince8, nil}} {
		// From below: y = -1.2 e^{-8t} meets x = 2y at y = -1, after ln(1.2)/8.
		tr, modes, err := rectified.Solve([]float64{-2, -1.2}, 0, 2, c.m, c.s)
		if err != nil || tr.Check() != nil {
			t.Fatal(err, tr.Check())
		}
		hit, slid := math.Log(1.2)/8, false
		for k, m := range modes {
			s := tr.At(k)
			if m == Sliding != (s.T >= hit-1e-7) || m == Above {
				t.Fatalf("%v: %v at t = %g, the surface is met at %g", c.m, m, s.T, hit)
			}
			if m == Sliding {
				slid = true
				e := math.Exp(-1.6 * (s.T - hit))
				if math.Abs(s.X[0]+2*e) > 3e-7 || math.Abs(s.X[1]+e) > 3e-7 || math.Abs(s.X[0]-2*s.X[1]) > 4e-15 {
					t.Fatalf("%v: slides to %v at t = %g, want %v", c.m, s.X, s.T, []float64{-2 * e, -e})
				}
			}
		}
		if !slid || tr.Last().T != 2 {
			t.Errorf("%v: slid %v, until %v", c.m, slid, tr.Last().T)
		}
	}
}

// A driven body with dry friction sticks, slips, and passes; then a surface
// that is curved.
func TestSlidingBeginsAndEnds(t *testing.T) {
	// dx/dt = 1, dy/dt = -sign(y) + x: slides on y = 0 while |x| < 1.
	p := Filippov{
		Below:   func(dst []float64, _ float64, x []float64) { dst[0], dst[1] = 1, 1+x[0] },
		Above:   func(dst []float64, _ float64, x []float64) { dst[0], dst[1] = 1, -1+x[0] },
		Surface: func(x []float64) float64 { return x[1] },
		Normal:  func(dst, _ []float64) { dst[0], dst[1] = 0, 1 },
	}
	tr, modes, err := p.Solve([]float64{-0.5, 0.1}, 0, 3, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	// y = 0.1 - 1.5t + t²/2 = 0 at t = 1.5 - √2.05; leaves upwards at x = 1, y = (x-1)²/2.
	on, off := 1.5-math.Sqrt(2.05), 1.5
	for k, m := range modes {
		s := tr.At(k)
		want := Above
		if s.T >= on-1e-8 && s.T < off-1e-8 {
			want = Sliding
		}
		if m != want {
			t.Errorf("%v at t = %g, want %v", m, s.T, want)
		}
	}
	if got, want := tr.Last().X[1], 1.125; math.Abs(got-want) > 1e-7 {
		t.Errorf("ends at y = %g, want %g", got, want)
	}
	// A crossing: started high and to the right, it never sticks.
	_, modes, err = p.Solve([]float64{1.5, -0.1}, 0, 1, nil, nil)
	if err != nil || modes[0] != Below || modes[len(modes)-1] != Above {
		t.Errorf("passes the surface: %v, %v", modes, err)
	}
	for _, m := range modes {
		if m == Sliding {
			t.Error("slides where both fields point the same way")
		}
	}
	// Sliding on a circle, where the surface is curved, towards (1, 0).
	pull := func(r float64) func(dst []float64, _ float64, x []float64) {
		return func(dst []float64, _ float64, x []float64) { dst[0], dst[1] = r*x[0]+x[1]*x[1], r*x[1]-x[0]*x[1] }
	}
	circle := Filippov{Below: pull(1), Above: pull(-1),
		Surface: func(x []float64) float64 { return x[0]*x[0] + x[1]*x[1] - 1 },
		Normal:  func(dst, x []float64) { dst[0], dst[1] = 2*x[0], 2*x[1] }}
	tr, _, err = circle.Solve([]float64{math.Cos(2), math.Sin(2)}, 0, 3, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := 2 * math.Atan(math.Tan(1)*math.Exp(-3)) // dφ/dt = -sin φ
	if got := math.Atan2(tr.Last().X[1], tr.Last().X[0]); math.Abs(got-want) > 1e-7 || math.Abs(circle.Surface(tr.Last().X)) > 1e-15 {
		t.Errorf("slides to the angle %g, want %g; off the circle by %g", got, want, circle.Surface(tr.Last().X))
	}
}

func TestSlidingFailures(t *testing.T) {
	away := rectified
	away.Below, away.Above = rectified.Above, rectified.Below // both point away
	if _, _, err := away.Solve([]float64{-2, -1}, 0, 1, nil, nil); !errors.Is(err, ErrSliding) {
		t.Errorf("both fields point away: %v", err)
	}
	bad := rectified
	bad.Above = func(dst []float64, _ float64, _ []float64) { dst[0], dst[1] = math.NaN(), 0 }
	if _, _, err := bad.Solve([]float64{-2, -1.2}, 0, 1, nil, nil); !errors.Is(err, ErrNonFinite) {
		t.Errorf("a field that is NaN: %v", err)
	}
	if _, _, err := rectified.Solve([]float64{math.NaN(), -1}, 0, 1, nil, nil); !errors.Is(err, ErrEvent) && !errors.Is(err, ErrNonFinite) {
		t.Errorf("a start at NaN: %v", err)
	}
	n := 0
	for range rectified.Steps([]float64{-2, -1.2}, 0, 2, RK4, &Settings{Step: 0.1}) {
		if n++; n == 4 {
			break
		}
	}
	if n != 4 {
		t.Errorf("%d states before a break after 4", n)
	}
}

// A field with a kink of its own on the surface makes the sides change without
// end: that is an error, and not a loop. The kink is as far from the surface as
// no rounding of x carries it.
func TestFilippovChatters(t *testing.T) {
	p := Filippov{
		Below: func(dst []float64, _ float64, _ []float64) { dst[0], dst[1] = 1, 1 },
		Above: func(dst []float64, _ float64, x []float64) {
			dst[0], dst[1] = 1, 1
			if x[0] > 1e-12 {
				dst[0] = -1
			}
		},
		Surface: func(x []float64) float64 { return x[0] },
		Normal:  func(dst, _ []float64) { dst[0], dst[1] = 1, 0 },
	}
	_, _, err := p.Solve([]float64{-0.3, 0.2}, 0, 1, nil, nil)
	if !errors.Is(err, ErrChatter) || !strings.Contains(err.Error(), "smooth beyond the surface") {
		t.Errorf("error %v", err)
	}
}
