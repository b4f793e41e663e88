package ode

import (
	"math"
	"slices"
	"strings"
	"testing"

	"hopflow/flows"
)

// catalog is every method of the package: a new one gets its row here.
var catalog = []*Tableau{Euler, Heun, Ralston, RK4, BogackiShampine, DormandPrince, DormandPrince8}

func TestCheckMethod(t *testing.T) {
	for _, m := range catalog {
		if err := CheckMethod(m); err != nil {
			t.Errorf("%v: %v", m, err)
		}
	}
	if err := CheckMethod(midpoint{}); err != nil {
		t.Errorf("a method from outside fails its laws: %v", err)
	}
}

// midpoint is a Method that is no Tableau, with a switch for each way of being
// wrong.
type midpoint struct{ order, wrong string }

func (m midpoint) Order() int {
	switch m.order {
	case "3":
		return 3
	case "0":
		return 0
	}
	return 2
}

func (m midpoint) Stepper(f flows.Field, dim int) Stepper {
	return &midpointStepper{midpoint: m, f: f, k: make([]float64, dim), y: make([]float64, dim)}
}

type midpointStepper struct {
	midpoint
	f    flows.Field
	k, y []float64
	n    int
}

func (s *midpointStepper) Step(dst []float64, t, h float64, x []float64) {
	if s.n++; s.wrong == "memory" && s.n == 2 {
		h *= 1.001
	}
	s.f(s.k, t, x)
	for i := range x {
		s.y[i] = x[i] + h/2*s.k[i]
	}
	if s.wrong == "overlap" {
		copy(dst, x)
		s.f(s.y, t+h/2, s.y)
	} else {
		s.f(s.k, t+h/2, s.y)
	}
	for i := range x {
		dst[i] = x[i] + h*s.k[i]
	}
	switch s.wrong {
	case "late":
		for i := range x {
			dst[i] = x[i] + h*s.k[i]
		}
	case "writes":
		x[1] += 1e-9
	case "nan":
		dst[0] = math.NaN()
	}
}

func (s *midpointStepper) Estimate(dst []float64) bool {
	for i := range dst {
		dst[i] = 1 // does not fall
	}
	return s.wrong == "estimate"
}

func (s *midpointStepper) Interpolate(dst []float64, _ float64) bool {
	copy(dst, s.y) // the midpoint wherever asked
	return s.wrong == "interpolant"
}

func TestCheckMethodCanFail(t *testing.T) {
	for _, c := range []struct {
		m    midpoint
		want string
	}{
		{midpoint{order: "3"}, "error at the end falls like h^2.00, but Order() is 3"},
		{midpoint{order: "0"}, "Order() is 0"},
		{midpoint{wrong: "memory"}, "goes on at t = 0.07"},
		{midpoint{wrong: "overlap"}, "same slice"},
		{midpoint{wrong: "late"}, "stored over its argument"},
		{midpoint{wrong: "writes"}, "changed its argument"},
		{midpoint{wrong: "nan"}, "gives [NaN"},
		{midpoint{wrong: "estimate"}, "estimate of a step's error falls like h^0.00"},
		{midpoint{wrong: "interpolant"}, "error of the interpolant falls like"},
	} {
		err := CheckMethod(c.m)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("CheckMethod(%+v) = %v, want an error with %q", c.m, err, c.want)
		}
	}
}

// Every coefficient of every table counts: changed by 1 %, with its row kept
// at its sum, it must break a law.
func TestEveryCoefficientCounts(t *testing.T) {
	for _, m := range catalog[3:] {
		for _, part := range []string{"B", "E", "D"} {
			wrong := *m
			row := map[string]*[]float64{"B": &wrong.B, "E": &wrong.E, "D": &wrong.D}[part]
			if *row == nil {
				continue
			}
			*row = slices.Clone(*row)
			n := len(*row)
			for n--; (*row)[n] == 0; n-- {
			}
			shift := 0.01 * (*row)[n]
			(*row)[n] -= shift
			(*row)[0] += shift
			if CheckMethod(&wrong) == nil {
				t.Errorf("%v passes its laws with %s[%d] wrong by 1 %%", m, part, n)
			}
		}
		for i, row := range m.A {
			if i < 2 || row[i-1] == 0 {
				continue
			}
			if m == BogackiShampine && i == 3 {
				continue // only its estimate asks this stage, and keeps its order
			}
			wrong := *m
			wrong.A = slices.Clone(m.A)
			wrong.A[i] = slices.Clone(row)
			wrong.A[i][i-1] += 0.01
			wrong.A[i][0] -= 0.01
			if CheckMethod(&wrong) == nil {
				t.Errorf("%v passes its laws with A[%d][%d] wrong by 0.01", m, i, i-1)
			}
		}
	}
}

func TestParseTableau(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"0 |\n1 1\np=1 | 1", "line 2 has no bar"},
		{"0 |\n1/2 | one\np=1 | 1", `"one" is not a number`},
		{"0 |\n1/2 | 1/2 0\np=1 | 1 0", "line 2 has 2 coefficients, want 1"},
		{"0 |\n1/2 | 1/3\np=1 | 1 0", "line 2 add up to"},
		{"0 |\n1/2 | 1/2\np=2 | 1/2 1/3", "line 3 add up to"},
		{"0 |\n1/2 | 1/2\np=2 | 1", "line 3 has 1 coefficients, want 2"},
		{"0 |\n1/2 | 1/2\np=2 | 0 1\np=2 | 1 0", "line 4 is out of place"},
		{"p=1 | 1", "line 1 has 1 coefficients, want 0"},
		{"0 |\n1/2 | 1/2", "no weights"},
		{"0 |\nD | 1\np=1 | 1", "line 2 is out of place"},
	} {
		m, err := ParseTableau("mine", c.text)
		if m != nil || err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "mine") {
			t.Errorf("ParseTableau(%q) = %v, %v, want an error with %q", c.text, m, err, c.want)
		}
	}
	m, err := ParseTableau("mine", "0 |\n0.7 | 7/10\np=1 | 0.25 3/4")
	if err != nil || m.C[1] != 0.7 || m.A[1][0] != 0.7 || m.B[0] != 0.25 || m.Order() != 1 || m.E != nil {
		t.Errorf("a right table gives %+v, %v", m, err)
	}
}

// Runge-Kutta methods commute with affine changes of coordinates, and with
// making time a coordinate: two properties that a wrong index anywhere breaks.
func TestStepIsEquivariant(t *testing.T) {
	a := [2][2]float64{{1.7, -0.4}, {0.3, 0.9}}
	det := a[0][0]*a[1][1] - a[0][1]*a[1][0]
	to := func(y []float64) []float64 {
		return []float64{a[0][0]*y[0] + a[0][1]*y[1] + 0.6, a[1][0]*y[0] + a[1][1]*y[1] - 0.2}
	}
	moved := func(dst []float64, t float64, y []float64) {
		var v [2]float64
		lawField(v[:], t, to(y))
		dst[0] = (a[1][1]*v[0] - a[0][1]*v[1]) / det
		dst[1] = (-a[1][0]*v[0] + a[0][0]*v[1]) / det
	}
	timed := func(dst []float64, _ float64, x []float64) {
		lawField(dst[:2], x[2], x[:2])
		dst[2] = 1
	}
	y0, t0, h := []float64{0.35, -0.8}, 0.7, 0.13
	for _, m := range catalog {
		x, y, z := to(y0), slices.Clone(y0), append(to(y0), t0)
		m.Stepper(lawField, 2).Step(x, t0, h, x)
		m.Stepper(moved, 2).Step(y, t0, h, y)
		m.Stepper(timed, 3).Step(z, 99, h, z)
		back := to(y)
		for i := range x {
			if math.Abs(x[i]-back[i]) > 4e-15 {
				t.Errorf("%v: coordinate %d is %.17g, in affine coordinates %.17g", m, i, x[i], back[i])
			}
			if math.Abs(x[i]-z[i]) > 4e-15 {
				t.Errorf("%v: coordinate %d is %.17g, with time as a coordinate %.17g", m, i, x[i], z[i])
			}
		}
	}
}

// A field asked once is not asked again: the last slope of a step is the first
// of the next where the method has it, and the interpolant's is too.
func TestFieldIsAskedOnce(t *testing.T) {
	for _, c := range []struct {
		m     *Tableau
		first int // calls of the first step
		next  int // of a later one
		dense int // of a later one when each is interpolated
	}{
		{Euler, 1, 1, 1}, {Heun, 2, 2, 2}, {RK4, 4, 4, 4},
		{BogackiShampine, 4, 3, 3}, {DormandPrince, 7, 6, 6}, {DormandPrince8, 13, 13, 13},
	} {
		for _, dense := range []bool{false, true} {
			calls := 0
			s := c.m.Stepper(func(dst []float64, t float64, x []float64) { calls++; lawField(dst, t, x) }, 2)
			x, y := lawSolution(0.3), make([]float64, 2)
			const n, h = 10, 0.0625
			for k := range n {
				s.Step(x, 0.25+h*float64(k), h, x)
				if dense {
					s.Interpolate(y, 0.4)
				}
			}
			want := c.first + (n-1)*c.next
			if dense {
				want = c.first + (n-1)*c.dense
				if len(c.m.B) == c.first && c.m.P <= 4 && c.first == c.next {
					want++ // the slope at the very end
				}
			}
			if calls != want {
				t.Errorf("%v, interpolated %v: %d calls in %d steps, want %d", c.m, dense, calls, n, want)
			}
		}
	}
}

// A Stepper that has not stepped knows no slope, not even at zero.
func TestFirstStepFromZero(t *testing.T) {
	for _, m := range catalog {
		x := []float64{0}
		m.Stepper(func(dst []float64, _ float64, _ []float64) { dst[0] = 0.7 }, 1).Step(x, 0, 0.3, x)
		if math.Abs(x[0]-0.21) > 1e-15 {
			t.Errorf("%v: a constant field leads to %v, want 0.21", m, x[0])
		}
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	for _, m := range catalog {
		s, x, y := m.Stepper(lawField, 2), lawSolution(0.3), make([]float64, 2)
		if n := testing.AllocsPerRun(100, func() {
			s.Step(x, 0.7, 1e-4, x)
			s.Estimate(y)
			s.Interpolate(y, 0.3)
		}); n != 0 {
			t.Errorf("%v: %g allocations a step", m, n)
		}
	}
}
