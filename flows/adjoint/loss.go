package adjoint

import (
	"hopflow/flows"
	"hopflow/lyapunov"
)

// A Loss is a function of a batch of states, usually the mean over the batch of
// a function of one. States are coordinate-major, as an Evaluator takes them. A
// Loss is immutable: goroutines may share it. CheckLoss holds one against its
// laws.
type Loss interface {
	// Value returns the loss of the states.
	Value(x []float64, batch int) float64
	// Gradient stores the derivative with respect to every coordinate of every
	// state in dst, whatever dst held; dst and x do not overlap.
	Gradient(dst, x []float64, batch int)
}

// An Observation is a loss of the states at a time between T0 and T1, ends
// included.
type Observation struct {
	T    float64
	Loss Loss
}

// Observations returns a SquaredDistance to each state of a trajectory at its
// time: the data that a model is fitted to. The losses are added, not averaged.
func Observations(data *flows.Trajectory) []Observation {
	out := make([]Observation, data.Len())
	for k := range out {
		s := data.At(k)
		out[k] = Observation{T: s.T, Loss: SquaredDistance(s.X)}
	}
	return out
}

// Quadratic is the mean over the batch of ½ Σ_i w_i (x_i - c_i)².
type Quadratic struct {
	// Target is c: one state for the whole batch, or one for each in the layout
	// of the states. nil: the origin.
	Target []float64
	// Weight is w, one number a coordinate; 0 leaves a coordinate unobserved.
	// nil: ones.
	Weight []float64
}

// SquaredDistance returns the mean of ½|x - target|².
func SquaredDistance(target []float64) Quadratic { return Quadratic{Target: target} }

// Value returns the loss. It panics if the lengths do not fit.
func (q Quadratic) Value(x []float64, batch int) float64 {
	q.check(len(x), batch)
	var sum float64
	for i := range len(x) / batch {
		var row float64
		for k := range batch {
			d := q.residual(x, i, k, batch)
			row += d * d
		}
		sum += q.weight(i) * row
	}
	return sum / float64(2*batch)
}

// Gradient stores w_i (x_i - c_i) / batch. It panics if the lengths do not fit.
func (q Quadratic) Gradient(dst, x []float64, batch int) {
	q.check(len(x), batch)
	for i := range len(x) / batch {
		w := q.weight(i) / float64(batch)
		for k := range batch {
			dst[i*batch+k] = w * q.residual(x, i, k, batch)
		}
	}
}

func (q Quadratic) check(n, batch int) {
	d := dimension(n, batch)
	if q.Target != nil && len(q.Target) != d && len(q.Target) != n {
		panic(lengthMismatch("target", len(q.Target), d))
	}
	if q.Weight != nil && len(q.Weight) != d {
		panic(lengthMismatch("weight", len(q.Weight), d))
	}
}

func (q Quadratic) weight(i int) float64 {
	if q.Weight == nil {
		return 1
	}
	return q.Weight[i]
}

func (q Quadratic) residual(x []float64, i, k, batch int) float64 {
	switch at := i*batch + k; len(q.Target) {
	case 0:
		return x[at]
	case len(x):
		return x[at] - q.Target[at]
	default:
		return x[at] - q.Target[i]
	}
}

// dimension returns how many coordinates one of so many states has. It panics
// unless the states fill n numbers.
func dimension(n, batch int) int {
	if batch < 1 || n%batch != 0 {
		panic("adjoint: the states do not fill the batch")
	}
	return n / batch
}

// LinearLoss is the mean over the batch of c·x, with c the slice itself.
type LinearLoss []float64

// Value returns the loss. It panics if the lengths do not fit.
func (c LinearLoss) Value(x []float64, batch int) float64 {
	c.check(len(x), batch)
	var sum float64
	for i, ci := range c {
		for _, v := range x[i*batch : (i+1)*batch] {
			sum += ci * v
		}
	}
	return sum / float64(batch)
}

// Gradient stores c_i / batch. It panics if the lengths do not fit.
func (c LinearLoss) Gradient(dst, x []float64, batch int) {
	c.check(len(x), batch)
	for i, ci := range c {
		for k := range batch {
			dst[i*batch+k] = ci / float64(batch)
		}
	}
}

func (c LinearLoss) check(n, batch int) {
	if d := dimension(n, batch); len(c) != d {
		panic(lengthMismatch("linear loss", len(c), d))
	}
}

// LossFunc is the mean over the batch of a function of one state, in the shape
// of gonum's optimize.Problem.
type LossFunc struct {
	Func func(x []float64) float64
	Grad func(dst, x []float64) // stores
}

// EnergyLoss returns the mean of an energy: LossFunc{e.Value, e.Gradient}.
func EnergyLoss(e lyapunov.Energy) LossFunc { return LossFunc{Func: e.Value, Grad: e.Gradient} }

// Value returns the loss.
func (l LossFunc) Value(x []float64, batch int) float64 {
	d := dimension(len(x), batch)
	if batch == 1 {
		return l.Func(x)
	}
	one := make([]float64, d)
	var sum float64
	for k := range batch {
		takeState(one, x, k, batch)
		sum += l.Func(one)
	}
	return sum / float64(batch)
}

// Gradient stores the derivative.
func (l LossFunc) Gradient(dst, x []float64, batch int) {
	d := dimension(len(x), batch)
	if batch == 1 {
		l.Grad(dst, x)
		return
	}
	one, g := make([]float64, d), make([]float64, d)
	for k := range batch {
		takeState(one, x, k, batch)
		l.Grad(g, one)
		for i := range g {
			g[i] /= float64(batch)
		}
		putState(dst, g, k, batch)
	}
}
