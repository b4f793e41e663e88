package fokkerplanck

import (
	"fmt"
	"math"
)

// A chebyshev is exp(-τL) y of the symmetrised generator L, y = m/√π, whose
// spectrum lies in [0, ρ]:
//
//	exp(-τL) = Σ_k c_k T_k(1 - 2L/ρ),  c_k = (2 - δ_k0) e^{-a} I_k(a),  a = τρ/2.
//
// The coefficients are positive and sum to 1, and |T_k| <= 1: what is left out
// after the term K is at most Σ_{k>K} c_k ‖y‖₂. They fall off beyond k ~ √a. ρ is
// Gershgorin's bound, which holds whatever the rates are.
type chebyshev struct {
	tolerance     float64
	rho           float64
	coefficients  []float64
	tail          []float64 // tail[k] = Σ_{j>k} c_j
	root, inverse []float64
	stencil       *stencil  // of a plain grid of two axes, else nil
	level         *level    // else, with entries 4 s_ij/ρ
	diag          []float64 // 2 (1 - 2L_ii/ρ)
	t0, t1, sum   []float64
	passes        int // of the last step
}

func (g *Generator) newChebyshev(tau float64) (*chebyshev, error) {
	c := &chebyshev{tolerance: g.settings.tolerance(1e-7), rho: g.gershgorin()}
	a := tau * c.rho / 2
	if passes := math.Sqrt(90*a) + 50; passes > mostPasses {
		return nil, fmt.Errorf("fokkerplanck: Chebyshev polynomials for a step %.6g need about %.3g passes, limit %d: take shorter steps, or ImplicitEuler", tau, passes, mostPasses)
	}
	c.coefficients = besselWeights(a)
	c.tail = make([]float64, len(c.coefficients))
	for k := len(c.tail) - 2; k >= 0; k-- {
		c.tail[k] = c.tail[k+1] + c.coefficients[k+1]
	}
	n := len(g.exit)
	c.root, c.inverse, c.diag = make([]float64, n), make([]float64, n), make([]float64, n)
	for i, v := range g.logpi {
		c.root[i], c.inverse[i] = math.Exp(v/2), math.Exp(-v/2)
		c.diag[i] = 2 * (1 - 2*g.exit[i]/c.rho)
	}
	pad := 0
	if c.stencil = g.newStencil(c.rho); c.stencil != nil {
		pad = c.stencil.pad
	} else {
		c.level = finest(g, 4/c.rho)
	}
	c.t0, c.t1, c.sum = make([]float64, n+2*pad), make([]float64, n+2*pad), make([]float64, n)
	return c, nil
}

// gershgorin bounds the spectrum of the symmetrised generator.
func (g *Generator) gershgorin() float64 {
	row := append([]float64(nil), g.exit...)
	for _, b := range g.bonds {
		s := g.symmetric(b)
		row[b.i] += s
		row[b.j] += s
	}
	rho := 0.0
	for _, v := range row {
		rho = math.Max(rho, v)
	}
	// Twice the largest exit rate bounds it as well, by the rows of Q itself.
	return math.Max(math.Min(rho, 2*g.MaxRate()), math.SmallestNonzeroFloat64)
}

// besselWeights returns c_k for k = 0, 1, ... until they are far below 1e-17 of
// their sum, from the ratios of neighbours, I_k/I_{k-1} = 1/(2k/a + I_{k+1}/I_k),
// downwards, and I_0 + 2 Σ I_k = e^a.
func besselWeights(a float64) []float64 {
	c := make([]float64, int(math.Sqrt(110*a))+40)
	if a == 0 {
		c[0] = 1
		return c
	}
	ratio := 0.0
	for k := len(c) - 1; k > 0; k-- {
		ratio = 1 / (2*float64(k)/a + ratio)
		c[k] = ratio
	}
	c[0] = 1
	total := 1.0
	for k := 1; k < len(c); k++ {
		if c[k] *= c[k-1]; k == 1 {
			c[k] *= 2
		}
		total += c[k]
	}
	for k := range c {
		c[k] /= total
	}
	return c
}

func (c *chebyshev) step(dst, src []float64) (float64, error) {
	y := c.t0
	if c.stencil != nil {
		y = y[c.stencil.pad:]
	}
	var chi float64
	for i, m := range src {
		y[i] = 0
		if m != 0 {
			y[i] = m * c.inverse[i]
			chi += y[i] * y[i]
		}
	}
	chi = math.Sqrt(chi)
	noise := 4 * eps * chi
	last := len(c.tail) - 1
	if !(chi*c.tail[last]+noise <= c.tolerance) {
		return 0, refused(noise, c.tolerance)
	}
	for last > 0 && chi*c.tail[last-1]+noise <= c.tolerance {
		last--
	}
	c.passes = last
	if c.stencil != nil {
		c.stencil.expand(c, last)
	} else {
		c.expand(last)
	}
	for i, v := range c.sum {
		dst[i] = v * c.root[i]
	}
	return chi*c.tail[last] + noise, nil
}

func refused(bound, tolerance float64) error {
	return fmt.Errorf("fokkerplanck: the exponential of this density is only known to %.3g, tolerance %.3g: it has mass where the stationary density is nearly 0; begin with a few steps of ImplicitEuler, or use Uniformization", bound, tolerance)
}

// expand stores Σ_{k<=last} c_k T_k y in sum, for y in t0.
func (c *chebyshev) expand(last int) {
	for i, v := range c.t0 {
		c.sum[i] = c.coefficients[0] * v
		c.t1[i] = 0
	}
	for k := 1; k <= last; k++ {
		half := 1.0
		if k == 1 {
			half = 0.5 // T_1 = x T_0, without the 2
		}
		ck := c.coefficients[k]
		t0, t1, l := c.t0, c.t1, c.level
		for i := range c.sum {
			v := c.diag[i] * t0[i]
			lo, hi := l.ptr[i], l.ptr[i+1]
			s := l.s[lo:hi]
			for e, j := range l.col[lo:hi] {
				v += s[e] * t0[j]
			}
			v = half*v - t1[i]
			t1[i] = v
			c.sum[i] += ck * v
		}
		c.t0, c.t1 = t1, t0
	}
}
