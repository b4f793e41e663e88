package landscape

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Himmelblau is the function of [HF] (59) on the unit square,
//
//	f = (X² + Y - 11)² + (X + Y² - 7)²,   X = 10x₁ - 5,  Y = 10x₂ - 5.
//
// Its four minima all have f = 0; f is at most 890, at (1, 1). Outside the
// closed square value and derivatives are NaN.
type Himmelblau struct{}

var _ Smooth = Himmelblau{}

// Dim returns 2.
func (Himmelblau) Dim() int { return 2 }

// terms returns X, Y and the two expressions that are squared.
func (Himmelblau) terms(x []float64) (X, Y, a, b float64) {
	length(x, 2)
	X, Y = 10*x[0]-5, 10*x[1]-5
	if !(math.Abs(X) <= 5 && math.Abs(Y) <= 5) {
		X = math.NaN()
	}
	return X, Y, X*X + Y - 11, X + Y*Y - 7
}

// Value returns f(x).
func (h Himmelblau) Value(x []float64) float64 {
	_, _, a, b := h.terms(x)
	return a*a + b*b
}

// Gradient stores the partial derivatives with respect to x₁ and x₂ in dst.
func (h Himmelblau) Gradient(dst, x []float64) {
	length(dst, 2)
	X, Y, a, b := h.terms(x)
	dst[0] = 10 * (4*X*a + 2*b)
	dst[1] = 10 * (2*a + 4*Y*b)
}

// Hessian stores the second derivatives in dst.
func (h Himmelblau) Hessian(dst *mat.SymDense, x []float64) {
	X, Y, a, b := h.terms(x)
	dst.SetSym(0, 0, 100*(8*X*X+4*a+2))
	dst.SetSym(0, 1, 100*4*(X+Y))
	dst.SetSym(1, 1, 100*(2+8*Y*Y+4*b))
}

// Minima returns the four minima, all with f = 0.
func (h Himmelblau) Minima() [][]float64 { return minima(h.Critical()) }

// Critical returns the critical points, exactly nine: eliminating Y leaves a
// polynomial of degree 9 with nine real roots, all inside the square.
func (h Himmelblau) Critical() []Point {
	return []Point{
		{[]float64{0.8, 0.7}, 0, 0},
		{[]float64{0.21948819130472551469, 0.81313125182505729658}, 0, 0},
		{[]float64{0.12206897466222531081, 0.17168140087138305877}, 0, 0},
		{[]float64{0.85844283403304917449, 0.31518734730355964465}, 0, 0},
		{[]float64{0.8385154183607020938, 0.50738518798377492877}, 13.311926270405589889, 1},
		{[]float64{0.50866775045553963518, 0.78842547011747761131}, 67.719150087526140226, 1},
		{[]float64{0.19269742492356103895, 0.49186469557120324884}, 104.01516291755810586, 1},
		{[]float64{0.48720386532693199337, 0.30462850197554235739}, 178.33723920192745998, 1},
		{[]float64{0.4729155409332652387, 0.40769614435200185369}, 181.61652152258270404, 2},
	}
}
