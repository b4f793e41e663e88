package kramersmoyal

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// A Diagnosis is what becomes of a truncation. Pawula's theorem: with a positive
// density the expansion stops after the order 1 or 2, or never (R. Pawula, Phys.
// Rev. 162, 1967). A truncation at a higher order that has a solution at all makes
// it negative somewhere.
type Diagnosis struct {
	Order int // of the last coefficient that is not 0

	// IllPosed: Re ω(k) → +∞ for k → ∞. Waves grow the faster the shorter they
	// are, and there is no solution.
	IllPosed bool
	// Onset is the smallest wave number at which Re ω turns positive, +Inf if it
	// never does.
	Onset float64
	// Growth and Fastest are the largest Re ω and where it is: +Inf for both if the
	// truncation is ill-posed.
	Growth, Fastest float64

	// Negative: the kernel at the time asked for is below 0 somewhere. Least is its
	// least value and At where; NaN where there is no kernel that is a function.
	Negative  bool
	Least, At float64
}

// String returns the verdict in a line.
func (d Diagnosis) String() string {
	switch {
	case d.IllPosed:
		return fmt.Sprintf("order %d: ill-posed, waves beyond k = %.4g grow without bound", d.Order, d.Onset)
	case math.IsNaN(d.Least):
		return fmt.Sprintf("order %d: well-posed, a transport without a kernel", d.Order)
	case d.Negative:
		return fmt.Sprintf("order %d: well-posed, negative: %.4g at x = %.4g", d.Order, d.Least, d.At)
	}
	return fmt.Sprintf("order %d: well-posed, positive", d.Order)
}

// Diagnose returns the diagnosis of a truncation; the sign is that of the kernel
// at time t > 0, over 16 of its widths to either side of the mean. The error says
// what could not be found. It panics unless t > 0.
func (tr *Truncation) Diagnose(t float64) (Diagnosis, error) {
	if !(t > 0) || math.IsInf(t, 0) {
		panic(fmt.Sprintf("kramersmoyal: a diagnosis at the time %v", t))
	}
	d := Diagnosis{Order: len(tr.trimmed()), Onset: math.Inf(1), Least: math.NaN(), At: math.NaN()}
	poly, err := tr.growths()
	if err != nil {
		return d, err
	}
	if err := d.waves(tr, poly); err != nil || d.IllPosed || len(poly) == 1 && d.Order != 3 {
		return d, err
	}
	err = d.sign(tr, t)
	return d, err
}

// growths returns the coefficients of Re ω as a polynomial in u = k², from the
// order 0, which is 0, on, without zeros at the end.
func (tr *Truncation) growths() ([]float64, error) {
	poly := []float64{0}
	factor := 1.0
	for n, d := range tr.d {
		factor /= float64(n + 1)
		if order := n + 1; order%2 == 0 {
			c := d * factor
			if order%4 == 2 {
				c = -c
			}
			if d < 0 {
				return nil, fmt.Errorf("kramersmoyal: D_%d = %.6g is negative: even moments are not, look at how it was found", order, d)
			}
			poly = append(poly, c)
		}
	}
	for len(poly) > 1 && poly[len(poly)-1] == 0 {
		poly = poly[:len(poly)-1]
	}
	return poly, nil
}

// waves fills in what Re ω(k) says.
func (d *Diagnosis) waves(tr *Truncation, poly []float64) error {
	if len(poly) == 1 {
		return nil // transport and dispersion: no wave grows
	}
	d.IllPosed = poly[len(poly)-1] > 0
	turns, err := positiveRoots(poly[1:]) // Re ω = u·(…)
	if err != nil {
		return err
	}
	for _, u := range turns {
		after := math.Sqrt(u * (1 + 1e-6))
		if tr.Growth(after) > 0 {
			d.Onset = math.Sqrt(u)
			break
		}
	}
	if poly[1] > 0 {
		d.Onset = 0
	}
	if d.IllPosed {
		d.Growth, d.Fastest = math.Inf(1), math.Inf(1)
		return nil
	}
	slope := make([]float64, len(poly)-1)
	for i := range slope {
		slope[i] = float64(i+1) * poly[i+1]
	}
	tops, err := positiveRoots(slope)
	for _, u := range tops {
		if g := tr.Growth(math.Sqrt(u)); g > d.Growth {
			d.Growth, d.Fastest = g, math.Sqrt(u)
		}
	}
	return err
}

// positiveRoots returns the positive roots of Σ c_i u^i, ascending, from the
// eigenvalues of its companion matrix in units that balance its ends.
func positiveRoots(c []float64) ([]float64, error) {
	for len(c) > 1 && c[0] == 0 {
		c = c[1:]
	}
	n := len(c) - 1
	if n < 1 {
		return nil, nil
	}
	unit := math.Pow(math.Abs(c[0]/c[n]), 1/float64(n))
	m := mat.NewDense(n, n, nil)
	for i := range n {
		if i > 0 {
			m.Set(i, i-1, 1)
		}
		m.Set(i, n-1, -c[i]/c[n]*math.Pow(unit, float64(i-n)))
	}
	var eigen mat.Eigen
	if !eigen.Factorize(m, mat.EigenNone) {
		return nil, fmt.Errorf("kramersmoyal: the wave numbers at which Re ω vanishes were not found: take a lower order")
	}
	var roots []float64
	for _, v := range eigen.Values(nil) {
		if real(v) > 0 && math.Abs(imag(v)) <= 1e-7*real(v) {
			roots = append(roots, unit*real(v))
		}
	}
	slices.Sort(roots)
	return roots, nil
}

const (
	scanned = 1601 // places at which the kernel is looked at first
	reach   = 16   // widths to either side
)

// sign looks for the least value of the kernel: on a grid, then by halving.
func (d *Diagnosis) sign(tr *Truncation, t float64) error {
	var width float64
	for n, c := range tr.d[1:] {
		width = math.Max(width, math.Pow(math.Abs(c)*t/factorial(n+2), 1/float64(n+2)))
	}
	mean, step := tr.d[0]*t, 2*reach*width/(scanned-1)
	d.Least = math.Inf(1)
	for i := range scanned {
		x := mean + step*(float64(i)-(scanned-1)/2)
		p, err := tr.Kernel(x, t)
		if err != nil {
			d.Least, d.At = math.NaN(), math.NaN()
			return err
		}
		if p < d.Least {
			d.Least, d.At = p, x
		}
	}
	for h := step; h > 1e-7*width; h /= 2 { // a parabola is flat to 1e-14 there
		for _, x := range []float64{d.At - h/2, d.At + h/2} {
			p, err := tr.Kernel(x, t)
			if err != nil {
				return err
			}
			if p < d.Least {
				d.Least, d.At = p, x
			}
		}
	}
	// Rounding of the Fourier integral is no negative density.
	peak, err := tr.Kernel(mean, t)
	d.Negative = d.Least < -1e-12*math.Abs(peak)
	return err
}
