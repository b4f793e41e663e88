package langevin

import (
	"math"

	"hopflow/flows/sde"
)

// cube is the inverse of the tanh metric, K = diag(4β_i x_i(1-x_i)): NaN
// outside [0, 1].
type cube struct{ four []float64 } // 4β

var (
	_ BlockMobility = (*cube)(nil)
	_ RootMobility  = (*cube)(nil)
)

func newCube(gain []float64) *cube {
	c := &cube{make([]float64, len(gain))}
	for i, b := range gain {
		c.four[i] = 4 * b
	}
	return c
}

func (c *cube) Dim() int { return len(c.four) }

// entry returns x(1-x), NaN outside [0, 1].
func entry(x float64) float64 {
	if v := x * (1 - x); v >= 0 {
		return v
	}
	return math.NaN()
}

func (c *cube) Sharp(dst, x, xi []float64) {
	for i, f := range c.four {
		dst[i] = f * entry(x[i]) * xi[i]
	}
}

func (c *cube) SharpSqrt(dst, x, w []float64) {
	for i, f := range c.four {
		dst[i] = math.Sqrt(f*entry(x[i])) * w[i]
	}
}

func (c *cube) Divergence(dst, x []float64) {
	for i, f := range c.four {
		dst[i] = f * (1 - 2*x[i])
	}
}

func (c *cube) Shape() sde.Shape { return sde.Diagonal }

func (c *cube) SqrtDeriv(dst, x, v, w []float64) {
	for i, f := range c.four {
		dst[i] = math.Sqrt(f/entry(x[i])) / 2 * (1 - 2*x[i]) * v[i] * w[i]
	}
}

func (c *cube) DriftBlock(dst, x, xi [][]float64, T float64) {
	for d, out := range dst {
		f := c.four[d]
		push := T * f
		xd, in := x[d][:len(out)], xi[d][:len(out)]
		for i, v := range xd {
			out[i] = push*(1-2*v) - f*v*(1-v)*in[i]
		}
	}
}

func (c *cube) SqrtBlock(dst, x, w [][]float64, factor float64) {
	for d, out := range dst {
		f := factor * factor * c.four[d]
		xd, in := x[d][:len(out)], w[d][:len(out)]
		for i, v := range xd {
			out[i] = math.Sqrt(f*v*(1-v)) * in[i] // NaN outside [0, 1]
		}
	}
}

func (c *cube) EntryBlock(dst, x [][]float64, factor float64) {
	for d, out := range dst {
		f := factor * c.four[d]
		xd := x[d][:len(out)]
		for i, v := range xd {
			out[i] = f * v * (1 - v)
		}
	}
}
