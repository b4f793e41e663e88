package langevin

import (
	"fmt"
	"math"
)

// An approach is a line seen on the way to one of its ends: logarithms of the
// integrands of Feller's test times dx/du, at equal steps of u = ln(distance)
// for an infinite end and -ln(distance) for a finite one.
type approach struct {
	end                 float64
	u                   []float64
	reach, enter, speed []float64 // ln(s m(c,x) x'), ln(m S(c,x) x'), ln(m x')
}

// finest is the relative distance to a finite end up to which x still tells
// where it is.
const finest = 1e-12

// approach walks to an end.
func (l *Line) approach(upper bool) (*approach, error) {
	end, sign := l.Lo, -1.0
	if upper {
		end, sign = l.Hi, 1
	}
	start := l.inner()
	for _, b := range l.Breaks { // start beyond the last break
		if sign*(b-start) > 0 {
			start = b
		}
	}
	infinite := math.IsInf(end, 0)
	reach := 300.0
	if !infinite {
		reach = math.Min(300, -math.Log(finest*math.Max(math.Abs(end), 1e-100)/math.Abs(end-start)))
	}
	a := &approach{end: end}
	var prev struct{ x, s, m float64 }
	logS, logM := math.Inf(-1), math.Inf(-1)
	const step = 0.05
	for k := 0; float64(k)*step <= reach; k++ {
		u := float64(k) * step
		x, slope := end-sign*math.Abs(end-start)*math.Exp(-u), math.Log(math.Abs(end-start))-u
		if infinite {
			x, slope = start+sign*math.Exp(u), u
		}
		s, m := l.LogScale(x), l.LogSpeed(x)
		if !(math.Abs(s) < 1e11 && math.Abs(m) < 1e11) {
			break // not finite, or the difference of two of them no longer is known
		}
		if k > 0 {
			width := math.Log(math.Abs(x - prev.x))
			logS = logAdd(logS, width+logMean(prev.s, s))
			logM = logAdd(logM, width+logMean(prev.m, m))
			a.u = append(a.u, u)
			a.reach = append(a.reach, s+logM+slope)
			a.enter = append(a.enter, m+logS+slope)
			a.speed = append(a.speed, m+slope)
		}
		prev.x, prev.s, prev.m = x, s, m
	}
	if len(a.u) < 60 {
		return nil, fmt.Errorf("langevin: scale and speed density are not finite on the way to the end %v, from x = %.6g on: write their logarithms so that they do not overflow", end, prev.x)
	}
	return a, nil
}

// converges decides whether the integral over u of exp(log) is finite, by the
// local power κ = d log/d ln u over the last octave of u: 0 for an integrand
// that stays, -∞ for one that falls like a power of the distance.
func (a *approach) converges(log []float64, what string) (bool, error) {
	last := len(log) - 1
	half := last / 2
	kappa := (log[last] - log[half]) / math.Log(a.u[last]/a.u[half])
	switch {
	case kappa < -1.6:
		return true, nil
	case kappa > -0.6:
		return false, nil
	}
	return false, fmt.Errorf("langevin: whether the integral of %s converges at the end %v cannot be decided from values up to ln(distance) = ±%.3g: its integrand falls like 1/distance there, but for logarithms", what, a.end, a.u[last])
}

// logAdd returns ln(e^a + e^b).
func logAdd(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// logMean returns the logarithm of the mean of exp over a straight line from a
// to b.
func logMean(a, b float64) float64 {
	d := math.Abs(a - b)
	if d < 1e-6 {
		return (a + b) / 2
	}
	return math.Max(a, b) + math.Log(-math.Expm1(-d)/d)
}
