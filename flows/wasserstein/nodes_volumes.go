package wasserstein

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// makeKernel makes Γ and the logarithms of D. Both are products of one factor an
// axis, as the volumes are.
func (n *Nodes) makeKernel() (err error) {
	g := n.density.Grid
	if n.kernel, err = SeparableKernel(g, n.p.Chart, n.p.Epsilon); err != nil {
		return err
	}
	place := make([]int, g.Dim())
	for d := range n.kernel.axes {
		axis, a := g.Axis(d), n.kernel.axes[d]
		if err := a.spaced(n.p.Epsilon); err != nil {
			return err
		}
		v := make([]float64, axis.Len())
		for i := range v {
			v[i] = axis.Width(i)
		}
		scale, err := balance(a.g, v)
		if err != nil {
			return err
		}
		for i := range n.lnd {
			g.Coords(place, i)
			n.lnd[i] += math.Log(scale[place[d]])
		}
	}
	return nil
}

// spaced returns an error if two nodes next to each other lie more than 2√ε
// apart: there the sums over the nodes are no integrals of the kernel any more,
// and mass is pinned.
func (a axisKernel) spaced(eps float64) error {
	for i := 1; i < a.rows; i++ {
		if d := math.Sqrt(-2 * eps * a.log[i*a.columns+i-1]); d > 2*math.Sqrt(eps) {
			return &StepError{Reason: ErrSpacing, Point: i - 1, Other: i, Value: d, Bound: math.Sqrt(eps)}
		}
	}
	return nil
}

// balance returns the d with d ⊙ Γd = v, for a symmetric Γ with a positive
// spectrum: d ← √(d v/(Γd)), whose errors fall at least by half in each pass.
func balance(g, v []float64) ([]float64, error) {
	m := len(v)
	d, gd := make([]float64, m), make([]float64, m)
	for i, w := range v {
		d[i] = math.Sqrt(w)
	}
	panel := blas64.General{Rows: m, Cols: m, Stride: m, Data: g}
	for range 400 {
		blas64.Gemv(blas.NoTrans, 1, panel, vector(d), 0, vector(gd))
		var change float64
		for i, w := range v {
			next := math.Sqrt(d[i] * w / gd[i])
			change = math.Max(change, math.Abs(next/d[i]-1))
			d[i] = next
		}
		if change <= 1e-14 {
			return d, nil
		}
		if math.IsNaN(change) {
			break
		}
	}
	return polished(g, d, v)
}

// polished accepts a scaling that rounding keeps from standing still, and returns
// an error for one that is none.
func polished(g, d, v []float64) ([]float64, error) {
	m := len(v)
	for i, w := range v {
		s := 0.0
		for j, x := range d {
			s += g[i*m+j] * x
		}
		if !(math.Abs(d[i]*s-w) <= 1e-12*w) {
			return nil, &StepError{Reason: ErrUnderflow, Point: i, Value: d[i] * s}
		}
	}
	return d, nil
}

// Lyapunov returns what no step increases, up to rounding and the Tolerance,
//
//	F̃(w) = Σ w f + T' Σ w ln(w/v) + S(w, w)/(2h),   S(a, b) = min ε KL(M‖K), M1 = a, Mᵀ1 = b.
//
// That a step minimises S(w_{k-1}, w) + h F' and that the Sinkhorn divergence
// S(a, b) - ½S(a, a) - ½S(b, b) is not negative (Feydy et al. 2019) gives F̃_k <=
// F̃_{k-1}. As S(w, w) = ε Σ w ln(w/v) + O(ε²), F̃ = F + O(ε²/h). It costs as much as
// some steps.
func (n *Nodes) Lyapunov() (float64, error) {
	u, gu := make([]float64, len(n.w)), make([]float64, len(n.w))
	for i, m := range n.w {
		u[i] = math.Sqrt(m)
	}
	change := math.Inf(1)
	for it := 0; change > 1e-13 && it < 200; it++ {
		n.kernel.Apply(gu, u)
		change = 0
		for i, m := range n.w {
			if m == 0 {
				continue
			}
			if !(gu[i] > 0) {
				return math.NaN(), &StepError{Reason: ErrUnderflow, K: n.k, Point: i, Value: gu[i]}
			}
			next := math.Sqrt(u[i] * m / gu[i])
			change = math.Max(change, math.Abs(next/u[i]-1))
			u[i] = next
		}
	}
	if !(change <= 1e-9) {
		return math.NaN(), &StepError{Reason: ErrInner, K: n.k, Point: -1, Value: change, Bound: 1e-9, Iterations: 200}
	}
	var self float64
	for i, m := range n.w {
		if m > 0 {
			self += m * (math.Log(u[i]) - n.lnd[i])
		}
	}
	_, free, _, _ := freeEnergy(n.w, n.f, n.v, n.reduced)
	return free + n.p.Epsilon*self/n.p.Step, nil
}
