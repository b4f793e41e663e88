package hopfield

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/landscape"
)

// FromEnergy is F(z) = ½|z|² - E(z): the potential with which a Modern network of
// W = I, b = 0 and v = 0 has the energy E. Every smooth energy is one of a
// Modern network, so that nothing holds for all of them that gradient flows at
// large do not obey.
//
// F loses what of E is below the last bit of ½|z|²: for a faint E use its own
// gradient.
type FromEnergy struct {
	Energy landscape.Smooth
}

var _ Potential = FromEnergy{}

// Value returns ½|z|² - E(z).
func (f FromEnergy) Value(z []float64) float64 { return floats.Dot(z, z)/2 - f.Energy.Value(z) }

// Gradient stores z - ∇E(z) in dst.
func (f FromEnergy) Gradient(dst, z []float64) {
	f.Energy.Gradient(dst, z)
	for i, v := range z {
		dst[i] = v - dst[i]
	}
}

// HessianTimes stores w - ∇²E(z) w in dst. It allocates the Hessian.
func (f FromEnergy) HessianTimes(dst, z, w []float64) {
	checkLen(dst, len(z))
	checkLen(w, len(z))
	hess := mat.NewSymDense(len(z), nil)
	f.Energy.Hessian(hess, z)
	for i := range dst {
		dst[i] = w[i]
		for j, wj := range w {
			dst[i] -= hess.At(i, j) * wj
		}
	}
}

// MexicanHat is the energy of Absil, Mahony and Andrews (2005) in the plane, in
// polar coordinates and for r < 1
//
//	E = exp(-u) (1 - A sin(θ - u)),  u = 1/(1-r²),  A = 4r⁴/(4r⁴ + (1-r²)⁴).
//
// E is infinitely differentiable, and its gradient flow does not converge to a
// point: the curve θ = u is a trajectory, along which r → 1 and θ → ∞. Every
// point of the circle r = 1 is an equilibrium.
//
// From r = 0.611 on the curve repels its neighbours: a small δ = θ - u grows at the
// rate exp(-u) u' (A u' - A'). Rounding is enough to leave it. What an integrator
// shows runs to the trench θ - u ≈ π/2, where the sine is largest, and in it round
// the circle in the same way.
//
// It is the counter-example to a
// "converges to a fixed point" of [NH] Theorem 12: with a gradient of F that is
// merely bounded, trajectories approach a set of equilibria, and all of a circle
// may be their limit. An analytic F leaves no such thing (Łojasiewicz).
//
// Outside, E = ½r² s with a smooth step s from 0 at r = 1 to 1 at r = 2. So
// FromEnergy{MexicanHat{}} has a bounded gradient, as Theorem 12 asks.
type MexicanHat struct{}

var _ landscape.Smooth = MexicanHat{}

// polar holds a function of (r, θ) with its derivatives.
type polar struct{ f, r, t, rr, rt, tt float64 }

// Dim returns 2.
func (MexicanHat) Dim() int { return 2 }

// Spiral returns the point of the trajectory θ = 1/(1-r²) at radius r. NaN
// unless 0 < r < 1.
func (MexicanHat) Spiral(r float64) []float64 {
	if !(0 < r && r < 1) {
		return []float64{math.NaN(), math.NaN()}
	}
	sin, cos := math.Sincos(1 / ((1 - r) * (1 + r)))
	return []float64{r * cos, r * sin}
}

// Value returns E(x).
func (h MexicanHat) Value(x []float64) float64 {
	checkLen(x, 2)
	return h.at(x).f
}

// Gradient stores ∇E(x) in dst.
func (h MexicanHat) Gradient(dst, x []float64) {
	checkLen(dst, 2)
	checkLen(x, 2)
	r := math.Hypot(x[0], x[1])
	if r == 0 {
		dst[0], dst[1] = 0, 0
		return
	}
	p, c, s := h.at(x), x[0]/r, x[1]/r
	dst[0] = p.r*c - p.t/r*s
	dst[1] = p.r*s + p.t/r*c
}

// Hessian stores ∇²E(x) in dst.
func (h MexicanHat) Hessian(dst *mat.SymDense, x []float64) {
	checkLen(x, 2)
	r := math.Hypot(x[0], x[1])
	p := h.at(x)
	if r == 0 { // E = exp(-1) (1 - r²) + O(r⁴)
		c := -2 * math.Exp(-1)
		dst.SetSym(0, 0, c)
		dst.SetSym(1, 1, c)
		dst.SetSym(0, 1, 0)
		return
	}
	c, s := x[0]/r, x[1]/r
	mixed, around := p.rt/r-p.t/(r*r), p.r/r+p.tt/(r*r)
	dst.SetSym(0, 0, p.rr*c*c-2*mixed*c*s+around*s*s)
	dst.SetSym(1, 1, p.rr*s*s+2*mixed*c*s+around*c*c)
	dst.SetSym(0, 1, (p.rr-around)*c*s+mixed*(c*c-s*s))
}

func (MexicanHat) at(x []float64) polar {
	r := math.Hypot(x[0], x[1])
	switch {
	case r < 1:
		return insideHat(r, math.Atan2(x[1], x[0]))
	case r < 2:
		return outsideHat(r)
	}
	return polar{f: r * r / 2, r: r, rr: 1}
}

// insideHat is written out as E = exp(-u) B, B = 1 - A sin φ, φ = θ - u(r).
func insideHat(r, theta float64) polar {
	q := (1 - r) * (1 + r)
	u := 1 / q
	e := math.Exp(-u)
	if e == 0 {
		return polar{} // all derivatives underflow with it
	}
	u1 := 2 * r * u * u
	u2 := 2*u*u + 8*r*r*u*u*u
	// A = N/D with N = 4r⁴, D = 4r⁴ + q⁴; A' = 16 r³q³ (1+r²)/D².
	r2 := r * r
	d := 4*r2*r2 + q*q*q*q
	a := 4 * r2 * r2 / d
	k := 16 * r * r2 * q * q * q * (1 + r2)
	a1 := k / (d * d)
	k1 := 16*r2*q*q*q*(3+5*r2) - 96*r2*r2*q*q*(1+r2)
	d1 := 16*r*r2 - 8*r*q*q*q
	a2 := (k1 - 2*k*d1/d) / (d * d)
	sin, cos := math.Sincos(theta - u)
	b := 1 - a*sin
	b1 := -a1*sin + a*u1*cos
	b2 := -a2*sin + 2*a1*u1*cos + a*u2*cos + a*u1*u1*sin
	return polar{
		f:  e * b,
		r:  e * (b1 - u1*b),
		rr: e * (b2 - 2*u1*b1 + (u1*u1-u2)*b),
		t:  -e * a * cos,
		tt: e * a * sin,
		rt: e * (u1*a*cos - a1*cos - a*u1*sin),
	}
}

// outsideHat is ½r² s, s = 1/(1 + exp g), g = 1/(r-1) - 1/(2-r).
func outsideHat(r float64) polar {
	in, out := r-1, 2-r
	if in < 1e-3 {
		return polar{} // exp(-1000) and its derivatives
	}
	if out < 1e-3 {
		return polar{f: r * r / 2, r: r, rr: 1} // but for as much
	}
	g := 1/in - 1/out
	g1 := -1/(in*in) - 1/(out*out)
	g2 := 2/(in*in*in) - 2/(out*out*out)
	s := 1 / (1 + math.Exp(g))
	s1 := -s * (1 - s) * g1
	s2 := -s1*(1-2*s)*g1 - s*(1-s)*g2
	return polar{f: r * r / 2 * s, r: r*s + r*r/2*s1, rr: s + 2*r*s1 + r*r/2*s2}
}
