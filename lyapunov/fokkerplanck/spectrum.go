package fokkerplanck

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
)

// Gap returns the spectral gap: the least real part of a decay rate other than
// 0. Observables decay as exp(-Gap t) in the end; F - F_min of a reversible chain
// as its square. It fails as Eigenvalues does.
func (g *Generator) Gap() (float64, error) {
	v, err := g.Eigenvalues(1)
	if err != nil {
		return math.NaN(), err
	}
	return real(v[0]), nil
}

// Eigenvalues returns the k slowest decay rates, the eigenvalues of -Q other than
// 0 with the least real parts, in increasing order of these. They are real for a
// reversible chain. Found are the largest eigenvalues of the step of implicit
// Euler (1 - τQ)⁻¹, τ about 1/Gap, by the methods of Lanczos and, for a chain that
// is not reversible, Arnoldi, with full orthogonalisation; relative errors are
// about 1e-9 or better. It panics unless 0 < k < Len.
//
// It is an error if rates are negative, if the step has no solver for this grid,
// or if the iteration does not converge.
func (g *Generator) Eigenvalues(k int) ([]complex128, error) {
	n := len(g.exit)
	if k < 1 || k >= n {
		panic(fmt.Sprintf("fokkerplanck: %d eigenvalues of %d cells", k, n))
	}
	// A diffusive guess: an axis is crossed in Len² jumps.
	var longest float64
	for d := range g.grid.Dim() {
		longest = max(longest, float64(g.grid.Axis(d).Len()))
	}
	tau := longest * longest / g.MaxRate()
	for range 12 {
		found, err := g.slowest(k, tau)
		if err != nil {
			return nil, err
		}
		gap := real(found[0])
		if gap*tau > 0.05 && gap*tau < 20 {
			return found, nil
		}
		// Rounding hides a gap below 1e-12/τ.
		tau *= math.Min(1/math.Max(gap*tau, 1e-8), 1e8)
	}
	return nil, fmt.Errorf("fokkerplanck: the slowest rate is beyond the range of numbers: the cells are hardly connected; raise the temperature")
}

// slowest returns the k slowest rates from steps of length tau. Eigenvalues may
// be multiple, and one Krylov space sees one vector of each: another is searched
// beside those found until it brings nothing new among the first k.
func (g *Generator) slowest(k int, tau float64) ([]complex128, error) {
	op, err := g.newInverse(tau)
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(2718, 28))
	if !g.reversible {
		return op.arnoldi(k, rng)
	}
	var values []complex128
	for {
		found, vectors, err := op.lanczos(k, rng)
		if err != nil {
			return nil, err
		}
		news := 0
		for i, v := range found {
			if len(values) < k || v < real(values[k-1])*(1-1e-9) {
				news++
				values = append(values, complex(v, 0))
				op.known = append(op.known, vectors[i])
			}
		}
		slices.SortFunc(values, func(a, b complex128) int { return cmp.Compare(real(a), real(b)) })
		if news == 0 || len(op.known) >= len(g.exit)-1 {
			return values[:k], nil
		}
	}
}

// An inverse is (1 + τL)⁻¹ on vectors y = m/√π orthogonal to the known
// eigenvectors, √π the first.
type inverse struct {
	tau     float64
	stepper stepper
	signed  bool // the stepper takes masses of either sign
	root    []float64
	known   [][]float64
	a, b, c []float64
}

func (g *Generator) newInverse(tau float64) (*inverse, error) {
	s, err := g.resolvent(tau)
	if err != nil {
		return nil, err
	}
	if low := slices.Min(g.logpi); low < -1300 {
		return nil, fmt.Errorf("fokkerplanck: the stationary mass of a cell is exp(%.4g), whose root has no number: take a smaller box or a higher temperature", low)
	}
	n := len(g.exit)
	op := &inverse{tau: tau, stepper: s, root: make([]float64, n), a: make([]float64, n), b: make([]float64, n), c: make([]float64, n)}
	switch s.(type) {
	case *implicit, *path:
		op.signed = true
	}
	for i, v := range g.logpi {
		op.root[i] = math.Exp(v / 2)
	}
	op.known = [][]float64{op.root}
	return op, nil
}

// apply stores the image of y in dst, which may be y. Masses of both signs are
// solved for in two positive parts where the solver needs that.
func (op *inverse) apply(dst, y []float64) error {
	clear(op.b)
	for i, v := range y {
		op.a[i] = v * op.root[i]
		if !op.signed && op.a[i] < 0 {
			op.a[i], op.b[i] = 0, -op.a[i]
		}
	}
	if _, err := op.stepper.step(op.c, op.a); err != nil {
		return err
	}
	for i, v := range op.c {
		dst[i] = v / op.root[i]
	}
	if op.signed {
		return nil
	}
	if _, err := op.stepper.step(op.c, op.b); err != nil {
		return err
	}
	for i, v := range op.c {
		dst[i] -= v / op.root[i]
	}
	return nil
}

// start returns a random unit vector orthogonal to the known ones.
func (op *inverse) start(rng *rand.Rand) []float64 {
	v := make([]float64, len(op.root))
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	orthogonalise(v, op.known, nil)
	normalise(v)
	return v
}

// orthogonalise takes from v its components along the unit vectors, twice, and
// adds them to h.
func orthogonalise(v []float64, units [][]float64, h []float64) {
	x := blas64.Vector{N: len(v), Inc: 1, Data: v}
	for range 2 {
		for i, u := range units {
			y := blas64.Vector{N: len(u), Inc: 1, Data: u}
			c := blas64.Dot(x, y)
			blas64.Axpy(-c, y, x)
			if h != nil {
				h[i] += c
			}
		}
	}
}

func normalise(v []float64) float64 {
	norm := math.Sqrt(dot(v, v))
	if norm > 0 {
		for i := range v {
			v[i] /= norm
		}
	}
	return norm
}
