package adjoint

import (
	"fmt"
	"math"
	"slices"

	"hopflow/flows"
	"hopflow/flows/ode"
	"hopflow/lyapunov/training"
)

// A Fit is a model to be fitted to data: parameters are sought with which the
// solution from the first state of each trajectory passes through its later
// ones. Its Objective is what a training.Loop and training.Minimise take:
//
//	fit := &adjoint.Fit{Model: m, Data: data, Settings: &ode.Settings{Step: 0.05}}
//	loop := training.Loop{Method: training.Adam{Rate: 0.02}, Objective: fit.Objective, Steps: 500}
//	last, err := loop.Train(theta)
//	r, err := training.Minimise(fit.Objective, theta, &optimize.BFGS{}, nil)
//
// The loss is the mean over all later states c at times t of ½|x(t) - c|²; its
// gradient is the exact one of the computed loss, Problem.Gradient. A Fit is not
// changed by its methods: goroutines may share it.
type Fit struct {
	Model Model
	// Data are trajectories of at least two states. Windows cuts long ones into
	// short ones, AtRest makes some of states alone. Those of one batch that have
	// the same times, to 1e-12 of the largest, are solved together, at the times
	// of the first of them.
	Data []*flows.Trajectory
	// Method and Settings are those of Problem. Under error control the loss
	// jumps by about the tolerance where the number of steps changes, which a
	// line search can stumble over: give Minimise a Settings.Step.
	Method   *ode.Tableau
	Settings *ode.Settings
	// Loss returns the loss of states that should be at target, a batch in the
	// layout of the states. nil: SquaredDistance.
	Loss func(target []float64) Loss
	// Batch is the number of trajectories a step, drawn by Seed as
	// training.Batches does. 0: all of them in each.
	Batch int
	Seed  uint64
	// InOrder takes the trajectories in the order of Data in every pass, in place
	// of a permutation drawn anew.
	InOrder bool
}

// Objective returns the loss of the batch of a step, counted from 0, and stores
// its gradient. It has the shape of a training.Objective. The error names the
// trajectory that is malformed, or is that of Problem.Gradient. It panics if
// there are no data, and if the length of theta is not Model.Params.
func (f *Fit) Objective(gradient, theta []float64, step int) (float64, error) {
	if len(gradient) != len(theta) {
		panic(lengthMismatch("gradient", len(gradient), len(theta)))
	}
	clear(gradient)
	return f.sum(f.batches().At(step), func(p *Problem, x0 []float64, weight float64) (float64, error) {
		g, err := p.Gradient(x0, theta)
		if err != nil {
			return 0, err
		}
		addScaled(gradient, weight, g.Theta)
		return weight * g.Loss, nil
	})
}

// Value returns the loss of all the data. It has the shape of
// training.EarlyStop.Measure, and is meant for a Fit to data that are held out.
func (f *Fit) Value(theta []float64) (float64, error) {
	all := f.batches()
	all.Size = 0
	return f.sum(all.At(0), func(p *Problem, x0 []float64, weight float64) (float64, error) {
		loss, err := p.Loss(x0, theta)
		return weight * loss, err
	})
}

// PerEpoch returns the number of steps of a pass over the data.
func (f *Fit) PerEpoch() int { return f.batches().PerEpoch() }

func (f *Fit) batches() training.Batches {
	if len(f.Data) == 0 {
		panic("adjoint: a Fit without Data")
	}
	return training.Batches{N: len(f.Data), Size: f.Batch, Seed: f.Seed, InOrder: f.InOrder}
}

// sum adds up what part says of each group of trajectories that are solved
// together. The weights make the loss a mean over all the observed states.
func (f *Fit) sum(batch []int, part func(p *Problem, x0 []float64, weight float64) (float64, error)) (float64, error) {
	groups, observed, err := f.groups(batch)
	if err != nil {
		return 0, err
	}
	var total float64
	for _, g := range groups {
		p, x0 := f.problem(g)
		v, err := part(p, x0, float64(len(g))/float64(observed))
		if err != nil {
			return 0, fmt.Errorf("adjoint: fit to trajectory %d (%d solved together): %w", g[0], len(g), err)
		}
		total += v
	}
	return total, nil
}

// groups collects the trajectories with the same times, in the order of their
// first members, and counts the states to be compared.
func (f *Fit) groups(batch []int) (groups [][]int, observed int, err error) {
	for _, i := range batch {
		if err := f.checkTrajectory(i); err != nil {
			return nil, 0, err
		}
		observed += f.Data[i].Len() - 1
		at := slices.IndexFunc(groups, func(g []int) bool { return sameTimes(f.Data[g[0]].T, f.Data[i].T) })
		if at < 0 {
			groups = append(groups, []int{i})
			continue
		}
		groups[at] = append(groups[at], i)
	}
	return groups, observed, nil
}

func (f *Fit) checkTrajectory(i int) error {
	tr := f.Data[i]
	if tr == nil || tr.Len() < 2 {
		return fmt.Errorf("adjoint: trajectory %d of the data has fewer than two states: one to start from, one to compare with", i)
	}
	if err := tr.Check(); err != nil {
		return fmt.Errorf("adjoint: trajectory %d of the data: %w", i, err)
	}
	if tr.Dim() != f.Model.Dim() {
		return fmt.Errorf("adjoint: trajectory %d of the data has states of %d coordinates, the model of %d: select them, or widen the model", i, tr.Dim(), f.Model.Dim())
	}
	return nil
}

func sameTimes(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	tolerance := 1e-12 * math.Max(math.Abs(a[0]), math.Abs(a[len(a)-1]))
	for k := range a {
		if math.Abs(a[k]-b[k]) > tolerance {
			return false
		}
	}
	return true
}

// problem returns the problem of trajectories with the same times, and their
// first states.
func (f *Fit) problem(group []int) (*Problem, []float64) {
	t := f.Data[group[0]].T
	loss := f.Loss
	if loss == nil {
		loss = func(target []float64) Loss { return SquaredDistance(target) }
	}
	p := &Problem{Model: f.Model, Method: f.Method, Settings: f.Settings, T0: t[0], T1: t[len(t)-1], Batch: len(group)}
	for k := 1; k < len(t); k++ {
		p.Observed = append(p.Observed, Observation{T: t[k], Loss: loss(f.states(group, k))})
	}
	return p, f.states(group, 0)
}

// states returns the k-th states of the group as a batch.
func (f *Fit) states(group []int, k int) []float64 {
	d := f.Model.Dim()
	x := make([]float64, d*len(group))
	for j, i := range group {
		for c, v := range f.Data[i].X[k] {
			x[c*len(group)+j] = v
		}
	}
	return x
}
