package activation

import (
	"math"
	"strings"
	"testing"

	"hopflow/internal/oracle"
)

const hf = "testdata/hf.json"

// all is the one table of implementations: none without a row.
var all = []struct {
	name string
	f    Smooth
	us   []float64
}{
	{"soft projection 0.7", SoftProjection(0.7), []float64{-6, -0.4, 0.2, 0.55, 0.9, 1.3, 9}},
	{"soft projection 0.25", SoftProjection(0.25), []float64{-20, -0.4, 0.55, 0.9, 21}},
	{"literal 0.7", SoftProjectionLiteral(0.7), []float64{-12, -0.4, 0.2, 0.55, 0.9, 14}},
	{"logistic 1.3", NewLogistic(1.3), []float64{-12, -0.4, 0.2, 0.55, 13}},
	{"tanh 0.7", NewTanh(0.7), []float64{-11, -0.4, 0.2, 0.55, 0.9, 12}},
	{"arctan 0.7", NewArctan(0.7), []float64{-300, -4, -0.4, 0.2, 0.55, 0.9, 5, 200}},
	{"algebraic 1.3", NewAlgebraic(1.3), []float64{-300, -4, -0.4, 0.2, 0.55, 0.9, 5, 200}},
	{"leaky rectifier 0.2 at 3", NewRectifier(0.2, 3), []float64{-40, -4, -0.4, 0.2, 0.55, 0.9, 5, 90}},
	{"softplus at 1.7", NewRectifier(0, 1.7), []float64{-9, -0.4, 0.2, 0.55, 0.9, 5, 90}},
}

func TestLaws(t *testing.T) {
	for _, c := range all {
		if err := Check(c.f, c.us); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// broken is the soft projection with one law broken.
type broken struct {
	Logistic
	law string
}

func (b broken) Value(u float64) float64 {
	if b.law == "decreases" {
		return b.Logistic.Complement(u)
	}
	if b.law == "leaves the range" {
		return 2 * b.Logistic.Value(u)
	}
	return b.Logistic.Value(u)
}

func (b broken) Deriv(u float64) float64 {
	switch b.law {
	case "differences of the value": // [HF] (23): twice the slope of (22)
		return 2 * b.Logistic.Deriv(u)
	case "not positive":
		return 0
	}
	return b.Logistic.Deriv(u)
}

func (b broken) Deriv2(u float64) float64 {
	if b.law == "differences of the first" {
		return -b.Logistic.Deriv2(u)
	}
	return b.Logistic.Deriv2(u)
}

func (b broken) Inverse(y float64) float64 {
	if b.law == "σ(σ⁻¹(y))" {
		return b.Logistic.Inverse(y) + 1e-9
	}
	if b.law == "want NaN" && !(0 <= y && y <= 1) {
		return 0
	}
	return b.Logistic.Inverse(y)
}

func (b broken) InverseIntegral(y float64) float64 {
	if b.law == "integral of the inverse" {
		return 4 * b.Logistic.InverseIntegral(y)
	}
	return b.Logistic.InverseIntegral(y)
}

func TestCheckFindsEachBrokenLaw(t *testing.T) {
	for _, law := range []string{"decreases", "leaves the range", "differences of the value", "not positive",
		"differences of the first", "σ(σ⁻¹(y))", "want NaN", "integral of the inverse"} {
		err := Check(broken{SoftProjectionLiteral(0.7), law}, []float64{-0.4, 0.2, 0.9})
		if err == nil || !strings.Contains(err.Error(), law) {
			t.Errorf("broken law %q: Check returns %v", law, err)
		}
	}
}

func softProjection(r oracle.Record) Logistic {
	if r.Text("convention") == "literal" {
		return SoftProjectionLiteral(r.In("beta"))
	}
	return SoftProjection(r.In("beta"))
}

func TestSoftProjectionOracle(t *testing.T) {
	for _, r := range oracle.Load(t, hf, "hf-act-") {
		f, u := softProjection(r), r.In("u")
		r.Close(t, "sigma", []float64{f.Value(u)}, 4e-16, true)
		r.Close(t, "one_minus_sigma", []float64{f.Complement(u)}, 1e-14, true)
		r.Close(t, "dsigma", []float64{f.Deriv(u)}, 1e-14, true)
		r.Close(t, "d2sigma", []float64{f.Deriv2(u)}, 1e-14, true)
	}
	for _, r := range oracle.Load(t, hf, "hf-inv-") {
		f, x := softProjection(r), r.In("x")
		u := f.Inverse(x)
		r.Close(t, "u", []float64{u}, 4e-16, false)
		r.Close(t, "ginv", []float64{f.Deriv(u)}, 1e-14, true)
		r.Close(t, "phi", []float64{u - 0.5}, 4e-16, false)
		d := f.Deriv(u)
		r.Close(t, "christoffel", []float64{-f.Deriv2(u) / (2 * d * d)}, 1e-14, true)
	}
}

func TestOtherSigmoidsOracle(t *testing.T) {
	for _, r := range oracle.Load(t, hf, "hf-chr-") {
		f := map[string]Smooth{"algebraic": NewAlgebraic(1), "arctan": NewArctan(1)}[r.Text("activation")]
		u := f.Inverse(r.In("x"))
		d := f.Deriv(u)
		r.Close(t, "u", []float64{u}, 1e-15, true)
		r.Close(t, "g", []float64{1 / d}, 2e-15, true)
		r.Close(t, "christoffel", []float64{-f.Deriv2(u) / (2 * d * d)}, 4e-15, true)
	}
}

// In the far tails the value and its complement keep their relative digits:
// leading asymptotics in closed form, at a distance where the next term is
// below the last digit.
func TestTails(t *testing.T) {
	type complemented interface {
		Smooth
		Complement(u float64) float64
	}
	for _, c := range []struct {
		name  string
		f     complemented
		u     float64
		tail  float64 // 1 - σ(u)
		deriv float64
	}{
		{"soft projection", SoftProjection(0.7), 200.5, math.Exp(-560), 2.8 * math.Exp(-560)},
		{"tanh", NewTanh(0.7), 300, 2 * math.Exp(-420), 2.8 * math.Exp(-420)},
		{"arctan", NewArctan(0.7), 1e9, 1 / (0.7e9 * math.Pi), 1 / (0.7e18 * math.Pi)},
		{"algebraic", NewAlgebraic(1.3), 1e9, 1 / (4 * 1.69e18), 1 / (2 * 1.69e27)},
	} {
		lo, hi := c.f.Range()
		if low := c.f.Value(2*c.f.Inverse((lo+hi)/2) - c.u); lo == 0 && math.Abs(low/c.tail-1) > 1e-12 {
			t.Errorf("%s: lower tail %g, want %g", c.name, low, c.tail)
		}
		if got := c.f.Complement(c.u); math.Abs(got/c.tail-1) > 1e-12 {
			t.Errorf("%s: upper tail %g, want %g", c.name, got, c.tail)
		}
		if got := c.f.Deriv(c.u); math.Abs(got/c.deriv-1) > 1e-12 {
			t.Errorf("%s: slope in the tail %g, want %g", c.name, got, c.deriv)
		}
		if got := c.f.Deriv(1e200); got < 0 || math.IsNaN(got) {
			t.Errorf("%s: slope at 1e200 is %v", c.name, got)
		}
		if got := c.f.Complement(-1e200); got != hi-lo {
			t.Errorf("%s: complement at -1e200 is %v, want %v", c.name, got, hi-lo)
		}
	}
}

func TestLiteralIsHalfTheGain(t *testing.T) {
	for _, u := range []float64{-0.4, 0.2, 0.9} {
		if a, b := SoftProjectionLiteral(1.4).Value(u), SoftProjection(0.7).Value(u); a != b {
			t.Errorf("literal(2β) = %v, soft projection(β) = %v at %v", a, b, u)
		}
	}
	if g := SoftProjectionLiteral(0.7).Gain(); math.Abs(g-0.35) > 1e-16 {
		t.Errorf("slope of (22) as printed is %v, want β/2 = 0.35", g)
	}
	// A quarter of the way round: tanh written out, [HF] (22).
	if got, want := SoftProjectionLiteral(0.7).Value(0.2), 0.5+0.5*math.Tanh(0.7*(0.2-0.5)); math.Abs(got-want) > 1e-16 {
		t.Errorf("(22) at 0.2 is %v, want %v", got, want)
	}
}

// The smoothed rectifier approaches max(u, Leak u) from above, by at most
// (1-Leak) ln 2/Rate, attained at 0.
func TestRectifierLimit(t *testing.T) {
	for _, rate := range []float64{1.7, 30, 1e6} {
		r := NewRectifier(0.2, rate)
		for _, u := range []float64{-3, -0.01, 0, 0.3, 7} {
			over := r.Value(u) - math.Max(u, 0.2*u)
			if limit := 0.8 * math.Ln2 / rate; over < -1e-15 || over > limit*(1+1e-12) {
				t.Errorf("rate %g, u = %g: exceeds the kink by %g, want within [0, %g]", rate, u, over, limit)
			}
		}
	}
}

// Newton's inverse against bisection, over thirty decades and stiff kinks.
func TestRectifierInverse(t *testing.T) {
	for _, r := range []Rectifier{NewRectifier(0.2, 3), NewRectifier(1e-6, 1e8), NewRectifier(0.999, 0.1)} {
		for _, y := range []float64{-1e15, -33, -1e-9, 0, 1e-12, 0.01, 0.7, 1e4, 1e15} {
			lo, hi := math.Min(y, y/r.Leak)-10/(r.Leak*r.Rate), math.Abs(y)+1
			for range 3000 {
				mid := lo + (hi-lo)/2
				if r.Value(mid) < y {
					lo = mid
				} else {
					hi = mid
				}
			}
			got := r.Inverse(y)
			if math.Abs(got-hi) > 4e-16*math.Max(math.Abs(hi), 1/r.Rate)+2e-16*math.Abs(y)/r.Deriv(hi) {
				t.Errorf("%+v: inverse of %g is %.17g, bisection gives %.17g", r, y, got, hi)
			}
		}
	}
}

func TestEnds(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range all {
		lo, hi := c.f.Range()
		if got := c.f.Inverse(hi); !math.IsInf(got, 1) {
			t.Errorf("%s: inverse at the upper end is %v, want +Inf", c.name, got)
		}
		if got := c.f.Inverse(lo); !math.IsInf(got, -1) {
			t.Errorf("%s: inverse at the lower end is %v, want -Inf", c.name, got)
		}
		for _, y := range []float64{math.NaN(), lo - 1e-9, hi + 1e-9} {
			if math.IsInf(y, 0) {
				continue
			}
			if got := c.f.Inverse(y); !math.IsNaN(got) {
				t.Errorf("%s: inverse of %v is %v, want NaN", c.name, y, got)
			}
			if got := c.f.InverseIntegral(y); !math.IsNaN(got) {
				t.Errorf("%s: integral of the inverse at %v is %v, want NaN", c.name, y, got)
			}
		}
		if got := c.f.Value(math.NaN()); !math.IsNaN(got) {
			t.Errorf("%s: value of NaN is %v", c.name, got)
		}
	}
	for _, c := range []struct {
		f    Smooth
		y    float64
		want float64
	}{
		{SoftProjection(0.7), 0, 0}, {SoftProjection(0.7), 1, 0.5},
		{NewTanh(0.7), 1, math.Ln2 / 0.7}, {NewTanh(0.7), -1, math.Ln2 / 0.7},
		{NewArctan(0.7), 0, inf}, {NewArctan(0.7), 1, inf},
		{NewAlgebraic(0.7), 0, 0}, {NewAlgebraic(0.7), 1, 0},
		{NewRectifier(0, 1.3), 0, 0}, {NewRectifier(0.2, 1.3), inf, inf},
	} {
		if got := c.f.InverseIntegral(c.y); math.Abs(got-c.want) > 1e-15 && got != c.want {
			t.Errorf("%T: integral of the inverse at the end %v is %v, want %v", c.f, c.y, got, c.want)
		}
	}
}

func TestConstructorsRefuse(t *testing.T) {
	for name, f := range map[string]func(){
		"gain β is 0":     func() { SoftProjection(0) },
		"gain β is -0.25": func() { SoftProjectionLiteral(-0.25) },
		"rate is NaN":     func() { NewLogistic(math.NaN()) },
		"rate is +Inf":    func() { NewTanh(math.Inf(1)) },
		"rate is -1":      func() { NewArctan(-1) },
		"rate is -2":      func() { NewAlgebraic(-2) },
		"rate is -3":      func() { NewRectifier(0.2, -3) },
		"leak is 1,":      func() { NewRectifier(1, 3) },
	} {
		func() {
			defer func() {
				if r, _ := recover().(string); !strings.Contains(r, name) {
					t.Errorf("want a panic with %q, got %q", name, r)
				}
			}()
			f()
		}()
	}
}
