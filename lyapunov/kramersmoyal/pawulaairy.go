package kramersmoyal

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// airyDensity returns the function with the cumulants 0, v >= 0 and s, and no
// others: the Fourier integral of exp(-v k²/2 - i s k³/6) dk/2π. With the square
// completed it is an Airy function,
//
//	(2/s)^{1/3} exp(v y/s + v³/(3s²)) Ai((2/s)^{1/3} (y + v²/(2s))),  s > 0.
//
// It is negative somewhere for any s ≠ 0: Ai is, to the left of -2.338. It panics
// unless v >= 0 and one of v and s is not 0.
func airyDensity(y, v, s float64) float64 {
	if !(v >= 0) || v == 0 && s == 0 {
		panic(fmt.Sprintf("kramersmoyal: an Airy density of variance %v and third cumulant %v", v, s))
	}
	if s < 0 {
		return airyDensity(-y, v, -s)
	}
	if s == 0 {
		return Bell{0, v}.Prob(y)
	}
	width := math.Cbrt(2 / s)
	if v == 0 {
		return width * airy(width*y)
	}
	// With a = v²/2s and q² = 1 + y/a, the exponents of Ai and of the factor before
	// it cancel but for -(v³/3s²)(q-1)²(q+½): they are never formed.
	a := v * v / (2 * s)
	z := width * (y + a)
	if z < 10 {
		return width * math.Exp(v*y/s+v*v*v/(3*s*s)) * airy(z)
	}
	q := math.Sqrt(1 + y/a)
	gap := y / a / (q + 1) // q - 1
	return width * airyScaled(z) * math.Exp(-v*v*v/(3*s*s)*gap*gap*(q+0.5))
}

func airy(z float64) float64 { return real(mathext.AiryAi(complex(z, 0))) }

// airyScaled returns Ai(z) exp(2/3 z^{3/2}) for z >= 10 by the asymptotic series
// (Abramowitz and Stegun 10.4.59), whose smallest term is below 1e-18 there.
func airyScaled(z float64) float64 {
	zeta := 2. / 3 * z * math.Sqrt(z)
	sum, term := 1.0, 1.0
	for k := 1; k < 40; k++ {
		f := float64(k)
		next := -term * (6*f - 5) * (6*f - 3) * (6*f - 1) / (216 * f * (2*f - 1)) / zeta
		if math.Abs(next) >= math.Abs(term) || math.Abs(next) < eps/8 {
			break
		}
		term = next
		sum += term
	}
	return sum / (2 * math.Sqrt(math.Pi) * math.Sqrt(math.Sqrt(z)))
}
