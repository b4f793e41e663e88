package kramersmoyal

import (
	"fmt"
	"math"

	"hopflow/lyapunov"
)

// A Hopping is the walk of [LF] B.2 with jumps of general reach on the line: from x
// to x+ε at the rate
//
//	w(x, ε) dε = a(x+ε/2, ε) exp(-[E(x+ε) - E(x)]/2T) dε,  a(z, ε) = a(z, -ε) >= 0.
//
// Micro-reversibility is exact, for e^{-E(x)/T} w(x → y) = a((x+y)/2) e^{-[E(x) +
// E(y)]/2T} is symmetric. With ∫ε² a dε = 2T K(z) the drift ∫ε w dε is T K' - K E' up
// to the square of the reach: [LF] Theorem 8, Itô, with its drift.
type Hopping struct {
	Energy      lyapunov.Energy // in one dimension
	Temperature float64
	Bond        func(z, eps float64) float64 // a(z, ε), even in ε
	Reach       float64                      // a(z, ε) = 0 for |ε| > Reach
}

// NewHopping returns the walk with a(z, ε) = 2T k(z) φ(|ε|/δ)/(m δ³), where m = ∫u² φ
// du: mobility k, jumps of the shape φ on |u| <= reach, and of the size δ. It is an
// error if φ has no second moment there. It panics unless T, δ and reach are positive.
func NewHopping(e lyapunov.Energy, k func(x float64) float64, shape func(u float64) float64, reach, T, delta float64) (*Hopping, error) {
	if k == nil || shape == nil || !(reach > 0) || !(T > 0) || !(delta > 0) || math.IsInf(reach*T*delta, 0) {
		panic(fmt.Sprintf("kramersmoyal: jumps of the size %v and reach %v at the temperature %v: want positive finite numbers", delta, reach, T))
	}
	second := integrate(func(u float64) float64 { return 2 * u * u * shape(u) }, []float64{0, reach / 2, reach}, 1e-13)
	if !(second.value > 0) || !(second.err <= 1e-9*second.value) {
		return nil, fmt.Errorf("kramersmoyal: the shape of the jumps has the second moment %v ± %.2g up to %v: want a positive number", second.value, second.err, reach)
	}
	scale := 2 * T / (second.value * delta * delta * delta)
	h := &Hopping{Energy: e, Temperature: T, Reach: reach * delta, Bond: func(z, eps float64) float64 {
		return scale * k(z) * shape(math.Abs(eps)/delta)
	}}
	h.check()
	return h, nil
}

func (h *Hopping) check() {
	switch {
	case h.Energy == nil || h.Energy.Dim() != 1:
		panic("kramersmoyal: a walk on a line needs an energy in one dimension")
	case h.Bond == nil:
		panic("kramersmoyal: a walk without rates on its bonds")
	case !(h.Temperature > 0) || !(h.Reach > 0) || math.IsInf(h.Temperature*h.Reach, 0):
		panic(fmt.Sprintf("kramersmoyal: jumps of the reach %v at the temperature %v: want positive finite numbers", h.Reach, h.Temperature))
	}
}

// Rate returns w(x, ε).
func (h *Hopping) Rate(x, eps float64) float64 {
	h.check()
	if math.Abs(eps) > h.Reach {
		return 0
	}
	climb := h.value(x+eps) - h.value(x)
	return h.Bond(x+eps/2, eps) * math.Exp(-climb/(2*h.Temperature))
}

func (h *Hopping) value(x float64) float64 {
	p := [1]float64{x}
	return h.Energy.Value(p[:])
}

// Check holds Bond against its laws at the given points: finite, not negative, and
// the same for ε and -ε.
func (h *Hopping) Check(points []float64) error {
	h.check()
	for _, z := range points {
		for _, f := range []float64{1e-3, 0.1, 0.37, 0.8, 1} {
			a, b := h.Bond(z, f*h.Reach), h.Bond(z, -f*h.Reach)
			if !(a >= 0) || math.IsInf(a, 0) || math.Abs(a-b) > 1e-12*a {
				return fmt.Errorf("kramersmoyal: the bond at z = %.6g has the rates %v for ε = %.6g and %v for -ε: want one finite number, at least 0: it is what makes the jump and its reverse balance", z, a, f*h.Reach, b)
			}
		}
	}
	return nil
}

// Moment returns ∫ εⁿ w(x, ε) dε by quadrature: the rate of all jumps for n = 0, the
// exact drift for n = 1, the exact second moment for n = 2. Jumps to both sides are
// paired, so that the drift does not drown in them. It is an error if quadrature does
// not converge.
func (h *Hopping) Moment(n int, x float64) (float64, error) {
	h.check()
	checkOrders(1, []int{n})
	sign := 1.0
	if n%2 == 1 {
		sign = -1
	}
	return h.integral(fmt.Sprintf("the moment of order %d of the jumps from x = %.6g", n, x), func(eps float64) float64 {
		return power(eps, n) * (h.Rate(x, eps) + sign*h.Rate(x, -eps))
	})
}

// Mobility returns K(z) = ∫ ε² a(z, ε) dε/2T. The error is that of Moment.
func (h *Hopping) Mobility(z float64) (float64, error) {
	h.check()
	return h.integral(fmt.Sprintf("the mobility at z = %.6g", z), func(eps float64) float64 {
		return eps * eps * (h.Bond(z, eps) + h.Bond(z, -eps)) / (2 * h.Temperature)
	})
}

func (h *Hopping) integral(what string, f func(eps float64) float64) (float64, error) {
	in := integrate(f, []float64{0, h.Reach / 4, h.Reach / 2, h.Reach}, 1e-13)
	if !(in.err <= 1e-9*in.abs) && !(in.abs == 0) {
		return in.value, fmt.Errorf("kramersmoyal: %s is %v ± %.2g: the rates are not finite or too rough; look at Bond and the energy within the reach %.4g", what, in.value, in.err, h.Reach)
	}
	return in.value, nil
}

// DriftLimit returns T K'(x) - K(x) E'(x), to which the drift tends. The slope of K is
// taken by differences. The error is that of Mobility.
func (h *Hopping) DriftLimit(x float64) (float64, error) {
	k, err := h.Mobility(x)
	if err != nil {
		return 0, err
	}
	slope := derivativeOf(func(z float64) float64 {
		v, e := h.Mobility(z)
		if e != nil && err == nil {
			err = e
		}
		return v
	}, x)
	var force [1]float64
	h.Energy.Gradient(force[:], []float64{x})
	return h.Temperature*slope - k*force[0], err
}
