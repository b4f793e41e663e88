package kramersmoyal

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"sync"
)

// A Numeric is the law of a jump in one dimension with a density of the user's:
// moments by adaptive quadrature, with an error estimate, and samples by
// inversion. Use NewNumeric.
type Numeric struct {
	density func(e float64) float64
	lo, hi  float64
	ends    []float64 // of the first panels, in u
	cells   []panel   // with their masses, for Sample
	below   []float64 // mass before each cell

	mutex   sync.Mutex
	moments map[int]momentEstimate
}

type momentEstimate struct{ value, err float64 }

// NewNumeric returns the law with the given density between lo and hi, which may
// be infinite. Breaks are places that quadrature should know: kinks, jumps,
// narrow peaks. It is an error if the density is negative or not finite at a
// node, or its mass is not 1 within 1e-8. It panics unless lo < hi.
func NewNumeric(density func(e float64) float64, lo, hi float64, breaks ...float64) (*Numeric, error) {
	if density == nil || !(lo < hi) {
		panic(fmt.Sprintf("kramersmoyal: a density between %v and %v", lo, hi))
	}
	l := &Numeric{density: density, lo: lo, hi: hi, moments: map[int]momentEstimate{}}
	l.divide(breaks)
	var bad error
	mass := integrate(func(u float64) float64 {
		x, slope := l.at(u)
		p := density(x)
		if (!(p >= 0) || math.IsInf(p, 1)) && bad == nil {
			bad = fmt.Errorf("kramersmoyal: the density is %v at a jump of %.6g: a density is finite and at least 0; correct the formula, or the interval", p, x)
		}
		return weigh(p, slope)
	}, l.ends, 1e-13)
	if bad != nil {
		return nil, bad
	}
	if !(math.Abs(mass.value-1) <= 1e-8) || !(mass.err <= 1e-8) {
		return nil, fmt.Errorf("kramersmoyal: the density has the mass %.10g ± %.2g between %v and %v, want 1 within 1e-8: normalise it, widen the interval, or name narrow peaks as breaks", mass.value, mass.err, lo, hi)
	}
	l.tabulate(mass)
	return l, nil
}

// tabulate divides the panels into cells so short that Newton's method, in Sample,
// starts near its end.
func (l *Numeric) tabulate(mass integral) {
	const parts = 32
	l.below = []float64{0}
	for _, p := range mass.panels {
		for i := range parts {
			c := panel{lo: p.lo + (p.hi-p.lo)*float64(i)/parts, hi: p.lo + (p.hi-p.lo)*float64(i+1)/parts}
			c.value, _ = short.fine.integrate(l.weighted, c.lo, c.hi)
			if c.value > 0 {
				l.cells = append(l.cells, c)
				l.below = append(l.below, l.below[len(l.below)-1]+c.value)
			}
		}
	}
}

// weighted is the density as a function of u.
func (l *Numeric) weighted(u float64) float64 {
	x, slope := l.at(u)
	return weigh(l.density(x), slope)
}

// divide fills in the ends of the first panels.
func (l *Numeric) divide(breaks []float64) {
	first, last := l.lo, l.hi
	if math.IsInf(l.lo, -1) {
		first = -1
	} else if math.IsInf(l.hi, 1) {
		first = 0
	}
	if math.IsInf(l.hi, 1) {
		last = 1
	} else if math.IsInf(l.lo, -1) {
		last = 0
	}
	l.ends = []float64{first, first + (last-first)/4, first + (last-first)/2, first + 3*(last-first)/4, last}
	for _, b := range breaks {
		if u := l.inverse(b); u > first && u < last {
			l.ends = append(l.ends, u)
		}
	}
	slices.Sort(l.ends)
	l.ends = slices.Compact(l.ends)
}

// at returns the jump at u and its slope de/du. An infinite interval is e =
// u/(1-u²), a half one lo + u/(1-u) or hi + u/(1+u).
func (l *Numeric) at(u float64) (x, slope float64) {
	below, above := math.IsInf(l.lo, -1), math.IsInf(l.hi, 1)
	switch d := 1 - u*u; {
	case below && above:
		return u / d, (1 + u*u) / (d * d)
	case above:
		return l.lo + u/(1-u), 1 / ((1 - u) * (1 - u))
	case below:
		return l.hi + u/(1+u), 1 / ((1 + u) * (1 + u))
	}
	return u, 1
}

// inverse returns the u of a jump.
func (l *Numeric) inverse(x float64) float64 {
	below, above := math.IsInf(l.lo, -1), math.IsInf(l.hi, 1)
	switch {
	case below && above:
		return 2 * x / (1 + math.Sqrt(1+4*x*x))
	case above:
		return (x - l.lo) / (1 + x - l.lo)
	case below:
		return (x - l.hi) / (1 - x + l.hi)
	}
	return x
}

// weigh returns p·w, where 0·Inf, a density that has vanished at infinity, is 0.
func weigh(p, w float64) float64 {
	if p == 0 {
		return 0
	}
	return p * w
}

// Dim returns 1.
func (*Numeric) Dim() int { return 1 }

// MomentError returns the moment of order n and an estimate of its error, which
// is +Inf where quadrature does not converge, or more than 1e-6 of it comes from
// jumps beyond 1e8: the law has no such moment then.
func (l *Numeric) MomentError(n int) (value, err float64) {
	checkOrders(1, []int{n})
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if m, known := l.moments[n]; known {
		return m.value, m.err
	}
	in := integrate(func(u float64) float64 {
		x, slope := l.at(u)
		return weigh(l.density(x), slope*power(x, n))
	}, l.ends, 1e-12)
	m := momentEstimate{in.value, in.err}
	if !(in.err <= 1e-7*in.abs) || !(l.tail(in) <= 1e-6*in.abs) {
		m = momentEstimate{math.NaN(), math.Inf(1)}
	}
	l.moments[n] = m
	return m.value, m.err
}

// tail returns the part of ∫|f| beyond jumps of some 1e8, where an integral that
// exists has nothing, and one that does not piles up.
func (l *Numeric) tail(in integral) (abs float64) {
	const edge = 1 - 1e-8
	for _, p := range in.panels {
		if math.IsInf(l.lo, -1) && p.hi < -edge || math.IsInf(l.hi, 1) && p.lo > edge {
			abs += p.abs
		}
	}
	return abs
}

// Moment returns the moment of order n, NaN where quadrature does not converge.
func (l *Numeric) Moment(orders ...int) float64 {
	value, _ := l.MomentError(checkOrders(1, orders))
	return value
}

// Sample stores the jump at which the distribution function is a uniform number
// between 0 and 1, to 1e-10 of the probability near it, in dst.
func (l *Numeric) Sample(dst []float64, src rand.Source) {
	if len(dst) != 1 {
		panic("kramersmoyal: length mismatch")
	}
	target := rand.New(src).Float64() * l.below[len(l.below)-1]
	k := sort.Search(len(l.cells)-1, func(k int) bool { return l.below[k+1] > target })
	u := short.within(l.weighted, l.cells[k], target-l.below[k], 1e-10)
	dst[0], _ = l.at(u)
}

// Characteristic returns ∫ exp(i k e) p(e) de by the same quadrature, NaN where
// it does not converge: beyond some 10⁴ waves.
func (l *Numeric) Characteristic(k ...float64) complex128 {
	if len(k) != 1 {
		panic("kramersmoyal: length mismatch")
	}
	part := func(wave func(float64) float64) float64 {
		in := integrate(func(u float64) float64 {
			x, slope := l.at(u)
			return weigh(l.density(x), slope*wave(k[0]*x))
		}, l.ends, 1e-13)
		if !(in.err <= 1e-9) {
			return math.NaN()
		}
		return in.value
	}
	return complex(part(math.Cos), part(math.Sin))
}
