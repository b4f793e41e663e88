package fokkerplanck

import (
	"cmp"
	"math"
	"slices"
)

// coarsen joins pairs of neighbours along every axis whose mean coupling is at
// least a quarter of the strongest, and returns the level of the blocks.
func (l *level) coarsen() *level {
	var couple [3]float64
	for i := range l.inv {
		for d := range couple {
			couple[d] += l.line[d].s[i]
		}
	}
	strongest := slices.Max(couple[:])
	out := &level{dim: l.dim, length: l.length}
	var half [3]int
	for d := range couple {
		half[d] = 1
		out.centers[d] = l.centers[d]
		if n := len(l.centers[d]); n > 1 && couple[d] >= strongest/4 {
			half[d] = 2
			out.centers[d] = nil
			for i := 0; i < n; i += 2 {
				out.centers[d] = append(out.centers[d], (l.centers[d][i]+l.centers[d][min(i+1, n-1)])/2)
			}
		}
	}
	l.block = make([]int32, len(l.inv))
	for i := range l.block {
		p := l.places(i)
		for d := range p {
			p[d] /= half[d]
		}
		l.block[i] = int32(out.index(p))
	}
	l.join(out)
	return out
}

// join fills the matrix of the blocks, and the weights of l.
func (l *level) join(out *level) {
	blocks := len(out.centers[0]) * len(out.centers[1]) * len(out.centers[2])
	out.allocate(blocks)
	out.logpi = l.weigh(blocks)
	type pair struct{ to, from, row, entry int32 }
	var list []pair
	for i, I := range l.block {
		for e := l.ptr[i]; e < l.ptr[i+1]; e++ {
			if J := l.block[l.col[e]]; I != J {
				list = append(list, pair{I, J, int32(i), e})
			}
		}
	}
	slices.SortFunc(list, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.to, b.to), cmp.Compare(a.from, b.from), cmp.Compare(a.entry, b.entry))
	})
	for k, p := range list {
		i, j := p.row, l.col[p.entry]
		if k == 0 || p.to != list[k-1].to || p.from != list[k-1].from {
			out.col, out.s = append(out.col, p.from), append(out.s, 0)
			out.ptr[p.to+1]++
		}
		ratio := math.Min(1, l.distance(int(i), int(j))/out.distance(int(p.to), int(p.from)))
		out.s[len(out.s)-1] += ratio * l.weight[i] * l.s[p.entry] * l.weight[j]
	}
	for i := range blocks {
		out.ptr[i+1] += out.ptr[i]
	}
	for i := range out.diag {
		out.diag[i] = 1
		for e := out.ptr[i]; e < out.ptr[i+1]; e++ {
			out.diag[i] += out.s[e] * math.Exp((out.logpi[out.col[e]]-out.logpi[i])/2)
		}
	}
	out.complete()
}

// weigh fills the weights and returns ln π of the blocks.
func (l *level) weigh(blocks int) []float64 {
	most, sum := make([]float64, blocks), make([]float64, blocks)
	for i := range most {
		most[i] = math.Inf(-1)
	}
	for i, I := range l.block {
		most[I] = math.Max(most[I], l.logpi[i])
	}
	for i, I := range l.block {
		sum[I] += math.Exp(l.logpi[i] - most[I])
	}
	for I, v := range sum {
		most[I] += math.Log(v)
	}
	l.weight = make([]float64, len(l.inv))
	for i, I := range l.block {
		l.weight[i] = math.Exp((l.logpi[i] - most[I]) / 2)
	}
	return most
}

// places returns the place of a cell on each axis.
func (l *level) places(cell int) (p [3]int) {
	for d := range p {
		n := len(l.centers[d])
		p[d] = cell % n
		cell /= n
	}
	return p
}

func (l *level) index(p [3]int) int {
	return p[0] + len(l.centers[0])*(p[1]+len(l.centers[1])*p[2])
}

// distance returns how far apart two cells are, the short way round a circle.
func (l *level) distance(i, j int) float64 {
	a, b := l.places(i), l.places(j)
	var sum float64
	for d := range a {
		h := l.centers[d][a[d]] - l.centers[d][b[d]]
		if l.length[d] > 0 {
			h = math.Remainder(h, l.length[d])
		}
		sum += h * h
	}
	return math.Sqrt(sum)
}
