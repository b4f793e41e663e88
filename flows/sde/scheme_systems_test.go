package sde

import (
	"math"

	"hopflow/flows"
)

// gbm is geometric Brownian motion dX = μX dt + σX dW, 1-D, X = exp((μ-σ²/2)t +
// σW) X0.
func gbm(mu, sigma float64) *System {
	return &System{
		Dim: 1, Shape: Diagonal,
		Drift:      func(dst []float64, _ float64, x []float64) { dst[0] = mu * x[0] },
		Noise:      func(dst []float64, _ float64, x, dw []float64) { dst[0] = sigma * x[0] * dw[0] },
		NoiseDeriv: func(dst []float64, _ float64, _, v, dw []float64) { dst[0] = sigma * v[0] * dw[0] },
	}
}

// A solved system has a solution that is a function of W(t).
type solved struct {
	name  string
	sys   *System
	x0    []float64
	exact func(dst []float64, t float64, w []float64)
}

// tanhs is diagonal, nonlinear and depends on time: X_i = tanh(artanh x_i - c_i
// sin t + β_i W_i), Kloeden and Platen (4.4.46) with a drift that varies. Both
// calculi are known in closed form: the Itô drift has -β²x(1-x²) more.
func tanhs(c Calculus) solved {
	amp, beta, x0 := []float64{0.4, -0.7}, []float64{0.6, 0.5}, []float64{0.2, -0.35}
	s := &System{
		Dim: 2, Shape: Diagonal, Calculus: c,
		Drift: func(dst []float64, t float64, x []float64) {
			for i, v := range x {
				extra := beta[i] * beta[i] * v * (1 - 2*float64(c))
				dst[i] = -(amp[i]*math.Cos(t) + extra) * (1 - v*v)
			}
		},
		Noise: func(dst []float64, _ float64, x, dw []float64) {
			for i, v := range x {
				dst[i] = beta[i] * (1 - v*v) * dw[i]
			}
		},
		NoiseDeriv: func(dst []float64, _ float64, x, v, dw []float64) {
			for i := range x {
				dst[i] = -2 * beta[i] * x[i] * v[i] * dw[i]
			}
		},
	}
	s.DriftBlock = func(dst [][]float64, t float64, x [][]float64) {
		for d, row := range x {
			for i, v := range row {
				extra := beta[d] * beta[d] * v * (1 - 2*float64(c))
				dst[d][i] = -(amp[d]*math.Cos(t) + extra) * (1 - v*v)
			}
		}
	}
	s.NoiseBlock = func(dst [][]float64, _ float64, x, dw [][]float64) {
		for d, row := range x {
			for i, v := range row {
				dst[d][i] = beta[d] * (1 - v*v) * dw[d][i]
			}
		}
	}
	s.VarianceBlock = func(dst [][]float64, _ float64, x [][]float64) {
		for d, row := range x {
			for i, v := range row {
				dst[d][i] = beta[d] * beta[d] * (1 - v*v) * (1 - v*v)
			}
		}
	}
	return solved{"tanh, diagonal", s, x0, func(dst []float64, t float64, w []float64) {
		for i := range dst {
			dst[i] = math.Tanh(math.Atanh(x0[i]) - amp[i]*math.Sin(t) + beta[i]*w[i])
		}
	}}
}

// bent is commutative and not diagonal: X = (sinh Y1, Y2 + Y1²/2) for Y = y0 +
// v t + C W. Its Itô drift has the extra (X1, 1) Q11/2, Q = C Cᵀ.
func bent(c Calculus) solved {
	v := [2]float64{0.3, -0.2}
	mix := [2][2]float64{{0.5, 0.3}, {-0.2, 0.6}}
	q := mix[0][0]*mix[0][0] + mix[0][1]*mix[0][1]
	y0 := [2]float64{0.4, -0.1}
	turn := func(dw []float64) (u1, u2 float64) {
		return mix[0][0]*dw[0] + mix[0][1]*dw[1], mix[1][0]*dw[0] + mix[1][1]*dw[1]
	}
	s := &System{
		Dim: 2, Shape: Commutative, Calculus: c,
		Drift: func(dst []float64, _ float64, x []float64) {
			y, k := math.Asinh(x[0]), 0.5-float64(c)
			dst[0] = math.Hypot(1, x[0])*v[0] + k*x[0]*q
			dst[1] = y*v[0] + v[1] + k*q
		},
		Noise: func(dst []float64, _ float64, x, dw []float64) {
			u1, u2 := turn(dw)
			dst[0] = math.Hypot(1, x[0]) * u1
			dst[1] = math.Asinh(x[0])*u1 + u2
		},
		NoiseDeriv: func(dst []float64, _ float64, x, dir, dw []float64) {
			u1, _ := turn(dw)
			dst[0] = x[0] / math.Hypot(1, x[0]) * dir[0] * u1
			dst[1] = dir[0] / math.Hypot(1, x[0]) * u1
		},
	}
	x0 := []float64{math.Sinh(y0[0]), y0[1] + y0[0]*y0[0]/2}
	return solved{"sinh, commutative", s, x0, func(dst []float64, t float64, w []float64) {
		u1, u2 := turn(w)
		y1, y2 := y0[0]+v[0]*t+u1, y0[1]+v[1]*t+u2
		dst[0], dst[1] = math.Sinh(y1), y2+y1*y1/2
	}}
}

// doubleWell is dX = (X - X³) dt + √(2T) dW, additive, T = 0.3.
func doubleWell(c Calculus) *System {
	return &System{
		Dim: 1, Shape: Additive, Calculus: c,
		Drift: func(dst []float64, _ float64, x []float64) { dst[0] = x[0] - x[0]*x[0]*x[0] },
		Noise: func(dst []float64, _ float64, _, dw []float64) { dst[0] = math.Sqrt(0.6) * dw[0] },
	}
}

// swept does not commute: dX1 = -sin X1 dt + dW1, dX2 = -X2 dt + X1 dW2. Its
// Itô-Stratonovich correction is zero.
func swept(c Calculus) *System {
	return &System{
		Dim: 2, Calculus: c,
		Drift: func(dst []float64, _ float64, x []float64) {
			dst[0], dst[1] = -math.Sin(x[0]), -x[1]
		},
		Noise: func(dst []float64, _ float64, x, dw []float64) {
			dst[0], dst[1] = dw[0], x[0]*dw[1]
		},
		NoiseDeriv: func(dst []float64, _ float64, _, v, dw []float64) {
			dst[0], dst[1] = 0, v[0]*dw[1]
		},
	}
}

// circle has 2π-periodic coefficients, so that expectations are known to
// rounding: dX = (0.4 + sin X) dt + (0.8 + 0.6 cos X) dW.
func circle(c Calculus) *System {
	return &System{
		Dim: 1, Shape: Diagonal, Calculus: c,
		Drift:      func(dst []float64, _ float64, x []float64) { dst[0] = 0.4 + math.Sin(x[0]) },
		Noise:      func(dst []float64, _ float64, x, dw []float64) { dst[0] = (0.8 + 0.6*math.Cos(x[0])) * dw[0] },
		NoiseDeriv: func(dst []float64, _ float64, x, v, dw []float64) { dst[0] = -0.6 * math.Sin(x[0]) * v[0] * dw[0] },
	}
}

// as returns the system under another promise.
func (s *System) as(shape Shape) *System {
	other := *s
	other.Shape = shape
	return &other
}

func at(t float64, x ...float64) flows.State { return flows.State{T: t, X: x} }

// generic points of the systems above, inside their domains.
var points2 = []flows.State{at(0.7, 0.2, 0.55), at(1.3, -0.61, 0.14), at(0.1, 0.37, -0.83)}
var points1 = []flows.State{at(0.7, 0.2), at(1.3, 1.61), at(0.1, 0.83)}

// columns makes a block of one particle of a state.
func columns(p []float64) [][]float64 {
	x := make([][]float64, len(p))
	for d := range x {
		x[d] = p[d : d+1 : d+1]
	}
	return x
}

// raceDetector says that the race detector is at work, which takes things out
// of a sync.Pool at random.
var raceDetector bool
