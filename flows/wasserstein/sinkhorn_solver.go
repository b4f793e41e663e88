package wasserstein

import (
	"math"
)

// A solver is a problem of entropic transport under way. The scalings are
// exp(φ_i) u_i and exp(ψ_j) v_j; their large parts φ, ψ are in the kernel,
//
//	K_ij = exp(φ_i + ψ_j - C_ij/(2ε)),
//
// the rest is near 1 and multiplies (Schmitzer 2019).
type solver struct {
	side       [2]marginal // rows, columns
	kernel     *Dense      // K
	from       source
	most       float64 // the largest cost
	eps, goal  float64 // now, and at the last level
	set        Settings
	iterations int
	error      float64 // of the last iteration, relative to the mass
	omega      relaxation
	errors     []float64 // of each block of rows
	masses     []float64
}

// A marginal is one side of the problem. Where its penalty λ is finite it is
// relaxed: the update of its scaling is raised to the power λ/(λ+ε), and its sums
// shall be those weights times (scaling)^(-ε/λ).
type marginal struct {
	w, logw []float64
	lambda  float64
	power   float64 // λ/(λ+ε) at this ε
	phi     []float64
	u       []float64
	sums    []float64 // K v of the side, as of the last pass
}

func newMarginal(logw []float64) marginal {
	n := len(logw)
	m := marginal{w: make([]float64, n), logw: logw, lambda: math.Inf(1), phi: make([]float64, n), u: make([]float64, n), sums: make([]float64, n)}
	for i, l := range logw {
		m.w[i] = math.Exp(l)
	}
	return m
}

func newSolver(from source, logp, logq []float64, most, eps float64, set Settings) *solver {
	s := &solver{side: [2]marginal{newMarginal(logp), newMarginal(logq)}, from: from, most: most, goal: eps, set: set}
	s.kernel = newDense(len(logp), len(logq), eps)
	s.kernel.tasks.fill = s.absorbBlock
	s.errors = make([]float64, blocksOf(len(logp)))
	s.masses = make([]float64, blocksOf(len(logp)))
	return s
}

// solve lowers ε by levels and returns the result of the last.
func (s *solver) solve() (*SinkhornResult, error) {
	s.eps = s.goal
	start := s.set.Start
	if start == nil && s.set.Scaling < 1 {
		for s.most > widest*s.eps/s.set.Scaling {
			s.eps /= s.set.Scaling
		}
	}
	s.error = math.Inf(1)
	s.begin(start)
	for s.eps > s.goal {
		if err := s.level(levelTolerance); err != nil {
			return s.failed(err)
		}
		s.lower(math.Max(s.eps*s.set.Scaling, s.goal))
	}
	return s.finish()
}

// widest is the largest C/ε at the first level of ε, and levelTolerance how well
// the marginals hold before ε is lowered.
const (
	widest         = 500
	levelTolerance = 0.03
)

// begin takes the potentials of the start, or zero.
func (s *solver) begin(start *SinkhornResult) {
	for k := range s.side {
		m := &s.side[k]
		m.power = 1 / (1 + s.eps/m.lambda)
		copy(m.phi, m.logw)
		fill(m.u, 1)
		if start == nil {
			continue
		}
		potential := start.F
		if k == 1 {
			potential = start.G
		}
		if len(potential) != len(m.phi) {
			panic("wasserstein: length mismatch: Start has another number of points")
		}
		for i, f := range potential {
			m.phi[i] += f / (2 * s.eps)
		}
	}
	s.omega.reset(s.set.Relaxation)
	if start != nil && s.set.Relaxation == 0 {
		s.omega.factor = max(1, start.omega)
	}
	s.translate() // weights with one constant in all logarithms start alike
	s.absorb()
}

// lower keeps the potentials and takes another ε.
func (s *solver) lower(eps float64) {
	ratio := s.eps / eps
	for k := range s.side {
		m := &s.side[k]
		for i, u := range m.u {
			m.phi[i] = m.logw[i] + (m.phi[i]+math.Log(u)-m.logw[i])*ratio
			m.u[i] = 1
		}
		m.power = 1 / (1 + eps/m.lambda)
	}
	s.eps, s.error = eps, math.Inf(1)
	s.omega.reset(s.set.Relaxation)
	s.absorb()
}

// level iterates until both marginals hold within tol, and ends with a plain
// update of the rows, so that what is left is the error of the columns.
func (s *solver) level(tol float64) error {
	before, rounding, lost := math.Inf(1), stall{}, 0
	for n := 0; ; n++ {
		if n%patience == 0 {
			if n > patience && s.slow(before, tol) && s.newton(tol) {
				return nil
			}
			before = s.error
		}
		if s.iterations >= s.set.MaxIterations {
			return ErrNotConverged
		}
		plain := s.error < tol
		omega := s.omega.factor
		if plain {
			omega = 1
		}
		columns := s.sweep(omega)
		if plain && columns < tol {
			s.error = columns
			return nil
		}
		if lost++; !math.IsNaN(s.error) {
			lost = 0
		}
		if rounding.observe(s.error) || lost == patience {
			return ErrTolerance
		}
		s.side[1].relax(0, s.side[1].sums, omega)
		s.translate()
		s.omega.observe(s.error)
		s.absorbIfWide()
	}
}

// sweep updates the scalings of the rows and returns the error of the columns,
// relative to the mass; s.error has that of the rows too.
func (s *solver) sweep(omega float64) float64 {
	rows, columns := &s.side[0], &s.side[1]
	fill(s.errors, 0)
	fill(s.masses, 0)
	n := len(rows.u)
	s.kernel.pass(rows.sums, columns.sums, columns.u, func(at int, sums []float64) {
		b := blockOf(at, len(s.errors), n)
		e, m := rows.misfit(at, sums)
		s.errors[b] += e
		s.masses[b] += m
		rows.relax(at, sums, omega)
		copy(sums, rows.u[at:at+len(sums)]) // what the pass takes on
	})
	s.iterations++
	var e, mass float64
	for b := range s.errors {
		e += s.errors[b]
		mass += s.masses[b]
	}
	c, m := columns.misfit(0, columns.sums)
	s.error = e/mass + c/m
	return c / m
}

// misfit returns how much the sums of a side, from at on, miss those that its
// scalings call for, and the mass.
func (m *marginal) misfit(at int, sums []float64) (miss, mass float64) {
	for k, s := range sums {
		i := at + k
		got := m.u[i] * s
		miss += math.Abs(got - m.want(i))
		mass += got
	}
	return miss, mass
}

// relax updates the scalings from at on: each goes ω of the way, in logarithms,
// to where its marginal holds, or the plain way from far away.
func (m *marginal) relax(at int, sums []float64, omega float64) {
	far := farFrom(omega)
	for k, s := range sums {
		i := at + k
		next := m.w[i] / s
		if m.power < 1 {
			next = math.Exp(m.power*(m.logw[i]-math.Log(s)) + (m.power-1)*m.phi[i])
		}
		if omega != 1 && m.power >= 0.5 {
			if ratio := next / m.u[i]; ratio-1 < far { // log ratio < ratio - 1
				next = m.u[i] * math.Exp(omega*math.Log(ratio))
			}
		}
		m.u[i] = next
	}
}

// translate moves a constant from one side's scalings to the other's, which leaves
// the coupling as it is, to where the masses that both sides call for are equal:
// the best constant, which plain updates with stiff penalties find at the rate
// 1 - ε/λ (Séjourné, Vialard, Peyré 2022). Where both marginals hold there is
// nothing to gain.
func (s *solver) translate() {
	a, b := &s.side[0], &s.side[1]
	stiff := 1 / (s.eps/a.lambda + s.eps/b.lambda)
	if math.IsInf(stiff, 1) {
		return
	}
	t := stiff * (a.logCalls() - b.logCalls())
	if math.IsNaN(t) || math.IsInf(t, 0) {
		return // of scalings that are to be absorbed first
	}
	for i := range a.phi {
		a.phi[i] += t
	}
	for j := range b.phi {
		b.phi[j] -= t
	}
}

// logCalls returns the logarithm of the mass that the scalings of a side call
// for, which may be far below what a mass can be.
func (m *marginal) logCalls() float64 {
	top, sum := math.Inf(-1), 0.0
	for i := range m.u {
		top = max(top, m.logWant(i))
	}
	for i := range m.u {
		sum += math.Exp(m.logWant(i) - top)
	}
	return top + math.Log(sum)
}

// want returns the sum that the scaling of point i calls for.
func (m *marginal) want(i int) float64 {
	if m.power == 1 {
		return m.w[i]
	}
	return math.Exp(m.logWant(i))
}

func (m *marginal) logWant(i int) float64 {
	if m.power == 1 {
		return m.logw[i]
	}
	return m.logw[i] + (1-1/m.power)*(m.phi[i]+math.Log(m.u[i]))
}

// farFrom returns the δ, the logarithm of a plain factor, up to which a relaxed
// update raises the dual value: it rises by w (ωδ + exp(-δ) - exp((ω-1)δ)),
// positive up to 3ω(2-ω)/(1+(ω-1)³) to third order, and for all δ < 0.
func farFrom(omega float64) float64 {
	c := omega - 1
	return 0.8 * 3 * omega * (2 - omega) / (1 + c*c*c)
}

// blockOf returns the block that row i lies in.
func blockOf(i, blocks, rows int) int { return ((i+1)*blocks - 1) / rows }
