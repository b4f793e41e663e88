package fokkerplanck

import (
	"fmt"
	"math"
)

// poles and residues of the best rational approximation of order 16 to eˣ on x
// <= 0,
//
//	eˣ ≈ α₀ + 2 Re Σ α_k/(x - θ_k),
//
// in absolute value within 2.2e-16 of it for all of them. M. Pusa, Correction to
// Partial Fraction Decomposition Coefficients for Chebyshev Rational
// Approximation on the Negative Real Axis, arXiv:1206.2880 (2012).
var (
	cramConstant = 2.1248537104952237488e-16
	cramPoles    = [8]complex128{
		complex(-1.0843917078696988026e+1, 1.9277446167181652284e+1),
		complex(-5.2649713434426468895e+0, 1.6220221473167927305e+1),
		complex(5.9481522689511774808e+0, 3.5874573620183222829e+0),
		complex(3.5091036084149180974e+0, 8.4361989858843750826e+0),
		complex(6.4161776990994341923e+0, 1.1941223933701386874e+0),
		complex(1.4193758971856659786e+0, 1.0925363484496722585e+1),
		complex(4.9931747377179963991e+0, 5.9968817136039422260e+0),
		complex(-1.4139284624888862114e+0, 1.3497725698892745389e+1),
	}
	cramResidues = [8]complex128{
		complex(-5.0901521865224915650e-7, -2.4220017652852287970e-5),
		complex(2.1151742182466030907e-4, 4.3892969647380673918e-3),
		complex(1.1339775178483930527e+2, 1.0194721704215856450e+2),
		complex(1.5059585270023467528e+1, -5.7514052776421819979e+0),
		complex(-6.4500878025539646595e+1, -2.2459440762652096056e+2),
		complex(-1.4793007113557999718e+0, 1.7686588323782937906e+0),
		complex(-6.2518392463207918892e+1, -1.1190391094283228480e+1),
		complex(4.1023136835410021273e-2, -1.5743466173455468191e-1),
	}
)

const cramError = 2.2e-16

// Exponential takes the exact exp(τQᵀ) m, fast, where the chain is reversible:
// on a line by a rational approximation with eight complex tridiagonal solves,
// whatever τ is; elsewhere by Chebyshev polynomials of the symmetrised
// generator, with √(τ MaxRate) passes over the grid.
//
// In L²(1/π) the error is that of the approximation of the exponential on the
// spectrum, times the norm of m, and ‖m‖₁ <= ‖m‖_{L²(1/π)}. Chebyshev steps add
// terms until that is below Tolerance, and refuse a density that has mass so far
// out in the tails of q that rounding alone is above it. On a line the rounding
// is not amplified, and the norm of such a density says little; Bound is then
// Tolerance, and it is for mass, sign and F of the certificate to show it kept.
//
// Nothing is clipped: entries that are tiny in truth may come out negative
// within the bound, and stay so in the density. KL counts them as 0. Negative
// mass beyond Bound is an error.
type Exponential struct{}

// String returns "exponential".
func (Exponential) String() string { return "exponential" }

// Order returns 0: there is no error in time.
func (Exponential) Order() int { return 0 }

func (Exponential) prepare(g *Generator, tau float64) (stepper, error) {
	switch {
	case !g.reversible:
		return nil, fmt.Errorf("fokkerplanck: Exponential needs detailed balance, and this chain has a stationary current: use Uniformization")
	case g.band:
		return g.newRational(tau), nil
	}
	return g.newChebyshev(tau)
}

// A rational is exp(τQᵀ) on a line. Poles are taken four at a time: their numbers
// lie side by side, re, im, re, im, so that four independent chains of operations
// run through the loops. Complex arithmetic is written out.
type rational struct {
	g         *Generator
	tolerance float64
	out, back []float64    // τw_{i,i+1} and τw_{i+1,i}, 0 for the last cell
	inv       [2][]float64 // inverse pivots of four poles, 8 a cell
	z         []float64
	inverse   []float64 // 1/π, +Inf where π underflows
}

func (g *Generator) newRational(tau float64) *rational {
	n := len(g.exit)
	s := &rational{
		tolerance: g.settings.tolerance(1e-9), out: make([]float64, n), back: make([]float64, n),
		z: make([]float64, 8*n), inverse: make([]float64, n),
	}
	for i, v := range g.logpi {
		s.inverse[i] = math.Exp(-v)
	}
	for four := range s.inv {
		s.inv[four] = make([]float64, 8*n)
	}
	s.g = g
	s.retune(tau)
	return s
}

// retune eliminates the chain with the complex slack θ, as a tridiagonal does
// with the slack 1: d_i = s_i + τw_{i,i+1}, s_{i+1} = θ + τw_{i+1,i} s_i/d_i. The
// large rates do not cancel, so mass is kept to rounding however large τ is.
func (s *rational) retune(tau float64) {
	for k, b := range s.g.bonds {
		s.out[k], s.back[k] = tau*b.out, tau*b.back
	}
	n := len(s.out)
	for four, inv := range s.inv {
		a, b, c, d := cramPoles[4*four], cramPoles[4*four+1], cramPoles[4*four+2], cramPoles[4*four+3]
		ar, ai, br, bi := real(a), imag(a), real(b), imag(b)
		cr, ci, dr, di := real(c), imag(c), real(d), imag(d)
		back := s.back[:n]
		for i, out := range s.out {
			v := inv[8*i : 8*i+8 : 8*i+8]
			w := back[i]
			v[0], v[1], ar, ai = pivot(ar, ai, out, w)
			v[2], v[3], br, bi = pivot(br, bi, out, w)
			v[4], v[5], cr, ci = pivot(cr, ci, out, w)
			v[6], v[7], dr, di = pivot(dr, di, out, w)
			ar, ai, br, bi = ar+real(a), ai+imag(a), br+real(b), bi+imag(b)
			cr, ci, dr, di = cr+real(c), ci+imag(c), dr+real(d), di+imag(d)
		}
	}
}

// pivot returns 1/(s + out) and back s/(s + out).
func pivot(sr, si, out, back float64) (fr, fi, tr, ti float64) {
	re := sr + out
	h := 1 / (re*re + si*si)
	fr, fi = re*h, -si*h
	return fr, fi, back * (sr*fr - si*fi), back * (sr*fi + si*fr)
}

func (s *rational) step(dst, src []float64) (float64, error) {
	var chi, mass float64
	for i, m := range src {
		dst[i] = cramConstant * m
		mass += m
		if m != 0 {
			chi += m * m * s.inverse[i]
		}
	}
	for four := range s.inv {
		s.solve(dst, src, four)
	}
	return math.Min(cramError*math.Sqrt(chi), s.tolerance) + 1e-13*mass, nil
}

// solve adds -2 Re α x of four poles to dst, x the solutions for src.
func (s *rational) solve(dst, src []float64, four int) {
	n := len(src)
	inv, z, out, back := s.inv[four], s.z, s.out[:n], s.back[:n]
	var ar, ai, br, bi, cr, ci, dr, di, l float64
	for i, m := range src {
		v, w := inv[8*i:8*i+8:8*i+8], z[8*i:8*i+8:8*i+8]
		ar, ai = times(v[0], v[1], m+l*ar, l*ai)
		br, bi = times(v[2], v[3], m+l*br, l*bi)
		cr, ci = times(v[4], v[5], m+l*cr, l*ci)
		dr, di = times(v[6], v[7], m+l*dr, l*di)
		w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7] = ar, ai, br, bi, cr, ci, dr, di
		l = out[i]
	}
	a, b, c, d := -2*cramResidues[4*four], -2*cramResidues[4*four+1], -2*cramResidues[4*four+2], -2*cramResidues[4*four+3]
	ar, ai, br, bi, cr, ci, dr, di = 0, 0, 0, 0, 0, 0, 0, 0
	for i := n - 1; i >= 0; i-- {
		u := back[i]
		v, w := inv[8*i:8*i+8:8*i+8], z[8*i:8*i+8:8*i+8]
		ar, ai = times(v[0], v[1], u*ar, u*ai)
		br, bi = times(v[2], v[3], u*br, u*bi)
		cr, ci = times(v[4], v[5], u*cr, u*ci)
		dr, di = times(v[6], v[7], u*dr, u*di)
		ar, ai, br, bi = ar+w[0], ai+w[1], br+w[2], bi+w[3]
		cr, ci, dr, di = cr+w[4], ci+w[5], dr+w[6], di+w[7]
		dst[i] += real(a)*ar - imag(a)*ai + real(b)*br - imag(b)*bi +
			(real(c)*cr - imag(c)*ci + real(d)*dr - imag(d)*di)
	}
}

// times is a product of complex numbers.
func times(ar, ai, br, bi float64) (re, im float64) { return ar*br - ai*bi, ar*bi + ai*br }
