package wasserstein

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// Where ε is small against the costs, the coupling is nearly a tree with some
// very thin branches, through which sweeps pass mass at a crawl. Newton's method
// for the dual value as a function of ψ alone, the rows being exact, does not
// mind: its Hessian is the Laplacian of a graph,
//
//	diag(Mᵀ1) - Mᵀ diag(1/p) M,
//
// solved without a subtraction, so that thin branches keep their digits.
const (
	patience    = 100  // sweeps after which the rate is looked at
	newtonSteps = 200  // at most
	mostNewton  = 1500 // columns; the matrix takes 8 bytes a pair
	longestStep = 20   // of a ψ against those eliminated later
	widestStep  = 300  // of all
)

// slow reports whether so many sweeps are left, at the rate of the last ones, that
// the elimination of the columns is cheaper.
func (s *solver) slow(before, tol float64) bool {
	left := patience * math.Log(s.error/tol) / math.Log(before/s.error)
	return !(left >= 0 && left < float64(100+2*len(s.side[1].u)))
}

// newton iterates until the columns hold within tol, and reports whether they do.
func (s *solver) newton(tol float64) bool {
	columns := &s.side[1]
	n := len(columns.u)
	if n > mostNewton || s.side[0].power < 1 || columns.power < 1 {
		return false
	}
	w, y, d := make([]float64, n*n), make([]float64, n), make([]float64, n)
	for range newtonSteps {
		if s.iterations >= s.set.MaxIterations {
			return false
		}
		s.absorb() // K is M now, and its rows are exact
		miss := 0.0
		for j, c := range columns.sums {
			d[j] = columns.w[j] - c
			miss += math.Abs(d[j])
		}
		if s.error = miss; miss < tol {
			return true
		}
		s.conductances(w)
		newLaplacian(w, n).solve(y, d, longestStep, tol/float64(10*n))
		if !s.search(y, d, miss) {
			return false
		}
	}
	return false
}

// conductances stores Mᵀ diag(1/p) M in w.
func (s *solver) conductances(w []float64) {
	k, p := s.kernel, s.side[0].w
	scaled := make([]float64, len(k.g))
	for i, v := range p {
		row := scaled[i*k.columns : (i+1)*k.columns]
		for j, m := range k.g[i*k.columns : (i+1)*k.columns] {
			row[j] = m / v
		}
	}
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, k.panel(0, k.rows),
		blas64.General{Rows: k.rows, Cols: k.columns, Stride: k.columns, Data: scaled}, 0,
		blas64.General{Rows: k.columns, Cols: k.columns, Stride: k.columns, Data: w})
}

// search goes along y as far as the dual value rises as it should, or the error
// falls. With the rows exact after the step, the value has risen, over 2ε, by
// Σ p log(p/Kv) + t⟨q, y⟩.
func (s *solver) search(y, d []float64, miss float64) bool {
	rows, columns := &s.side[0], &s.side[1]
	slope := 0.0
	for j, v := range y {
		slope += v * d[j]
	}
	if !(slope > 0) {
		return false
	}
	for t := math.Min(1, widestStep/peakOf(y)); t > 1e-9; t /= 2 {
		rise := 0.0
		for j, v := range y {
			columns.u[j] = math.Exp(t * v)
			rise += columns.w[j] * t * v
		}
		fill(rows.u, 1)
		left := s.sweep(1)
		for i, u := range rows.u { // now p/Kv
			rise += rows.w[i] * math.Log(u)
		}
		if rise >= 0.1*t*slope || left <= 0.5*miss {
			return true
		}
	}
	fill(rows.u, 1)
	fill(columns.u, 1)
	return false
}

// A laplacian is a graph's, factored by eliminating its nodes: only the weights
// of edges are kept, and they only grow (as in Grassmann, Taksar, Heyman 1985).
type laplacian struct {
	n     int
	w     []float64 // edges, symmetric; those of an eliminated node as they were then
	order []int
	sum   []float64 // of an eliminated node's edges to those that were left
	edges [][]int   // their ends
}

// newLaplacian eliminates all nodes, those with few edges first, and keeps w.
func newLaplacian(w []float64, n int) *laplacian {
	l := &laplacian{n: n, w: w, sum: make([]float64, n), edges: make([][]int, n)}
	gone, degree := make([]bool, n), make([]int, n)
	for i := range n {
		w[i*n+i] = 0
		degree[i] = l.degree(i, gone)
	}
	for range n {
		k := -1
		for i := range n {
			if !gone[i] && (k < 0 || degree[i] < degree[k]) {
				k = i
			}
		}
		l.eliminate(k, gone)
		if 3*len(l.edges[k]) > n {
			continue // all that is left is full, and any order does
		}
		for _, i := range l.edges[k] {
			degree[i] = l.degree(i, gone)
		}
	}
	return l
}

// leastEdge is the weight below which there is no edge.
const leastEdge = 1e-200

func (l *laplacian) degree(i int, gone []bool) (d int) {
	for j, w := range l.w[i*l.n : (i+1)*l.n] {
		if w > leastEdge && !gone[j] {
			d++
		}
	}
	return d
}

func (l *laplacian) eliminate(k int, gone []bool) {
	row := l.w[k*l.n : (k+1)*l.n]
	gone[k] = true
	for j, w := range row {
		if w > leastEdge && !gone[j] {
			l.edges[k] = append(l.edges[k], j)
			l.sum[k] += w
		}
	}
	for _, i := range l.edges[k] {
		part := row[i] / l.sum[k]
		other := l.w[i*l.n : (i+1)*l.n]
		if 3*len(l.edges[k]) > l.n { // what is gone is not looked at again
			blas64.Axpy(part, vector(row), vector(other))
		} else {
			for _, j := range l.edges[k] {
				other[j] += part * row[j]
			}
		}
		other[i] = 0
	}
	l.order = append(l.order, k)
}

// solve stores a solution of L y = d in y, except that what a node adds to those
// eliminated after it is at most most: through an edge that is too thin for what
// has to pass, Newton's step is far too long. Such a y is still a direction in
// which ⟨d, y⟩ > 0, with L = A D Aᵀ replaced by one of larger D. Less than noise
// does not have to pass.
func (l *laplacian) solve(y, d []float64, most, noise float64) {
	copy(y, d)
	for _, k := range l.order {
		for _, j := range l.edges[k] {
			y[j] += l.w[k*l.n+j] / l.sum[k] * y[k]
		}
	}
	for o := l.n - 1; o >= 0; o-- {
		k := l.order[o]
		step := y[k] / l.sum[k] // NaN or infinite without an edge
		if !(math.Abs(step) <= most) {
			step = 0
			if math.Abs(y[k]) > noise {
				step = math.Copysign(most, y[k])
			}
		}
		for _, j := range l.edges[k] {
			step += l.w[k*l.n+j] / l.sum[k] * y[j]
		}
		y[k] = step
	}
}
