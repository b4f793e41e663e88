package langevin

import "math"

// stencil is the five-point rule for a first derivative, of fourth order.
var stencil = [...]struct{ at, weight float64 }{{-2, 1. / 12}, {-1, -8. / 12}, {1, 8. / 12}, {2, -1. / 12}}

// spacing is the step of the differences in the coordinate xi: the error of
// the rule is of the order of 1e-12 for functions that vary on the scale of
// |xi| or 0.1, and so is its rounding.
func spacing(xi float64) float64 { return 1e-3 * math.Max(math.Abs(xi), 0.1) }

// differentiate adds to dst the derivative with respect to x[b] of the vector
// that f stores, by differences. x is restored; buf has the length of dst.
func differentiate(dst, buf, x []float64, b int, f func(dst, x []float64)) {
	keep, h := x[b], spacing(x[b])
	for _, s := range stencil {
		x[b] = keep + s.at*h
		f(buf, x)
		for a := range dst {
			dst[a] += s.weight / h * buf[a]
		}
	}
	x[b] = keep
}

// volumeGradient stores ∂ln μ in dst.
func (d Dynamics) volumeGradient(dst, x []float64) {
	if d.VolumeGradient != nil {
		d.VolumeGradient(dst, x)
		return
	}
	for i, keep := range x {
		h := spacing(keep)
		dst[i] = 0
		for _, s := range stencil {
			x[i] = keep + s.at*h
			dst[i] += s.weight / h * d.LogVolume(x)
		}
		x[i] = keep
	}
}
