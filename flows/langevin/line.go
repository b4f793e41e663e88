package langevin

import (
	"fmt"
	"math"
	"slices"

	"hopflow/flows/sde"
	"hopflow/lyapunov"
)

// A Line is a diffusion on an interval, dX = a dt + √(2D) dW (Itô), by its
// scale density s and its speed density m,
//
//	s = exp(-∫ a/D dx),  m = 1/(D s),  generator (1/m) d/dx (1/s) d/dx,
//
// of which everything follows that one asks of a diffusion in one dimension:
// which end is reached and when (Hits, MeanExit), what the ends are (End), and
// where it is in the long run (Stationary). All of it is quadrature: none of it
// knows a scheme.
type Line struct {
	// Lo and Hi are the ends of the state space, which may be infinite.
	Lo, Hi float64
	// LogScale and LogSpeed are ln s and ln m. Both may contain a constant, but
	// m s D = 1.
	LogScale, LogSpeed func(x float64) float64
	// Breaks are where s or m are not smooth, such as a kink, or vary fast, such
	// as a narrow well.
	Breaks []float64
}

// OnLine returns the process dX = -K E' dt + √(2TK) dW in the calculus c: the
// Langevin equation without the drift T K', whose stationary density the
// calculus chooses,
//
//	s = e^(E/T) K^(-α),  m = K^(α-1) e^(-E/T)/T:
//
// the printed Theorem 14 of [LF] with α = 0, 1/2, 1. With sde.AntiIto it is the
// process that has exp(-E/T), that of Dynamics. k is K(x) > 0; nil is 1. It
// panics unless T is positive and finite, lo < hi, E is on a line, and the
// breaks lie between.
func OnLine(e lyapunov.Energy, k func(x float64) float64, T float64, c sde.Calculus, lo, hi float64, breaks ...float64) *Line {
	positive("temperature", T)
	if e == nil || e.Dim() != 1 {
		panic("langevin: a Line of an energy that is not on a line")
	}
	alpha := float64(c)
	power := func(x, p float64) float64 { // ln K^p
		if k == nil || p == 0 {
			return 0
		}
		return p * math.Log(k(x))
	}
	if m, ok := e.(interface{ Minima() [][]float64 }); ok {
		for _, x := range m.Minima() { // narrow wells are not to be missed
			if lo < x[0] && x[0] < hi {
				breaks = append(breaks, x[0])
			}
		}
	}
	value := func(x float64) float64 { return e.Value([]float64{x}) / T }
	l := &Line{
		Lo: lo, Hi: hi, Breaks: breaks,
		LogScale: func(x float64) float64 { return value(x) - power(x, alpha) },
		LogSpeed: func(x float64) float64 { return power(x, alpha-1) - value(x) - math.Log(T) },
	}
	l.mustMean()
	return l
}

// Line returns dynamics on a line as a Line: s = e^(E/T)/(μK), m = μe^(-E/T)/T.
// It panics unless there are one coordinate and one positive temperature.
func (d Dynamics) Line(lo, hi float64, breaks ...float64) *Line {
	d.mustMean()
	if d.Schedule != nil || d.Energy.Dim() != 1 {
		panic("langevin: a Line of dynamics with a Schedule, or not on a line")
	}
	p := newProcess(d)
	k := func(x float64) float64 {
		var out [1]float64
		p.k.Sharp(out[:], []float64{x}, []float64{1})
		return out[0]
	}
	l := OnLine(d.Energy, k, d.Temperature, sde.AntiIto, lo, hi, breaks...)
	if d.LogVolume != nil {
		s, m := l.LogScale, l.LogSpeed
		volume := func(x float64) float64 { return d.LogVolume([]float64{x}) }
		l.LogScale = func(x float64) float64 { return s(x) - volume(x) }
		l.LogSpeed = func(x float64) float64 { return m(x) + volume(x) }
	}
	return l
}

// mustMean panics unless the line has its parts.
func (l *Line) mustMean() {
	if l == nil || l.LogScale == nil || l.LogSpeed == nil {
		panic("langevin: a Line needs LogScale and LogSpeed")
	}
	if !(l.Lo < l.Hi) {
		panic(fmt.Sprintf("langevin: a Line from %v to %v", l.Lo, l.Hi))
	}
	for _, b := range l.Breaks {
		if !(l.Lo < b && b < l.Hi) {
			panic(fmt.Sprintf("langevin: a break at %v, outside of (%v, %v)", b, l.Lo, l.Hi))
		}
	}
}

// between returns the breaks strictly between two points, ascending.
func between(breaks []float64, a, b float64) (inside []float64) {
	for _, x := range breaks {
		if math.Min(a, b) < x && x < math.Max(a, b) {
			inside = append(inside, x)
		}
	}
	slices.Sort(inside)
	return inside
}

// inner returns a point inside the state space, at a break if there is one.
func (l *Line) inner() float64 {
	below, above := math.IsInf(l.Lo, -1), math.IsInf(l.Hi, 1)
	switch {
	case len(l.Breaks) > 0:
		return l.Breaks[0]
	case below && above:
		return 0
	case below:
		return l.Hi - 1
	case above:
		return l.Lo + 1
	}
	return l.Lo + (l.Hi-l.Lo)/2
}
