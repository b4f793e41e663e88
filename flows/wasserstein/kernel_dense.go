package wasserstein

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
	"hopflow/lyapunov/exponential"
)

// A Dense is a kernel that stores all its entries: 8 bytes for each pair of
// points.
type Dense struct {
	rows, columns int
	eps           float64
	g             []float64 // Γ, row-major
	from          source
	cloud         *cloudRows // where Move can put the points elsewhere
	s, z, r       []float64  // operands of the pass under way
	update        func(at int, s []float64)
	divide        func(at int, s []float64) // quotients, kept so that nothing is allocated
	part          []float64                 // sums of the blocks, a row a block
	peak          []float64
	crew          crew
	tasks         struct{ fill, apply, transposed, sweep func(block int) }
}

var (
	_ LogKernel = (*Dense)(nil)
	_ sweeper   = (*Dense)(nil)
)

// DenseKernel returns the kernel of a matrix of costs, for example
//
//	k, err := wasserstein.DenseKernel(wasserstein.CostMatrix(c, a, b), 0.1)
//
// It keeps c, which must not change. It is an error if ε is not positive,
// ErrEpsilon, or a cost is not a finite number >= 0, a *CostError.
func DenseKernel(c mat.Matrix, eps float64) (*Dense, error) {
	if err := checkEpsilon(eps); err != nil {
		return nil, err
	}
	if err := CheckCosts(c); err != nil {
		return nil, err
	}
	d, ok := c.(*mat.Dense)
	if !ok {
		d = mat.DenseCopyOf(c)
	}
	rows, columns := d.Dims()
	k := newDense(rows, columns, eps)
	k.from = matrixRows{d}
	k.refill()
	return k, nil
}

// CloudKernel returns the kernel of the squared distances between two clouds, a
// row a point, in a flat chart; nil is the Euclidean one. Move gives it new
// points. It is an error if ε is not positive, ErrEpsilon, a point has no finite
// flat coordinates, or there are more than 4e8 pairs, 3.2 GB, a *CostError.
func CloudKernel(chart geometry.Chart, xs, ys *mat.Dense, eps float64) (*Dense, error) {
	if err := checkEpsilon(eps); err != nil {
		return nil, err
	}
	if err := checkClouds(chart, xs, ys); err != nil {
		return nil, err
	}
	rows, dim := xs.Dims()
	columns, _ := ys.Dims()
	if err := checkPairs(rows, columns, mostPairs); err != nil {
		return nil, err
	}
	k := newDense(rows, columns, eps)
	k.cloud = &cloudRows{mat.NewDense(rows, dim, nil), mat.NewDense(columns, dim, nil)}
	k.from = k.cloud
	return k, k.Move(chart, xs, ys)
}

// Move fills the kernel for clouds of the same sizes that lie elsewhere, without
// allocating. It panics unless it was made by CloudKernel with such sizes.
func (k *Dense) Move(chart geometry.Chart, xs, ys *mat.Dense) error {
	if k.cloud == nil {
		panic("wasserstein: Move needs a kernel made by CloudKernel")
	}
	if err := flatten(k.cloud.x, chart, xs, true); err != nil {
		return err
	}
	if err := flatten(k.cloud.y, chart, ys, false); err != nil {
		return err
	}
	k.refill()
	return nil
}

func newDense(rows, columns int, eps float64) *Dense {
	k := &Dense{rows: rows, columns: columns, eps: eps, g: make([]float64, rows*columns)}
	k.part = make([]float64, blocksOf(rows)*columns)
	k.tasks.fill, k.tasks.apply = k.fillBlock, k.applyBlock
	k.tasks.transposed, k.tasks.sweep = k.transposedBlock, k.sweepBlock
	k.divide = k.quotients
	return k
}

// Dims returns the numbers of rows and columns.
func (k *Dense) Dims() (rows, columns int) { return k.rows, k.columns }

// Epsilon returns ε.
func (k *Dense) Epsilon() float64 { return k.eps }

// At returns Γ_ij. It panics if there is no such entry.
func (k *Dense) At(i, j int) float64 { return k.view(0, k.rows).At(i, j) }

// view returns the rows from lo to hi as a matrix that shares their memory.
func (k *Dense) view(lo, hi int) *mat.Dense {
	return mat.NewDense(hi-lo, k.columns, k.g[lo*k.columns:hi*k.columns])
}

// panel is the same for blas64.
func (k *Dense) panel(lo, hi int) blas64.General {
	return blas64.General{Rows: hi - lo, Cols: k.columns, Stride: k.columns, Data: k.g[lo*k.columns : hi*k.columns]}
}

func (k *Dense) large() bool { return len(k.g) >= manyEntries }

func (k *Dense) refill() { k.crew.run(blocksOf(k.rows), k.large(), k.tasks.fill) }

func (k *Dense) fillBlock(b int) {
	lo, hi := block(b, blocksOf(k.rows), k.rows)
	for i := lo; i < hi; i++ {
		row := k.g[i*k.columns : (i+1)*k.columns]
		k.from.row(row, i)
		exponential.Row(row, row, -1/(2*k.eps), 0)
	}
}

func vector(v []float64) blas64.Vector { return blas64.Vector{N: len(v), Inc: 1, Data: v} }

// Apply stores Γ v in dst.
func (k *Dense) Apply(dst, v []float64) {
	mustLengths("a product", k.rows, k.columns, dst, v)
	k.s, k.z = dst, v
	k.crew.run(blocksOf(k.rows), k.large(), k.tasks.apply)
}

func (k *Dense) applyBlock(b int) {
	lo, hi := block(b, blocksOf(k.rows), k.rows)
	blas64.Gemv(blas.NoTrans, 1, k.panel(lo, hi), vector(k.z), 0, vector(k.s[lo:hi]))
}

// ApplyTransposed stores Γᵀ u in dst.
func (k *Dense) ApplyTransposed(dst, u []float64) {
	mustLengths("a transposed product", k.rows, k.columns, u, dst)
	k.s = u
	k.crew.run(blocksOf(k.rows), k.large(), k.tasks.transposed)
	k.add(dst)
}

func (k *Dense) transposedBlock(b int) {
	lo, hi := block(b, blocksOf(k.rows), k.rows)
	blas64.Gemv(blas.Trans, 1, k.panel(lo, hi), vector(k.s[lo:hi]), 0, vector(k.sumsOf(b)))
}

func (k *Dense) sumsOf(b int) []float64 { return k.part[b*k.columns : (b+1)*k.columns] }

// add adds the sums of the blocks, in their order.
func (k *Dense) add(dst []float64) {
	copy(dst, k.sumsOf(0))
	for b := 1; b < blocksOf(k.rows); b++ {
		blas64.Axpy(1, vector(k.sumsOf(b)), vector(dst))
	}
}

// sweep is Sweep; while the rows of a panel are in the cache both products take
// them.
func (k *Dense) sweep(y, gy, r, z []float64) {
	k.r = r
	k.pass(y, gy, z, k.divide)
}

func (k *Dense) quotients(at int, s []float64) {
	r := k.r[at : at+len(s)]
	for i, v := range s {
		s[i] = r[i] / v
	}
}

// pass stores Γ z in y, panel by panel, lets update make of each panel what it
// will, and stores Γᵀ y in gy. The panels of a block come in their order, on one
// core.
func (k *Dense) pass(y, gy, z []float64, update func(at int, s []float64)) {
	k.s, k.z, k.update = y, z, update
	k.crew.run(blocksOf(k.rows), k.large(), k.tasks.sweep)
	k.add(gy)
}

// sweepRows is how many rows of a kernel stay in the cache between two products.
const sweepRows = 8

func (k *Dense) sweepBlock(b int) {
	lo, hi := block(b, blocksOf(k.rows), k.rows)
	sums := vector(k.sumsOf(b))
	for at := lo; at < hi; at += sweepRows {
		end := min(at+sweepRows, hi)
		panel, y := k.panel(at, end), k.s[at:end]
		blas64.Gemv(blas.NoTrans, 1, panel, vector(k.z), 0, vector(y))
		k.update(at, y)
		beta := 1.0
		if at == lo {
			beta = 0
		}
		blas64.Gemv(blas.Trans, 1, panel, vector(y), beta, sums)
	}
}
