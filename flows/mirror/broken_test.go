package mirror

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// edit is a Legendre function with a law broken; nil fields change nothing.
type edit struct {
	Smooth
	value func(v float64) float64
	point func(g, x []float64)
	hess  func(h []float64)
	breg  func(d float64, a, b []float64) float64
	conj  Legendre
}

func (e *edit) Value(x []float64) float64 {
	if e.value != nil {
		return e.value(e.Smooth.Value(x))
	}
	return e.Smooth.Value(x)
}

func (e *edit) Gradient(dst, x []float64) {
	e.Smooth.Gradient(dst, x)
	if e.point != nil {
		e.point(dst, x)
	}
}

func (e *edit) Hessian(dst, x, v []float64) {
	e.Smooth.Hessian(dst, x, v)
	if e.hess != nil {
		e.hess(dst)
	}
}

func (e *edit) Bregman(a, b []float64) float64 {
	d := e.Smooth.Bregman(a, b)
	if e.breg != nil {
		return e.breg(d, a, b)
	}
	return d
}

func (e *edit) Conjugate() Legendre {
	if e.conj != nil {
		return e.conj
	}
	return e.Smooth.Conjugate()
}

// concave is -x²/2, with a "conjugate" that fits all but convexity.
type concave struct{ square }

func (concave) Value(x float64) float64      { return -x * x / 2 }
func (concave) Deriv(x float64) float64      { return -x }
func (concave) Deriv2(float64) float64       { return -1 }
func (concave) Bregman(a, b float64) float64 { return -(a - b) * (a - b) / 2 }
func (concave) Conjugate() Scalar            { return concave{} }

// plain hides what makes a function Smooth, as a type of a reader's own may.
type plain struct{ psi Legendre }

func (p plain) Dim() int                  { return p.psi.Dim() }
func (p plain) Domain() Domain            { return p.psi.Domain() }
func (p plain) Value(x []float64) float64 { return p.psi.Value(x) }
func (p plain) Gradient(dst, x []float64) { p.psi.Gradient(dst, x) }
func (p plain) Conjugate() Legendre       { return plain{p.psi.Conjugate()} }

// printed is [HF] (38) as printed, without the factors 1/(4β_i).
type printed struct {
	plain
	beta []float64
}

func (p printed) Value(z []float64) (v float64) {
	for i, b := range p.beta {
		v += softplus(4 * b * z[i])
	}
	return v
}

func (p printed) Gradient(dst, z []float64) {
	for i, b := range p.beta {
		dst[i] = 4 * b * logistic(4*b*z[i])
	}
}

func scaled(c float64) func([]float64) {
	return func(v []float64) {
		for i := range v {
			v[i] *= c
		}
	}
}

func TestCheckLegendreFindsBrokenLaws(t *testing.T) {
	beta := []float64{0.25, 0.6, 1.3}
	good := BitEntropy(beta...)
	dual := good.conj
	long := func(a, b []float64) bool { return norm([]float64{a[0] - b[0], a[1] - b[1], a[2] - b[2]}) > 0.01 }
	for law, psi := range map[string]Legendre{
		"inside the domain":           &edit{Smooth: good, value: func(float64) float64 { return math.NaN() }},
		"changed its argument":        &edit{Smooth: good, point: func(_, x []float64) { x[0] += 1e-9 }},
		"differences of the value":    &edit{Smooth: good, point: func(g, _ []float64) { scaled(1.001)(g) }},
		"Fenchel-Young equality":      &edit{Smooth: good, conj: printed{plain{dual}, beta}},
		"ψ*(∇ψ(x)) has coordinate":    &edit{Smooth: good, conj: &edit{Smooth: dual, point: func(g, _ []float64) { g[1] += 1e-9 }}},
		"the conjugate of the con":    &edit{Smooth: good, conj: &edit{Smooth: dual, conj: &edit{Smooth: good, value: func(v float64) float64 { return v + 1 }}}},
		"has gradient":                &edit{Smooth: good, conj: &edit{Smooth: dual, conj: &edit{Smooth: good, point: func(g, _ []float64) { g[0]++ }}}},
		"differences of the gradient": &edit{Smooth: good, hess: scaled(1.001)},
		"∇²ψ*(z) ∇²ψ(x)":              &edit{Smooth: good, conj: &edit{Smooth: dual, hess: scaled(1.001)}},
		"the Hessian gives":           &edit{Smooth: good, breg: func(d float64, _, _ []float64) float64 { return 2 * d }},
		"its definition gives":        &edit{Smooth: good, breg: func(d float64, _, _ []float64) float64 { return d * (1 + 1e-3*d) }},
		"want a positive number": &edit{Smooth: good, breg: func(d float64, a, b []float64) float64 {
			if long(a, b) {
				return 0
			}
			return d
		}},
		"to itself": &edit{Smooth: good, breg: func(d float64, a, b []float64) float64 {
			if d == 0 {
				return 1e-9
			}
			return d
		}},
		"(18b) fails":                  &edit{Smooth: good, conj: &edit{Smooth: dual, breg: func(d float64, _, _ []float64) float64 { return 1.001 * d }}},
		"not strictly convex":          plain{repeat(3, concave{})},
		"outside the domain of the co": &edit{Smooth: good, conj: BitEntropy(beta...)},
	} {
		err := CheckLegendre(psi, cube3)
		if err == nil || !strings.Contains(err.Error(), law) {
			t.Errorf("broken law %q: %v", law, err)
		}
	}
	if err := CheckLegendre(good, cube3[:1]); err == nil {
		t.Error("one point passes")
	}
	if err := CheckLegendre(good, [][]float64{{0.2, 0.5, 0.9}, {0.2, 0.5, 1}}); err == nil || !strings.Contains(err.Error(), "coordinate 2 is 1") {
		t.Errorf("a point on the wall: %v", err)
	}
}

// A set whose projector is wrong in one way.
type wrongSet struct {
	HalfSpace
	edit func(dst, y []float64)
}

func (s wrongSet) Projector(psi Legendre) (Projector, error) {
	p, err := s.HalfSpace.Projector(psi)
	return wrongProjector{p, s.edit}, err
}

type wrongProjector struct {
	Projector
	edit func(dst, y []float64)
}

func (p wrongProjector) Project(dst, y []float64) error {
	y = append([]float64(nil), y...)
	err := p.Projector.Project(dst, y)
	p.edit(dst, y)
	return err
}

func TestCheckProjectionFindsBrokenLaws(t *testing.T) {
	psi, half := BitEntropy(0.25, 0.6, 1.3), HalfSpace{[]float64{1, 2, 0.5}, 0.7}
	for law, f := range map[string]func(dst, y []float64){
		"misses the set":       func(dst, y []float64) { copy(dst, y) },
		"has the KKT residual": func(dst, y []float64) { dst[0], dst[1] = dst[0]+0.02, dst[1]-0.01 },
		"nothing":              func(dst, y []float64) {},
	} {
		err := CheckProjection(psi, wrongSet{half, f}, cube3[:2])
		if law == "nothing" && err != nil || law != "nothing" && (err == nil || !strings.Contains(err.Error(), law)) {
			t.Errorf("broken law %q: %v", law, err)
		}
	}
	if err := CheckProjection(psi, HalfSpace{[]float64{1, 1, 1}, -1}, cube3); !errors.Is(err, ErrEmpty) {
		t.Errorf("empty set: %v", err)
	}
	// The laws behind the conditions of Karush, Kuhn and Tucker.
	x := must(Project(psi, half, cube3[0]))
	if err := checkImage(psi, wrongSet{half, func(dst, _ []float64) { dst[0] /= 2 }}, cube3[0], x, nil); err == nil || !strings.Contains(err.Error(), "projected again") {
		t.Errorf("not idempotent: %v", err)
	}
	far := []float64{0.01, 0.01, 0.01}
	if err := checkImage(psi, wrongSet{half, func(dst, y []float64) { copy(dst, y) }}, cube3[0], far, [][]float64{x}); err == nil || !strings.Contains(err.Error(), "Pythagoras") {
		t.Errorf("not the nearest point: %v", err)
	}
}

// A type of a reader's own, with the five methods only, goes through
// everything that needs no second derivatives.
func TestPlainLegendre(t *testing.T) {
	smooth := BitEntropy(0.25, 0.6, 1.3)
	own := plain{smooth}
	if err := CheckLegendre(own, cube3); err != nil {
		t.Error(err)
	}
	if err := CheckLegendre(own.Conjugate(), space3); err != nil {
		t.Error(err)
	}
	for _, set := range []Set{
		HalfSpace{[]float64{1, 2, 0.5}, 0.7}, Cube(3, 0.3, 0.8),
		Intersection{HalfSpace{[]float64{1, 1, 0}, 0.6}, HalfSpace{[]float64{0, 1, 1}, 0.7}},
	} {
		if err := CheckProjection(own, set, cube3); err != nil {
			t.Errorf("%T: %v", set, err)
		}
		for _, y := range cube3 {
			if a, b := must(Project(own, set, y)), must(Project(smooth, set, y)); !near(a, b, 1e-12) {
				t.Errorf("%T: %v, Smooth gives %v", set, a, b)
			}
		}
	}
	if _, err := Project(own, Affine{[][]float64{{1, 1, 1}, {1, 2, 0}}, []float64{1, 0.7}}, cube3[0]); err == nil || !strings.Contains(err.Error(), "second derivatives") {
		t.Errorf("affine set: %v", err)
	}
	set := HalfSpace{[]float64{1, 1, 0}, 0.6}
	a := must(Solve(generic, generic0, Descent{Map: own, Set: set, Rule: LineSearch{}}, 50))
	b := must(Solve(generic, generic0, Descent{Map: smooth, Set: set, Rule: LineSearch{}}, 50))
	if !near(a.Last().X, b.Last().X, 1e-6) {
		t.Errorf("descent: %v, Smooth gives %v", a.Last().X, b.Last().X)
	}
}

func TestPanics(t *testing.T) {
	for text, f := range map[string]func(){
		"gain β is 0":           func() { BitEntropy(0.25, 0) },
		"gain β is NaN":         func() { Softplus(math.NaN()) },
		"at least one coord":    func() { BitEntropy() },
		"term 1 is nil":         func() { NewSeparable(square{}, nil) },
		"0 coordinates":         func() { Entropy(0) },
		"activation 0 is nil":   func() { Induced(nil) },
		"simplex of 1":          func() { SimplexEntropy(1) },
		"1-norm":                func() { NewPNorm(3, 1) },
		"κ is +Inf":             func() { NewCoupled(math.Inf(1), 0.25, 0.6) },
		"want 2":                func() { NewCoupled(1, 0.25).Bound() },
		"interval 0":            func() { Open([]float64{1}, []float64{1}) },
		"3 coordinates, want 2": func() { Bregman(BitEntropy(0.25, 0.6), cube3[0], cube3[1]) },
		"2 coordinates, want 3": func() { cubeMap.Gradient(make([]float64, 2), cube3[0]) },
		"nil energy":            func() { Steps(nil, nil, Descent{}) },
		"needs a Rule":          func() { Solve(generic, generic0, Descent{Map: cubeMap}, 1) },
		"needs a Map":           func() { Solve(generic, generic0, Descent{Rule: Fixed(1)}, 1) },
		"no line search":        func() { Solve(generic, generic0, DualAveraging{Map: cubeMap, Rule: LineSearch{}}, 1) },
		"Shrink in (0, 1)":      func() { Solve(generic, generic0, Descent{Map: cubeMap, Rule: LineSearch{Shrink: 2}}, 1) },
		"R is -1":               func() { Solve(generic, generic0, Accelerated{Map: cubeMap, S: 1, R: -1}, 1) },
		"negative number":       func() { Solve(generic, generic0, Descent{Map: cubeMap, Rule: Fixed(1)}, -1) },
		"empty path":            func() { new(Path).Last() },
		"without a step":        func() { new(Path).Mean() },
		"standard deviation -1": func() { Noisy(generic, -1, zero{}) },
		"needs a source":        func() { Sampled(nil, generic) },
		"an energy and":         func() { Noisy(generic, 1, nil) },
		"no points":             func() { RelativeConstants(generic, cubeMap) },
		"no sets":               func() { Intersection{}.Dim() },
		"right sides":           func() { Affine{[][]float64{{1}}, nil}.Dim() },
		"has no Hessian":        func() { NewHessianMetric(&edit{Smooth: cubeMap, conj: plain{cubeMap.conj}}) },
	} {
		func() {
			defer func() {
				if r := recover(); r == nil || !strings.Contains(toText(r), text) {
					t.Errorf("want a panic with %q, got %v", text, r)
				}
			}()
			f()
		}()
	}
}

type zero struct{}

func (zero) Uint64() uint64 { return 0 }

func toText(r any) string {
	if s, ok := r.(string); ok {
		return s
	}
	return ""
}
