package landscape

import "math"

// The methods GradientBlock are Gradient for many particles at once: x[d][i]
// is coordinate d of particle i, and all rows have one length. ValueBlock
// likewise. They are what an ensemble spends its time in.

// GradientBlock stores the gradient at every particle in dst, which does not
// overlap x.
func (Himmelblau) GradientBlock(dst, x [][]float64) {
	blocks(dst, x, 2)
	n := len(x[0])
	p, q := x[0][:n], x[1][:n]
	gp, gq := dst[0][:n], dst[1][:n]
	for i := range p {
		X, Y := 10*p[i]-5, 10*q[i]-5
		if !(math.Abs(X) <= 5 && math.Abs(Y) <= 5) {
			X = math.NaN()
		}
		a, b := X*X+Y-11, X+Y*Y-7
		gp[i] = 10 * (4*X*a + 2*b)
		gq[i] = 10 * (2*a + 4*Y*b)
	}
}

// ValueBlock stores the value at every particle in dst.
func (Himmelblau) ValueBlock(dst []float64, x [][]float64) {
	blocks([][]float64{dst, dst}, x, 2)
	p, q := x[0][:len(dst)], x[1][:len(dst)]
	for i := range p {
		X, Y := 10*p[i]-5, 10*q[i]-5
		if !(math.Abs(X) <= 5 && math.Abs(Y) <= 5) {
			X = math.NaN()
		}
		a, b := X*X+Y-11, X+Y*Y-7
		dst[i] = a*a + b*b
	}
}

// GradientBlock stores the derivative at every particle in dst, which does not
// overlap x.
func (w DoubleWell) GradientBlock(dst, x [][]float64) {
	blocks(dst, x, 1)
	c := 4 * w.Barrier / (w.Well * w.Well * w.Well * w.Well)
	in := x[0][:len(dst[0])]
	for i, v := range in {
		dst[0][i] = c * v * (v - w.Well) * (v + w.Well)
	}
}

// GradientBlock stores the gradient at every particle in dst, which does not
// overlap x.
func (q *Quadratic) GradientBlock(dst, x [][]float64) {
	n := q.Dim()
	blocks(dst, x, n)
	for a, out := range dst {
		clear(out)
		for b := range n {
			m, c := q.m.At(a, b), q.center[b]
			if m == 0 {
				continue
			}
			in := x[b][:len(out)]
			for i, v := range in {
				out[i] += m * (v - c)
			}
		}
	}
}

// blocks panics unless dst and x have n rows of one length.
func blocks(dst, x [][]float64, n int) {
	if len(dst) != n || len(x) != n {
		panic("landscape: length mismatch")
	}
	for d := range x {
		if len(x[d]) != len(x[0]) || len(dst[d]) != len(x[0]) {
			panic("landscape: length mismatch")
		}
	}
}
