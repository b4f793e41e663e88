package wasserstein

import (
	"math"
)

// Settings say how far and how long to iterate. A nil pointer and the zero value
// mean the defaults.
type Settings struct {
	// Tolerance is that of the marginal error, the sum of what all rows and columns
	// miss their marginals by, relative to the mass. 0 means 1e-9.
	Tolerance float64
	// MaxIterations bounds the iterations, each of which updates both scalings, over
	// all ε. 0 means 100,000.
	MaxIterations int
	// Scaling is the factor by which ε is lowered from the size of the costs to
	// where it shall be, each level starting from the last one's potentials. 0
	// means 1/4, 1 switches it off.
	Scaling float64
	// Start gives potentials to start from, those of a similar problem with as many
	// points; nil means none. It switches Scaling off.
	Start *SinkhornResult
	// Relaxation is the factor ω by which an update exceeds the plain one, between 1,
	// the plain one, and 2. 0 means that it follows from the rate of convergence.
	Relaxation float64
}

func (s *Settings) defaults() (d Settings) {
	if s != nil {
		d = *s
	}
	if d.Tolerance == 0 {
		d.Tolerance = 1e-9
	}
	if d.MaxIterations == 0 {
		d.MaxIterations = 100_000
	}
	if d.Scaling == 0 {
		d.Scaling = 0.25
	}
	if !(d.Tolerance > 0) || d.MaxIterations < 0 || !(d.Scaling > 0 && d.Scaling <= 1) {
		panic("wasserstein: Settings need a positive Tolerance, MaxIterations and a Scaling in (0, 1]")
	}
	if d.Relaxation != 0 && !(d.Relaxation >= 1 && d.Relaxation < 2) {
		panic("wasserstein: a Relaxation lies in [1, 2)")
	}
	return d
}

// Sinkhorn returns the coupling of a and b that minimises
//
//	⟨C, M⟩ + 2ε KL(M ‖ a bᵀ),
//
// twice the transport part ½⟨C, M⟩ + ε⟨M, log M⟩ of the proximal recursion in
// [HF] section V-C1 up to a constant: M = diag(y) Γ diag(z), Γ = exp(-C/(2ε)). As
// ε falls to 0 its Value comes to W₂² from above.
//
// Scalings absorbed into the kernel keep all numbers in range for any ε; where a
// row or a column would still underflow it is updated in the log domain. ε is
// lowered to its value by steps, and updates are relaxed by a factor that follows
// from the rate; each of them still raises the dual value, so that this
// converges too. All cores are used, with results that do not depend on them.
//
// It is an error if a or b is no measure, a *MeasureError, a cost is not finite
// or negative, or there are more than 4e8 pairs, 3.2 GB: Scale takes more, a
// *CostError, ε is not positive, or the marginal error does not
// come below the tolerance, an *Error with the result that was reached.
func Sinkhorn(a, b *Measure, c Cost, eps float64, s *Settings) (*SinkhornResult, error) {
	if err := checkBoth(c, a, b); err != nil {
		return nil, err
	}
	if err := checkEpsilon(eps); err != nil {
		return nil, err
	}
	if err := checkPairs(a.Len(), b.Len(), mostPairs); err != nil {
		return nil, err
	}
	from, most, err := costRows(c, a, b)
	if err != nil {
		return nil, err
	}
	return newSolver(from, logs(a.W), logs(b.W), most, eps, s.defaults()).solve()
}

// costRows returns the costs by rows, and the largest: from the points where the
// chart is flat, from a matrix where they are dear.
func costRows(c Cost, a, b *Measure) (source, float64, error) {
	if f, ok := c.(flat); ok {
		rows := &cloudRows{f.thetas(a), f.thetas(b)}
		most, err := largest(rows, a.Len(), b.Len())
		return rows, most, err
	}
	rows := matrixRows{CostMatrix(c, a, b)}
	most, err := largest(rows, a.Len(), b.Len())
	return rows, most, err
}

// largest returns the largest cost. It is an error if one is not a finite number
// >= 0.
func largest(from source, rows, columns int) (most float64, err error) {
	row := make([]float64, columns)
	for i := range rows {
		from.row(row, i)
		for j, v := range row {
			if !(v >= 0) || math.IsInf(v, 0) {
				return 0, &CostError{Reason: ErrCost, Row: i, Column: j, Value: v}
			}
			most = max(most, v)
		}
	}
	return most, nil
}

func logs(w []float64) []float64 {
	out := make([]float64, len(w))
	for i, v := range w {
		out[i] = math.Log(v)
	}
	return out
}
