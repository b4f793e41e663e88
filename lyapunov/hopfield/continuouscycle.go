package hopfield

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// A LimitCycle is a periodic trajectory that its neighbours are drawn to.
type LimitCycle struct {
	Period float64
	States [][]float64 // the cycle at 256 equal times, from some point of it on
}

// cycleCrossings is how often the section of a cycle may be crossed in a
// period, and how many crossings are waited for.
const (
	cyclePerPeriod = 16
	cycleCrossings = 400
	cyclePoints    = 256
)

// findLimitCycle looks for a cycle through the neighbourhood of x: crossings of
// the plane through x at right angles to the velocity there that repeat. It
// returns nil if they do not (yet).
func findLimitCycle(c *Continuous, x []float64) (*LimitCycle, error) {
	m := newContMotion(c, 1e-13)
	normal := make([]float64, c.n)
	c.Field(normal, 0, x)
	size := floats.Norm(normal, 2)
	if size == 0 {
		return nil, nil
	}
	floats.Scale(1/size, normal)
	section := &contSection{m: m, through: slices.Clone(x), normal: normal}
	at := slices.Clone(x)
	var points [][]float64
	var times []float64
	for t := 0.0; len(points) < cycleCrossings; {
		h, err := section.next(at, 500*floats.Max(c.tau))
		if err != nil || h == 0 {
			return nil, err // no return to the section
		}
		t += h
		points, times = append(points, slices.Clone(at)), append(times, t)
		last := len(points) - 1
		for p := 1; p <= cyclePerPeriod && p <= last; p++ {
			if floats.Distance(points[last], points[last-p], math.Inf(1)) < 1e-11 {
				return cycleFrom(m, at, times[last]-times[last-p])
			}
		}
	}
	return nil, nil
}

// cycleFrom samples the cycle from the point x on. What is smaller than 1e-6 is
// no cycle but the end of a spiral.
func cycleFrom(m *contMotion, x []float64, period float64) (*LimitCycle, error) {
	cycle := &LimitCycle{Period: period}
	var size float64
	for range cyclePoints {
		cycle.States = append(cycle.States, slices.Clone(x))
		size = math.Max(size, floats.Distance(x, cycle.States[0], math.Inf(1)))
		if err := m.advance(x, period/cyclePoints); err != nil {
			return nil, err
		}
	}
	if size < 1e-6 {
		return nil, nil
	}
	return cycle, nil
}

// near reports whether x is within tol of the polygon through the samples, in
// units of the cycle's extent.
func (l *LimitCycle) near(x []float64, tol float64) bool {
	extent, least := 0.0, math.Inf(1)
	for i, p := range l.States {
		q := l.States[(i+1)%len(l.States)]
		extent = math.Max(extent, floats.Distance(p, l.States[0], 2))
		var along, length float64
		for k := range p {
			along += (x[k] - p[k]) * (q[k] - p[k])
			length += (q[k] - p[k]) * (q[k] - p[k])
		}
		s := math.Min(1, math.Max(0, along/length))
		var gap float64
		for k := range p {
			d := x[k] - p[k] - s*(q[k]-p[k])
			gap += d * d
		}
		least = math.Min(least, math.Sqrt(gap))
	}
	return least <= tol*extent
}

// A contSection is a plane that a trajectory crosses.
type contSection struct {
	m               *contMotion
	through, normal []float64
}

func (s *contSection) height(x []float64) float64 {
	var sum float64
	for i, n := range s.normal {
		sum += n * (x[i] - s.through[i])
	}
	return sum
}

// next moves x to the next crossing from below and returns the time it took, 0
// if there is none within the given time.
func (s *contSection) next(x []float64, within float64) (float64, error) {
	var t float64
	before := make([]float64, len(x))
	for t < within {
		copy(before, x)
		low := s.height(x)
		h, err := s.m.step(x, math.Inf(1))
		if err != nil {
			return 0, err
		}
		if low < -1e-13 && s.height(x) >= 0 {
			h, err := s.locate(x, before, h)
			return t + h, err
		}
		t += h
	}
	return 0, nil
}

// locate moves x, a time h after before, back to the crossing, by halving and
// secants of the height, and returns how long after before that is.
func (s *contSection) locate(x, before []float64, h float64) (float64, error) {
	lo, hi := 0.0, h
	low, high := s.height(before), s.height(x)
	try := make([]float64, len(x))
	for range 60 {
		mid := lo + (hi-lo)*low/(low-high)
		if !(lo < mid && mid < hi) {
			break
		}
		copy(try, before)
		if err := s.m.advance(try, mid); err != nil {
			return 0, err
		}
		v := s.height(try)
		copy(x, try)
		if math.Abs(v) < 1e-15 {
			return mid, nil
		}
		if v < 0 {
			lo, low, high = mid, v, high/2
		} else {
			hi, high, low = mid, v, low/2
		}
		if hi-lo < 1e-15*h {
			return mid, nil
		}
	}
	return hi, nil
}
