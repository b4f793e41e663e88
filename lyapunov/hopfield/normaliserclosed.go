package hopfield

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/freeenergy"
)

// Quadrants are the integrals of exp(-E/T) dμ over the quadrants of a network of
// one leaky unit a side, by the signs of v and h.
type Quadrants struct{ PP, PM, MP, MM float64 }

// Z returns the partition function, the sum of the four.
func (q Quadrants) Z() float64 { return q.PP + q.PM + q.MP + q.MM }

// Quadrants returns the integrals in closed form, orthant integrals of Gaussians,
//
//	∫∫ exp(-(av²/2 + bh²/2 - cvh)/T) = T (π/2 + arcsin(c/√(ab)))/√(ab - c²) over v, h > 0,
//
// or arccosh(-c/√(ab))/√(c² - ab) where c < -√(ab): a quadrant may be finite
// though the whole form is indefinite. It is an error if the network is not of
// that kind, has an input, or if Z is infinite.
func (b *Bipartite) Quadrants(T float64, m Measure) (Quadrants, error) {
	lv, okv := b.leakyUnit(b.visible)
	lh, okh := b.leakyUnit(b.hidden)
	if !okv || !okh || b.input[0] != 0 {
		return Quadrants{}, fmt.Errorf("hopfield: closed form by quadrants is for one leaky unit a side without input: use freeenergy.LogPartition of Effective for up to three units")
	}
	if err := b.Normalisable(T, m); err != nil {
		return Quadrants{}, err
	}
	u := b.u.At(0, 0)
	one := func(sv, sh float64) float64 {
		a, d := 1.0, 1.0
		if sv < 0 {
			a = lv.Slope
		}
		if sh < 0 {
			d = lh.Slope
		}
		c := u * a * d * sv * sh
		return T * orthant(a, d, c) * math.Pow(a*d, float64(m))
	}
	return Quadrants{PP: one(1, 1), PM: one(1, -1), MP: one(-1, 1), MM: one(-1, -1)}, nil
}

func (b *Bipartite) leakyUnit(l Lagrangian) (LeakyReLU, bool) {
	s, ok := l.(*Separable)
	if !ok || s.Dim() != 1 {
		return LeakyReLU{}, false
	}
	leaky, ok := s.Activation(0).(LeakyReLU)
	return leaky, ok
}

// orthant returns ∫∫ exp(-(av²/2 + bh²/2 - cvh)) over v, h > 0.
func orthant(a, b, c float64) float64 {
	r := c / math.Sqrt(a*b)
	switch root := math.Sqrt(a*b) * math.Sqrt(math.Abs((1-r)*(1+r))); {
	case r >= 1:
		return math.Inf(1)
	case r > -1+1e-4:
		return math.Acos(-r) / root
	case r < -1-1e-4:
		return math.Acosh(-r) / root
	}
	e := 1 + r // about r = -1, where both are 0/0
	return (1 + e*(1./3+e*(2./15+e*2./35))) / math.Sqrt(a*b)
}

// Gaussian returns the law of (v, h) of a linear network at temperature T, which
// has the precision (1 -U; -Uᵀ 1)/T and the mean at the equilibrium. It is an error
// if a unit is not linear or ‖U‖₂ >= 1, where there is no law.
func (b *Bipartite) Gaussian(T float64) (*freeenergy.Gaussian, error) {
	bipartiteTemperature(T)
	for _, l := range []Lagrangian{b.visible, b.hidden} {
		s, ok := l.(*Separable)
		for i := 0; ok && i < l.Dim(); i++ {
			var leaky LeakyReLU
			leaky, ok = s.Activation(i).(LeakyReLU)
			ok = ok && leaky.Slope == 1
		}
		if !ok {
			return nil, fmt.Errorf("hopfield: only a network of linear units (Linear()) has a Gaussian law: sample others with Gibbs")
		}
	}
	if err := b.Normalisable(T, Lebesgue); err != nil {
		return nil, err
	}
	nv, nh := b.u.Dims()
	precision := mat.NewSymDense(nv+nh, nil)
	for i := range nv + nh {
		precision.SetSym(i, i, 1)
	}
	for i := range nv {
		for j := range nh {
			precision.SetSym(i, nv+j, -b.u.At(i, j))
		}
	}
	var chol mat.Cholesky
	cov := mat.NewSymDense(nv+nh, nil)
	if !chol.Factorize(precision) || chol.InverseTo(cov) != nil {
		return nil, fmt.Errorf("hopfield: %w: the coupling's norm is 1 to rounding: shrink U", ErrNotNormalisable)
	}
	mean := mat.NewVecDense(nv+nh, nil)
	mean.MulVec(cov, mat.NewVecDense(nv+nh, append(b.Input(), make([]float64, nh)...)))
	cov.ScaleSym(T, cov)
	return freeenergy.NewGaussian(mean.RawVector().Data, cov)
}
