package wasserstein

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// whole is the number of parts that the mass 1 is cut into, so that masses are
// integers: a part is less than the rounding of a weight over 1/128, and the
// sum of all is far from overflow.
const whole = 1 << 60

// shares returns the weights in parts of which there are exactly whole: the
// parts missing, or too many, by rounding and by weights that sum to 1 within
// 1e-12 only, go to the largest weight.
func shares(w []float64) []int64 {
	parts, left, largest := make([]int64, len(w)), int64(whole), 0
	for i, v := range w {
		parts[i] = int64(math.Round(v * whole))
		left -= parts[i]
		if v > w[largest] {
			largest = i
		}
	}
	parts[largest] += left
	return parts
}

// mostPivots is how many pivots a problem of n and m points may take: a hundred
// times what problems of this kind take.
func mostPivots(n, m int) int { return 1000*(n+m) + 10_000 }

// transport solves the problem with masses a and b of equal sums, and proves
// the solution optimal, in fewer than limit pivots.
func transport(c *mat.Dense, a, b []int64, limit int) (*Plan, error) {
	s := newSimplex(c, a, b)
	if math.IsInf(s.big, 0) {
		return nil, &CostError{Reason: ErrScale, Value: mat.Max(c)}
	}
	pivots := s.start()
	for {
		k := s.improve(limit-int(pivots), pivots)
		if k == 0 {
			return s.plan(), nil
		}
		if pivots += k; int(pivots) >= limit {
			return nil, &CouplingError{Reason: ErrNotOptimal, Row: s.n, Column: s.m, Got: float64(pivots)}
		}
		s.settle() // the prices have taken up rounding: look again
	}
}

// start lets in the cheapest arc of each source, then of each target, where it
// helps: pivots that cost little while the tree is a star.
func (s *simplex) start() (pivots int32) {
	for i := range s.n {
		row := s.c[i*s.m : (i+1)*s.m]
		best := 0
		for j, v := range row {
			if v < row[best] {
				best = j
			}
		}
		pivots += s.try(i, best, pivots)
	}
	best, low := make([]int, s.m), append([]float64(nil), s.c[:s.m]...)
	for i := range s.n {
		for j, v := range s.c[i*s.m : (i+1)*s.m] {
			if v < low[j] {
				best[j], low[j] = i, v
			}
		}
	}
	for j, i := range best {
		pivots += s.try(i, j, pivots)
	}
	return pivots
}

// try lets in an arc if its reduced cost is negative, and returns the number of
// pivots that took.
func (s *simplex) try(i, j int, number int32) int32 {
	if s.c[i*s.m+j]+s.price[i]-s.price[s.n+j] >= -s.tol {
		return 0
	}
	s.pivot(int32(i), int32(s.n+j), number)
	return 1
}

// improve pivots until no arc has a negative reduced cost, or limit pivots are
// done, and returns their number. Arcs are priced in blocks of about √(nm), the
// best of a block enters, and the next search begins where the last one ended.
func (s *simplex) improve(limit int, number int32) (pivots int32) {
	rows := max(1, int(math.Sqrt(float64(s.n)/float64(s.m))))
	i := 0
	for unpriced := s.n; unpriced > 0 && int(pivots) < limit; {
		least, from, to := -s.tol, -1, 0
		for range min(rows, unpriced) {
			shift := s.price[i]
			low, at := cheapest(s.c[i*s.m:(i+1)*s.m], s.price[s.n:s.n+s.m], least-shift)
			if at >= 0 {
				least, from, to = low+shift, i, at
			}
			if i++; i == s.n {
				i = 0
			}
			unpriced--
		}
		if from >= 0 {
			s.pivot(int32(from), int32(s.n+to), number+pivots)
			pivots++
			unpriced = s.n
		}
	}
	return pivots
}

// settle computes all prices anew, down the tree.
func (s *simplex) settle() {
	root := int32(s.n + s.m)
	for k := s.child[root]; k >= 0; {
		if k < int32(s.n) {
			s.price[k] = s.price[s.parent[k]] - s.cost[k]
		} else {
			s.price[k] = s.price[s.parent[k]] + s.cost[k]
		}
		if s.child[k] >= 0 {
			k = s.child[k]
			continue
		}
		for k != root && s.next[k] < 0 {
			k = s.parent[k]
		}
		if k == root {
			return
		}
		k = s.next[k]
	}
}

// plan reads the coupling and the potentials, u = -price of a source and v =
// price of a target, from the tree.
func (s *simplex) plan() *Plan {
	p := &Plan{U: make([]float64, s.n), V: make([]float64, s.m)}
	root := int32(s.n + s.m)
	pairs := make([]Pair, 0, s.n+s.m)
	for k := range root {
		q := s.parent[k]
		if q == root || s.flow[k] == 0 {
			continue
		}
		if int(k) < s.n {
			pairs = append(pairs, Pair{int(k), int(q) - s.n, float64(s.flow[k]) / whole})
		} else {
			pairs = append(pairs, Pair{int(q), int(k) - s.n, float64(s.flow[k]) / whole})
		}
	}
	p.M = newCoupling(s.n, s.m, pairs)
	for i := range p.U {
		p.U[i] = -s.price[i]
	}
	copy(p.V, s.price[s.n:root])
	terms := make([]float64, len(pairs))
	for k, e := range pairs {
		terms[k] = e.Mass * s.c[e.From*s.m+e.To]
	}
	p.Cost = sum(terms)
	return p
}

// cheapest returns the least of row[j] - price[j] that is below bound, and its
// j; -1 if there is none.
func cheapest(row, price []float64, bound float64) (least float64, at int) {
	least, at = bound, -1
	row = row[:len(price)]
	j := 0
	for ; j+4 <= len(price); j += 4 { // most fours hold none
		p, c := (*[4]float64)(price[j:]), (*[4]float64)(row[j:])
		w, x, y, z := c[0]-p[0], c[1]-p[1], c[2]-p[2], c[3]-p[3]
		if w < least {
			least, at = w, j
		}
		if x < least {
			least, at = x, j+1
		}
		if y < least {
			least, at = y, j+2
		}
		if z < least {
			least, at = z, j+3
		}
	}
	for ; j < len(price); j++ {
		if r := row[j] - price[j]; r < least {
			least, at = r, j
		}
	}
	return least, at
}
