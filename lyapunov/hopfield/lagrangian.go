package hopfield

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov"
)

// A Lagrangian is the function L of one layer of a Bipartite network, [LF]
// Definition 13. Its gradient is the layer's activation, its Hessian H = ∂²L is
// the inverse of the layer's mobility, and ln det H the logarithm of the measure
// that [LF] Theorem 14 samples.
//
// [LF] asks for a scalar function only. E falls only if L is convex, and K = H⁻¹
// exists only if H is positive definite: L has to be strictly convex. That
// excludes ReLU, whose L is flat on a half line, and softmax, whose L = ln Σ exp
// x_i has no curvature along (1, ..., 1); LeakyReLU and Softmax with a ridge are
// what remains of them.
//
// Methods are in place, dst does not overlap the other arguments, and goroutines
// may call them at once. Value and Gradient make a Lagrangian a lyapunov.Energy.
type Lagrangian interface {
	// Dim returns the number of units n.
	Dim() int
	// Value returns L(x).
	Value(x []float64) float64
	// Gradient stores the outputs g = ∂L(x) in dst.
	Gradient(dst, x []float64)
	// Conjugate returns L*(g) = x·g - L(x) at g = ∂L(x): the layer's share of E.
	Conjugate(x []float64) float64
	// HessianTimes stores H(x) w in dst.
	HessianTimes(dst, x, w []float64)
	// Solve stores H(x)⁻¹ ξ in dst.
	Solve(dst, x, xi []float64)
	// SolveSqrt stores R w in dst, with R Rᵀ = H(x)⁻¹.
	SolveSqrt(dst, x, w []float64)
	// LogDet returns ln det H(x).
	LogDet(x []float64) float64
	// LogDetGradient stores ∂ ln det H(x) in dst.
	LogDetGradient(dst, x []float64)
}

// CheckLagrangian holds a Lagrangian against its laws at the given points
// (interior ones, away from kinks): the gradient is the derivative of the value,
// HessianTimes that of the gradient, H is symmetric and positive definite, Solve
// and SolveSqrt invert it, LogDet is its determinant and LogDetGradient the
// derivative of that, and the cofactors obey Piola's identity
//
//	Σ_b ∂_b (det H H⁻¹)^{ab} = 0,
//
// which is why [LF] Theorem 14 needs no drift T div K with respect to the measure
// det H dx. The error names the law, the point and the component.
func CheckLagrangian(l Lagrangian, points [][]float64) error {
	if l == nil {
		panic("hopfield: nil Lagrangian")
	}
	if len(points) == 0 {
		return fmt.Errorf("hopfield: no points to check the Lagrangian at: give interior points, away from kinks")
	}
	if err := lyapunov.CheckEnergy(l, points); err != nil {
		return fmt.Errorf("hopfield: Lagrangian: %w", err)
	}
	for k, x := range points {
		if err := lagrangianAt(l, x); err != nil {
			return fmt.Errorf("hopfield: Lagrangian at point %d, x = %.6g: %w", k, x, err)
		}
	}
	return nil
}

func lagrangianAt(l Lagrangian, x []float64) error {
	n := l.Dim()
	g := make([]float64, n)
	l.Gradient(g, x)
	want := -l.Value(x)
	for i, gi := range g {
		want += x[i] * gi
	}
	if got := l.Conjugate(x); !(math.Abs(got-want) <= 1e-9*math.Max(1, math.Abs(want))) {
		return fmt.Errorf("Conjugate is %.12g, x·g - L is %.12g", got, want)
	}
	h := mat.NewDense(n, n, nil)
	lagrangianMatrix(h, l.HessianTimes, x)
	slope := lagrangianSlopes(n, x, l.Gradient)
	size := math.Max(mat.Max(h), -mat.Min(h))
	for i := range n {
		for j := range n {
			if !(math.Abs(h.At(i, j)-slope.At(i, j)) <= 1e-6*math.Max(1, size)) {
				return fmt.Errorf("HessianTimes has entry (%d, %d) = %.9g, differences of the gradient give %.9g", i, j, h.At(i, j), slope.At(i, j))
			}
		}
	}
	return lagrangianInverse(l, x, h)
}

// lagrangianInverse holds what is made of the Hessian against it.
func lagrangianInverse(l Lagrangian, x []float64, h *mat.Dense) error {
	n := l.Dim()
	sym := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			sym.SetSym(i, j, (h.At(i, j)+h.At(j, i))/2)
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(sym, true) {
		return fmt.Errorf("the Hessian has no eigenvalues: choose points inside the domain")
	}
	values := eig.Values(nil)
	if !(values[0] > 1e-14*values[n-1]) {
		var vectors mat.Dense
		eig.VectorsTo(&vectors)
		return fmt.Errorf("the Hessian is not positive definite: its least eigenvalue is %.3g, along %.3g. There K = H⁻¹ does not exist; add ρ|x|²/2 to L, or replace a flat piece by one with a slope", values[0], mat.Col(nil, 0, &vectors))
	}
	var logDet float64
	for _, v := range values {
		logDet += math.Log(v)
	}
	if got := l.LogDet(x); !(math.Abs(got-logDet) <= 1e-8*math.Max(1, math.Abs(logDet))) {
		return fmt.Errorf("LogDet is %.12g, the Hessian's is %.12g", got, logDet)
	}
	k, root, product := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	lagrangianMatrix(k, l.Solve, x)
	lagrangianMatrix(root, l.SolveSqrt, x)
	if product.Mul(h, k); !lagrangianNear(product, nil, 1e-7) {
		return fmt.Errorf("H times Solve is not the identity: %.6g", mat.Formatted(product, mat.FormatMATLAB()))
	}
	if product.Mul(root, root.T()); !lagrangianNear(product, k, 1e-8*math.Max(mat.Max(k), 1e-300)) {
		return fmt.Errorf("SolveSqrt times its transpose is not Solve: %.6g", mat.Formatted(product, mat.FormatMATLAB()))
	}
	return lagrangianPiola(l, x, k)
}

// lagrangianPiola compares LogDetGradient with differences, and the divergence
// of the cofactors with zero.
func lagrangianPiola(l Lagrangian, x []float64, k *mat.Dense) error {
	n := l.Dim()
	got := make([]float64, n)
	l.LogDetGradient(got, x)
	want := lagrangianSlopes(n, x, func(dst, x []float64) { clear(dst); dst[0] = l.LogDet(x) })
	for b, v := range got {
		if w := want.At(0, b); !(math.Abs(v-w) <= 1e-6*math.Max(1, math.Abs(w))) {
			return fmt.Errorf("LogDetGradient is %.9g in component %d, differences of LogDet give %.9g", v, b, w)
		}
	}
	size := 1.0
	for i := range n {
		for _, g := range got {
			size = math.Max(size, math.Abs(k.At(i, i)*g))
		}
	}
	div := LagrangianDivergence(l, x)
	for a := range n {
		defect := div[a]
		for b := range n {
			defect += k.At(a, b) * got[b]
		}
		if !(math.Abs(defect) <= 1e-5*size) {
			return fmt.Errorf("Piola's identity is off by %.3g in component %d: the Hessian is not one of a function", defect, a)
		}
	}
	return nil
}

// LagrangianDivergence returns Σ_b ∂_b K^{ab} of K = (∂²L)⁻¹ by differences of
// Solve: the independent route to -K ∂ ln det H, which Piola's identity gives.
func LagrangianDivergence(l Lagrangian, x []float64) []float64 {
	n := l.Dim()
	div, e := make([]float64, n), make([]float64, n)
	for b := range n {
		e[b] = 1
		slope := lagrangianSlopes(n, x, func(dst, x []float64) { l.Solve(dst, x, e) })
		e[b] = 0
		for a := range n {
			div[a] += slope.At(a, b)
		}
	}
	return div
}

// lagrangianMatrix stores the matrix of a linear operator.
func lagrangianMatrix(dst *mat.Dense, act func(dst, x, w []float64), x []float64) {
	n := len(x)
	e, col := make([]float64, n), make([]float64, n)
	for j := range n {
		e[j] = 1
		act(col, x, e)
		e[j] = 0
		dst.SetCol(j, col)
	}
}

// lagrangianNear compares with a matrix, nil for the identity.
func lagrangianNear(m, want *mat.Dense, tol float64) bool {
	n, _ := m.Dims()
	for i := range n {
		for j := range n {
			var w float64
			switch {
			case want != nil:
				w = want.At(i, j)
			case i == j:
				w = 1
			}
			if !(math.Abs(m.At(i, j)-w) <= tol) {
				return false
			}
		}
	}
	return true
}

// lagrangianSlopes returns ∂f_i/∂x_j by central differences at two steps,
// extrapolated.
func lagrangianSlopes(n int, x []float64, f func(dst, x []float64)) *mat.Dense {
	y := append([]float64(nil), x...)
	up, down := make([]float64, n), make([]float64, n)
	slopes := mat.NewDense(n, n, nil)
	for j := range x {
		h := 1e-3 * math.Max(math.Abs(x[j]), 0.1)
		for k, w := range [2]float64{-1. / 3, 4. / 3} {
			step := h / float64(1+k)
			y[j] = x[j] + step
			hi := y[j]
			f(up, y)
			y[j] = x[j] - step
			f(down, y)
			for i := range n {
				slopes.Set(i, j, slopes.At(i, j)+w*(up[i]-down[i])/(hi-y[j]))
			}
		}
		y[j] = x[j]
	}
	return slopes
}
