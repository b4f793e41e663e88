package fokkerplanck

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// A Hop is one term of Selling's decomposition S = Σ Weight e eᵀ.
type Hop struct {
	E      []int // integer direction; its first non-zero entry is positive
	Weight float64
}

// Selling returns the decomposition of a positive definite matrix of two or
// three rows into at most three or six terms of integer directions and
// positive weights, in lexicographic order of the directions. On a uniform grid
// the terms are jumps, so that a full S keeps positive rates and detailed
// balance, which centred cross derivatives lose. The directions grow with the
// anisotropy of S. It panics unless S has two or three rows; an S that is not
// positive definite is an error.
func Selling(s mat.Symmetric) ([]Hop, error) {
	n := s.SymmetricDim()
	if n != 2 && n != 3 {
		panic(fmt.Sprintf("fokkerplanck: Selling's decomposition of %d rows, want 2 or 3", n))
	}
	k := tensor{n: n}
	for a := range n {
		for b := range n {
			k.s[a*n+b] = s.At(a, b)
		}
	}
	if err := k.check(nil, false); err != nil {
		return nil, err
	}
	d, err := k.selling()
	if err != nil {
		return nil, err
	}
	var hops []Hop
	for _, h := range d {
		if h.weight > 0 {
			hops = append(hops, Hop{E: slices.Clone(h.e[:n]), Weight: h.weight})
		}
	}
	slices.SortFunc(hops, func(a, b Hop) int { return slices.Compare(a.E, b.E) })
	return hops, nil
}

// A hop is a Hop without a slice; unused ones have weight 0.
type hop struct {
	e      [3]int
	weight float64
}

// mostReductions bounds Selling's algorithm, which ends after a number of
// reductions of the order of the logarithm of the condition number.
const mostReductions = 4096

// selling decomposes k.s. A superbase is n+1 integer vectors of sum 0, any n of
// which are a basis of the lattice. While two of them are at an acute angle in
// the inner product of S, one reduction makes Σ v·Sv smaller; when none are,
//
//	S = Σ_{i<j} -(v_i·S v_j) e_ij e_ijᵀ,
//
// with e_ij orthogonal to the vectors other than v_i and v_j (Conway and
// Sloane, Low-dimensional lattices VI, 1992; Fehrenbach and Mirebeau 2014).
func (k *tensor) selling() (d [6]hop, err error) {
	n := k.n
	var v [4][3]int
	for a := range n {
		v[a][a] = 1
		v[n][a] = -1
	}
	for range mostReductions {
		i, j := k.acute(&v)
		if i < 0 {
			k.weigh(&v, &d)
			return d, nil
		}
		reduce(n, &v, i, j)
	}
	return d, fmt.Errorf("fokkerplanck: S = %.6g is too anisotropic for a decomposition into jumps: turn the axes into its principal directions", k.s[:n*n])
}

// acute returns a pair of the superbase whose inner product is positive beyond
// rounding, or -1.
func (k *tensor) acute(v *[4][3]int) (int, int) {
	for i := range k.n + 1 {
		for j := range i {
			if k.inner(&v[i], &v[j]) > 1e-14*k.scale(&v[i], &v[j]) {
				return i, j
			}
		}
	}
	return -1, -1
}

func reduce(n int, v *[4][3]int, i, j int) {
	vi := v[i]
	for m := range n + 1 {
		if m == i || m == j {
			continue
		}
		for a := range n {
			if n == 2 {
				v[m][a] = vi[a] - v[j][a]
			} else {
				v[m][a] += vi[a]
			}
		}
	}
	for a := range n {
		v[i][a] = -vi[a]
	}
}

func (k *tensor) weigh(v *[4][3]int, d *[6]hop) {
	count := 0
	for i := range k.n + 1 {
		for j := range i {
			h := &d[count]
			count++
			h.weight = max(0, -k.inner(&v[i], &v[j])) // above 0 it is rounding
			var rest [2][3]int                        // the other vectors; one in two dimensions
			others := 0
			for m := range k.n + 1 {
				if m != i && m != j {
					rest[others] = v[m]
					others++
				}
			}
			if k.n == 2 {
				h.e = [3]int{-rest[0][1], rest[0][0], 0}
			} else {
				p, q := rest[0], rest[1]
				h.e = [3]int{p[1]*q[2] - p[2]*q[1], p[2]*q[0] - p[0]*q[2], p[0]*q[1] - p[1]*q[0]}
			}
			if slices.Compare(h.e[:], []int{0, 0, 0}) < 0 {
				for a := range h.e {
					h.e[a] = -h.e[a]
				}
			}
		}
	}
}

func (k *tensor) inner(u, v *[3]int) (s float64) {
	for a := range k.n {
		for b := range k.n {
			s += float64(u[a]) * k.s[a*k.n+b] * float64(v[b])
		}
	}
	return s
}

// scale is the size of the terms that inner adds up.
func (k *tensor) scale(u, v *[3]int) (s float64) {
	for a := range k.n {
		for b := range k.n {
			t := float64(u[a]) * k.s[a*k.n+b] * float64(v[b])
			s += max(t, -t)
		}
	}
	return s
}
