package hopfield

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/training"
)

// Algorithm1 makes patterns the equilibria of a Continuous network, [NH]
// Algorithm 1, corrected: it drives a loss between each pattern x and
// y = f(Wx + b) to 0, with W symmetric and zero on the diagonal.
//
// The loss of the source, |x - y|, has no derivative where it is 0; here it is
// smooth. An equilibrium need not be stable: Stability adds a term that makes
// it so. At most two generic graded patterns can all be equilibria, whatever
// the dimension ([NH] Corollary 10, corrected): Check tells before training.
// The zero value of each field is the default. Derived in notebook 07.
type Algorithm1 struct {
	Patterns   [][]float64
	Activation activation.Function // nil: tanh
	Loss       Loss                // Squared
	Projection Projection          // Parameterised
	Method     training.Method     // nil: training.SGD{Rate: 0.1}
	Batch      int                 // patterns a step, in order; 0: one, as in the source
	Passes     int                 // over the patterns; 0: 1000
	Clip       float64             // see training.Loop
	Stop       training.EarlyStop
	// Stability is the weight of the penalty Σ max(0, λ_max(D^½ W D^½) - 1 + Margin)²,
	// D = diag f'(f⁻¹(x)): it vanishes where every pattern, if an equilibrium, is
	// stable with that much to spare. 0: off.
	Stability float64
	Margin    float64 // 0: 0.1; negative: none
	// Compromise trains obstructed patterns all the same: the loss then has no zero.
	Compromise bool
}

// Loss is a distance of y = f(a) from a pattern x, with derivatives where it is 0.
type Loss int

const (
	// Squared is |x - y|². Its gradient carries f', and vanishes in float64
	// where a unit has saturated on the wrong side.
	Squared Loss = iota
	// CrossEntropy is Σ G(x) - G(y) - a(x - y) ≥ 0, G = ∫ f⁻¹: for tanh the relative
	// entropy of the coins with means x and y, for the logistic function of rate
	// r that of x and y, divided by r. Its gradient in a is y - x, without f'. It
	// takes patterns at the ends of the range, too, where it is never 0.
	CrossEntropy
)

// Projection is how W is kept symmetric with zero diagonal.
type Projection int

const (
	// Parameterised trains the free parameters w_ij = w_ji, i < j.
	Parameterised Projection = iota
	// EveryStep trains all of W and applies ProjectSymmetric after each step.
	EveryStep
	// EveryPass applies it once a pass over the patterns, as the source does:
	// inside a pass W is neither symmetric nor zero on the diagonal.
	EveryPass
)

// Hook is the Project of a training.Loop whose parameters begin with all of W of
// n units, row by row: it applies ProjectSymmetric after each step, or after
// each so many of a pass. nil for Parameterised, which needs none. It panics if
// there is no such projection.
func (p Projection) Hook(n, perPass int) func(theta []float64, step int) {
	switch p {
	case Parameterised:
		return nil
	case EveryStep:
		perPass = 1
	case EveryPass:
	default:
		panic(fmt.Sprintf("hopfield: unknown projection %d", p))
	}
	return func(theta []float64, step int) {
		if step%perPass == 0 {
			ProjectSymmetric(mat.NewDense(n, n, theta[:n*n]))
		}
	}
}

// filled returns the settings with defaults, or an error that names the setting.
func (t Algorithm1) filled() (Algorithm1, error) {
	if t.Activation == nil {
		t.Activation = activation.NewTanh(1)
	}
	if t.Method == nil {
		t.Method = training.SGD{Rate: 0.1}
	}
	if t.Passes == 0 {
		t.Passes = 1000
	}
	if t.Margin == 0 {
		t.Margin = 0.1
	}
	t.Margin = math.Max(t.Margin, 0)
	if err := checkGraded(t.Activation, t.Patterns, t.Loss == CrossEntropy); err != nil {
		return t, err
	}
	if t.Batch == 0 {
		t.Batch = 1
	}
	switch {
	case t.Loss != Squared && t.Loss != CrossEntropy:
		return t, fmt.Errorf("hopfield: loss %d is unknown: use Squared or CrossEntropy", int(t.Loss))
	case t.Projection < Parameterised || t.Projection > EveryPass:
		return t, fmt.Errorf("hopfield: projection %d is unknown: use Parameterised, EveryStep or EveryPass", int(t.Projection))
	case math.IsNaN(t.Margin) || math.IsInf(t.Margin, 0):
		return t, fmt.Errorf("hopfield: the margin of the stability term is %v, want a finite number", t.Margin)
	case t.Passes < 0 || t.Batch < 0 || t.Batch > len(t.Patterns):
		return t, fmt.Errorf("hopfield: %d passes in batches of %d of %d patterns: want positive ones, and a batch no larger than the patterns", t.Passes, t.Batch, len(t.Patterns))
	case !(t.Stability >= 0) || math.IsInf(t.Stability, 0):
		return t, fmt.Errorf("hopfield: the weight of the stability term is %v, want 0 or a positive number", t.Stability)
	}
	return t, nil
}

// Check returns why the patterns can't all be stored exactly: an
// *ObstructedError for three or more graded patterns, or an error that names the
// pattern that is off the range of f or of another length. Patterns at the ends
// of the range (CrossEntropy) are not held against each other.
func (t Algorithm1) Check() error {
	t, err := t.filled()
	if err != nil {
		return err
	}
	if checkGraded(t.Activation, t.Patterns, false) != nil {
		return nil
	}
	return ObstructionOf(t.Activation, t.Patterns)
}

// Trained is what Algorithm1 makes.
type Trained struct {
	Network *Continuous
	// Losses has Σ loss over all patterns, without the stability term, before
	// training and after every pass.
	Losses []float64
	// Stored has for each pattern the pattern itself as X: Residual says by how
	// much it misses being an equilibrium, Stability whether it is stable.
	Stored []*Equilibrium
	Last   training.Progress // why the training ended
}

// Stable returns how many patterns are stable.
func (t *Trained) Stable() int {
	n := 0
	for _, e := range t.Stored {
		if e.Stable() {
			n++
		}
	}
	return n
}

// Train starts from the weights w and biases b (nil: 0) and returns the network.
// It is an error if Check finds an obstruction and Compromise is not set, or the
// training fails (with the network of the last finite parameters).
func (t Algorithm1) Train(w mat.Matrix, b []float64) (*Trained, error) {
	if err := t.Check(); err != nil {
		var obstructed *ObstructedError
		if !errors.As(err, &obstructed) || !t.Compromise {
			return nil, err
		}
	}
	loop, err := t.Loop()
	if err != nil {
		return nil, err
	}
	theta, err := t.Start(w, b)
	if err != nil {
		return nil, err
	}
	out := &Trained{}
	perPass := t.perPass()
	for p, stop := range loop.Run(theta) {
		out.Last = p
		if err = stop; p.Step%perPass == 0 && stop == nil {
			out.Losses = append(out.Losses, t.Total(theta))
		}
	}
	if project := t.Projection.Hook(len(t.Patterns[0]), 1); project != nil {
		project(theta, 0) // a stop inside a pass
	}
	var made error
	if out.Network, made = t.Network(theta); made != nil {
		return out, made
	}
	for _, x := range t.Patterns {
		e, made := out.Network.equilibrium(x)
		if made != nil {
			return out, made
		}
		out.Stored = append(out.Stored, e)
	}
	return out, err
}

// Loop returns the training as a training.Loop over the parameters of Start, for
// a caller that wants to watch it.
func (t Algorithm1) Loop() (training.Loop, error) {
	t, err := t.filled()
	if err != nil {
		return training.Loop{}, err
	}
	perPass := t.perPass()
	loop := training.Loop{
		Method: t.Method, Objective: newAlgorithm1Step(t).objective, Steps: t.Passes * perPass, Clip: t.Clip, Stop: t.Stop,
	}
	loop.Project = t.Projection.Hook(len(t.Patterns[0]), perPass)
	return loop, nil
}

// Start returns the parameters at w and b (nil: 0): w_ij for i < j, or all of W
// row by row, then b. It is an error if the sizes do not fit, or W is not
// symmetric with zero diagonal.
func (t Algorithm1) Start(w mat.Matrix, b []float64) ([]float64, error) {
	upper, err := Upper(w)
	if err != nil {
		return nil, err
	}
	n, _ := w.Dims()
	if err := checkEqualLengths(t.Patterns); err != nil {
		return nil, err
	}
	if len(t.Patterns[0]) != n {
		return nil, fmt.Errorf("hopfield: W of order %d for patterns of %d components: give one row a component", n, len(t.Patterns[0]))
	}
	if b == nil {
		b = make([]float64, n)
	}
	if len(b) != n {
		return nil, fmt.Errorf("hopfield: %d biases for %d units: give one each, or nil for 0", len(b), n)
	}
	if t.Projection == Parameterised {
		return append(upper, b...), checkFinite("b", b)
	}
	return append(slices.Clone(mat.DenseCopyOf(w).RawMatrix().Data), b...), checkFinite("b", b)
}

// Network returns the network with the parameters theta, τ = 1. Inside a pass of
// EveryPass it is asymmetric.
func (t Algorithm1) Network(theta []float64) (*Continuous, error) {
	t, err := t.filled()
	if err != nil {
		return nil, err
	}
	n := len(t.Patterns[0])
	checkLen(theta, t.params())
	weights := len(theta) - n
	if t.Projection == Parameterised {
		return NewContinuous(FromUpper(n, theta[:weights]), theta[weights:], t.Activation)
	}
	return NewAsymmetric(mat.NewDense(n, n, slices.Clone(theta[:weights])), theta[weights:], t.Activation)
}

func (t Algorithm1) params() int {
	n := len(t.Patterns[0])
	if t.Projection == Parameterised {
		return n*(n-1)/2 + n
	}
	return n*n + n
}

// perPass is the number of steps of a pass.
func (t Algorithm1) perPass() int {
	batch := max(t.Batch, 1)
	return (len(t.Patterns) + batch - 1) / batch
}
