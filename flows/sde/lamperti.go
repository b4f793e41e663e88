package sde

import (
	"fmt"
	"math"
	"sync"
)

// Lamperti returns a system with diagonal noise in the coordinates y = θ(x) of
// a chart that makes its noise constant. Where b_i = c_i(t) x_i'(y_i), α the
// system's Calculus,
//
//	dy_i = (a_i(t, x) - (1/2 - α) c_i² x_i'')/x_i' dt + c_i dW_i:
//
// additive noise, on which EulerMaruyama has strong order 1. The new drift may
// be singular at the ends of the box, though; InChart has a scheme for that.
// Drift is NaN outside the box.
//
// It is an error if the noise is not promised to be Diagonal (or Additive with
// a Brownian motion for each coordinate), or if b_i/x_i' is not constant.
func Lamperti(s *System, c Chart) (*System, error) {
	l, err := newLamperti(s, c)
	if err != nil {
		return nil, err
	}
	pool := sync.Pool{New: func() any { return newLampertiScratch(s.Dim) }}
	return &System{
		Dim: s.Dim, Shape: Additive,
		Drift: func(dst []float64, t float64, y []float64) {
			k := pool.Get().(*lampertiScratch)
			l.drift(k, dst, t, y)
			pool.Put(k)
		},
		Noise: func(dst []float64, t float64, _, dw []float64) {
			l.s.Noise(dst, t, l.middle.x, dw)
			for i := range dst {
				dst[i] /= l.middle.slope[i]
			}
		},
	}, nil
}

// A lamperti is a system seen in a chart.
type lamperti struct {
	s      *System
	chart  Chart
	middle *chartPoint // where c_i(t) is read off
	ones   []float64
}

type lampertiScratch struct {
	chartPoint
	a, c []float64 // drift and c_i
}

func newLampertiScratch(n int) *lampertiScratch {
	return &lampertiScratch{*newChartPoint(n), make([]float64, n), make([]float64, n)}
}

func newLamperti(s *System, c Chart) (*lamperti, error) {
	s.mustMean()
	c.mustMean()
	if c.Dim != s.Dim {
		panic(fmt.Sprintf("sde: length mismatch: a chart of %d coordinates, a system of %d", c.Dim, s.Dim))
	}
	if s.wiener() != s.Dim || s.Shape != Diagonal && s.Shape != Additive {
		return nil, fmt.Errorf("sde: a chart of single coordinates flattens diagonal noise, this one is promised %v: promise Shape: Diagonal if dX_i has b_i(t, x_i) dW_i and no other noise", s.Shape)
	}
	l := &lamperti{s: s, chart: c, middle: newChartPoint(c.Dim), ones: make([]float64, c.Dim)}
	for i := range l.ones {
		l.ones[i] = 1
	}
	return l, l.isFlat()
}

// isFlat returns an error unless b_i/x_i' is the same at several places, and
// leaves the middle at the one where it is to be read off.
func (l *lamperti) isFlat() error {
	n := l.chart.Dim
	first, b := make([]float64, n), make([]float64, n)
	for k, fraction := range []float64{0.13, 0.31, 0.71, 0.93, 0.5} {
		p := l.middle
		for i := range n {
			p.y[i] = l.chart.inside(i, fraction)
		}
		l.chart.invert(p, p.y)
		l.s.Noise(b, 0, p.x, l.ones)
		for i := range n {
			c := b[i] / p.slope[i]
			if k == 0 {
				first[i] = c
			}
			if !near(c, first[i], 0, 1e-9) {
				return fmt.Errorf("sde: the chart does not flatten the noise of coordinate %d: b/x' is %.9g at x = %.6g, and %.9g at another place: use the chart with x'(y) = b(x) up to a factor", i, c, p.x[i], first[i])
			}
		}
	}
	return nil
}

// amplitude stores c_i(t) in dst.
func (l *lamperti) amplitude(dst []float64, t float64) {
	l.s.Noise(dst, t, l.middle.x, l.ones)
	for i := range dst {
		dst[i] /= l.middle.slope[i]
	}
}

// drift stores the drift of y in dst.
func (l *lamperti) drift(k *lampertiScratch, dst []float64, t float64, y []float64) {
	l.chart.invert(&k.chartPoint, y)
	l.s.Drift(k.a, t, k.x)
	l.amplitude(k.c, t)
	for i := range dst {
		dst[i] = (k.a[i] - (0.5-float64(l.s.Calculus))*k.c[i]*k.c[i]*k.curvature[i]) / k.slope[i]
		if math.IsNaN(k.x[i]) {
			dst[i] = math.NaN()
		}
	}
}
