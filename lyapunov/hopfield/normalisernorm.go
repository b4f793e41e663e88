package hopfield

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// A Norm is bounds of the largest growth of gᵀUf, and outputs (g, f) that reach
// the lower one.
type Norm struct {
	Lower, Upper float64
	Direction    []float64
}

// A normaliserForm is the maximisation of Σ_ij U_ij g_i f_j over outputs with
// Σ g_i²/s_i = Σ f_j²/s_j = 1, s the slope on the side that the output is on. In
// the letters a_i = g_i/√s_i it is bilinear with the matrix √s_i U_ij √s_j on each
// orthant, a cone of the product of two unit spheres.
type normaliserForm struct {
	u      *mat.Dense
	slopes [2][][2]float64 // √slope, by layer, unit and side (0: below)
}

func (b *Bipartite) growth(tails [][2]Tail, target float64) (Norm, error) {
	f := &normaliserForm{u: b.u}
	n := b.visible.Dim()
	for i, t := range tails {
		k := 0
		if i >= n {
			k = 1
		}
		f.slopes[k] = append(f.slopes[k], [2]float64{math.Sqrt(t[0].Slope), math.Sqrt(t[1].Slope)})
	}
	return f.search(target)
}

// output returns √s a, the output that the letter a stands for.
func (f *normaliserForm) output(layer, i int, a float64) float64 {
	if a > 0 {
		return f.slopes[layer][i][1] * a
	}
	return f.slopes[layer][i][0] * a
}

// ascend improves letters (a, b) by best replies, which never lose, and returns
// their value. Given a, b_j is proportional to √s_j c_j, c = Uᵀg, on the side of
// the sign of c_j.
func (f *normaliserForm) ascend(a, b []float64) float64 {
	var last float64
	for range 2000 {
		f.reply(b, a, 1)
		value := f.reply(a, b, 0)
		if value-last <= 1e-14*value {
			return value
		}
		last = value
	}
	return last
}

// reply stores the best unit vector of a layer given the other's, and returns the
// value of the form.
func (f *normaliserForm) reply(dst, other []float64, layer int) float64 {
	clear(dst)
	for k := range other {
		g := f.output(1-layer, k, other[k])
		for i := range dst {
			u := 0.0
			if layer == 0 {
				u = f.u.At(i, k)
			} else {
				u = f.u.At(k, i)
			}
			dst[i] += u * g
		}
	}
	for i, c := range dst {
		dst[i] = f.output(layer, i, c)
	}
	size := bipartiteNorm(dst)
	if size > 0 {
		for i := range dst {
			dst[i] /= size
		}
	}
	return size
}

// lower returns the best of ascents from the singular vectors, the axes of the
// visible layer, and a few random directions, or the first that reaches the target.
func (f *normaliserForm) lower(target float64) Norm {
	nv, nh := f.u.Dims()
	best := Norm{Direction: make([]float64, nv+nh)}
	a, b := make([]float64, nv), make([]float64, nh)
	try := func() {
		if v := f.ascend(a, b); v > best.Lower {
			best.Lower = v
			for i := range a {
				best.Direction[i] = f.output(0, i, a[i])
			}
			for j := range b {
				best.Direction[nv+j] = f.output(1, j, b[j])
			}
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var svd mat.SVD
	if svd.Factorize(f.u, mat.SVDThinU) {
		var u mat.Dense
		svd.UTo(&u)
		for _, sign := range []float64{1, -1} {
			for i := range a {
				a[i] = sign * u.At(i, 0)
			}
			try()
		}
	}
	for k := range 2*min(nv, 40) + 40 {
		if best.Lower >= target {
			break
		}
		for i := range a {
			a[i] = rng.NormFloat64()
		}
		if k < 2*min(nv, 40) {
			clear(a)
			a[k/2] = float64(1 - 2*(k%2))
		}
		try()
	}
	return best
}
