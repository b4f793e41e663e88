package kramersmoyal

import (
	"fmt"
	"math"
)

// solve finds the energy by conjugate gradients on the normal equations, which
// are those of a network of resistors. They are singular by a constant, which the
// right side does not contain.
func (m *mesh) solve() error {
	n := len(m.cells)
	m.energy = make([]float64, n)
	residual, diagonal := make([]float64, n), make([]float64, n)
	for _, b := range m.bonds {
		residual[b.j] += b.weight * b.step
		residual[b.i] -= b.weight * b.step
		diagonal[b.i] += b.weight
		diagonal[b.j] += b.weight
	}
	if n == 1 {
		return nil
	}
	z, direction, image := make([]float64, n), make([]float64, n), make([]float64, n)
	var start, rho float64
	for k := range 20*n + 100 {
		old := rho
		rho = 0
		for i, r := range residual {
			z[i] = r / diagonal[i]
			rho += r * z[i]
		}
		if k == 0 {
			start = rho
		}
		if rho <= 1e-26*start {
			return nil
		}
		for i := range direction {
			if k == 0 {
				direction[i] = z[i]
			} else {
				direction[i] = z[i] + rho/old*direction[i]
			}
		}
		m.apply(image, direction)
		var curvature float64
		for i, d := range direction {
			curvature += d * image[i]
		}
		step := rho / curvature
		for i, d := range direction {
			m.energy[i] += step * d
			residual[i] -= step * image[i]
		}
	}
	return fmt.Errorf("kramersmoyal: the least squares for the energy of %d cells have not converged (residual %.2g): leave out cells with few increments, by a larger MinCount", n, math.Sqrt(rho/start))
}

// apply stores the matrix of the network times x in dst.
func (m *mesh) apply(dst, x []float64) {
	clear(dst)
	for _, b := range m.bonds {
		v := b.weight * (x[b.j] - x[b.i])
		dst[b.j] += v
		dst[b.i] -= v
	}
}

// rest returns component a of the force less the gradient: at a node, the mean of
// what is left on its bonds along the axis; 0 where there is none.
func (m *mesh) rest(a int) []float64 {
	sum, bonds := make([]float64, len(m.cells)), make([]float64, len(m.cells))
	for _, b := range m.bonds {
		if b.axis != a {
			continue
		}
		left := (b.step - (m.energy[b.j] - m.energy[b.i])) / m.c.width[a]
		for _, i := range []int{b.i, b.j} {
			sum[i] += left
			bonds[i]++
		}
	}
	for i := range sum {
		if bonds[i] > 0 {
			sum[i] /= bonds[i]
		}
	}
	return sum
}

// curl returns the mean of ∂_x F_y - ∂_y F_x over the nodes with all four
// neighbours, weighted by their increments, and its standard error.
func (m *mesh) curl(f *force) (mean, stderr float64) {
	coef := [2][]float64{make([]float64, len(m.cells)), make([]float64, len(m.cells))}
	var total float64
	nx := m.c.cells[0]
	for i, cell := range m.cells {
		around := m.neighbours(cell)
		inside := len(around) == 4
		for _, next := range around {
			inside = inside && m.node[next] >= 0
		}
		if !inside {
			continue
		}
		n := m.count[i]
		total += n
		coef[1][m.node[cell+1]] += n / (2 * m.c.width[0])
		coef[1][m.node[cell-1]] -= n / (2 * m.c.width[0])
		coef[0][m.node[cell+nx]] -= n / (2 * m.c.width[1])
		coef[0][m.node[cell-nx]] += n / (2 * m.c.width[1])
	}
	if total == 0 {
		return 0, math.Inf(1) // nothing is known of it
	}
	noise := m.c.newFunctional()
	for i := range m.cells {
		x, y := coef[0][i]/total, coef[1][i]/total
		if x != 0 || y != 0 {
			mean += x*m.force[0][i] + y*m.force[1][i]
			f.add(noise, m.from[i], x, y)
		}
	}
	return mean, math.Sqrt(m.c.variance(noise))
}
