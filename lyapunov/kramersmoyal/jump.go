package kramersmoyal

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// A Law is the law of a jump ε in Rⁿ. Its moments are those of [LF] Lemma 16 at
// one x, t and Δt. Implementations are immutable; CheckLaw holds one against
// all of this.
type Law interface {
	// Dim returns the number of coordinates n.
	Dim() int
	// Moment returns <ε_0^{a_0} ε_1^{a_1} …> for one order a_i >= 0 a
	// coordinate: Moment(3) in one dimension, Moment(2, 1) for <ε_0² ε_1>. It is
	// NaN if there is no such moment, and panics on a wrong number of orders,
	// a negative one, or a sum above MaxOrder.
	Moment(orders ...int) float64
	// Sample stores a random jump in dst, of length n. All its randomness comes
	// from src.
	Sample(dst []float64, src rand.Source)
}

// A Spectral law knows its characteristic function: what Convolve needs.
type Spectral interface {
	Law
	// Characteristic returns <exp(i k·ε)>.
	Characteristic(k ...float64) complex128
}

// Draw returns n random jumps, a row each. It panics if n is negative.
func Draw(l Law, n int, src rand.Source) [][]float64 {
	dim := l.Dim()
	flat, rows := make([]float64, n*dim), make([][]float64, n)
	for i := range rows {
		rows[i] = flat[i*dim : (i+1)*dim : (i+1)*dim]
		l.Sample(rows[i], src)
	}
	return rows
}

const (
	lawSamples = 20000
	lawZ       = 7 // more than 4.9, for sums that are not yet normal
)

// CheckLaw holds a law against its contract up to the given even order of
// moments:
//   - M_0 = 1, moments are finite, and <ε^{2α}> >= 0;
//   - M_{α+β}² <= M_{2α} M_{2β} (Cauchy-Schwarz);
//   - Sample writes every coordinate, numbers that are finite, and repeats
//     itself from an equal source;
//   - the means of ε^α over 20000 samples agree with M_α to 7 standard errors,
//     taken from M_{2α}, for |α| <= order/2;
//   - a Spectral law has |φ| <= 1, φ(0) = 1, φ(-k) = conj φ(k), and the first
//     two moments are its derivatives at 0.
//
// The error names the moment. It panics unless order is even and positive.
func CheckLaw(l Law, order int, seed uint64) error {
	if order < 2 || order%2 != 0 {
		panic(fmt.Sprintf("kramersmoyal: CheckLaw to the order %d, want an even one, at least 2", order))
	}
	alphas := multiIndices(l.Dim(), order/2)
	if err := checkMoments(l, alphas); err != nil {
		return err
	}
	if err := checkSamples(l, alphas, seed); err != nil {
		return err
	}
	if s, ok := spectral(l); ok {
		return checkCharacteristic(s)
	}
	return nil
}

// spectral returns the law as a Spectral one. The sum of jumps that do not know
// their characteristic function does not know its own.
func spectral(l Law) (Spectral, bool) {
	if c, ok := l.(*Compound); ok {
		if _, ok := spectral(c.jump); !ok {
			return nil, false
		}
	}
	s, ok := l.(Spectral)
	return s, ok
}

// multiIndices returns every α of dimension dim with |α| <= order, by |α|.
func multiIndices(dim, order int) (all [][]int) {
	var extend func(alpha []int, left int)
	extend = func(alpha []int, left int) {
		if len(alpha) == dim-1 {
			all = append(all, append(append([]int(nil), alpha...), left))
			return
		}
		for a := left; a >= 0; a-- {
			extend(append(alpha, a), left-a)
		}
	}
	for n := 0; n <= order; n++ {
		extend(nil, n)
	}
	return all
}

func checkMoments(l Law, alphas [][]int) error {
	if m := l.Moment(make([]int, l.Dim())...); !(math.Abs(m-1) <= 1e-8) {
		return fmt.Errorf("kramersmoyal: the moment of order 0 is %v, want 1: the probabilities do not sum to 1", m)
	}
	sum := func(a, b []int) []int {
		s := make([]int, len(a))
		for i := range s {
			s[i] = a[i] + b[i]
		}
		return s
	}
	for i, a := range alphas {
		for _, b := range alphas[:i+1] {
			cross, aa, bb := l.Moment(sum(a, b)...), l.Moment(sum(a, a)...), l.Moment(sum(b, b)...)
			for _, m := range []float64{cross, aa, bb} {
				if math.IsNaN(m) || math.IsInf(m, 0) {
					return fmt.Errorf("kramersmoyal: a moment of order %v or below is %v: the law has no such moment, or its formula overflows; ask for lower orders", sum(a, a), m)
				}
			}
			if aa < 0 {
				return fmt.Errorf("kramersmoyal: the moment of order %v is %v, want at least 0: it is the mean of a square", sum(a, a), aa)
			}
			if cross*cross > aa*bb*(1+1e-9)+1e-300 {
				return fmt.Errorf("kramersmoyal: the moments of the orders %v, %v and %v are %.6g, %.6g and %.6g: no law has these (Cauchy-Schwarz)", sum(a, b), sum(a, a), sum(b, b), cross, aa, bb)
			}
		}
	}
	return nil
}

func checkSamples(l Law, alphas [][]int, seed uint64) error {
	one, two := rand.NewPCG(seed, 1), rand.NewPCG(seed, 1)
	x, again := make([]float64, l.Dim()), make([]float64, l.Dim())
	sums := make([]float64, len(alphas))
	for n := range lawSamples {
		for i := range x {
			x[i], again[i] = math.NaN(), 7
		}
		l.Sample(x, one)
		l.Sample(again, two)
		for i, v := range x {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("kramersmoyal: coordinate %d of sample %d is %v: assign every coordinate of dst", i, n, v)
			}
			if v != again[i] {
				return fmt.Errorf("kramersmoyal: coordinate %d of sample %d is %v, and %v from an equal source: draw all randomness from src, and assign to dst", i, n, v, again[i])
			}
		}
		for k, a := range alphas {
			sums[k] += monomial(x, a)
		}
	}
	for k, a := range alphas {
		twice := make([]int, len(a))
		for i := range a {
			twice[i] = 2 * a[i]
		}
		m := l.Moment(a...)
		stderr := math.Sqrt(max(l.Moment(twice...)-m*m, 0) / lawSamples)
		if miss := math.Abs(sums[k]/lawSamples - m); !(miss <= lawZ*stderr+1e-9*math.Max(1, math.Abs(m))) {
			return fmt.Errorf("kramersmoyal: the mean of ε^%v over %d samples is %.6g, and the moment %.6g: %.3g standard errors apart; Sample or Moment is wrong", a, lawSamples, sums[k]/lawSamples, m, miss/stderr)
		}
	}
	return nil
}

// monomial returns Π x_i^{a_i}.
func monomial(x []float64, a []int) float64 {
	p := 1.0
	for i, v := range x {
		p *= power(v, a[i])
	}
	return p
}

// power returns xⁿ by squaring: exact signs, and 0⁰ = 1.
func power(x float64, n int) float64 {
	p := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			p *= x
		}
		x *= x
	}
	return p
}

func checkCharacteristic(l Spectral) error {
	dim := l.Dim()
	k := make([]float64, dim)
	if phi := l.Characteristic(k...); !near(phi, 1, 1e-12) {
		return fmt.Errorf("kramersmoyal: the characteristic function is %v at 0, want 1", phi)
	}
	for i := range dim {
		clear(k)
		orders, twice := make([]int, dim), make([]int, dim)
		orders[i], twice[i] = 1, 2
		m1, m2 := l.Moment(orders...), l.Moment(twice...)
		h := 1e-3 / math.Max(1e-6, math.Sqrt(m2))
		k[i] = h
		up := l.Characteristic(k...)
		k[i] = -h
		down := l.Characteristic(k...)
		if !near(up, complex(real(down), -imag(down)), 1e-12) || real(up)*real(up)+imag(up)*imag(up) > 1+1e-12 {
			return fmt.Errorf("kramersmoyal: the characteristic function is %v at k_%d = %g and %v at the opposite: want conjugates of modulus at most 1", up, i, h, down)
		}
		// φ = 1 + i M_1 h - M_2 h²/2 + O(h³), where M_2 h² = 1e-6.
		if math.Abs(imag(up)/h-m1) > 1e-4*math.Sqrt(m2)+1e-9 || math.Abs(2*(1-real(up))/(h*h)-m2) > 1e-4*m2+1e-9 {
			return fmt.Errorf("kramersmoyal: the characteristic function has the derivatives %.6g and %.6g along coordinate %d at 0, and the moments are %.6g and %.6g: one of them is wrong", imag(up)/h, 2*(1-real(up))/(h*h), i, m1, m2)
		}
	}
	return nil
}

func near(a, b complex128, tol float64) bool {
	return math.Abs(real(a)-real(b)) <= tol && math.Abs(imag(a)-imag(b)) <= tol
}
