package sde_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/sde"
	"hopflow/lyapunov/freeenergy"
)

// bursting is a system whose particles become NaN once x exceeds 1: they all
// move up, and start at particle/N.
func bursting() sde.Ensemble {
	const n = 2000
	return sde.Ensemble{
		System: &sde.System{
			Dim: 1,
			Drift: func(dst []float64, _ float64, x []float64) {
				if dst[0] = 1; x[0] > 1 {
					dst[0] = math.NaN()
				}
			},
			Noise: func(dst []float64, _ float64, _, _ []float64) { dst[0] = 0 },
		},
		Particles: n, Step: 0.25, Seed: 1,
		Start: func(x []float64, p int, _ *sde.Stream) { x[0] = float64((p*1237)%n) / n },
	}
}

// The error is the same for any number of workers: the first to burst of the
// first block.
func TestRunawayIsNamed(t *testing.T) {
	var first string
	for _, workers := range []int{1, 2, 3, 7, 64} {
		e := bursting()
		e.Workers = workers
		seen := sde.NewMoments(0.25, 5)
		c, err := e.Run(0, 10, seen)
		var p *sde.ParticleError
		if c != nil || !errors.As(err, &p) || !errors.Is(err, sde.ErrRunaway) {
			t.Fatalf("%d workers: %v, %v", workers, c, err)
		}
		if first == "" {
			first = err.Error()
			// Particle p of the first 256 is at p 1237 mod 2000 / 2000: it is beyond
			// 1 after a step if that exceeds 3/4, and NaN after another.
			if start := (p.Particle * 1237) % 2000; start <= 1500 || p.T != 0.5 || p.Particle >= 256 {
				t.Errorf("%v", err)
			}
		}
		if err.Error() != first {
			t.Errorf("%d workers: %v, and one: %s", workers, err, first)
		}
	}
	for _, part := range []string{"particle", "t = 0.5", "NaN", "shorten Step"} {
		if !strings.Contains(first, part) {
			t.Errorf("%q does not say %q", first, part)
		}
	}
}

func TestFramesFail(t *testing.T) {
	e, frames := bursting(), 0
	var last error
	for c, err := range e.Frames(sde.Times(0, 1, 4)) {
		if (c == nil) != (err != nil) {
			t.Errorf("a frame with %v and %v", c, err)
		}
		frames, last = frames+1, err
	}
	if frames != 3 || !errors.Is(last, sde.ErrRunaway) {
		t.Errorf("%d frames, %v", frames, last)
	}
}

func TestStartIsChecked(t *testing.T) {
	for name, c := range map[string]struct {
		start float64
		b     sde.Boundary
		want  error
	}{
		"NaN": {math.NaN(), nil, sde.ErrRunaway}, "outside": {1.5, sde.Reflecting([]float64{0}, []float64{1}), sde.ErrOutside},
		"infinite": {math.Inf(1), sde.Absorbing([]float64{0}, []float64{1}), sde.ErrRunaway},
	} {
		e := sde.Ensemble{System: uhlenbeck(1, 1), Boundary: c.b, Particles: 600, Step: 0.1, Start: func(x []float64, p int, _ *sde.Stream) {
			if x[0] = 0.5; p == 300 {
				x[0] = c.start
			}
		}}
		_, err := e.Run(2, 3)
		var p *sde.ParticleError
		if !errors.As(err, &p) || !errors.Is(err, c.want) || p.Particle != 300 || p.T != 2 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLimits(t *testing.T) {
	e := sde.Ensemble{System: uhlenbeck(1, 3), Particles: math.MaxInt32, Step: 0.1, Start: sde.At(0, 0, 0)}
	var limit *sde.LimitError
	if _, err := e.Run(0, 1); !errors.As(err, &limit) || !errors.Is(err, sde.ErrLimit) || limit.What != "bytes" || limit.Want < 1<<36 {
		t.Errorf("two billion particles: %v", err)
	}
	e.Particles, e.MaxBytes = 1000, 1000
	if _, err := e.Run(0, 1); !errors.Is(err, sde.ErrLimit) {
		t.Errorf("MaxBytes: %v", err)
	}
	e.MaxBytes, e.MaxSteps = -1, 9
	if _, err := e.Run(0, 1); !errors.As(err, &limit) || limit.What != "steps" || limit.Want != 10 {
		t.Errorf("MaxSteps: %v", err)
	}
	e.MaxSteps = 10
	if _, err := e.Run(0, 1); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	if _, err := e.Run(1e17, 1e17+64); !errors.Is(err, sde.ErrLimit) {
		t.Errorf("steps below the spacing of times: %v", err)
	}
	large := freeenergy.NewGrid(freeenergy.Uniform(0, 1, 10000), freeenergy.Uniform(0, 1, 10000))
	for name, o := range map[string]sde.Observer{
		"histogram": sde.NewHistogram(large, sde.Times(0, 1, 10)...), "path": sde.NewThinned(1, make([]int, 1)...),
	} {
		e.MaxSteps, e.Step = 0, 1e-8
		if _, err := e.Run(0, 1, o); !errors.Is(err, sde.ErrLimit) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEnsembleRefuses(t *testing.T) {
	good := func() sde.Ensemble {
		return sde.Ensemble{System: uhlenbeck(1, 1), Particles: 1, Step: 0.1, Start: sde.At(0)}
	}
	for name, spoil := range map[string]func(e *sde.Ensemble){
		"no system": func(e *sde.Ensemble) { e.System = nil }, "no start": func(e *sde.Ensemble) { e.Start = nil },
		"no particles": func(e *sde.Ensemble) { e.Particles = 0 }, "no step": func(e *sde.Ensemble) { e.Step = 0 },
		"a NaN step": func(e *sde.Ensemble) { e.Step = math.NaN() }, "negative workers": func(e *sde.Ensemble) { e.Workers = -1 },
		"a start of another length": func(e *sde.Ensemble) { e.Start = sde.At(1, 2) },
	} {
		e := good()
		spoil(&e)
		mustPanic(t, name, func() { e.Run(0, 1) })
	}
	mustPanic(t, "backwards", func() { e := good(); e.Run(1, 0) })
	mustPanic(t, "no end", func() { e := good(); e.Run(0, math.Inf(1)) })
	mustPanic(t, "no frames", func() { e := good(); e.Frames(nil) })
	e := good()
	for name, o := range map[string]sde.Observer{
		"after the end": sde.NewMoments(2), "descending": sde.NewMoments(0.5, 0.2), "NaN": sde.NewMean(func([]float64) float64 { return 0 }, math.NaN()),
		"no such particle": sde.NewThinned(1, 1), "twice one particle": sde.NewThinned(1, 0, 0),
	} {
		if _, err := e.Run(0, 1, o); err == nil || !strings.HasPrefix(err.Error(), "sde: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, err := range e.Frames([]float64{0, 1, 0.5}) {
		if err == nil {
			t.Error("frames at descending times")
		}
	}
	e.System.VarianceBlock = func(dst [][]float64, _ float64, _ [][]float64) { dst[0][0] = 1.9 }
	if _, err := e.Run(0, 1); err == nil || !strings.Contains(err.Error(), "VarianceBlock gives 1.9 for coordinate 0") {
		t.Errorf("a variance that is not the noise's: %v", err)
	}
	e.System.Calculus, e.System.Shape = sde.Stratonovich, sde.General
	if _, err := e.Run(0, 1); err == nil || !strings.Contains(err.Error(), "EulerMaruyama") {
		t.Errorf("a Stratonovich system: %v", err)
	}
}

// A panic of the user's function arrives where Run was called, with its place.
func TestPanicIsPassedOn(t *testing.T) {
	e := bursting()
	e.Workers = 3
	e.System.Drift = func(dst []float64, _ float64, x []float64) { panic("sde: the drift panics") }
	mustPanic(t, "workers", func() { e.Run(0, 1, sde.NewMoments()) })
}

// A function that is not finite ends the run with the particle's name.
func TestMeanRefuses(t *testing.T) {
	e := sde.Ensemble{System: uhlenbeck(1, 1), Particles: 1000, Step: 0.1, Start: sde.At(1)}
	var p *sde.ParticleError
	if _, err := e.Run(0, 1, sde.NewMean(func(x []float64) float64 { return math.Log(x[0]) }, 0.5)); !errors.As(err, &p) || p.T != 0.5 || p.X[0] > 0 {
		t.Errorf("the logarithm of a negative number: %v", err)
	}
	none := sde.NewHistogram(freeenergy.NewGrid(freeenergy.Uniform(5, 6, 2))).Count(mat.NewDense(2, 1, []float64{0, 1}))
	if _, _, err := none.Density(0); err == nil || none.Outside(0) != 2 {
		t.Errorf("a histogram of nothing: %v", err)
	}
}
