package wasserstein

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// massTolerance is how far the weights of a measure may be from summing to 1:
// the rounding of a sum of ten thousand terms, not a missing point.
const massTolerance = 1e-12

// A Measure is a discrete probability measure Σ_i w_i δ_{x_i}: a row of X a
// point x_i, all weights positive, their sum 1.
//
// Use NewMeasure, UniformMeasure or Normalized, or fill in both fields: all
// that take a Measure check it.
type Measure struct {
	X *mat.Dense // a row a point
	W []float64  // positive, sum 1 within 1e-12
}

// NewMeasure returns the measure with weight w[i] at row i of x, of both of
// which it keeps copies. It is an error if they do not make a measure: see
// Check.
func NewMeasure(x *mat.Dense, w []float64) (*Measure, error) {
	if x == nil || x.IsEmpty() {
		return nil, &MeasureError{Reason: ErrEmpty, Index: -1}
	}
	m := &Measure{X: mat.DenseCopyOf(x), W: append([]float64(nil), w...)}
	if err := m.Check(); err != nil {
		return nil, err
	}
	return m, nil
}

// UniformMeasure returns the measure with equal weights at the rows of x, of
// which it keeps a copy: the empirical measure of a cloud of particles. It
// panics if x is nil or empty.
func UniformMeasure(x *mat.Dense) *Measure {
	if x == nil || x.IsEmpty() {
		panic("wasserstein: a measure needs at least one point")
	}
	n, _ := x.Dims()
	m := &Measure{X: mat.DenseCopyOf(x), W: make([]float64, n)}
	for i := range m.W {
		m.W[i] = 1 / float64(n)
	}
	return m
}

// Normalized returns the measure proportional to the weights w at the rows of
// x, without the points of weight zero: what the remedies of NewMeasure's
// errors say, done on request. It is an error if a weight is negative or not
// finite, or if all are zero.
func Normalized(x *mat.Dense, w []float64) (*Measure, error) {
	if x == nil || x.IsEmpty() {
		return nil, &MeasureError{Reason: ErrEmpty, Index: -1}
	}
	n, dim := x.Dims()
	if len(w) != n {
		return nil, &MeasureError{Reason: ErrLength, Index: -1, Value: float64(len(w)), Want: float64(n)}
	}
	largest := 0.0 // divided by first, so that the sum does not overflow
	for i, v := range w {
		if !(v >= 0) || math.IsInf(v, 0) {
			return nil, &MeasureError{Reason: ErrWeight, Index: i, Value: v}
		}
		largest = max(largest, v)
	}
	if largest == 0 {
		return nil, &MeasureError{Reason: ErrMass, Index: -1}
	}
	rows, kept := make([]float64, 0, n*dim), make([]float64, 0, n)
	for i, v := range w {
		if v /= largest; v > 0 {
			rows, kept = append(rows, x.RawRowView(i)...), append(kept, v)
		}
	}
	total := sum(kept)
	for i := range kept {
		kept[i] /= total
	}
	m := &Measure{X: mat.NewDense(len(kept), dim, rows), W: kept}
	if err := m.Check(); err != nil {
		return nil, err
	}
	return m, nil
}

// Len returns the number of points.
func (m *Measure) Len() int { return len(m.W) }

// Dim returns the number of coordinates of a point.
func (m *Measure) Dim() int {
	_, dim := m.X.Dims()
	return dim
}

// Point returns point i, which shares memory with X.
func (m *Measure) Point(i int) []float64 { return m.X.RawRowView(i) }

// Mean returns ∫ f dm = Σ_i w_i f(x_i).
func (m *Measure) Mean(f func(x []float64) float64) float64 {
	var s float64
	for i, w := range m.W {
		s += w * f(m.Point(i))
	}
	return s
}

// Push returns the measure pushed forward by a map into dim coordinates: the
// same weights at the points f(x_i), for example
//
//	m.Push(chart.Dim(), chart.Theta)
//
// in the flat chart, where W_G is the Euclidean W₂. It is an error if an image
// is not finite.
func (m *Measure) Push(dim int, f func(dst, x []float64)) (*Measure, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	out := &Measure{X: mat.NewDense(m.Len(), dim, nil), W: append([]float64(nil), m.W...)}
	for i := range out.W {
		f(out.Point(i), m.Point(i))
	}
	if err := out.Check(); err != nil {
		return nil, fmt.Errorf("wasserstein: the image of a measure is none: %w", err)
	}
	return out, nil
}

// Permuted returns the same measure with its points in the order p[0], p[1] and
// so on. It panics unless p is a permutation of them.
func (m *Measure) Permuted(p []int) *Measure {
	if len(p) != m.Len() {
		panic(fmt.Sprintf("wasserstein: length mismatch: a permutation of %d, want %d", len(p), m.Len()))
	}
	seen := make([]bool, len(p))
	for _, i := range p {
		if i < 0 || i >= len(p) || seen[i] {
			panic(fmt.Sprintf("wasserstein: %d is twice in a permutation of %d, or not one of them", i, len(p)))
		}
		seen[i] = true
	}
	out := &Measure{X: mat.NewDense(m.Len(), m.Dim(), nil), W: make([]float64, m.Len())}
	for k, i := range p {
		copy(out.Point(k), m.Point(i))
		out.W[k] = m.W[i]
	}
	return out
}

// Check returns an error unless this is a probability measure: at least one
// point, finite coordinates, a positive weight for each, and weights that sum
// to 1 within 1e-12. The error is a *MeasureError, which names the first point
// to blame.
func (m *Measure) Check() error {
	if m == nil || m.X == nil || m.X.IsEmpty() {
		return &MeasureError{Reason: ErrEmpty, Index: -1}
	}
	n, _ := m.X.Dims()
	if len(m.W) != n {
		return &MeasureError{Reason: ErrLength, Index: -1, Value: float64(len(m.W)), Want: float64(n)}
	}
	for i := range n {
		for c, v := range m.Point(i) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return &MeasureError{Reason: ErrPoint, Index: i, Coordinate: c, Value: v}
			}
		}
	}
	return checkWeights(m.W)
}

// checkWeights returns an error unless w is positive and sums to 1.
func checkWeights(w []float64) error {
	if len(w) == 0 {
		return &MeasureError{Reason: ErrEmpty, Index: -1}
	}
	for i, v := range w {
		switch {
		case v == 0:
			return &MeasureError{Reason: ErrZero, Index: i}
		case !(v > 0) || math.IsInf(v, 0):
			return &MeasureError{Reason: ErrWeight, Index: i, Value: v}
		}
	}
	if s := sum(w); !(math.Abs(s-1) <= massTolerance) {
		return &MeasureError{Reason: ErrMass, Index: -1, Value: s}
	}
	return nil
}

// sum adds with a compensation (Neumaier 1974), so that the mass of a million
// points is not judged by the rounding of its own sum.
func sum(w []float64) float64 {
	var s, lost float64
	for _, v := range w {
		t := s + v
		if math.Abs(s) >= math.Abs(v) {
			lost += (s - t) + v
		} else {
			lost += (v - t) + s
		}
		s = t
	}
	if math.IsInf(s, 0) || math.IsNaN(s) {
		return s // the compensation is NaN then
	}
	return s + lost
}
