package kramersmoyal

import (
	"fmt"
	"math"
	"math/cmplx"

	"hopflow/lyapunov/freeenergy"
)

// A Truncation is the evolution on the line
//
//	∂p/∂t = Σ_{n=1}^N (-∂)^n/n! (m_n p)
//
// with coefficients that depend on nothing. A wave e^{ikx} grows as e^{ω(k)t},
// ω(k) = Σ m_n (-ik)^n/n!. Use Truncate.
type Truncation struct{ d []float64 }

// Truncate returns the truncation with the rates m_1, m_2, …, m_N. It
// panics if there is none, more than MaxOrder, or one is not finite.
func Truncate(d ...float64) *Truncation {
	if len(d) == 0 || len(d) > MaxOrder {
		panic(fmt.Sprintf("kramersmoyal: a truncation with %d coefficients, want 1 to %d", len(d), MaxOrder))
	}
	for n, v := range d {
		if notFinite(v) {
			panic(fmt.Sprintf("kramersmoyal: the rate m_%d is %v", n+1, v))
		}
	}
	return &Truncation{append([]float64(nil), d...)}
}

// TruncateJumps returns the truncation to the given order of jumps that arrive at
// a constant rate: m_n = rate <ξⁿ>. It panics on a negative rate or if a moment
// is not finite.
func TruncateJumps(rate float64, jump Law, order int) *Truncation {
	checkRate(rate, 1)
	d := make([]float64, order)
	for n := range d {
		d[n] = rate * jump.Moment(n+1)
	}
	return Truncate(d...)
}

// Order returns N.
func (tr *Truncation) Order() int { return len(tr.d) }

// MomentRates returns m_1, …, m_N.
func (tr *Truncation) MomentRates() []float64 { return append([]float64(nil), tr.d...) }

// Symbol returns ω(k), the rate at which the wave e^{ikx} grows and turns.
func (tr *Truncation) Symbol(k float64) complex128 {
	return tr.symbol(k, false)
}

// symbol leaves out the odd orders for the wave of two cells of a grid.
func (tr *Truncation) symbol(k float64, nyquist bool) (w complex128) {
	factor := 1.0
	for n, d := range tr.d {
		factor /= float64(n + 1)
		if d != 0 {
			w += complex(d*factor, 0) * derivative([]float64{k}, []int{n + 1}, nyquist)
		}
	}
	return w
}

// Growth returns Re ω(k): where it is positive, waves grow.
func (tr *Truncation) Growth(k float64) float64 { return real(tr.Symbol(k)) }

// Evolve returns the solution at the time t that starts from p, exact in time: each
// wave is multiplied by e^{ω(k)t}. The grid is periodic and in one dimension.
//
// It is an error if the grid has ends or is too coarse for p, or if waves grow so
// far that the rounding of p exceeds 1e-6 of its maximum, as it does at once where
// the truncation is ill-posed; the solution comes with that error, to look at. It
// panics unless t >= 0.
func (tr *Truncation) Evolve(p *freeenergy.Density, t float64) (Signed, error) {
	if p.Grid.Dim() != 1 || !(t >= 0) || math.IsInf(t, 0) {
		panic(fmt.Sprintf("kramersmoyal: a truncation in one dimension on a grid of %d, to the time %v", p.Grid.Dim(), t))
	}
	f, err := newTransform(p.Grid)
	if err != nil {
		return Signed{}, err
	}
	var top float64
	for _, v := range p.P {
		top = math.Max(top, math.Abs(v))
	}
	c, k := f.forward(p.P), make([]float64, 1)
	floor := 4 * eps * largest(c)
	var rounding, unresolved, growth, fastest float64
	for i, v := range c {
		nyquist := f.wave(k, i)
		w := tr.symbol(k[0], nyquist)
		if real(w) > growth {
			growth, fastest = real(w), math.Abs(k[0])
		}
		factor := cmplx.Exp(w * complex(t, 0))
		if f.outer(k) && cmplx.Abs(v) > floor {
			unresolved += cmplx.Abs(v) * math.Max(1, cmplx.Abs(factor))
		}
		rounding += floor * cmplx.Abs(factor)
		c[i] = v * factor
	}
	s := Signed{&freeenergy.Density{Grid: p.Grid, P: f.backward(c)}}
	for i, v := range s.P {
		if notFinite(v) {
			return s, fmt.Errorf("kramersmoyal: the solution is %v in cell %d at t = %g: the wave k = %.4g grows at the rate %.4g; see Diagnose, and truncate at order 2", v, i, t, fastest, growth)
		}
	}
	switch {
	case !(rounding <= resolution*top):
		return s, fmt.Errorf("kramersmoyal: the truncation of order %d makes the wave k = %.4g of the grid grow at the rate %.4g: at t = %g rounding alone makes up %.2g, with max p = %.3g; a finer grid is worse; see Diagnose, and truncate at order 2", tr.Order(), fastest, growth, t, rounding, top)
	case !(unresolved <= resolution*top):
		return s, fmt.Errorf("kramersmoyal: the grid of %d cells is too coarse for the density: waves in the outer third of its spectrum make up %.2g, with max p = %.3g; take more cells", p.Grid.Len(), unresolved, top)
	}
	return s, nil
}

// Kernel returns the fundamental solution at x and time t > 0: the "density" of
// particles that start at 0. To order 2 it is normal, to order 3 an Airy function,
// else the integral of Fourier, ∫ e^{ikx + ω(k)t} dk/2π, by the trapezoidal rule.
//
// It is an error if there is none that is a function: at order 1, or if the waves
// are not damped for large k. It panics unless t > 0.
func (tr *Truncation) Kernel(x, t float64) (float64, error) {
	if !(t > 0) || notFinite(x) {
		panic(fmt.Sprintf("kramersmoyal: a kernel at x = %v, t = %v", x, t))
	}
	switch d := tr.trimmed(); {
	case len(d) == 2 && d[1] > 0:
		return Bell{d[0] * t, d[1] * t}.Prob(x), nil
	case len(d) == 3 && d[1] >= 0:
		return airyDensity(x-d[0]*t, d[1]*t, d[2]*t), nil
	}
	return tr.fourierKernel(x, t)
}

// trimmed returns the coefficients without zeros at the end.
func (tr *Truncation) trimmed() []float64 {
	d := tr.d
	for len(d) > 0 && d[len(d)-1] == 0 {
		d = d[:len(d)-1]
	}
	return d
}

// fourierKernel halves the step of the trapezoidal rule until the sum stays: for
// a function that is smooth and falls off it converges faster than any power.
func (tr *Truncation) fourierKernel(x, t float64) (float64, error) {
	top := 1.0
	for tr.Growth(top)*t > -50 || tr.Growth(1.5*top)*t > -50 {
		if top *= 1.25; top > 1e9 {
			return math.NaN(), fmt.Errorf("kramersmoyal: the truncation of order %d does not damp short waves: at k = %.3g they grow at the rate %.3g, and it has no kernel that is a function; see Diagnose", tr.Order(), top, tr.Growth(top))
		}
	}
	for top > 1e-9 && tr.Growth(top/1.25)*t < -50 {
		top /= 1.25
	}
	var before float64
	for n := 64; n <= 1<<20; n *= 2 {
		h := top / float64(n)
		var sum kahan
		var size float64
		for i := range n {
			k := h * float64(i)
			v := cmplx.Exp(tr.Symbol(k)*complex(t, 0) + complex(0, k*x))
			weight := h / math.Pi
			if i == 0 {
				weight /= 2
			}
			sum.add(weight * real(v))
			size += weight * cmplx.Abs(v)
		}
		if n > 64 && math.Abs(sum.value()-before) <= 1e-14*size {
			return sum.value(), nil
		}
		before = sum.value()
	}
	return math.NaN(), fmt.Errorf("kramersmoyal: the Fourier integral at x = %.4g, t = %.4g does not settle: take x nearer to the mean", x, t)
}
