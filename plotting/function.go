package plotting

import (
	"fmt"
	"math"
)

// Function draws f from lo to hi. It takes more samples where the graph bends.
// NaN is an error unless Gaps is called on the result, an infinity always is.
// It panics unless lo < hi.
func (f *Figure) Function(name string, fn func(x float64) float64, lo, hi float64) *Series {
	if !(lo < hi) || math.IsInf(hi-lo, 0) {
		panic("plotting: the domain of a function must be finite and increase")
	}
	s := &Series{kind: "function", name: name}
	s.sample = func(f *Figure) (points, error) {
		if f.x.log && lo <= 0 {
			return points{}, fmt.Errorf("plotting: %s starts at %g, which has no place on a logarithmic axis", s.what(), lo)
		}
		return sampleFunction(f, fn, lo, hi), nil
	}
	return f.addSeries(s)
}

const (
	firstSamples = 129
	maxHalvings  = 7
	flatness     = 5e-4 // of the height of the figure, at the middle of a chord
)

// sampleFunction halves the steps where the middle of a chord misses the graph
// visibly.
func sampleFunction(f *Figure, fn func(float64) float64, lo, hi float64) points {
	sx := scale{lo: lo, hi: hi, log: f.x.log}
	var p points
	for k := range firstSamples {
		x := sx.at(float64(k) / (firstSamples - 1))
		if k == firstSamples-1 {
			x = hi
		}
		p.x, p.y = append(p.x, x), append(p.y, fn(x))
	}
	height := visibleHeight(f, p)
	var q points
	for k := range p.x {
		if k > 0 {
			refine(&q, fn, sx, f.y.log, height, p.x[k-1], p.y[k-1], p.x[k], p.y[k], maxHalvings)
		}
		q.x, q.y = append(q.x, p.x[k]), append(q.y, p.y[k])
	}
	return q
}

// visibleHeight is the span of the axis that the graph is judged against.
func visibleHeight(f *Figure, p points) float64 {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, y := range p.y {
		if badValue(y, f.y.log) == "" {
			lo, hi = min(lo, y), max(hi, y)
		}
	}
	if f.y.bound {
		lo, hi = f.y.lo, f.y.hi
	}
	if f.y.log {
		return math.Log(hi / lo)
	}
	return hi - lo
}

// refine appends the samples between two neighbours.
func refine(q *points, fn func(float64) float64, sx scale, logY bool, height, x0, y0, x1, y1 float64, left int) {
	if left == 0 {
		return
	}
	x := sx.at((sx.norm(x0) + sx.norm(x1)) / 2)
	if !(x0 < x && x < x1) {
		return
	}
	y := fn(x)
	miss := y - (y0+y1)/2
	if logY {
		miss = math.Log(y) - (math.Log(y0)+math.Log(y1))/2
	}
	holes := math.IsNaN(y0) != math.IsNaN(y) || math.IsNaN(y) != math.IsNaN(y1)
	if !holes && !(math.Abs(miss) > flatness*height) {
		if math.IsNaN(y) != math.IsNaN(y0) || math.IsInf(y, 0) {
			q.x, q.y = append(q.x, x), append(q.y, y)
		}
		return
	}
	refine(q, fn, sx, logY, height, x0, y0, x, y, left-1)
	q.x, q.y = append(q.x, x), append(q.y, y)
	refine(q, fn, sx, logY, height, x, y, x1, y1, left-1)
}
