package adjoint

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/ode"
	"hopflow/lyapunov/hopfield"
	"hopflow/lyapunov/training"
)

// An Algorithm2 trains a Hopfield network by [NH] Algorithm 2: the flow for a
// time Dt from each pattern x should lead back to it,
//
//	loss = |x - x(Dt)|²,   x(0) = x,   τ_i dx_i/dt = -x_i + f_i(Wx + b),
//
// by the exact gradient of the computed flow. The printed loss |x - x(Dt)| has no
// derivative where it is 0, which is where training leads; and the printed flow
// has no τ.
//
//	a := adjoint.Algorithm2{Network: c, Patterns: patterns, Projection: hopfield.EveryPass}
//	trained, last, err := a.Train()
//
// [NH] Remark 11 calls it equivalent to Algorithm 1, whose loss is |x - y|²,
// y = f(Wx + b). With J the Jacobian of τ dx/dt, for one τ,
//
//	x(Dt) - x = (Dt/τ)(1 + Dt/2τ J)(y - x) + O(Dt³):
//
// loss and gradient are (Dt/τ)² those of Algorithm 1, to first order. The zeros
// are the same if W = Wᵀ, or if Dt is less than PeriodBound; else a periodic
// orbit whose period divides Dt is a zero where nothing rests. Neither algorithm
// asks for stability. Derived in notebooks 07 and 14.
type Algorithm2 struct {
	// Network has the units, τ and f, and the weights to start from.
	Network *hopfield.Continuous
	// Patterns are the states that the network should keep.
	Patterns [][]float64
	// Dt is the time of the flow. 0: a tenth of the smallest τ.
	Dt float64
	// Projection keeps W symmetric with zero diagonal: by SymmetricWeights
	// (hopfield.Parameterised, where the Network has to start so), or by
	// projecting the full matrix after every step or, as printed, every pass.
	Projection hopfield.Projection
	// Method is that of the training. nil: training.SGD with the rate
	// 0.1 (min τ/Dt)², the default of hopfield.Algorithm1 for this loss.
	Method training.Method
	Passes int // over the patterns. 0: 1000
	Batch  int // patterns a step, in order. 0: one, as printed
	Clip   float64
	Stop   training.EarlyStop // see training.Loop, as for Clip
	// Solver and Settings are the Method and Settings of Problem.
	Solver   *ode.Tableau
	Settings *ode.Settings
}

// Model returns the model that is trained.
func (a Algorithm2) Model() *Hopfield {
	if a.Projection == hopfield.Parameterised {
		return NewHopfield(a.Network, SymmetricWeights)
	}
	return NewHopfield(a.Network, FullWeights)
}

// Fit returns the task: each pattern at rest for the time Dt. Its loss is the
// mean of |x - x(Dt)|² over the patterns. It panics if there is no network or
// no pattern, or if Dt is negative or not finite.
func (a Algorithm2) Fit() *Fit {
	if a.Network == nil || len(a.Patterns) == 0 {
		panic("adjoint: Algorithm2 without Network or Patterns")
	}
	batch := a.Batch
	if batch == 0 {
		batch = 1
	}
	two := make([]float64, a.Network.Dim()) // twice the ½ of Quadratic
	for i := range two {
		two[i] = 2
	}
	return &Fit{
		Model: a.Model(), Data: AtRest(a.dt(), a.Patterns...), Method: a.Solver, Settings: a.Settings, Batch: batch, InOrder: true,
		Loss: func(target []float64) Loss { return Quadratic{Target: target, Weight: two} },
	}
}

// dt is the time of the flow.
func (a Algorithm2) dt() float64 {
	if a.Dt == 0 {
		return slices.Min(a.Network.Tau()) / 10
	}
	return a.Dt
}

// Loop returns the training, and the parameters that it starts from, for
// Loop.Run; Model().Network(theta) is the network at any time. The losses that
// it shows are those of the pattern of the step. It is an error if the Network
// does not start as the Projection asks. It panics as Fit does, and if Passes is
// negative.
func (a Algorithm2) Loop() (training.Loop, []float64, error) {
	fit := a.Fit()
	switch {
	case a.Passes < 0:
		panic("adjoint: Algorithm2.Passes is negative")
	case a.Passes == 0:
		a.Passes = 1000
	}
	if a.Method == nil {
		s := a.dt() / slices.Min(a.Network.Tau())
		a.Method = training.SGD{Rate: 0.1 / (s * s)}
	}
	loop := training.Loop{
		Method: a.Method, Objective: fit.Objective, Steps: a.Passes * fit.PerEpoch(), Clip: a.Clip, Stop: a.Stop,
	}
	loop.Project = a.Projection.Hook(a.Network.Dim(), fit.PerEpoch())
	theta, err := fit.Model.(*Hopfield).Theta(a.Network)
	return loop, theta, err
}

// Train runs the Loop and returns the trained network with the last Progress. On
// failure it returns the network of the last good parameters with the error.
func (a Algorithm2) Train() (*hopfield.Continuous, training.Progress, error) {
	loop, theta, err := a.Loop()
	if err != nil {
		return nil, training.Progress{}, err
	}
	last, err := loop.Train(theta)
	if project := a.Projection.Hook(a.Network.Dim(), 1); project != nil {
		project(theta, 0) // a stop inside a pass
	}
	c, made := a.Model().Network(theta)
	if err == nil {
		err = made
	}
	return c, last, err
}

// PeriodBound returns 2π/Λ, Λ = (1 + slope ‖W‖)/min τ, below which no periodic
// orbit of the network has its period (Yorke, Proc. Amer. Math. Soc. 22 (1969)
// 509-512: Λ is a Lipschitz constant of the flow). slope is the largest slope
// of the activations, ‖W‖ the largest singular value. With symmetric W there is
// no periodic orbit, and the bound is +Inf. It panics unless slope is positive
// and finite.
func PeriodBound(c *hopfield.Continuous, slope float64) float64 {
	if !(slope > 0) || math.IsInf(slope, 0) {
		panic(fmt.Sprintf("adjoint: the largest slope of an activation is %v, want a positive finite number", slope))
	}
	if c.Symmetric() {
		return math.Inf(1)
	}
	var svd mat.SVD
	if !svd.Factorize(c.W(), mat.SVDNone) {
		panic("adjoint: no singular values of a finite matrix")
	}
	return 2 * math.Pi * slices.Min(c.Tau()) / (1 + slope*svd.Values(nil)[0])
}
