package kramersmoyal

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/dsp/fourier"

	"hopflow/lyapunov/freeenergy"
)

// A transform is the Fourier transform on a periodic grid, axis by axis:
// f(x) = Σ_k f̂_k exp(i k·(x - x_0)), x_0 the center of the first cell.
type transform struct {
	grid   *freeenergy.Grid
	fft    []*fourier.CmplxFFT
	line   [][]complex128
	waves  [][]float64 // wave numbers by axis
	stride []int
}

// newTransform returns an error unless every axis is periodic.
func newTransform(g *freeenergy.Grid) (*transform, error) {
	t := &transform{grid: g}
	stride := 1
	for d := range g.Dim() {
		a := g.Axis(d)
		if !a.IsPeriodic() {
			return nil, fmt.Errorf("kramersmoyal: axis %d has ends, and derivatives of a high order need a circle: use freeenergy.Periodic, wide enough that the density vanishes at its ends", d)
		}
		n := a.Len()
		fft := fourier.NewCmplxFFT(n)
		t.fft, t.line = append(t.fft, fft), append(t.line, make([]complex128, n))
		t.stride = append(t.stride, stride)
		waves := make([]float64, n)
		for i := range waves {
			waves[i] = 2 * math.Pi * fft.Freq(i) * float64(n) / (a.Edge(n) - a.Edge(0))
		}
		t.waves = append(t.waves, waves)
		stride *= n
	}
	return t, nil
}

// forward returns the coefficients of real values.
func (t *transform) forward(values []float64) []complex128 {
	c := make([]complex128, len(values))
	for i, v := range values {
		c[i] = complex(v/float64(len(values)), 0)
	}
	t.along(c, (*fourier.CmplxFFT).Coefficients)
	return c
}

// backward returns the real part of the function with coefficients c, which it
// overwrites.
func (t *transform) backward(c []complex128) []float64 {
	t.along(c, (*fourier.CmplxFFT).Sequence)
	values := make([]float64, len(c))
	for i, v := range c {
		values[i] = real(v)
	}
	return values
}

func (t *transform) along(c []complex128, f func(*fourier.CmplxFFT, []complex128, []complex128) []complex128) {
	for d, fft := range t.fft {
		line, stride := t.line[d], t.stride[d]
		for first := range c {
			if first/stride%len(line) != 0 {
				continue
			}
			for i := range line {
				line[i] = c[first+i*stride]
			}
			f(fft, line, line)
			for i := range line {
				c[first+i*stride] = line[i]
			}
		}
	}
}

// wave stores the wave vector of coefficient i in k, and reports whether it is
// that of a wave of two cells, which has no odd derivative on the grid.
func (t *transform) wave(k []float64, i int) (nyquist bool) {
	for d, waves := range t.waves {
		at := i / t.stride[d] % len(waves)
		k[d] = waves[at]
		nyquist = nyquist || 2*at == len(waves)
	}
	return nyquist
}

// outer reports whether wave vector k is in the outer third of an axis.
func (t *transform) outer(k []float64) bool {
	for d, waves := range t.waves {
		if top := math.Abs(waves[len(waves)/2]); math.Abs(k[d]) > top*2/3 {
			return true
		}
	}
	return false
}

// derivative is (-∂)^α on the grid: it multiplies coefficient i by (-ik)^α.
func derivative(k []float64, alpha []int, nyquist bool) complex128 {
	size, total := 1.0, 0
	for d, a := range alpha {
		size *= power(k[d], a)
		total += a
	}
	switch total % 4 { // (-i)^total
	case 1:
		if nyquist {
			return 0
		}
		return complex(0, -size)
	case 2:
		return complex(-size, 0)
	case 3:
		if nyquist {
			return 0
		}
		return complex(0, size)
	}
	return complex(size, 0)
}
