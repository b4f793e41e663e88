package sde

import (
	"fmt"
	"math"

	"hopflow/flows/geometry"
)

// A Chart is a change of coordinates y_i = θ_i(x_i), one coordinate at a time,
// in which noise of the size x_i'(y_i) has a constant size (Lamperti's
// transformation). All functions are given vectors of Dim numbers, write every
// component of the first ones, and may be called from many goroutines at once.
type Chart struct {
	Dim int
	// Forward stores y = θ(x) in dst; dst may be x.
	Forward func(dst, x []float64)
	// Inverse stores x(y) and its derivatives x'(y), x''(y) by y, for y in the
	// box.
	Inverse func(x, slope, curvature, y []float64)
	// Lo and Hi are the ends of the box of y, which may be infinite; nil is
	// infinite.
	Lo, Hi []float64
}

// ArcsineChart returns the flat chart of the tanh metric of gains β,
//
//	y = arcsin(√x)/√β,  x = sin²(√β y),  x' = √(4β x(1-x)),  0 <= y <= π/(2√β),
//
// in which [HF] (58) has the noise √(2T) dW and the drift, for f = 0,
// 2√β T cot(2√β y). It panics unless all gains are positive and finite.
func ArcsineChart(beta ...float64) Chart {
	m := geometry.NewTanh(beta...) // checks β
	n := len(beta)
	root, lo, hi := make([]float64, n), make([]float64, n), make([]float64, n)
	for i, b := range beta {
		root[i] = math.Sqrt(b)
		_, hi[i] = m.Box(i)
	}
	return Chart{Dim: n, Lo: lo, Hi: hi, Forward: m.Theta, Inverse: func(x, slope, curvature, y []float64) {
		for i, v := range y {
			sin, cos := math.Sincos(root[i] * v)
			x[i] = sin * sin
			slope[i] = 2 * root[i] * sin * cos
			curvature[i] = 2 * root[i] * root[i] * (cos - sin) * (cos + sin)
		}
	}}
}

// LogChart returns the chart y = ln x of n positive coordinates, in which
// noise proportional to x has a constant size. It panics unless n >= 1.
func LogChart(n int) Chart {
	if n < 1 {
		panic("sde: a chart without coordinates")
	}
	return Chart{Dim: n,
		Forward: func(dst, x []float64) {
			for i, v := range x {
				dst[i] = math.Log(v)
			}
		},
		Inverse: func(x, slope, curvature, y []float64) {
			for i, v := range y {
				e := math.Exp(v)
				x[i], slope[i], curvature[i] = e, e, e
			}
		},
	}
}

// FlatChart returns the flat chart of a diagonal metric, such as
// geometry.NewSeparable of any activations: x' = 1/√g_ii, x” = -Γ^i_ii/g_ii.
// ArcsineChart is faster, and accurate up to the boundary.
func FlatChart(m geometry.FlatDiagonal) Chart {
	n := m.Dim()
	c := Chart{Dim: n, Lo: make([]float64, n), Hi: make([]float64, n), Forward: m.Theta}
	for i := range n {
		c.Lo[i], c.Hi[i] = m.Box(i)
	}
	c.Inverse = func(x, slope, curvature, y []float64) {
		m.State(x, y)
		for i, v := range x {
			inverse := 1 / m.Entry(i, v)
			slope[i] = math.Sqrt(inverse)
			curvature[i] = -m.Symbol(i, v) * inverse
		}
	}
	return c
}

// CheckChart holds a Chart against its laws at points y of its box (interior
// ones): Forward undoes Inverse, the slope is the derivative of x by
// differences, the curvature that of the slope, and x grows with y.
func CheckChart(c Chart, points [][]float64) error {
	c.mustMean()
	p := newChartPoint(c.Dim)
	back := make([]float64, c.Dim)
	for k, y := range points {
		if len(y) != c.Dim {
			return fmt.Errorf("sde: point %d has %d coordinates, the chart %d: pass points of the chart's dimension", k, len(y), c.Dim)
		}
		c.Inverse(p.x, p.slope, p.curvature, y)
		c.Forward(back, p.x)
		for i := range y {
			lo, hi := c.box(i)
			h := 1e-4 * math.Min(1, math.Min(y[i]-lo, hi-y[i]))
			if !(h > 0) {
				return fmt.Errorf("sde: coordinate %d of point %d is %g, outside the chart's box (%g, %g)", i, k, y[i], lo, hi)
			}
			slope, curvature := c.differences(y, i, h)
			switch {
			case !near(back[i], y[i], 1, 1e-8):
				return fmt.Errorf("sde: at point %d Forward(Inverse(y)) is %.12g in coordinate %d, y is %.12g: one is not the inverse of the other", k, back[i], i, y[i])
			case !(p.slope[i] > 0) || !near(slope, p.slope[i], 1e-3, 1e-6):
				return fmt.Errorf("sde: at point %d the slope of coordinate %d is %.9g, differences of x give %.9g: it has to be their limit, and positive", k, i, p.slope[i], slope)
			case !near(curvature, p.curvature[i], math.Max(1e-3, slope), 1e-6):
				return fmt.Errorf("sde: at point %d the curvature of coordinate %d is %.9g, differences of the slope give %.9g", k, i, p.curvature[i], curvature)
			}
		}
	}
	return nil
}

// differences returns central differences of x and of the slope, of fourth
// order.
func (c Chart) differences(y []float64, i int, h float64) (slope, curvature float64) {
	at := append([]float64(nil), y...)
	p := newChartPoint(c.Dim)
	for _, node := range [...]struct{ shift, weight float64 }{{1, 8}, {-1, -8}, {2, -1}, {-2, 1}} {
		at[i] = y[i] + node.shift*h/2
		c.Inverse(p.x, p.slope, p.curvature, at)
		slope += node.weight * p.x[i] / (6 * h)
		curvature += node.weight * p.slope[i] / (6 * h)
	}
	return slope, curvature
}

// mustMean panics unless the chart has its parts.
func (c Chart) mustMean() {
	if c.Dim < 1 || c.Forward == nil || c.Inverse == nil {
		panic("sde: a chart needs Dim, Forward and Inverse")
	}
	for _, ends := range [][]float64{c.Lo, c.Hi} {
		if ends != nil && len(ends) != c.Dim {
			panic("sde: length mismatch: the box of a chart")
		}
	}
}

// box returns the interval of y_i.
func (c Chart) box(i int) (lo, hi float64) {
	lo, hi = math.Inf(-1), math.Inf(1)
	if c.Lo != nil {
		lo = c.Lo[i]
	}
	if c.Hi != nil {
		hi = c.Hi[i]
	}
	return lo, hi
}

// inside returns the number at fraction s of the interval of y_i; of an
// infinite one, of its part near 0 or near its end.
func (c Chart) inside(i int, s float64) float64 {
	lo, hi := c.box(i)
	switch {
	case math.IsInf(lo, -1) && math.IsInf(hi, 1):
		lo, hi = -1, 1
	case math.IsInf(lo, -1):
		lo = hi - 1
	case math.IsInf(hi, 1):
		hi = lo + 1
	}
	return lo + s*(hi-lo)
}

// invert stores x(y) and its derivatives in p, NaN outside the box.
func (c Chart) invert(p *chartPoint, y []float64) {
	c.Inverse(p.x, p.slope, p.curvature, y)
	for i, v := range y {
		if lo, hi := c.box(i); !(lo <= v && v <= hi) {
			p.x[i] = math.NaN()
		}
	}
}

// A chartPoint is a point of a chart.
type chartPoint struct{ y, x, slope, curvature []float64 }

func newChartPoint(n int) *chartPoint {
	slab := make([]float64, 4*n)
	return &chartPoint{slab[:n:n], slab[n : 2*n : 2*n], slab[2*n : 3*n : 3*n], slab[3*n:]}
}
