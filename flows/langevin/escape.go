package langevin

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov"
)

// An Escape is the rate at which a process leaves a well over a saddle, to
// leading order in T/Barrier.
type Escape struct {
	Rate      float64 // Prefactor exp(-Barrier/T), per time
	Prefactor float64 // λ/(2π) √(det ∇²E(minimum)/|det ∇²E(saddle)|)
	Barrier   float64 // E(saddle) - E(minimum)
	Unstable  float64 // λ: the rate of the linearised flow away from the saddle
}

// Time returns 1/Rate, the mean time to reach the other well: half of the
// particles that stand on the saddle fall back, which is in the rate.
func (e Escape) Time() float64 { return 1 / e.Rate }

// Escape returns the rate of escape from a minimum over one saddle,
//
//	rate = λ/(2π) √(det ∇²E(minimum)/|det ∇²E(saddle)|) exp(-ΔE/T),
//
// where -λ is the one negative eigenvalue of K ∇²E at the saddle: the formula
// of Kramers on a line, √(E”(m)|E”(s)|)/(2π) K(s), of Eyring and Kramers for
// any symmetric K, of Langer where K has an antisymmetric part, and through
// Kinetic.Dynamics of Kramers with inertia, λ = √(γ²/4+ω²) - γ/2. A well with
// several saddles has the sum of their rates.
//
// It is an error if the points are not critical, if the Hessian has a negative
// direction at the minimum or not exactly one at the saddle, if the saddle is
// not above the minimum, or if T is so large that the formula has no meaning:
// Barrier < T. Beyond the leading order see Escape1D.
func (d Dynamics) Escape(minimum, saddle []float64) (Escape, error) {
	d.mustMean()
	T := d.at(0)
	if d.Schedule != nil || !(T > 0) {
		panic("langevin: Escape needs one positive temperature")
	}
	if d.LogVolume != nil {
		return Escape{}, fmt.Errorf("langevin: Escape knows densities with respect to dx: put -T ln μ into the energy")
	}
	logMin, negMin, err := logDeterminant(d.Energy, minimum)
	if err != nil {
		return Escape{}, err
	}
	logSaddle, negSaddle, err := logDeterminant(d.Energy, saddle)
	if err != nil {
		return Escape{}, err
	}
	if negMin != 0 || negSaddle != 1 {
		return Escape{}, fmt.Errorf("langevin: E falls in %d directions at the minimum %.6g and in %d at the saddle %.6g, want 0 and 1", negMin, minimum, negSaddle, saddle)
	}
	rates, err := d.Rates(saddle)
	if err != nil {
		return Escape{}, err
	}
	e := Escape{Barrier: d.Energy.Value(saddle) - d.Energy.Value(minimum), Unstable: -real(rates[0])}
	if !(e.Barrier >= T) {
		return Escape{}, fmt.Errorf("langevin: the barrier is %.6g at T = %.6g: the rate formula is an expansion in T/barrier, lower T, or use Line.MeanExit or fokkerplanck's HittingTimes", e.Barrier, T)
	}
	if !(e.Unstable > 0) {
		return Escape{}, fmt.Errorf("langevin: K ∇²E has no negative eigenvalue at the saddle %.6g: K is singular across it", saddle)
	}
	e.Prefactor = e.Unstable / (2 * math.Pi) * math.Exp((logMin-logSaddle)/2)
	e.Rate = e.Prefactor * math.Exp(-e.Barrier/T)
	return e, nil
}

// logDeterminant returns ln |det ∇²E| at a critical point and the number of
// negative eigenvalues. A zero one is an error.
func logDeterminant(e lyapunov.Energy, x []float64) (logDet float64, negative int, err error) {
	length(x, e.Dim())
	h, err := hessianAt(e, x)
	if err != nil {
		return 0, 0, err
	}
	var eig mat.EigenSym
	if !eig.Factorize(h, false) {
		return 0, 0, fmt.Errorf("langevin: the eigenvalues of the Hessian at x = %.6g were not found", x)
	}
	values := eig.Values(nil)
	size := math.Max(math.Abs(values[0]), math.Abs(values[len(values)-1]))
	for _, l := range values {
		if !(math.Abs(l) > 1e-10*size) {
			return 0, 0, fmt.Errorf("langevin: the Hessian at x = %.6g has the eigenvalue %.3g: a degenerate critical point has another prefactor", x, l)
		}
		if l < 0 {
			negative++
		}
		logDet += math.Log(math.Abs(l))
	}
	return logDet, negative, nil
}

// Escape1D returns the rate of escape on a line with the first correction in
// T,
//
//	rate = r_K (1 - c T),
//
// r_K that of Escape and c from the next terms of Laplace's expansion of
// ∫exp(-E/T) at the minimum and of ∫exp(E/T)/K at the saddle. For
// E = b(x²-1)² and K = 1, c = 3/(8b). It is an error where Escape is one, or if
// the energy does not have one coordinate. Derivatives up to the fourth are
// taken by differences of the gradient on the scale of the distance between the
// two points.
func (d Dynamics) Escape1D(minimum, saddle float64) (rate, correction float64, err error) {
	if d.Energy == nil || d.Energy.Dim() != 1 {
		return 0, 0, fmt.Errorf("langevin: Escape1D of an energy that is not on a line")
	}
	e, err := d.Escape([]float64{minimum}, []float64{saddle})
	if err != nil {
		return 0, 0, err
	}
	h := 0.02 * math.Abs(saddle-minimum)
	slope := func(x float64) float64 { return gradient1(d.Energy, x) }
	m2, m3, m4 := slopes(slope, minimum, h)
	s2, s3, s4 := slopes(slope, saddle, h)
	s2, s3, s4 = -s2, -s3, -s4 // those of -E, whose minimum the saddle is
	k := newProcess(d).k
	inverse := func(x float64) float64 {
		var out [1]float64
		k.Sharp(out[:], []float64{x}, []float64{1})
		return 1 / out[0]
	}
	g := inverse(saddle)
	up, down := inverse(saddle+h/4), inverse(saddle-h/4)
	g1, g2 := (up-down)/(h/2)/g, (up-2*g+down)/(h*h/16)/g
	c := laplace(m2, m3, m4) + laplace(s2, s3, s4) + g2/(2*s2) - g1*s3/(2*s2*s2)
	if correction = c * d.Temperature; !(math.Abs(correction) < 1) {
		return e.Rate, correction, fmt.Errorf("langevin: the first correction is %.3g of the rate: T is too large for the expansion, use Line.MeanExit", correction)
	}
	return e.Rate * (1 - correction), correction, nil
}

// laplace returns the factor of T in ∫exp(-φ/T)dx = √(2πT/φ2)(1 + factor T).
func laplace(p2, p3, p4 float64) float64 {
	return 5*p3*p3/(24*p2*p2*p2) - p4/(8*p2*p2)
}

// slopes returns the second, third and fourth derivative of a function with
// the derivative f, by differences of seven points, of sixth order and of
// fourth.
func slopes(f func(x float64) float64, x, h float64) (d2, d3, d4 float64) {
	var v [7]float64
	for i := range v {
		v[i] = f(x + float64(i-3)*h)
	}
	odd1, odd2, odd3 := v[4]-v[2], v[5]-v[1], v[6]-v[0]
	d2 = (45*odd1 - 9*odd2 + odd3) / (60 * h)
	d3 = (270*(v[4]+v[2]) - 27*(v[5]+v[1]) + 2*(v[6]+v[0]) - 490*v[3]) / (180 * h * h)
	d4 = (-13*odd1 + 8*odd2 - odd3) / (8 * h * h * h)
	return d2, d3, d4
}

func gradient1(e lyapunov.Energy, x float64) float64 {
	var g [1]float64
	e.Gradient(g[:], []float64{x})
	return g[0]
}
