package wasserstein

import (
	"math"

	"hopflow/lyapunov/exponential"
)

// largestScaling bounds what is not absorbed: entries of the kernel that
// underflow then matter less than 1e-180 of a weight.
const largestScaling = 1e60

// absorbIfWide absorbs the scalings once one leaves the range. What is not finite
// comes of a row or a column that underflowed, and is left to absorb.
func (s *solver) absorbIfWide() {
	wide := false
	for k := range s.side {
		for _, u := range s.side[k].u {
			if !(u < largestScaling && u > 1/largestScaling) {
				wide = true
			}
		}
	}
	if wide {
		s.absorb()
	}
}

// absorb moves the scalings into the kernel. It updates the rows in the log
// domain, so that no row of it underflows, and columns that do underflow too, or
// whose scaling has left all range in one update.
func (s *solver) absorb() {
	rows, columns := &s.side[0], &s.side[1]
	rows.absorb()
	lost := columns.absorb()
	for range 20 {
		for k, l := range s.logColumns(lost) {
			j := lost[k]
			columns.phi[j] = columns.power * (columns.logw[j] - l)
		}
		s.kernel.eps = s.eps
		s.kernel.refill()
		s.kernel.ApplyTransposed(columns.sums, rows.u)
		lost = lost[:0]
		for j, sum := range columns.sums {
			if !(sum > leastSum) {
				lost = append(lost, j)
			}
		}
		if len(lost) == 0 {
			return
		}
	}
}

// absorb moves the scalings to their logarithms, and returns the places of those
// that have none.
func (m *marginal) absorb() (lost []int) {
	for i, u := range m.u {
		if u > 0 && !math.IsInf(u, 0) {
			m.phi[i] += math.Log(u)
		} else {
			lost = append(lost, i)
		}
		m.u[i] = 1
	}
	return lost
}

// absorbBlock updates φ of some rows exactly, and fills their K.
func (s *solver) absorbBlock(b int) {
	m, k := &s.side[0], s.kernel
	lo, hi := block(b, blocksOf(k.rows), k.rows)
	rate := 1 / (2 * s.eps)
	psi := s.side[1].phi
	for i := lo; i < hi; i++ {
		row := k.g[i*k.columns : (i+1)*k.columns]
		s.from.row(row, i)
		top := math.Inf(-1)
		for j, c := range row {
			e := psi[j] - c*rate
			row[j] = e
			top = max(top, e)
		}
		sum := exponential.Row(row, row, 1, -top)
		m.phi[i] = m.power * (m.logw[i] - top - math.Log(sum))
		scale := math.Exp(m.phi[i] + top)
		for j := range row {
			row[j] *= scale
		}
	}
}

// logColumns returns log Σ_i exp(φ_i - C_ij/(2ε)) for some columns.
func (s *solver) logColumns(at []int) []float64 {
	if len(at) == 0 {
		return nil
	}
	top, sums := make([]float64, len(at)), make([]float64, len(at))
	fill(top, math.Inf(-1))
	row, rate := make([]float64, s.kernel.columns), 1/(2*s.eps)
	for i, phi := range s.side[0].phi {
		s.from.row(row, i)
		for k, j := range at {
			top[k] = max(top[k], phi-row[j]*rate)
		}
	}
	for i, phi := range s.side[0].phi {
		s.from.row(row, i)
		for k, j := range at {
			sums[k] += math.Exp(phi - row[j]*rate - top[k])
		}
	}
	for k := range top {
		top[k] += math.Log(sums[k])
	}
	return top
}
