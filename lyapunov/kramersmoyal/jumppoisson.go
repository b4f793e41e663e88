package kramersmoyal

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Poisson is the law of the increment over a time dt of a Poisson process
// whose jumps all have one size. Use NewPoisson.
type Poisson struct{ mean, size float64 }

// NewPoisson returns the law of the sum of the jumps that a process of the given
// rate makes in dt. It panics unless rate >= 0 and dt >= 0, all finite.
func NewPoisson(rate, size, dt float64) *Poisson {
	checkRate(rate, dt)
	if notFinite(size) {
		panic(fmt.Sprintf("kramersmoyal: jumps of the size %v, want a finite number", size))
	}
	return &Poisson{rate * dt, size}
}

func checkRate(rate, dt float64) {
	if !(rate >= 0) || !(dt >= 0) || math.IsInf(rate*dt, 0) || math.IsNaN(rate*dt) {
		panic(fmt.Sprintf("kramersmoyal: a rate %v of jumps over a time %v: want finite numbers that are not negative", rate, dt))
	}
}

// Dim returns 1.
func (*Poisson) Dim() int { return 1 }

// Moment returns sizeⁿ times the Touchard polynomial of the mean μ,
// T_{n+1}(μ) = μ Σ_k C(n, k) T_k(μ).
func (p *Poisson) Moment(orders ...int) float64 {
	n := checkOrders(1, orders)
	kappa := make([]float64, n+1)
	for i := range kappa {
		kappa[i] = p.mean
	}
	return MomentsFromCumulants(kappa)[n] * power(p.size, n)
}

// Sample stores size times a Poisson number in dst.
func (p *Poisson) Sample(dst []float64, src rand.Source) {
	if len(dst) != 1 {
		panic("kramersmoyal: length mismatch")
	}
	dst[0] = p.size * poissonNumber(p.mean, src)
}

func poissonNumber(mean float64, src rand.Source) float64 {
	if mean == 0 {
		return 0
	}
	return distuv.Poisson{Lambda: mean, Src: src}.Rand()
}

// Characteristic returns exp(μ(exp(ik size) - 1)).
func (p *Poisson) Characteristic(k ...float64) complex128 {
	if len(k) != 1 {
		panic("kramersmoyal: length mismatch")
	}
	s, c := math.Sincos(k[0] * p.size / 2)
	return cmplx.Exp(complex(-2*p.mean*s*s, 2*p.mean*s*c)) // e^{iθ} - 1 without cancellation
}

// Atoms returns the law as a discrete one. Atoms beyond the numbers, where less
// than 1e-20 of the probability is left, are not listed.
func (p *Poisson) Atoms() *Atoms {
	first, pmf := poissonNumbers(p.mean)
	a := &Atoms{P: pmf}
	for i := range pmf {
		a.X = append(a.X, p.size*float64(first+i))
	}
	return a.ascending()
}

// poissonNumbers returns the probabilities of first, first+1, …, by their ratios
// from the mode on, so that all have their relative accuracy. Their sum is 1 but
// for what is below 1e-20 of the mode on each side.
func poissonNumbers(mean float64) (first int, pmf []float64) {
	mode := int(mean)
	up := []float64{1}
	for k := mode + 1; up[len(up)-1] > 1e-22; k++ {
		up = append(up, up[len(up)-1]*mean/float64(k))
	}
	var down []float64
	first = mode
	for v := 1.0; first > 0 && v > 1e-22; first-- {
		v *= float64(first) / mean
		down = append(down, v)
	}
	for i := len(down) - 1; i >= 0; i-- {
		pmf = append(pmf, down[i])
	}
	pmf = append(pmf, up...)
	scale(pmf)
	return first, pmf
}

// scale divides weights by their sum, added up with the small ones first.
func scale(w []float64) {
	var s kahan
	for _, v := range w {
		s.add(v)
	}
	for i := range w {
		w[i] /= s.value()
	}
}

// A kahan is a sum with compensation (Neumaier's).
type kahan struct{ sum, lost float64 }

func (k *kahan) add(y float64) {
	t := k.sum + y
	if math.Abs(k.sum) >= math.Abs(y) {
		k.lost += (k.sum - t) + y
	} else {
		k.lost += (y - t) + k.sum
	}
	k.sum = t
}

func (k *kahan) value() float64 { return k.sum + k.lost }

// A Compound is the law of the increment over a time dt of a compound Poisson
// process: jumps with a law of their own arrive at a constant rate. Use
// NewCompound.
type Compound struct {
	rate, dt float64
	jump     Law
}

// NewCompound returns the law of the sum of the jumps in dt. It panics on a
// negative rate or time, or without a law.
func NewCompound(rate float64, jump Law, dt float64) *Compound {
	checkRate(rate, dt)
	if jump == nil {
		panic("kramersmoyal: a compound Poisson process without a law of its jumps")
	}
	return &Compound{rate, dt, jump}
}

// Dim returns the dimension of the jumps.
func (c *Compound) Dim() int { return c.jump.Dim() }

// MomentRate returns m_α = lim M_α/dt = rate <ξ^α>, which does not vanish for
// any even order: a jump process has all the terms of its expansion.
func (c *Compound) MomentRate(orders ...int) float64 { return c.rate * c.jump.Moment(orders...) }

// Moment returns M_α over dt exactly, from the cumulants dt rate <ξ^α>.
func (c *Compound) Moment(orders ...int) float64 {
	checkOrders(c.Dim(), orders)
	return jointMoment(func(a []int) float64 { return c.dt * c.MomentRate(a...) }, orders)
}

// Sample stores the sum of a Poisson number of jumps in dst.
func (c *Compound) Sample(dst []float64, src rand.Source) {
	if len(dst) != c.Dim() {
		panic("kramersmoyal: length mismatch")
	}
	clear(dst)
	one := make([]float64, len(dst))
	for range int(poissonNumber(c.rate*c.dt, src)) {
		c.jump.Sample(one, src)
		for i, v := range one {
			dst[i] += v
		}
	}
}

// Characteristic returns exp(rate dt (φ(k) - 1)), φ that of the jumps. It panics
// if they are not Spectral.
func (c *Compound) Characteristic(k ...float64) complex128 {
	s, ok := c.jump.(Spectral)
	if !ok {
		panic("kramersmoyal: the characteristic function of a compound law whose jumps do not know theirs")
	}
	return cmplx.Exp(complex(c.rate*c.dt, 0) * (s.Characteristic(k...) - 1))
}
