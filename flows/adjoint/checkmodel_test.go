package adjoint

import (
	"math"
	"strings"
	"testing"

	"hopflow/flows"
)

// A broken model breaks one law of the logistic equation's.
type broken struct {
	Func
	change func(e *brokenEvaluator)
}

func (b broken) At(theta []float64, batch int) Evaluator {
	e := &brokenEvaluator{funcEvaluator: b.Func.At(theta, batch).(*funcEvaluator), memo: 1}
	b.change(e)
	return e
}

// A brokenEvaluator behaves unless it is changed: its memo keeps the states.
type brokenEvaluator struct {
	*funcEvaluator
	memo int
	rate func(dst []float64, x, memo []float64)
	pull func(dx, dtheta []float64, x, memo, a []float64) float64
}

func (e *brokenEvaluator) Memo() int { return e.memo }

func (e *brokenEvaluator) Rate(dst []float64, t float64, x, memo []float64) {
	e.funcEvaluator.Rate(dst, t, x, nil)
	if e.rate != nil {
		e.rate(dst, x, memo)
	}
}

func (e *brokenEvaluator) Pull(dx, dtheta []float64, t float64, x, memo, a []float64) float64 {
	dt := e.funcEvaluator.Pull(dx, dtheta, t, x, nil, a)
	if e.pull != nil {
		dt += e.pull(dx, dtheta, x, memo, a)
	}
	return dt
}

func TestCheckModelCanFail(t *testing.T) {
	theta := []float64{1.3}
	points := []flows.State{{T: 0.3, X: []float64{0.2}}, {T: -0.4, X: []float64{0.7}}}
	for want, change := range map[string]func(e *brokenEvaluator){
		"": func(*brokenEvaluator) {},
		"component 0 of the rate is NaN": func(e *brokenEvaluator) {
			e.rate = func(dst, _, _ []float64) { dst[0] = math.NaN() }
		},
		"without a memo": func(e *brokenEvaluator) {
			e.rate = func(dst, _, memo []float64) {
				if memo != nil {
					dst[0] += 1e-9
				}
			}
		},
		"Pull does not add": func(e *brokenEvaluator) {
			e.pull = func(dx, _, _, _, a []float64) float64 { dx[0] = a[0]; return 0 }
		},
		"Pull gives other numbers where dtheta is nil": func(e *brokenEvaluator) {
			e.pull = func(dx, dtheta, _, _, _ []float64) float64 {
				if dtheta == nil {
					dx[0] += 1e-9
				}
				return 0
			}
		},
		"Pull depends on what the memo held": func(e *brokenEvaluator) {
			e.pull = func(dx, _, _, memo, _ []float64) float64 { dx[0] += 1e-3 * memo[0]; return 0 }
		},
		"aᵀ∂f/∂x has component 0": func(e *brokenEvaluator) {
			e.pull = func(dx, _, _, _, a []float64) float64 { dx[0] += 1e-5 * a[0]; return 0 }
		},
		"aᵀ∂f/∂θ has component 0": func(e *brokenEvaluator) {
			e.pull = func(_, dtheta, _, _, a []float64) float64 {
				if dtheta != nil {
					dtheta[0] += 1e-5 * a[0]
				}
				return 0
			}
		},
		"aᵀ∂f/∂t": func(e *brokenEvaluator) {
			e.pull = func(_, _, _, _, a []float64) float64 { return -2 * a[0] }
		},
		"writes to the state": func(e *brokenEvaluator) {
			e.pull = func(_, _, x, _, _ []float64) float64 { x[0] = math.Nextafter(x[0], 1); return 0 }
		},
		"to the covector": func(e *brokenEvaluator) {
			e.rate = nil
			e.pull = func(_, _, _, _, a []float64) float64 { a[0] = math.Nextafter(a[0], 9); return 0 }
		},
		"in a batch, ": func(e *brokenEvaluator) {
			e.rate = func(dst, _, _ []float64) {
				if len(dst) > 1 {
					dst[1] += 1e-6
				}
			}
		},
		"a batch of 2 and the same states one by one": func(e *brokenEvaluator) {
			e.pull = func(dx, _, _, _, a []float64) float64 {
				if len(dx) > 1 {
					dx[0], dx[1] = dx[1], dx[0]
				}
				return 0
			}
		},
	} {
		err := CheckModel(broken{logisticEquation(), change}, theta, points)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("the law gives %v, want %q", err, want)
		}
	}
}

// The wrong sign of [NH] Theorem 1, and a forgotten transpose, in closed form.
func TestCheckModelFindsSlips(t *testing.T) {
	right := logisticEquation()
	wrong := right
	wrong.VJP = func(dx, dth []float64, t float64, x, th, a []float64) float64 {
		return right.VJP(dx, dth, t, x, th, []float64{-a[0]})
	}
	if err := CheckModel(wrong, []float64{1.3}, []flows.State{{X: []float64{0.2}}}); err == nil {
		t.Error("a wrong sign passes")
	}
	rotation := Func{
		D: 2,
		F: func(dst []float64, _ float64, x, _ []float64) { dst[0], dst[1] = -2*x[1], 3*x[0] },
		VJP: func(dx, _ []float64, _ float64, _, _, a []float64) float64 {
			dx[0], dx[1] = dx[0]-2*a[1], dx[1]+3*a[0]
			return 0
		},
	}
	if err := CheckModel(rotation, nil, []flows.State{{X: []float64{0.2, 0.5}}}); err == nil || !strings.Contains(err.Error(), "aᵀ∂f/∂x has component 0") {
		t.Errorf("a forgotten transpose gives %v", err)
	}
}

func TestCheckModelArguments(t *testing.T) {
	m := logisticEquation()
	for want, c := range map[string]struct {
		theta  []float64
		points []flows.State
	}{
		"0 parameters, want 1":         {nil, []flows.State{{X: []float64{1}}}},
		"no points":                    {[]float64{1}, nil},
		"point 1 has 2 coordinates, t": {[]float64{1}, []flows.State{{X: []float64{1}}, {X: []float64{1, 2}}}},
	} {
		if err := CheckModel(m, c.theta, c.points); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// A model that is Complex is held to the complex step, far below differences.
type slightlyOff struct{ *Network }

func (m slightlyOff) At(theta []float64, batch int) Evaluator {
	return slightlyOffEvaluator{m.Network.At(theta, batch)}
}

type slightlyOffEvaluator struct{ Evaluator }

func (e slightlyOffEvaluator) Pull(dx, dtheta []float64, t float64, x, memo, a []float64) float64 {
	dx[0] += 1e-10 * a[0]
	return e.Evaluator.Pull(dx, dtheta, t, x, memo, a)
}

func TestCheckModelTakesComplexSteps(t *testing.T) {
	m := Layers(Relax(0.7, Affine(2, 2), Activation(tanh)))
	theta, points := m.Glorot(3), []flows.State{{X: []float64{0.4, -0.9}}}
	if err := CheckModel(m, theta, points); err != nil {
		t.Error(err)
	}
	if err := CheckModel(slightlyOff{m}, theta, points); err == nil || !strings.Contains(err.Error(), "aᵀ∂f/∂x has component 0") {
		t.Errorf("an error of 1e-10 gives %v", err)
	}
}
