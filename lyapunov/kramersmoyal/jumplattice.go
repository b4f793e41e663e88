package kramersmoyal

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// A Lattice is the law of a jump that takes one of finitely many steps. Use
// NewLattice, NewSteps, Coin or Jump.
type Lattice struct {
	dim   int
	steps [][]float64
	p     []float64
}

// NewLattice returns the law with the given steps, a row each, and their
// probabilities. It is an error if a step is not finite, a probability negative,
// or their sum not 1 within 1e-12. It panics if there is no step or the lengths
// differ.
func NewLattice(steps [][]float64, p []float64) (*Lattice, error) {
	if len(steps) == 0 || len(steps) != len(p) || len(steps[0]) == 0 {
		panic("kramersmoyal: length mismatch")
	}
	l := &Lattice{dim: len(steps[0]), p: slices.Clone(p)}
	var sum kahan
	for i, s := range steps {
		if len(s) != l.dim {
			panic("kramersmoyal: length mismatch")
		}
		for _, v := range s {
			if notFinite(v) {
				return nil, fmt.Errorf("kramersmoyal: step %d is %v, want finite numbers", i, s)
			}
		}
		if !(p[i] >= 0) || math.IsInf(p[i], 0) {
			return nil, fmt.Errorf("kramersmoyal: the probability of step %d, %v, is %v: want a number between 0 and 1", i, s, p[i])
		}
		l.steps = append(l.steps, slices.Clone(s))
		sum.add(p[i])
	}
	if !(math.Abs(sum.value()-1) <= 1e-12) {
		return nil, fmt.Errorf("kramersmoyal: the probabilities of %d steps sum to %.15g, want 1 within 1e-12: correct them, they are not rescaled here", len(p), sum.value())
	}
	return l, nil
}

// NewSteps is NewLattice in one dimension.
func NewSteps(steps, p []float64) (*Lattice, error) {
	rows := make([][]float64, len(steps))
	for i := range steps {
		rows[i] = steps[i : i+1]
	}
	return NewLattice(rows, p)
}

// Coin returns the law of a step by size to either side with probability ½. It
// panics unless size is finite.
func Coin(size float64) *Lattice {
	l, err := NewSteps([]float64{-size, size}, []float64{0.5, 0.5})
	if err != nil {
		panic(err.Error())
	}
	return l
}

// Jump returns the law of a jump that is certain. It panics unless it is finite.
func Jump(step ...float64) *Lattice {
	l, err := NewLattice([][]float64{step}, []float64{1})
	if err != nil {
		panic(err.Error())
	}
	return l
}

// Dim returns the number of coordinates.
func (l *Lattice) Dim() int { return l.dim }

// Moment returns Σ p ε^α over the steps.
func (l *Lattice) Moment(orders ...int) float64 {
	checkOrders(l.dim, orders)
	var sum kahan
	for i, s := range l.steps {
		sum.add(l.p[i] * monomial(s, orders))
	}
	return sum.value()
}

// Sample stores a step in dst.
func (l *Lattice) Sample(dst []float64, src rand.Source) {
	if len(dst) != l.dim {
		panic("kramersmoyal: length mismatch")
	}
	u := rand.New(src).Float64()
	k := 0
	for i, p := range l.p {
		if p > 0 {
			k = i // where rounding leaves u above all, the last step
			if u < p {
				break
			}
		}
		u -= p
	}
	copy(dst, l.steps[k])
}

// Characteristic returns Σ p exp(i k·ε).
func (l *Lattice) Characteristic(k ...float64) complex128 {
	if len(k) != l.dim {
		panic("kramersmoyal: length mismatch")
	}
	var phi complex128
	for i, s := range l.steps {
		var phase float64
		for d, v := range s {
			phase += k[d] * v
		}
		sin, cos := math.Sincos(phase)
		phi += complex(l.p[i]*cos, l.p[i]*sin)
	}
	return phi
}

// Atoms returns the law in one dimension as a discrete one, equal steps joined.
// It panics in more.
func (l *Lattice) Atoms() *Atoms {
	l.wantLine()
	a := &Atoms{P: slices.Clone(l.p)}
	for _, s := range l.steps {
		a.X = append(a.X, s[0])
	}
	return a.ascending()
}

func (l *Lattice) wantLine() {
	if l.dim != 1 {
		panic(fmt.Sprintf("kramersmoyal: a law in %d dimensions, want 1", l.dim))
	}
}

// Span returns the largest h such that the steps of a law in one dimension lie
// on a lattice c + h·(integers). It is an error if there is none within 1e-9 of
// the longest step, or only one step.
func (l *Lattice) Span() (float64, error) {
	a := l.Atoms().positive()
	if len(a.X) < 2 {
		return 0, fmt.Errorf("kramersmoyal: a law with one step has no span: it does not spread")
	}
	tol := 1e-9 * (a.X[len(a.X)-1] - a.X[0])
	h := 0.0
	for _, x := range a.X[1:] {
		for d := x - a.X[0]; d > tol; h, d = d, math.Abs(h-d*math.Round(h/d)) { // Euclid's algorithm
		}
	}
	if h < 1e4*tol {
		return 0, fmt.Errorf("kramersmoyal: the steps %v lie on no common lattice: give steps whose differences are multiples of one number", a.X)
	}
	return h, nil
}

// sites returns the offset of each atom from the first, in units of the span.
func (l *Lattice) sites() (a *Atoms, at []int, h float64, err error) {
	a = l.Atoms().positive()
	if len(a.X) == 1 {
		return a, []int{0}, 1, nil
	}
	if h, err = l.Span(); err != nil {
		return nil, nil, 0, err
	}
	for _, x := range a.X {
		at = append(at, int(math.Round((x-a.X[0])/h)))
	}
	return a, at, h, nil
}

// mostSites bounds the lattices that are added up atom by atom: n log n
// convolutions would be faster, but lose the tails.
const mostSites = 20000

// Sum returns the exact law of the sum of n independent steps in one dimension,
// every probability to its relative accuracy. A law of two steps is binomial, by
// the ratios of its terms; others are doubled again and again by convolution. It
// is an error if the steps lie on no lattice or the sum has too many atoms. It
// panics if n is negative or there is more than one dimension.
func (l *Lattice) Sum(n int) (*Atoms, error) {
	if n < 0 {
		panic(fmt.Sprintf("kramersmoyal: a sum of %d steps", n))
	}
	a, at, h, err := l.sites()
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return &Atoms{X: []float64{0}, P: []float64{1}}, nil
	}
	last := at[len(at)-1]
	if len(at) == 2 {
		if n > 1<<24 {
			return nil, fmt.Errorf("kramersmoyal: a sum of %d steps has too many atoms, at most %d: its distance to the normal is EsseenRate/√n", n, 1<<24)
		}
		return onLattice(float64(n)*a.X[0], h, binomialNumbers(n, a.P[1])), nil
	}
	if last*n >= mostSites {
		return nil, fmt.Errorf("kramersmoyal: a sum of %d steps has %d atoms, at most %d: take fewer, its distance to the normal is EsseenRate/√n", n, last*n+1, mostSites)
	}
	step := make([]float64, last+1)
	for i, k := range at {
		step[k] = a.P[i]
	}
	sum := []float64{1}
	for m := n; m > 0; m >>= 1 {
		if m&1 == 1 {
			sum = convolve(sum, step)
		}
		if m > 1 {
			step = convolve(step, step)
		}
	}
	return onLattice(float64(n)*a.X[0], h, sum), nil
}

// onLattice returns the atoms x, x+h, … that have a probability.
func onLattice(x, h float64, p []float64) *Atoms {
	a := &Atoms{}
	for i, v := range p {
		if v > 0 {
			a.X, a.P = append(a.X, x+h*float64(i)), append(a.P, v)
		}
	}
	return a
}

func convolve(a, b []float64) []float64 {
	c := make([]float64, len(a)+len(b)-1)
	for i, u := range a {
		if u == 0 {
			continue
		}
		row := c[i : i+len(b)]
		for j, v := range b {
			row[j] += u * v
		}
	}
	return c
}

// binomialNumbers returns C(n, k) pᵏ (1-p)^{n-k}, k = 0…n, by their ratios from
// the mode on. Those below the range of numbers are 0.
func binomialNumbers(n int, p float64) []float64 {
	w := make([]float64, n+1)
	odds := p / (1 - p)
	mode := min(int(float64(n+1)*p), n)
	w[mode] = 1
	for k := mode; k < n; k++ {
		w[k+1] = w[k] * odds * float64(n-k) / float64(k+1)
	}
	for k := mode; k > 0; k-- {
		w[k-1] = w[k] / odds * float64(k) / float64(n-k+1)
	}
	scale(w)
	return w
}

// Clocked returns the law of the sum of a Poisson number of steps, of the given
// mean νt: a walk in continuous time. It is the sum over the steps s of s N_s with
// independent Poisson numbers N_s of mean νt p_s; the atoms of each that hold
// less than 1e-20 are left out. Errors and panics are those of Sum.
func (l *Lattice) Clocked(mean float64) (*Atoms, error) {
	checkRate(mean, 1)
	a, _, _, err := l.sites()
	if err != nil {
		return nil, err
	}
	h := 0.0 // the span of the steps and 0, on which the walk lies
	for _, x := range a.X {
		for d := math.Abs(x); d > 1e-9*max(h, math.Abs(x)); h, d = d, math.Abs(h-d*math.Round(h/d)) {
		}
	}
	if h == 0 || mean == 0 {
		return &Atoms{X: []float64{0}, P: []float64{1}}, nil
	}
	sum, low := []float64{1}, 0
	for i, x := range a.X {
		k := int(math.Round(x / h))
		if math.Abs(x-h*float64(k)) > 1e-9*math.Abs(x) || math.Abs(float64(k)) > mostSites {
			return nil, fmt.Errorf("kramersmoyal: the steps %v and 0 lie on no common lattice: give steps that are multiples of one number", a.X)
		}
		if k == 0 {
			continue
		}
		first, pmf := poissonNumbers(mean * a.P[i])
		size := max(k, -k)
		if size*(len(pmf)-1)+len(sum) > mostSites {
			return nil, fmt.Errorf("kramersmoyal: a walk of %.6g steps has more than %d atoms: take fewer", mean, mostSites)
		}
		spread := make([]float64, size*(len(pmf)-1)+1)
		for j, p := range pmf {
			if k > 0 {
				spread[j*size] = p
			} else {
				spread[(len(pmf)-1-j)*size] = p
			}
		}
		sum = convolve(sum, spread)
		if k > 0 {
			low += k * first
		} else {
			low += k * (first + len(pmf) - 1)
		}
	}
	return onLattice(h*float64(low), h, sum), nil
}
