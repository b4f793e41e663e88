package plotting

import (
	"fmt"
	"math"
)

// An XYer is a sequence of points. A trajectory's component, gonum/plot's
// XYers and XY have its methods.
type XYer interface {
	// Len returns the number of points.
	Len() int
	// XY returns point i, from 0.
	XY(i int) (x, y float64)
}

// XY makes an XYer of two slices of one length.
type XY struct{ X, Y []float64 }

// Len returns the number of points. It panics if X and Y differ in length.
func (p XY) Len() int {
	mustMatch(len(p.X), len(p.Y))
	return len(p.X)
}

// XY returns point i.
func (p XY) XY(i int) (x, y float64) { return p.X[i], p.Y[i] }

func mustMatch(a, b int) {
	if a != b {
		panic("plotting: length mismatch")
	}
}

// points are copied data, so that what is drawn is what was handed over.
type points struct{ x, y []float64 }

func copyPoints(data XYer) points {
	n := data.Len()
	p := points{x: make([]float64, n), y: make([]float64, n)}
	for i := range n {
		p.x[i], p.y[i] = data.XY(i)
	}
	return p
}

// check names the first value that cannot be drawn. With gaps NaN is a
// deliberate hole, and so is a value that has no logarithm.
func (p points) check(what string, f *Figure, gaps bool) error {
	if len(p.x) == 0 {
		return fmt.Errorf("plotting: %s has no points; is the computation before it empty?", what)
	}
	whole := 0
	for i := range p.x {
		ex := badValue(p.x[i], f.x.log)
		ey := badValue(p.y[i], f.y.log)
		if ex == "" && ey == "" {
			whole++
			continue
		}
		if gaps && !math.IsInf(p.x[i], 0) && !math.IsInf(p.y[i], 0) {
			continue
		}
		name, why := "x", ex
		if ex == "" {
			name, why = "y", ey
		}
		return fmt.Errorf("plotting: %s: %s at index %d is %s", what, name, i, why)
	}
	if whole == 0 {
		return fmt.Errorf("plotting: %s is nothing but gaps", what)
	}
	return nil
}

// badValue says why v cannot be drawn, or nothing.
func badValue(v float64, log bool) string {
	switch {
	case math.IsNaN(v):
		return "NaN; look where it comes from, or call Gaps() if the line is meant to break there"
	case math.IsInf(v, 0):
		return fmt.Sprintf("%v, and no axis reaches it; leave the point out or bound the domain", v)
	case log && v <= 0:
		return fmt.Sprintf("%v, which has no place on a logarithmic axis; call Gaps() to leave it out", v)
	}
	return ""
}

func drawable(x, y float64, f *Figure) bool {
	return badValue(x, f.x.log) == "" && badValue(y, f.y.log) == ""
}

// extent of the points that can be drawn.
func (p points) extent(f *Figure) extent {
	e := nowhere()
	for i := range p.x {
		if drawable(p.x[i], p.y[i], f) {
			e.include(p.x[i], p.y[i])
		}
	}
	return e
}

// An extent is a rectangle of data; an empty one has x0 > x1 or y0 > y1.
type extent struct{ x0, x1, y0, y1 float64 }

func nowhere() extent {
	inf := math.Inf(1)
	return extent{x0: inf, x1: -inf, y0: inf, y1: -inf}
}

func (e *extent) include(x, y float64) {
	e.x0, e.x1 = min(e.x0, x), max(e.x1, x)
	e.y0, e.y1 = min(e.y0, y), max(e.y1, y)
}

func (e *extent) join(o extent) {
	e.x0, e.x1 = min(e.x0, o.x0), max(e.x1, o.x1)
	e.y0, e.y1 = min(e.y0, o.y0), max(e.y1, o.y1)
}
