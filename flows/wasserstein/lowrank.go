package wasserstein

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
)

// mostKernelError is the largest tolerance of a kernel of low rank.
const mostKernelError = 1e-2

// mostDegree bounds the interpolation: beyond it the matrix itself is cheaper.
const mostDegree = 160

// A LowRank is an approximation of the kernel between two clouds in a flat box
// of one or two dimensions, where it is a product of Gaussians exp(-(s-t)²/(2ε)),
// one a dimension: smooth, so that few functions φ_r of one variable do,
//
//	exp(-(s-t)²/(2ε)) ≈ Σ_r φ_r(s) φ_r(t).
//
// They are the eigenvectors of the Gaussian on Chebyshev points, interpolated.
// With r of them, which grows as 1/√ε, a product of N points takes O(N r²)
// operations, not N². The error is absolute, of entries that are at most 1: an
// entry far below it may come out negative.
type LowRank struct {
	eps, tol, err float64
	axes          []gaussianAxis
	x, y          features
	a             []float64 // coefficients, rank x rank
	part          []float64 // coefficients of each block
	work          []float64 // scratch of each block
	blocks        int
	crew          crew
	in, out       []float64 // operands of the pass under way
	from, to      *features
	axis          int // that is being evaluated
	tasks         struct{ collect, spread, evaluate func(block int) }
}

var _ Kernel = (*LowRank)(nil)

// features are the values φ_r(θ_d) of a cloud, a matrix a dimension with a row
// for each r and a column a point.
type features struct {
	n     int
	phi   [][]float64
	theta *mat.Dense
}

// LowRankKernel returns an approximation of CloudKernel with entries within tol,
// at most 1e-2, for clouds in one or two dimensions:
//
//	k, err := wasserstein.LowRankKernel(chart, xs, ys, 0.1, 1e-8)
//
// The degree follows from ε and the box of the chart, or that of the points
// where the chart's is infinite. It is an error, ErrDegree, if the tolerance
// needs a degree above 160, or is not reached by pairs of points that are tried;
// other errors as for CloudKernel.
func LowRankKernel(chart geometry.Chart, xs, ys *mat.Dense, eps, tol float64) (*LowRank, error) {
	if err := checkEpsilon(eps); err != nil {
		return nil, err
	}
	if err := checkClouds(chart, xs, ys); err != nil {
		return nil, err
	}
	_, dim := xs.Dims()
	if dim > 2 {
		return nil, &CostError{Reason: ErrDimension, Row: dim, Column: 2}
	}
	if !(tol > 0 && tol <= mostKernelError) {
		return nil, &Error{Reason: ErrDegree, Tolerance: tol, Epsilon: eps}
	}
	k := &LowRank{eps: eps, tol: tol}
	k.x.resize(xs)
	k.y.resize(ys)
	if err := k.flatten(chart, xs, ys); err != nil {
		return nil, err
	}
	for d := range dim {
		lo, hi := k.span(chart, d)
		a, err := newGaussianAxis(lo, hi, eps, tol/float64(dim))
		if err != nil {
			return nil, err
		}
		k.axes = append(k.axes, a)
	}
	if dim == 1 { // a second dimension of one constant function
		k.axes = append(k.axes, gaussianAxis{rank: 1})
	}
	k.allocate()
	return k, k.evaluate(&k.x, &k.y)
}

// Move evaluates the kernel for clouds of the same sizes that lie elsewhere. It
// is an error if points leave the box, or as in LowRankKernel.
func (k *LowRank) Move(chart geometry.Chart, xs, ys *mat.Dense) error {
	if err := k.flatten(chart, xs, ys); err != nil {
		return err
	}
	return k.evaluate(&k.x, &k.y)
}

// Advance moves the kernel on: the columns' cloud becomes that of the rows, and
// ys that of the columns, for half the work of Move. It panics unless both have
// the same size; errors as in Move.
func (k *LowRank) Advance(chart geometry.Chart, ys *mat.Dense) error {
	if k.x.n != k.y.n {
		panic("wasserstein: length mismatch: Advance needs clouds of the same size")
	}
	k.x, k.y = k.y, k.x
	if err := flatten(k.y.theta, chart, ys, false); err != nil {
		return err
	}
	return k.evaluate(&k.y)
}

func (f *features) resize(xs *mat.Dense) {
	n, dim := xs.Dims()
	f.n, f.theta = n, mat.NewDense(n, dim, nil)
}

func (k *LowRank) flatten(chart geometry.Chart, xs, ys *mat.Dense) error {
	if err := flatten(k.x.theta, chart, xs, true); err != nil {
		return err
	}
	return flatten(k.y.theta, chart, ys, false)
}

// span returns the interval of θ_d.
func (k *LowRank) span(chart geometry.Chart, d int) (lo, hi float64) {
	if chart != nil {
		lo, hi = chart.Box(d)
		if !math.IsInf(lo, 0) && !math.IsInf(hi, 0) {
			return lo, hi
		}
	}
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, f := range []features{k.x, k.y} {
		for i := range f.n {
			lo, hi = min(lo, f.theta.At(i, d)), max(hi, f.theta.At(i, d))
		}
	}
	return lo, hi
}

// panelPoints is how many points a core takes at a time, so that the features of
// a panel stay in the cache.
const panelPoints = 256

func (k *LowRank) allocate() {
	p, q := k.axes[0].rank, k.axes[1].rank
	for _, f := range []*features{&k.x, &k.y} {
		f.phi = [][]float64{make([]float64, p*f.n), make([]float64, q*f.n)}
	}
	k.blocks = max(panels(k.x.n), panels(k.y.n))
	k.a, k.part = make([]float64, p*q), make([]float64, k.blocks*p*q)
	degree := max(k.axes[0].degree, k.axes[1].degree)
	k.work = make([]float64, k.blocks*panelPoints*(degree+1))
	k.tasks.collect, k.tasks.spread, k.tasks.evaluate = k.collect, k.spread, k.evaluateBlock
}

func panels(n int) int { return (n + panelPoints - 1) / panelPoints }

// Dims returns the numbers of rows and columns.
func (k *LowRank) Dims() (rows, columns int) { return k.x.n, k.y.n }

// Epsilon returns ε.
func (k *LowRank) Epsilon() float64 { return k.eps }

// Degree returns the degree of the interpolation in each dimension.
func (k *LowRank) Degree() []int {
	var out []int
	for _, a := range k.axes {
		if a.degree > 0 {
			out = append(out, a.degree)
		}
	}
	return out
}

// Rank returns the number of functions in each dimension.
func (k *LowRank) Rank() []int {
	out := make([]int, len(k.Degree()))
	for d := range out {
		out[d] = k.axes[d].rank
	}
	return out
}

// MeasuredError returns the largest error that was found: of each Gaussian on
// points between the nodes, added over the dimensions, or of an entry of Γ.
func (k *LowRank) MeasuredError() float64 { return k.err }

// At returns the entry as approximated. It panics if there is no such entry.
func (k *LowRank) At(i, j int) float64 {
	v := 1.0
	for d := range k.axes {
		var s float64
		for r := range k.axes[d].rank {
			s += k.x.phi[d][r*k.x.n+i] * k.y.phi[d][r*k.y.n+j]
		}
		v *= s
	}
	return v
}

// Apply stores Γ v in dst.
func (k *LowRank) Apply(dst, v []float64) {
	mustLengths("a product", k.x.n, k.y.n, dst, v)
	k.product(&k.x, dst, &k.y, v)
}

// ApplyTransposed stores Γᵀ u in dst.
func (k *LowRank) ApplyTransposed(dst, u []float64) {
	mustLengths("a transposed product", k.x.n, k.y.n, u, dst)
	k.product(&k.y, dst, &k.x, u)
}

// product is A = Φ₁ diag(v) Φ₂ᵀ over the points of one cloud, then Σ_rs A_rs
// φ_r φ_s at those of the other.
func (k *LowRank) product(to *features, dst []float64, from *features, v []float64) {
	k.to, k.out, k.from, k.in = to, dst, from, v
	size := k.axes[0].rank * k.axes[1].rank
	k.crew.run(panels(from.n), from.n*size >= manyEntries, k.tasks.collect)
	copy(k.a, k.part[:size])
	for b := 1; b < panels(from.n); b++ {
		blas64.Axpy(1, vector(k.part[b*size:(b+1)*size]), vector(k.a))
	}
	k.crew.run(panels(to.n), to.n*size >= manyEntries, k.tasks.spread)
}

// panel returns the features of the points from lo to hi in dimension d.
func (f *features) panel(d, lo, hi int) blas64.General {
	rank := len(f.phi[d]) / f.n
	return blas64.General{Rows: rank, Cols: hi - lo, Stride: f.n, Data: f.phi[d][lo : (rank-1)*f.n+hi]}
}

// scratch returns the numbers that belong to a block.
func (k *LowRank) scratch(b int) []float64 {
	n := len(k.work) / k.blocks
	return k.work[b*n : (b+1)*n]
}

// collect adds up Aᵀ over the points of a panel, a row for each function of the
// second dimension.
func (k *LowRank) collect(b int) {
	p, q := k.axes[0].rank, k.axes[1].rank
	lo, hi := b*panelPoints, min((b+1)*panelPoints, k.from.n)
	first, second := k.from.panel(0, lo, hi), k.from.panel(1, lo, hi)
	w, v, a := k.scratch(b)[:hi-lo], k.in[lo:hi], k.part[b*p*q:(b+1)*p*q]
	for r := range q {
		phi := second.Data[r*second.Stride : r*second.Stride+len(w)]
		for j := range w {
			w[j] = v[j] * phi[j]
		}
		blas64.Gemv(blas.NoTrans, 1, first, vector(w), 0, vector(a[r*p:(r+1)*p]))
	}
}

// spread evaluates the sum at the points of a panel.
func (k *LowRank) spread(b int) {
	p, q := k.axes[0].rank, k.axes[1].rank
	lo, hi := b*panelPoints, min((b+1)*panelPoints, k.to.n)
	first, second := k.to.panel(0, lo, hi), k.to.panel(1, lo, hi)
	w, dst := k.scratch(b)[:hi-lo], k.out[lo:hi]
	fill(dst, 0)
	for r := range q {
		blas64.Gemv(blas.Trans, 1, first, vector(k.a[r*p:(r+1)*p]), 0, vector(w))
		phi := second.Data[r*second.Stride : r*second.Stride+len(w)]
		for i := range w {
			dst[i] += w[i] * phi[i]
		}
	}
}
