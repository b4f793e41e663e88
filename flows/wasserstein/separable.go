package wasserstein

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
	"hopflow/lyapunov/exponential"
	"hopflow/lyapunov/freeenergy"
)

// A Separable is the kernel of a cost that is a sum of one cost for each axis of
// a product grid: the Kronecker product of a matrix an axis. On m x m points a
// product takes 4 m³ operations and 2 m² numbers are stored, where the matrix
// itself has m⁴ entries. Vectors are row-major, the first axis fastest, as those
// of freeenergy.Grid.
type Separable struct {
	eps    float64
	axes   []axisKernel
	buffer [2][]float64
	work   []float64 // lines, and a panel's results of each block
	crew   crew
	pass   linePass // under way
	task   func(block int)
}

var _ LogKernel = (*Separable)(nil)

// An axisKernel is the factor of one axis.
type axisKernel struct {
	rows, columns int
	g, gt         []float64 // Γ and Γᵀ, row-major
	log           []float64 // -C/(2ε)
	logt          []float64
}

// SeparableKernel returns the kernel of d_G² between the centers of the cells of
// a grid in a flat chart, nil for the Euclidean one:
//
//	k, err := wasserstein.SeparableKernel(grid, geometry.NewTanh(0.25, 0.25), 0.004)
//
// It is an error if ε is not positive, ErrEpsilon, or a center has no finite
// flat coordinate, a *CostError.
func SeparableKernel(g *freeenergy.Grid, chart geometry.Chart, eps float64) (*Separable, error) {
	costs, err := axisCosts(g, chart)
	if err != nil {
		return nil, err
	}
	return KroneckerKernel(eps, costs...)
}

// KroneckerKernel returns the kernel of the cost Σ_d C_d(i_d, j_d), given by a
// matrix an axis, the fastest first. It is an error if there is none, if ε is
// not positive, ErrEpsilon, or a cost is not a finite number >= 0, a *CostError.
func KroneckerKernel(eps float64, costs ...mat.Matrix) (*Separable, error) {
	if err := checkEpsilon(eps); err != nil {
		return nil, err
	}
	if len(costs) == 0 {
		return nil, &CostError{Reason: ErrEmpty}
	}
	k := &Separable{eps: eps}
	k.task = k.lineBlock
	size := 1 // of the largest product on the way, in either direction
	for _, c := range costs {
		if err := CheckCosts(c); err != nil {
			return nil, err
		}
		a := newAxisKernel(c, eps)
		k.axes = append(k.axes, a)
		size *= max(a.rows, a.columns)
	}
	k.work = make([]float64, size+64*panelRows)
	k.buffer = [2][]float64{make([]float64, size), make([]float64, size)}
	return k, nil
}

func newAxisKernel(c mat.Matrix, eps float64) axisKernel {
	rows, columns := c.Dims()
	n := rows * columns
	a := axisKernel{rows, columns, make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)}
	for i := range rows {
		for j := range columns {
			e := -c.At(i, j) / (2 * eps)
			a.log[i*columns+j], a.logt[j*rows+i] = e, e
		}
	}
	exponential.Row(a.g, a.log, 1, 0)
	exponential.Row(a.gt, a.logt, 1, 0)
	return a
}

// axisCosts returns the squared distances between the centers on each axis.
func axisCosts(g *freeenergy.Grid, chart geometry.Chart) ([]mat.Matrix, error) {
	if chart != nil && chart.Dim() != g.Dim() {
		return nil, &CostError{Reason: ErrDimension, Row: g.Dim(), Column: chart.Dim()}
	}
	x := make([]float64, g.Dim())
	g.Center(x, 0)
	theta := make([]float64, g.Dim())
	costs := make([]mat.Matrix, g.Dim())
	for d := range costs {
		a := g.Axis(d)
		at := make([]float64, a.Len())
		y := append([]float64(nil), x...)
		for i := range at {
			y[d] = a.Center(i)
			if at[i] = y[d]; chart != nil {
				chart.Theta(theta, y)
				at[i] = theta[d]
			}
			if math.IsNaN(at[i]) || math.IsInf(at[i], 0) {
				return nil, &CostError{Reason: ErrCost, Row: i, Column: i, Value: at[i]}
			}
		}
		c := mat.NewDense(len(at), len(at), nil)
		c.Apply(func(i, j int, _ float64) float64 { return (at[i] - at[j]) * (at[i] - at[j]) }, c)
		costs[d] = c
	}
	return costs, nil
}

// Dims returns the numbers of rows and columns.
func (k *Separable) Dims() (rows, columns int) {
	rows, columns = 1, 1
	for _, a := range k.axes {
		rows, columns = rows*a.rows, columns*a.columns
	}
	return rows, columns
}

// Epsilon returns ε.
func (k *Separable) Epsilon() float64 { return k.eps }

// At returns Γ_ij. It panics if there is no such entry.
func (k *Separable) At(i, j int) float64 {
	if rows, columns := k.Dims(); i < 0 || i >= rows || j < 0 || j >= columns {
		panic(fmt.Sprintf("wasserstein: no entry %d, %d in a kernel of %d x %d", i, j, rows, columns))
	}
	e := 0.0
	for _, a := range k.axes {
		e += a.log[i%a.rows*a.columns+j%a.columns]
		i, j = i/a.rows, j/a.columns
	}
	return math.Exp(e)
}

// Apply stores Γ v in dst.
func (k *Separable) Apply(dst, v []float64) {
	rows, columns := k.Dims()
	mustLengths("a product", rows, columns, dst, v)
	k.product(dst, v, false)
}

// ApplyTransposed stores Γᵀ u in dst.
func (k *Separable) ApplyTransposed(dst, u []float64) {
	rows, columns := k.Dims()
	mustLengths("a transposed product", rows, columns, u, dst)
	k.product(dst, u, true)
}

// sides returns the factor of axis d from the numbers of the operand to those of
// the result.
func (a axisKernel) sides(transposed bool) (in, out int, g, log []float64) {
	if transposed {
		return a.rows, a.columns, a.gt, a.logt
	}
	return a.columns, a.rows, a.g, a.log
}

// product multiplies by one axis after the other: seen from axis d a vector is
// a stack of matrices with a row for each place on the axis, and a line has one
// number of each row.
func (k *Separable) product(dst, v []float64, transposed bool) {
	inner := 1
	for d, a := range k.axes {
		in, out, g, _ := a.sides(transposed)
		lines := len(v) / in
		to := k.buffer[d%2][:lines*out]
		if d == len(k.axes)-1 {
			to = dst
		}
		k.pass = linePass{to: to, from: v, g: blas64.General{Rows: out, Cols: in, Stride: in, Data: g}, inner: inner, lines: lines}
		k.crew.run(blocksOf(lines), lines*in*out >= manyEntries, k.task)
		v, inner = to, inner*out
	}
}

// A linePass multiplies all lines along one axis.
type linePass struct {
	to, from     []float64
	g            blas64.General
	inner, lines int
}

// panelRows is how many rows of a factor stay in the cache while all lines of a
// block pass by.
const panelRows = 16

func (k *Separable) lineBlock(b int) {
	p := &k.pass
	lo, hi := block(b, blocksOf(p.lines), p.lines)
	in, out := p.g.Cols, p.g.Rows
	lines := k.gather(lo, hi)
	y := k.work[len(k.work)-(b+1)*panelRows:][:panelRows]
	for top := 0; top < out; top += panelRows {
		end := min(top+panelRows, out)
		g := blas64.General{Rows: end - top, Cols: in, Stride: in, Data: p.g.Data[top*in : end*in]}
		for n := lo; n < hi; n++ {
			line := lines[(n-lo)*in : (n-lo+1)*in]
			blas64.Gemv(blas.NoTrans, 1, g, vector(line), 0, vector(y[:end-top]))
			to := p.to[n/p.inner*out*p.inner+n%p.inner:]
			for r, v := range y[:end-top] {
				to[(top+r)*p.inner] = v
			}
		}
	}
}

// gather returns the lines from lo to hi, one after the other.
func (k *Separable) gather(lo, hi int) []float64 {
	p, in := &k.pass, k.pass.g.Cols
	if p.inner == 1 {
		return p.from[lo*in : hi*in]
	}
	lines := k.work[lo*in : hi*in]
	for n := lo; n < hi; n++ {
		from := p.from[n/p.inner*in*p.inner+n%p.inner:]
		for j := range in {
			lines[(n-lo)*in+j] = from[j*p.inner]
		}
	}
	return lines
}
