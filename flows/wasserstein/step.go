package wasserstein

import (
	"fmt"
	"iter"
	"math"
	"time"

	"hopflow/flows/geometry"
	"hopflow/lyapunov"
)

// A JKO is a proximal recursion of Jordan, Kinderlehrer and Otto,
//
//	ϱ_k = argmin_ϱ ½ W_G²(ϱ_{k-1}, ϱ) + h F(ϱ),   F = ∫ ϱ (f + T ln ϱ) dx,
//
// [HF] (54), corrected where Table I repeats it without the ½: a gradient flow
// of F in the space of densities, taken in steps of h. As h falls, ϱ_k tends to
// the density that the Fokker-Planck equation has at kh.
//
// There are three forms, all of them a Recursion:
//
//	p := wasserstein.JKO{Energy: f, Chart: geometry.NewTanh(0.25, 0.25), Temperature: 25, Step: 1e-4, Epsilon: 0.1}
//	c, err := p.Cloud(m, mover)   // the weighted particles of [HF] section V-C1: does not reach exp(-f/T)
//	n, err := p.Nodes(q)          // fixed nodes with volumes, the entropy taken off again: does
//	x, err := p.ExactStep(m, nil) // no regularisation, for small supports: the reference
//	for s, err := range n.Steps(100) { ... }
//
// The proximal step of a single point, [HF] (56), is geometry.Proximal.
type JKO struct {
	// Energy is f. Its gradient is not needed.
	Energy lyapunov.Energy
	// Chart is the flat chart of the metric G; nil is the Euclidean metric.
	Chart geometry.Chart
	// Temperature is T > 0.
	Temperature float64
	// Step is h > 0.
	Step float64
	// Epsilon is ε > 0, the weight of the plan's entropy: ½⟨C, M⟩ + ε⟨M, ln M⟩.
	// ExactStep has none.
	Epsilon float64

	// Biased leaves the temperature of Nodes at T, for any ε: they settle at T +
	// ε/(2h) then. To show the bias.
	Biased bool

	// Tolerance is the largest |Δ ln z| with which the inner iteration stops; 0
	// is 1e-10.
	Tolerance float64
	// MaxIterations bounds the inner iteration; 0 is 20,000.
	MaxIterations int
	// Plain switches the acceleration of that iteration off, which sets in where
	// its contraction α is above 0.05.
	Plain bool
	// LowRankFrom is the number of points from which on a Cloud takes a kernel
	// of low rank; 0 is 400, a negative number is never.
	LowRankFrom int
	// KernelTolerance is the error of that kernel, at most 1e-2; 0 is 1e-9.
	KernelTolerance float64
}

// A Step is the report of one proximal step.
type Step struct {
	K    int     // number of the step, from 1
	Time float64 // K h

	Iterations int
	// Residual is max |Δ ln z| at the stop; for an ExactStep the largest error in
	// the optimality conditions, in units of hT.
	Residual float64
	// MarginalError is Σ_j |(Mᵀ1)_j - ϱ_j|, with ϱ the weights that the condition
	// on the free energy asks for; for an ExactStep Σ_i |(M1)_i - ϱ_{k-1,i}|.
	MarginalError float64
	// Mass is Σ w, 1 but for rounding: 1e-16 times the largest C/(2ε) where Log.
	Mass  float64
	Empty int // weights too small for a float64: they are 0

	MeanEnergy float64 // Σ w f
	FreeEnergy float64 // Σ w (f + T ln(w/v)); v = 1 for a Cloud
	// BiasTemperature is T + ε/(2h), at which weights on a fixed support settle
	// if nothing is done about the entropy of the plan; T where it is.
	BiasTemperature float64
	Low             bool          // the kernel was one of low rank
	KernelError     float64       // where Low: the most that its error may make in an entry of Γz or Γᵀy, relative
	Log             bool          // the step went through logarithms: Γ underflows
	Elapsed         time.Duration // of this step
}

// A Recursion is a proximal recursion under way.
type Recursion interface {
	// Step takes one step. If it fails, the recursion stands where it stood.
	Step() (Step, error)
	// Steps takes n steps and yields their reports. A step that fails is the last
	// one, with its error. The caller may break at any time, and range again to
	// go on.
	Steps(n int) iter.Seq2[Step, error]
	// Weights returns the masses of the points. They are the recursion's own, and
	// change with the next step.
	Weights() []float64
	// Energies returns f at the points, likewise.
	Energies() []float64
	// Measure returns a copy of points and weights, without those that are 0.
	Measure() (*Measure, error)
}

var (
	_ Recursion = (*Cloud)(nil)
	_ Recursion = (*Nodes)(nil)
	_ Recursion = (*ExactStep)(nil)
)

// steps is the Steps of every form.
func steps(r Recursion, n int) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		for range n {
			s, err := r.Step()
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

// check returns an error unless the numbers mean something.
func (p JKO) check(entropic bool) error {
	if p.Energy == nil || p.Energy.Dim() < 1 {
		panic("wasserstein: a proximal recursion needs an energy with coordinates")
	}
	if p.Chart != nil && p.Chart.Dim() != p.Energy.Dim() {
		panic(fmt.Sprintf("wasserstein: length mismatch: a chart of %d coordinates for an energy of %d", p.Chart.Dim(), p.Energy.Dim()))
	}
	if !(p.KernelTolerance >= 0 && p.KernelTolerance <= mostKernelError) {
		panic("wasserstein: a KernelTolerance lies in [0, 0.01]")
	}
	bad := func(v float64) bool { return !(v > 0) || math.IsInf(v, 0) }
	switch {
	case bad(p.Temperature):
		return &StepError{Reason: ErrTemperature, Value: p.Temperature, Point: -1}
	case bad(p.Step):
		return &StepError{Reason: ErrStep, Value: p.Step, Point: -1}
	case entropic && bad(p.Epsilon):
		return checkEpsilon(p.Epsilon)
	case !(p.Tolerance >= 0) || p.Tolerance > 0 && p.Tolerance < leastTolerance:
		return &StepError{Reason: ErrTolerance, Value: p.Tolerance, Point: -1}
	}
	return nil
}

// leastTolerance is what rounding leaves of |Δ ln z|.
const leastTolerance = 1e-14

func (p JKO) tolerance() float64 {
	if p.Tolerance == 0 {
		return 1e-10
	}
	return p.Tolerance
}

func (p JKO) maxIterations() int {
	if p.MaxIterations <= 0 {
		return 20_000
	}
	return p.MaxIterations
}

// energies stores f at the points and returns an error if one is not finite.
func (p JKO) energies(dst []float64, k int, point func(i int) []float64) error {
	for i := range dst {
		v := p.Energy.Value(point(i))
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return &StepError{Reason: ErrEnergy, K: k, Point: i, Value: v}
		}
		dst[i] = v
	}
	return nil
}

// freeEnergy returns Σ w f, Σ w (f + T ln(w/v)), Σ w and the number of weights
// that are 0; nil v is 1.
func freeEnergy(w, f, v []float64, T float64) (mean, free, mass float64, empty int) {
	for i, m := range w {
		if m == 0 {
			empty++
			continue
		}
		l := math.Log(m)
		if v != nil {
			l = math.Log(m / v[i])
		}
		mass += m
		mean += m * f[i]
		free += m * (f[i] + T*l)
	}
	return mean, free, mass, empty
}

// report fills in what all forms say of the weights w, and returns an error if
// mass was lost.
func (p JKO) report(s *Step, w, f, v []float64) error {
	s.MeanEnergy, s.FreeEnergy, s.Mass, s.Empty = freeEnergy(w, f, v, p.Temperature)
	s.Time = float64(s.K) * p.Step
	if !(math.Abs(s.Mass-1) <= 1e-9) {
		return &StepError{Reason: ErrMassLost, K: s.K, Point: -1, Value: s.Mass}
	}
	return nil
}
