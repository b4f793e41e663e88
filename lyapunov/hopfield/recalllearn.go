package hopfield

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A Phase is where the negative phase of learning takes its means from: those of
// g fᵀ and g under exp(-E/T) dμ of the network itself. data are the patterns that
// are being learnt.
type Phase interface {
	// Correlations returns the means of g fᵀ and of g.
	Correlations(b *Bipartite, T float64, m Measure, data [][]float64) (gf *mat.Dense, g []float64, err error)
}

// ExactPhase takes the means from the Gaussian law of a linear network.
type ExactPhase struct{}

// Correlations returns covariance and mean of the network's law.
func (ExactPhase) Correlations(b *Bipartite, T float64, _ Measure, _ [][]float64) (*mat.Dense, []float64, error) {
	q, err := b.Gaussian(T)
	if err != nil {
		return nil, nil, err
	}
	nv, nh := b.u.Dims()
	cov := mat.NewSymDense(nv+nh, nil)
	q.Covariance(cov)
	mean := q.Mean()
	gf := mat.NewDense(nv, nh, nil)
	gf.Apply(func(i, j int, _ float64) float64 { return cov.At(i, nv+j) + mean[i]*mean[nv+j] }, gf)
	return gf, mean[:nv], nil
}

// SampledPhase takes the means from chains that go on from one step of learning to
// the next (persistent contrastive divergence, Tieleman 2008): they follow a
// network that changes little in the time they take to forget.
type SampledPhase struct {
	Chains int // 0: 100
	Sweeps int // between two steps; 0: 1
	Seed   uint64

	gibbs *Gibbs
	of    *Bipartite
	T     float64
	m     Measure
}

// Correlations sweeps, and returns the means over the chains, which start from
// patterns in turn. At another temperature or measure than before they go on from
// where they are.
func (p *SampledPhase) Correlations(b *Bipartite, T float64, m Measure, data [][]float64) (*mat.Dense, []float64, error) {
	if p.gibbs == nil || p.of != b {
		n := p.Chains
		if n == 0 {
			n = 100
		}
		var start [][]float64
		for i := range n {
			start = append(start, data[i%len(data)])
		}
		next, err := b.NewGibbs(T, m, start, p.Seed)
		if err != nil {
			return nil, nil, err
		}
		p.gibbs, p.of = next, b
	} else if p.T != T || p.m != m {
		if err := p.gibbs.draws(T, m); err != nil {
			return nil, nil, err
		}
	}
	p.T, p.m = T, m
	p.gibbs.Sweep(max(p.Sweeps, 1))
	gf, g := p.gibbs.Correlations()
	return gf, g, nil
}

// Gibbs returns the chains, nil before the first step.
func (p *SampledPhase) Gibbs() *Gibbs { return p.gibbs }

// RecallAndLearn is [LF] Algorithm 12: recall the hidden outputs of the patterns,
// then change U (and I) along <g fᵀ> (and <g>), which lowers -T ln Z(v).
//
// As printed, with Negative nil, that is unbounded below: E - c is as good an
// energy as E, and U grows until exp(-E/T) has no norm; LearnStep.Unbounded says
// when. What learns a density is -T ln q(v) = -T ln Z(v) + T ln Z: the negative
// phase subtracts <g fᵀ> under the network's own law. For one linear unit a side
// it stops at U² = 1 - T/σ_v².
type RecallAndLearn struct {
	Net         *Bipartite // changed in place
	Temperature float64
	Measure     Measure // 0 is dv dh; bounded outputs need FiringRate
	Rate        float64 // η
	Negative    Phase   // nil: none, as printed
	Draws       int     // of h for each pattern; 0: exact means by quadrature
	Batch       int     // patterns a step, drawn anew; 0: all
	Momentum    float64 // in [0, 1): share of the last change that is repeated
	Decay       float64 // λ >= 0: adds λ/2 |U|² to the objective
	KeepInput   bool    // learn U only
	Seed        uint64
}

// A LearnStep is the state after a step.
type LearnStep struct {
	Step int     // from 1 on
	Size float64 // |U|, Frobenius
	Grad float64 // |∂/∂U| of the step's objective
	// Unbounded says why exp(-E/T) dμ has no norm any more; nil while it has one.
	Unbounded error
}

// Gradient returns the derivatives by U and I of the mean of -T ln q(v) over the
// data, or, without a negative phase, of -T ln Z(v): <∂E/∂U> by [LF] Lemma 11.
func (l *RecallAndLearn) Gradient(data [][]float64) (byU *mat.Dense, byI []float64, err error) {
	if err := l.check(data); err != nil {
		return nil, nil, err
	}
	return l.gradient(data, data, 0)
}

func (l *RecallAndLearn) gradient(batch, data [][]float64, key uint64) (byU *mat.Dense, byI []float64, err error) {
	p := hebbianBatch{net: l.Net, T: l.Temperature, m: l.Measure, draws: l.Draws, seed: l.Seed ^ 0xda7a}
	byU, byI, err = p.positive(batch, key)
	if err != nil {
		return nil, nil, err
	}
	byU.Scale(-1, byU)
	floats.Scale(-1, byI)
	if l.Negative != nil {
		gf, g, err := l.Negative.Correlations(l.Net, l.Temperature, l.Measure, data)
		if err != nil {
			return nil, nil, err
		}
		byU.Add(byU, gf)
		floats.Add(byI, g)
	}
	if l.Decay > 0 {
		byU.Apply(func(i, j int, v float64) float64 { return v + l.Decay*l.Net.u.At(i, j) }, byU)
	}
	return byU, byI, nil
}

// Steps yields one step after the other, until the caller breaks. It ends with an
// error where a number is no longer finite, or, with a negative phase, where the
// network has left the set of those with a law: then the rate is too large.
func (l *RecallAndLearn) Steps(data [][]float64) iter.Seq2[LearnStep, error] {
	return func(yield func(LearnStep, error) bool) {
		if err := l.check(data); err != nil {
			yield(LearnStep{}, err)
			return
		}
		du, di := mat.NewDense(l.Net.visible.Dim(), l.Net.hidden.Dim(), nil), make([]float64, l.Net.visible.Dim())
		for k := 1; ; k++ {
			s, err := l.step(data, du, di, k)
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

// Run takes so many Steps and returns the last. It ends early with an error, as they
// do. It panics unless steps is positive.
func (l *RecallAndLearn) Run(data [][]float64, steps int) (last LearnStep, err error) {
	if steps < 1 {
		panic("hopfield: RecallAndLearn.Run of no steps")
	}
	for last, err = range l.Steps(data) {
		if err != nil || last.Step == steps {
			break
		}
	}
	return last, err
}

// step changes the network by du, di, which keep the momentum.
func (l *RecallAndLearn) step(data [][]float64, du *mat.Dense, di []float64, k int) (LearnStep, error) {
	s := LearnStep{Step: k}
	byU, byI, err := l.gradient(l.draw(data, k), data, uint64(k))
	if err != nil {
		if errors.Is(err, ErrNotNormalisable) && l.Negative != nil {
			err = fmt.Errorf("hopfield: step %d: the negative phase has no law to sample: lower Rate = %g: %w", k, l.Rate, err)
		} else if size := mat.Norm(l.Net.u, 2); l.Negative == nil && size > 1e100 {
			err = fmt.Errorf("hopfield: step %d: |U| = %.3g, and a law is no longer finite: learning without a negative phase is unbounded; give Negative, or a Decay: %w", k, size, err)
		}
		return s, err
	}
	s.Grad = mat.Norm(byU, 2)
	du.Apply(func(i, j int, v float64) float64 { return l.Momentum*v - l.Rate*byU.At(i, j) }, du)
	l.Net.u.Add(l.Net.u, du)
	if !l.KeepInput {
		for i := range di {
			di[i] = l.Momentum*di[i] - l.Rate*byI[i]
			l.Net.input[i] += di[i]
		}
	}
	s.Size = mat.Norm(l.Net.u, 2)
	if math.IsNaN(s.Size) || math.IsInf(s.Size, 0) || checkFinite("I", l.Net.input) != nil {
		return s, fmt.Errorf("hopfield: step %d: U or I is no longer finite: learning without a negative phase is unbounded; give Negative, or a Decay", k)
	}
	if s.Unbounded = l.Net.Normalisable(l.Temperature, l.Measure); s.Unbounded != nil && l.Negative != nil && errors.Is(s.Unbounded, ErrNotNormalisable) {
		return s, fmt.Errorf("hopfield: step %d left the networks that have a law: lower Rate = %g: %w", k, l.Rate, s.Unbounded)
	}
	return s, nil
}

// draw returns the patterns of step k.
func (l *RecallAndLearn) draw(data [][]float64, k int) [][]float64 {
	if l.Batch == 0 || l.Batch >= len(data) {
		return data
	}
	rng := rand.New(rand.NewPCG(l.Seed, uint64(k)))
	batch := make([][]float64, l.Batch)
	for i := range batch {
		batch[i] = data[rng.IntN(len(data))]
	}
	return batch
}

func (l *RecallAndLearn) check(data [][]float64) error {
	if l.Net == nil || !(l.Rate >= 0) || !(l.Momentum >= 0 && l.Momentum < 1) || !(l.Decay >= 0) || l.Batch < 0 || l.Draws < 0 {
		panic(fmt.Sprintf("hopfield: RecallAndLearn with Rate = %v, Momentum = %v, Decay = %v, Batch = %d, Draws = %d", l.Rate, l.Momentum, l.Decay, l.Batch, l.Draws))
	}
	bipartiteTemperature(l.Temperature)
	if err := checkEqualLengths(data); err != nil {
		return err
	}
	if len(data[0]) != l.Net.visible.Dim() {
		return fmt.Errorf("hopfield: patterns have %d components, the network has %d visible units", len(data[0]), l.Net.visible.Dim())
	}
	for i, v := range data {
		if err := checkFinite(fmt.Sprintf("pattern %d", i), v); err != nil {
			return err
		}
	}
	return nil
}
