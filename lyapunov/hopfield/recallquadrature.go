package hopfield

import (
	"fmt"
	"math"

	"hopflow/lyapunov"
	"hopflow/lyapunov/freeenergy"
)

// recallReach is how far in t the substitution x = x0 + δ sinh t goes: to 1e17 δ.
const recallReach = 40

// recallLine returns ln ∫ exp(-E/T) dx over the line and means under it, by the
// trapezoidal rule in t, x = x0 + δ sinh t, with the step halved until nothing
// changes. x0 is the lowest point found and δ the width of the law there.
func recallLine(value func(h []float64) float64, T float64, phi []func(h []float64) float64) (lnZ float64, means []float64, err error) {
	at := func(x float64) float64 { return -value([]float64{x}) / T }
	x0, width := recallCentre(at)
	top := at(x0)
	if math.IsNaN(top) || math.IsInf(top, 0) {
		return math.NaN(), nil, fmt.Errorf("hopfield: the energy is %v at h = %g: check its formula", -T*top, x0)
	}
	log := func(t float64) float64 { return at(x0+width*math.Sinh(t)) - top + math.Log(width*math.Cosh(t)) }
	lo, hi, err := recallRange(log, T)
	if err != nil {
		return math.NaN(), nil, err
	}
	var last []float64
	h := [1]float64{}
	for n := 64; n <= 1<<17; n *= 2 {
		sums := make([]float64, 1+len(phi))
		step := (hi - lo) / float64(n)
		for i := range n + 1 {
			t := lo + step*float64(i)
			w := step * math.Exp(log(t))
			if math.IsNaN(w) {
				return math.NaN(), nil, fmt.Errorf("hopfield: the energy is NaN at h = %g: check its formula", x0+width*math.Sinh(t))
			}
			sums[0] += w
			h[0] = x0 + width*math.Sinh(t)
			for k, f := range phi {
				if w > 0 {
					sums[1+k] += w * f(h[:])
				}
			}
		}
		for k := range phi {
			sums[1+k] /= sums[0]
		}
		sums[0] = top + math.Log(sums[0])
		if last != nil && recallSettled(sums, last) {
			return sums[0], sums[1:], nil
		}
		last = sums
	}
	return last[0], last[1:], fmt.Errorf("hopfield: quadrature over h stopped at ln Z(v) = %.12g: Z(v) may be infinite, or the energy is not smooth enough or far from one well; try freeenergy.LogPartition", last[0])
}

func recallSettled(now, before []float64) bool {
	for k, v := range now {
		if !(math.Abs(v-before[k]) <= 2e-14*math.Max(1, math.Abs(v))) {
			return false
		}
	}
	return true
}

// recallCentre returns the highest point of a log density, from a scan of the line
// refined by golden section, and the distance at which it has fallen by about 1.
func recallCentre(at func(x float64) float64) (x0, width float64) {
	best, high := 0.0, math.Inf(-1)
	for t := -25.0; t <= 25; t += 0.02 {
		if v := at(math.Sinh(t)); v > high {
			best, high = t, v
		}
	}
	const golden = 0.6180339887498949
	lo, hi := best-0.02, best+0.02
	for range 80 {
		a, b := hi-golden*(hi-lo), lo+golden*(hi-lo)
		if at(math.Sinh(a)) > at(math.Sinh(b)) {
			hi = b
		} else {
			lo = a
		}
	}
	x0 = math.Sinh((lo + hi) / 2)
	top := at(x0)
	width = 1
	fall := func(w float64) float64 { return top - math.Max(at(x0+w), at(x0-w)) }
	for width < 1e12 && !(fall(width) > 0.5) {
		width *= 2
	}
	for width > 1e-12 && fall(width) > 2 {
		width /= 1.5
	}
	return x0, width
}

// recallRange returns where the weights are above e^-60 of the largest.
func recallRange(log func(t float64) float64, T float64) (lo, hi float64, err error) {
	const step = 0.02
	n := int(2 * recallReach / step)
	values := make([]float64, n+1)
	high := math.Inf(-1)
	for i := range values {
		values[i] = log(-recallReach + step*float64(i))
		high = math.Max(high, values[i])
	}
	first, last := n, 0
	for i, v := range values {
		if v > high-60 {
			first, last = min(first, i), max(last, i)
		}
	}
	if first == 0 || last == n {
		return 0, 0, fmt.Errorf("hopfield: exp(-E/T) falls too slowly at T = %g: Z(v) may be infinite; take a lower T, or the FiringRate measure for bounded outputs", T)
	}
	return -recallReach + step*float64(first-1), -recallReach + step*float64(last+1), nil
}

// recallBox is recallLine over two or three variables, by adaptive quadrature. A φ
// may change sign: with k² = <1 + φ²> its mean is k(<(1+φ/k)²> - <(1-φ/k)²>)/4,
// integrals of what is not negative.
func recallBox(e lyapunov.Energy, T float64, phi []func(h []float64) float64) (lnZ float64, means []float64, err error) {
	n := e.Dim()
	box := make([][2]float64, n)
	for i := range box {
		box[i] = [2]float64{math.Inf(-1), math.Inf(1)}
	}
	settings := &freeenergy.Quadrature{Tol: []float64{1e-8, 1e-6}[n-2]}
	integral := func(value func(h []float64) float64) (float64, error) {
		ln, _, err := freeenergy.LogPartition(recallEnergy{n, value}, T, box, settings)
		return ln, err
	}
	if lnZ, err = integral(e.Value); err != nil {
		return lnZ, nil, err
	}
	for _, f := range phi {
		weighted := func(weight func(f float64) float64) float64 {
			ln, e2 := integral(func(h []float64) float64 { return e.Value(h) - T*math.Log(weight(f(h))) })
			if err == nil {
				err = e2
			}
			return math.Exp(ln - lnZ)
		}
		k := math.Sqrt(weighted(func(f float64) float64 { return 1 + f*f }))
		up := weighted(func(f float64) float64 { return (1 + f/k) * (1 + f/k) })
		down := weighted(func(f float64) float64 { return (1 - f/k) * (1 - f/k) })
		means = append(means, k*(up-down)/4)
	}
	return lnZ, means, err
}

// recallEnergy is an energy without use for a gradient.
type recallEnergy struct {
	n     int
	value func(h []float64) float64
}

func (e recallEnergy) Dim() int                  { return e.n }
func (e recallEnergy) Value(h []float64) float64 { return e.value(h) }
func (e recallEnergy) Gradient(dst, _ []float64) { lagrangianFill(dst, math.NaN()) }
