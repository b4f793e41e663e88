package sde_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hopflow/flows/sde"
)

// enforced returns where a boundary puts one particle that a step took to x.
func enforced(b sde.Boundary, x ...float64) ([]float64, error) {
	e := sde.Ensemble{System: jump(x), Boundary: b, Particles: 1, Step: 1, Seed: 1, Start: sde.At(make([]float64, len(x))...)}
	c, err := e.Run(0, 1)
	if err != nil {
		return nil, err
	}
	return c.X.RawRowView(0), nil
}

// jump is the system that goes from 0 to x in a unit of time, without noise.
func jump(x []float64) *sde.System {
	return &sde.System{
		Dim: len(x), Shape: sde.Additive,
		Drift: func(dst []float64, _ float64, _ []float64) { copy(dst, x) },
		Noise: func(dst []float64, _ float64, _, _ []float64) { clear(dst) },
	}
}

// Reflection against its definition: mirror until inside; wrapping: add widths.
func TestBoundariesPutBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := -rapid.Float64Range(0, 3).Draw(t, "-lo")
		hi := rapid.Float64Range(0.1, 3).Draw(t, "hi")
		x := rapid.Float64Range(-40, 40).Draw(t, "x")
		mirrored, wrapped := x, x
		for mirrored < lo || mirrored > hi {
			if mirrored < lo {
				mirrored = 2*lo - mirrored
			} else {
				mirrored = 2*hi - mirrored
			}
		}
		for wrapped < lo {
			wrapped += hi - lo
		}
		for wrapped >= hi {
			wrapped -= hi - lo
		}
		got, err := enforced(sde.Boundaries(sde.Reflect(lo, hi)), x)
		if err != nil || math.Abs(got[0]-mirrored) > 1e-12 || got[0] < lo || got[0] > hi {
			t.Errorf("[%g, %g] reflects %g to %v (%v), want %g", lo, hi, x, got, err, mirrored)
		}
		got, err = enforced(sde.Boundaries(sde.Wrap(lo, hi)), x)
		if err != nil || got[0] < lo || got[0] >= hi || math.Abs(math.Remainder(got[0]-wrapped, hi-lo)) > 1e-12 {
			t.Errorf("[%g, %g) wraps %g to %v (%v), want %g", lo, hi, x, got, err, wrapped)
		}
		if x >= lo && x < hi && got[0] != x {
			t.Errorf("%v was inside and is now %v", x, got[0])
		}
	})
}

func TestBoundaryEdges(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		v       sde.Interval
		x, want float64
	}{
		{sde.Reflect(0, 1), 5e-324, 5e-324}, // inside keeps its bits, however small
		{sde.Reflect(0, 1), 1, 1},
		{sde.Reflect(0, 1), -5e-324, 5e-324},
		{sde.Reflect(0, 1), 1e15 + 0.5, 0.5},
		{sde.Reflect(-1, inf), -3.5, 1.5},
		{sde.Reflect(-inf, 2), 5, -1},
		{sde.Reflect(-1, inf), 1e99, 1e99},
		{sde.Wrap(0, 1), 1, 0},
		{sde.Wrap(0, 1), -1e-300, 0}, // 1 - 1e-300 is 1, which is 0
		{sde.Free(), -7e99, -7e99},
		{sde.Interval{}, 3, 3},
		{sde.Forbid(-1, 1), 1, 1},
	} {
		if got, err := enforced(sde.Boundaries(c.v), c.x); err != nil || got[0] != c.want {
			t.Errorf("%+v takes %g to %v (%v), want %g", c.v, c.x, got, err, c.want)
		}
	}
}

func TestBoundariesRefuse(t *testing.T) {
	for _, v := range []sde.Interval{sde.Reflect(-1, 1), sde.Wrap(-1, 1), sde.Absorb(-1, 1), sde.Forbid(-1, 1), sde.Free(), sde.Reflect(-1, math.Inf(1))} {
		for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 2e100} {
			for name, b := range map[string]sde.Boundary{"box": sde.Boundaries(v), "bridged": sde.Boundaries(v).Bridged(), "default": nil} {
				_, err := enforced(b, x)
				var p *sde.ParticleError
				if !errors.As(err, &p) || !errors.Is(err, sde.ErrRunaway) || p.Particle != 0 || p.T != 1 || p.Coordinate != 0 {
					t.Errorf("%s %+v lets %g pass: %v", name, v, x, err)
				}
			}
		}
	}
	_, err := enforced(sde.Outside([]float64{-1, -1}, []float64{1, 1}), 0.5, 1.5)
	if !errors.Is(err, sde.ErrOutside) {
		t.Fatalf("leaving gives %v", err)
	}
	for _, part := range []string{"particle 0", "t = 1", "[0.5 1.5]", "coordinate 1", "[-1, 1]", "Reflect"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}

func TestBoundariesPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"upside down":  func() { sde.Reflect(1, 0) },
		"NaN":          func() { sde.Absorb(math.NaN(), 1) },
		"empty":        func() { sde.Boundaries() },
		"half circle":  func() { sde.Wrap(0, math.Inf(1)) },
		"lengths":      func() { sde.Periodic([]float64{0}, []float64{1, 2}) },
		"wrong system": func() { enforced(sde.Boundaries(sde.Free()), 1, 2) },
	} {
		mustPanic(t, name, f)
	}
}

func mustPanic(t *testing.T, name string, f func()) {
	t.Helper()
	defer func() {
		if v := recover(); v == nil || !strings.HasPrefix(fmt.Sprint(v), "sde: ") {
			t.Errorf("%s: the panic is %v", name, v)
		}
	}()
	f()
}

// Each coordinate has its own rule, and a particle that one of them stops is
// where the others have put it.
func TestMixedBoundaries(t *testing.T) {
	box := sde.Boundaries(sde.Reflect(-1, 1), sde.Wrap(-1, 1), sde.Free(), sde.Forbid(-9, 9))
	got, err := enforced(box, 1.25, 1.25, 1.25, 1.25)
	if err != nil || fmt.Sprint(got) != "[0.75 -0.75 1.25 1.25]" {
		t.Errorf("four rules give %v, %v", got, err)
	}
	if !box.Contains([]float64{1, 0, 50, 9}) || box.Contains([]float64{1.1, 0, 0, 0}) || len(box.Intervals()) != 4 {
		t.Error("the box does not know what it contains")
	}
	e := sde.Ensemble{System: jump([]float64{4, 2, 0.5}), Boundary: sde.Boundaries(sde.Absorb(-1, 1), sde.Reflect(-1, 1), sde.Free()).Bridged(), Particles: 1, Step: 1, Start: sde.At(0, 0, 0)}
	c, err := e.Run(0, 3)
	// A straight line: it is at the side after a quarter of the step, the
	// reflected coordinate on its way from 0 to 0.
	if err != nil || c.Exit[0] != 0.25 || fmt.Sprint(c.X.RawRowView(0)) != "[1 0 0.125]" {
		t.Errorf("absorbed at %v, %v, %v", c.Exit, c.X.RawRowView(0), err)
	}
}
