package sde

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/verify"
)

// linear is dX = A X dt + Σ_j B_j X dW_j in two dimensions.
func linear(a mat.Matrix, b ...mat.Matrix) *System {
	times := func(dst []float64, m mat.Matrix, scale float64, x []float64) {
		for i := range dst {
			dst[i] += scale * (m.At(i, 0)*x[0] + m.At(i, 1)*x[1])
		}
	}
	return &System{
		Dim: 2, Wiener: len(b),
		Drift: func(dst []float64, _ float64, x []float64) {
			clear(dst)
			times(dst, a, 1, x)
		},
		Noise: func(dst []float64, _ float64, x, dw []float64) {
			clear(dst)
			for j, m := range b {
				times(dst, m, dw[j], x)
			}
		},
		NoiseDeriv: func(dst []float64, _ float64, _, v, dw []float64) {
			clear(dst)
			for j, m := range b {
				times(dst, m, dw[j], v)
			}
		},
	}
}

// firstMoments and secondMoments are the matrices of the linear maps that take
// the moments (x1, x2) and (x1², x1 x2, x2²) of X to those of X⁺, by the step
// of the scheme from three states.
func momentMaps(t *testing.T, scheme Scheme, s *System, h float64) (first, second *mat.Dense) {
	t.Helper()
	rows := expect(t, scheme, s, h, [][]float64{{1, 0}, {0, 1}, {1, 1}}, 8, func(x []float64) []float64 {
		return []float64{x[0], x[1], x[0] * x[0], x[0] * x[1], x[1] * x[1]}
	})
	first, second = mat.NewDense(2, 2, nil), mat.NewDense(3, 3, nil)
	for i := range 2 {
		first.Set(i, 0, rows[0][i])
		first.Set(i, 1, rows[1][i])
	}
	for i := range 3 {
		second.Set(i, 0, rows[0][2+i])
		second.Set(i, 2, rows[1][2+i])
		second.Set(i, 1, rows[2][2+i]-rows[0][2+i]-rows[1][2+i])
	}
	return first, second
}

// secondGenerator is the matrix of M -> AM + MAᵀ + Σ_j B_j M B_jᵀ.
func secondGenerator(a mat.Matrix, b ...mat.Matrix) *mat.Dense {
	g := mat.NewDense(3, 3, nil)
	for k, basis := range []*mat.Dense{
		mat.NewDense(2, 2, []float64{1, 0, 0, 0}), mat.NewDense(2, 2, []float64{0, 1, 1, 0}), mat.NewDense(2, 2, []float64{0, 0, 0, 1}),
	} {
		var sum, term mat.Dense
		sum.Mul(a, basis)
		term.Mul(basis, a.T())
		sum.Add(&sum, &term)
		for _, m := range b {
			var left, both mat.Dense
			left.Mul(m, basis)
			both.Mul(&left, m.T())
			sum.Add(&sum, &both)
		}
		for i, v := range []float64{sum.At(0, 0), sum.At(0, 1), sum.At(1, 1)} {
			g.Set(i, k, v)
		}
	}
	return g
}

// TestMoments compares the first and second moments at t = 1 of every scheme,
// exact by the scheme's own recursion, with those of the linear system, and
// fits the weak order: with noise that commutes and with noise that does not.
func TestMoments(t *testing.T) {
	a := mat.NewDense(2, 2, []float64{-0.6, 0.4, -0.3, 0.2})
	b1 := mat.NewDense(2, 2, []float64{0.5, 0.25, -0.15, 0.35})
	b2 := mat.NewDense(2, 2, []float64{0.05, 0.1, -0.06, -0.01}) // 0.4 b1 - 0.15 I
	b3 := mat.NewDense(2, 2, []float64{0.1, -0.3, 0.45, 0.2})
	for _, noise := range []struct {
		name  string
		shape Shape
		b     []mat.Matrix
	}{
		{"commutes", Commutative, []mat.Matrix{b1, b2}},
		{"does not commute", General, []mat.Matrix{b1, b3}},
	} {
		ito := linear(a, noise.b...).as(noise.shape)
		if err := CheckSystem(ito, points2); err != nil {
			t.Fatal(err)
		}
		strat, err := ito.In(Stratonovich)
		if err != nil {
			t.Fatal(err)
		}
		var first, second mat.Dense
		first.Exp(a)
		second.Exp(secondGenerator(a, noise.b...))
		for _, k := range []struct {
			scheme Scheme
			sys    *System
		}{{EulerMaruyama, ito}, {ImplicitEuler, ito}, {Milstein, ito}, {Milstein, strat}, {RungeKutta, ito}, {RungeKutta, strat}, {StochasticHeun, strat}} {
			if _, err := k.scheme.Stepper(k.sys, 1); err != nil {
				if noise.shape == General && (k.scheme == Milstein || k.scheme == RungeKutta) {
					continue // as it must: TestRefusals
				}
				t.Fatal(err)
			}
			var h, e1, e2 []float64
			for n := 16; n <= 256; n *= 2 {
				f, s := momentMaps(t, k.scheme, k.sys, 1/float64(n))
				var fn, sn mat.Dense
				fn.Pow(f, n)
				sn.Pow(s, n)
				fn.Sub(&fn, &first)
				sn.Sub(&sn, &second)
				h, e1, e2 = append(h, 1/float64(n)), append(e1, mat.Norm(&fn, 2)), append(e2, mat.Norm(&sn, 2))
			}
			for moment, e := range [][]float64{e1, e2} {
				slope, err := verify.FitSlope(h, e)
				if err != nil {
					t.Fatal(err)
				}
				what := fmt.Sprintf("noise %s, %v in %v's calculus, moment %d: weak order %.3f", noise.name, k.scheme, k.sys.Calculus, moment+1, slope.Order)
				t.Log(what)
				if math.Abs(slope.Order-1) > 0.2 {
					t.Error(what + ", want 1 ± 0.2")
				}
			}
		}
	}
}
