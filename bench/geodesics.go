package bench

import (
	"math"

	"hopflow/flows/geometry"
)

// Geodesics returns the cases of workload w8: distances and geodesics of the
// tanh metric, β = (1/4, 1/4), of 1,000 pairs of points. The distance in
// closed form, a point of a geodesic, and the boundary value problem by
// collocation, whose error is relative to the closed form.
func Geodesics() []Case {
	const count, n = 1000, 2
	m := geometry.NewTanh(0.25, 0.25)
	p, q := pairs(count, n)
	arcsines := make([]float64, count)
	for k := range arcsines {
		for i := range n {
			arcsines[k] = math.Hypot(arcsines[k], 2*(math.Asin(math.Sqrt(p[k][i]))-math.Asin(math.Sqrt(q[k][i]))))
		}
	}
	worst := func(d []float64) func() map[string]float64 {
		return func() map[string]float64 {
			var e float64
			for k := range d {
				e = max(e, math.Abs(d[k]/arcsines[k]-1))
			}
			return map[string]float64{"error": e}
		}
	}
	closed := func() (func(), func() map[string]float64) {
		d := make([]float64, count)
		return func() {
			for k := range d {
				d[k] = m.Distance(p[k], q[k])
			}
		}, worst(d)
	}
	return []Case{
		{"w8", "distance", "pairs=1000 n=2", count, "pairs", closed},
		{"w8", "geodesic-point", "pairs=1000 n=2", count, "points", geodesicPoints(m, p, q)},
		{"w8", "collocation", "pairs=1000 n=2 degree 16", count, "pairs", func() (func(), func() map[string]float64) {
			d := make([]float64, count)
			c := geometry.NewCollocation(16)
			return func() {
				for k := range d {
					var err error
					if d[k], err = c.Distance(m, p[k], q[k]); err != nil {
						panic(err)
					}
				}
			}, worst(d)
		}},
	}
}

// geodesicPoints evaluates γ(0.3) of every pair's geodesic, whose distance
// from the start has to be 0.3 of the whole.
func geodesicPoints(m *geometry.Tanh, p, q [][]float64) func() (func(), func() map[string]float64) {
	return func() (func(), func() map[string]float64) {
		curves := make([]*geometry.Geodesic, len(p))
		points := make([][]float64, len(p))
		for k := range p {
			var err error
			if curves[k], err = m.Geodesic(p[k], q[k]); err != nil {
				panic(err)
			}
			points[k] = make([]float64, m.Dim())
		}
		return func() {
				for k, g := range curves {
					g.At(points[k], 0.3)
				}
			}, func() map[string]float64 {
				var e float64
				for k, g := range curves {
					e = max(e, math.Abs(m.Distance(p[k], points[k])/(0.3*g.Length())-1))
				}
				return map[string]float64{"error": e}
			}
	}
}
