package kramersmoyal

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mathext"
)

func TestAtomsJoin(t *testing.T) {
	a := must(NewSteps([]float64{0.5, -1, 0.5, 2}, []float64{0.2, 0.3, 0.4, 0.1})).Atoms()
	if a.Len() != 3 || a.X[0] != -1 || math.Abs(a.At(0.5)-0.6) > 1e-15 || a.At(0.7) != 0 || math.Abs(a.CDF(1)-0.9) > 1e-15 || a.CDF(-1.1) != 0 {
		t.Errorf("%+v", a)
	}
	if err := a.Check(); err != nil {
		t.Error(err)
	}
	if x, p := a.XY(1); x != 0.5 || p != a.P[1] {
		t.Errorf("atom 1 is at %v, %v", x, p)
	}
}

// The bounds by hand, for steps whose moments are easy: <|ε-m|³> and <|ε|³>.
func TestBoundsByHand(t *testing.T) {
	l := must(NewSteps([]float64{2, -1}, []float64{1. / 3, 2. / 3}))
	// <ε> = 0, <ε²> = 2, <|ε|³> = 8/3 + 2/3 = 10/3.
	if got, want := BerryEsseen(l, 25), 0.4748*10/3/math.Pow(2, 1.5)/5; math.Abs(got-want) > 1e-15 {
		t.Errorf("bound %v, want %v", got, want)
	}
	if got, want := BerryEsseenClock(l, 16), 0.3041*10/3/math.Pow(2, 1.5)/4; math.Abs(got-want) > 1e-15 {
		t.Errorf("bound %v, want %v", got, want)
	}
	// Shifted, the sum of n steps has the same bound and the Poisson sum another.
	s := must(NewSteps([]float64{2.5, -0.5}, []float64{1. / 3, 2. / 3}))
	if got, want := BerryEsseen(s, 25), BerryEsseen(l, 25); math.Abs(got-want) > 1e-15 {
		t.Errorf("bound %v of shifted steps, want %v", got, want)
	}
	third, second := (15.625+2*0.125)/3, (6.25+2*0.25)/3
	if got, want := BerryEsseenClock(s, 16), 0.3041*third/math.Pow(second, 1.5)/4; math.Abs(got-want) > 1e-15 {
		t.Errorf("bound %v of shifted steps, want %v", got, want)
	}
}

// Infinite and half infinite intervals know their breaks.
func TestBreaks(t *testing.T) {
	inf := math.Inf(1)
	for name, l := range map[string]*Numeric{
		"line":  {lo: -inf, hi: inf},
		"above": {lo: 0.3, hi: inf},
		"below": {lo: -inf, hi: 0.3},
		"both":  {lo: -0.3, hi: 2},
	} {
		for _, u := range []float64{-0.9, -0.25, 0.1, 0.35, 0.8} {
			if name == "above" {
				u = math.Abs(u)
			} else if name == "below" {
				u = -math.Abs(u)
			}
			x, slope := l.at(u)
			if back := l.inverse(x); math.Abs(back-u) > 1e-14 {
				t.Errorf("%s: u = %v comes back as %v", name, u, back)
			}
			h := 1e-6
			up, _ := l.at(u + h)
			down, _ := l.at(u - h)
			if d := (up - down) / (2 * h); math.Abs(d-slope) > 1e-6*slope {
				t.Errorf("%s: slope %v at %v, differences give %v", name, slope, u, d)
			}
		}
	}
}

// Kernels at the edges: zeros at the end do not count, and dispersion alone is Airy's.
func TestKernelEdges(t *testing.T) {
	if got, want := must(Truncate(0.3, 0.8, 0, 0).Kernel(0.9, 1.5)), (Bell{0.45, 1.2}).Prob(0.9); got != want {
		t.Errorf("%v with zeros at the end, want %v", got, want)
	}
	if d := must(Truncate(0.3, 0.8, 0, 0).Diagnose(1)); d.Order != 2 || d.Negative || d.IllPosed {
		t.Errorf("%+v", d)
	}
	// ∂p/∂t = -(1/6) D_3 ∂³p from a point: Ai(x/(D_3 t/2)^{1/3})/(D_3 t/2)^{1/3}.
	scale := math.Cbrt(0.7 * 1.5 / 2)
	for _, x := range []float64{-2.1, 0.4, 1.7} {
		want := real(mathext.AiryAi(complex((x-0.45)/scale, 0))) / scale
		if got := must(Truncate(0.3, 0, 0.7).Kernel(x, 1.5)); math.Abs(got-want) > 1e-14 {
			t.Errorf("%v at %v, want %v", got, x, want)
		}
	}
	d := must(Truncate(0.3, 0, 0.7).Diagnose(1.5))
	if d.IllPosed || !d.Negative || math.Abs(d.Least*scale+0.41901548) > 1e-7 { // the least value of Ai
		t.Errorf("%+v", d)
	}
	if d := must(Truncate(0.3).Diagnose(1)); d.Order != 1 || !math.IsNaN(d.Least) || d.IllPosed {
		t.Errorf("%+v", d)
	}
}
