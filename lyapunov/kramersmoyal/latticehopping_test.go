package kramersmoyal

import (
	"math"
	"strings"
	"testing"

	"hopflow/lyapunov"
	"hopflow/lyapunov/landscape"
	"hopflow/lyapunov/verify"
)

// Jumps of general reach: exact balance, the mobility as asked for, and the drift of
// Theorem 8 with an error of order δ², for three shapes.
func TestHopping(t *testing.T) {
	e := landscape.NewDoubleWell(0.8, 1.1)
	shapes := map[string]struct {
		f     func(u float64) float64
		reach float64
	}{
		"box":   {func(u float64) float64 { return 1 }, 1},
		"bell":  {func(u float64) float64 { return math.Exp(-u * u / 2) }, 9},
		"ring":  {func(u float64) float64 { return u * u * math.Exp(-u) }, 40},
		"tent":  {func(u float64) float64 { return 1 - u }, 1},
		"comet": {func(u float64) float64 { return 1 / (1 + u*u*u*u*u*u) }, 4},
	}
	deltas := []float64{0.08, 0.04, 0.02, 0.01, 0.005}
	for name, s := range shapes {
		for _, x := range []float64{-0.73, 1.27} {
			var miss []float64
			for _, d := range deltas {
				if name == "ring" {
					d /= 8 // its jumps are longer
				}
				h := must(NewHopping(e, hill, s.f, s.reach, 0.37, d))
				if k := must(h.Mobility(x)); math.Abs(k-hill(x)) > 1e-12 {
					t.Errorf("%s: mobility %v, want %v", name, k, hill(x))
				}
				limit := must(h.DriftLimit(x))
				if want := well(AtMidpoint, 1).DriftLimit(x); math.Abs(limit-want) > 1e-8 {
					t.Errorf("%s: limit %v, want %v", name, limit, want)
				}
				miss = append(miss, math.Abs(must(h.Moment(1, x))-limit))
				if second := must(h.Moment(2, x)); math.Abs(second-2*0.37*hill(x)) > 2000*d*d {
					t.Errorf("%s: second moment %v, want %v", name, second, 2*0.37*hill(x))
				}
			}
			if err := verify.Order("b2", "drift", deltas, miss, 2, 0.2).Err(); err != nil {
				t.Errorf("%s, x = %v: %v; %v", name, x, err, miss)
			}
		}
	}
	h := must(NewHopping(e, hill, shapes["bell"].f, 9, 0.37, 0.1))
	flow := func(x, y float64) float64 {
		return math.Exp(-e.Value([]float64{x})/0.37) * h.Rate(x, y-x)
	}
	for _, c := range [][2]float64{{0.3, 0.41}, {-1.2, -0.9}, {0.7, 0.2}} {
		if a, b := flow(c[0], c[1]), flow(c[1], c[0]); math.Abs(a-b) > 1e-13*a {
			t.Errorf("the flows between %v are %v and %v", c, a, b)
		}
	}
	if err := h.Check([]float64{-1, 0.3}); err != nil {
		t.Error(err)
	}
}

// swirl is a walk in the plane with everything at work.
func swirl(delta float64) *PlaneWalk {
	return &PlaneWalk{
		Energy:      tilted{},
		Mobility:    func(x, y float64) float64 { return 1.2 + 0.3*math.Sin(x+0.5*y) },
		Rotation:    func(x, y float64) float64 { return 0.8 + 0.5*math.Cos(0.7*x-y) },
		Temperature: 0.6, Spacing: delta,
	}
}

var _ lyapunov.Energy = tilted{}

// tilted is an energy without a symmetry.
type tilted struct{}

func (tilted) Dim() int { return 2 }
func (tilted) Value(x []float64) float64 {
	return 0.5*x[0]*x[0] + 0.3*x[0]*x[1] + 0.7*x[1]*x[1] + 0.1*x[0]*x[0]*x[0]*x[0]
}
func (tilted) Gradient(dst, x []float64) {
	dst[0] = x[0] + 0.3*x[1] + 0.4*x[0]*x[0]*x[0]
	dst[1] = 0.3*x[0] + 1.4*x[1]
}

// The antisymmetric part keeps q to rounding, breaks detailed balance, and adds its
// drift: to the limit as δ².
func TestPlaneWalk(t *testing.T) {
	w := swirl(0.1)
	c := must(w.Chain(-2, -1.7, 41, 36))
	if im := c.Imbalance(); im > 1e-13 {
		t.Errorf("imbalance %v", im)
	}
	q := c.Gibbs()
	i := c.Index(17, 20)
	a, b := q[i]*c.Rate(i, i+1), q[i+1]*c.Rate(i+1, i)
	if math.Abs(a-b) < 1e-3*a {
		t.Errorf("flows %v and %v: the antisymmetric part does nothing", a, b)
	}
	var still PlaneWalk = *w
	still.Rotation = nil
	s := must(still.Chain(-2, -1.7, 41, 36))
	if a, b := q[i]*s.Rate(i, i+1), q[i+1]*s.Rate(i+1, i); math.Abs(a-b) > 1e-14*a {
		t.Errorf("flows %v and %v without an antisymmetric part", a, b)
	}
	if sym := c.Rate(i, i+1)*q[i] + c.Rate(i+1, i)*q[i+1]; math.Abs(sym-2*q[i]*s.Rate(i, i+1)) > 1e-13*sym {
		t.Error("the symmetric part changes")
	}
	deltas := []float64{0.2, 0.1, 0.05, 0.025}
	var missX, missY []float64
	for _, d := range deltas {
		w := swirl(d)
		n := int(math.Round(1.2 / d))
		c := must(w.Chain(0.3-0.6, 0.2-0.6, n+1, n+1))
		i := c.Index(n/2, n/2)
		x, y := c.Site(i)
		bx, by := c.Drift(i)
		lx, ly := w.DriftLimit(x, y)
		missX, missY = append(missX, math.Abs(bx-lx)), append(missY, math.Abs(by-ly))
	}
	for _, miss := range [][]float64{missX, missY} {
		if err := verify.Order("b2", "drift in the plane", deltas, miss, 2, 0.2).Err(); err != nil {
			t.Errorf("%v; %v", err, miss)
		}
	}
	// The limit by another route: (1/q) T ∂_b (q K^{ab}) by differences of q K.
	x, y, h := 0.31, -0.22, 1e-4
	flux := func(f func(x, y float64) float64, x, y float64) float64 {
		return math.Exp(-tilted{}.Value([]float64{x, y})/0.6) * f(x, y)
	}
	at := math.Exp(-tilted{}.Value([]float64{x, y}) / 0.6)
	dS := (flux(w.Mobility, x+h, y) - flux(w.Mobility, x-h, y)) / (2 * h)
	dA := (flux(w.Rotation, x, y+h) - flux(w.Rotation, x, y-h)) / (2 * h)
	if bx, _ := w.DriftLimit(x, y); math.Abs(bx-0.6*(dS+dA)/at) > 1e-6 {
		t.Errorf("drift limit %v, by differences %v", bx, 0.6*(dS+dA)/at)
	}
}

func TestHoppingRefuses(t *testing.T) {
	strong := swirl(0.4)
	strong.Rotation = func(x, y float64) float64 { return 20 * math.Sin(x) }
	if _, err := strong.Chain(-2, -2, 11, 11); err == nil || !strings.Contains(err.Error(), "more than the bond can carry") {
		t.Errorf("a current above its bond: %v", err)
	}
	e := landscape.NewDoubleWell(1, 1)
	if _, err := NewHopping(e, hill, func(float64) float64 { return 0 }, 1, 1, 1); err == nil || !strings.Contains(err.Error(), "second moment") {
		t.Errorf("a shape of nothing: %v", err)
	}
	odd := &Hopping{Energy: e, Temperature: 1, Reach: 1, Bond: func(z, eps float64) float64 { return 1 + eps }}
	if err := odd.Check([]float64{0.3}); err == nil || !strings.Contains(err.Error(), "for -ε") {
		t.Errorf("a bond that is not even: %v", err)
	}
	odd.Bond = func(z, eps float64) float64 { return math.NaN() }
	if _, err := odd.Moment(1, 0.3); err == nil || !strings.Contains(err.Error(), "not finite") {
		t.Errorf("a bond that is not a number: %v", err)
	}
}
