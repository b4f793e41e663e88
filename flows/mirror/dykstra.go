package mirror

import (
	"fmt"
	"math"
)

// Intersection is the set of the points that lie in all of the sets: half
// spaces make any polyhedron, and any Set of one's own can be among them.
type Intersection []Set

// Dim returns the number of coordinates. It panics if there is no set.
func (s Intersection) Dim() int {
	if len(s) == 0 {
		panic("mirror: an intersection of no sets")
	}
	return s[0].Dim()
}

// Violation returns the largest violation of a set.
func (s Intersection) Violation(x []float64) (worst float64) {
	for _, set := range s {
		worst = math.Max(worst, set.Violation(x))
	}
	return worst
}

// Projector runs Dykstra's algorithm with Bregman projections [BL]: cyclically
// x ← P_i(∇ψ*(∇ψ(x) + q_i)), with the correction q_i gaining what the
// projection took off ∇ψ. Without the corrections the iteration would find a
// point of the intersection, not the nearest one. It stops when a whole cycle
// changes neither x nor any correction in the 13th digit: then x lies in every
// set, q_i in the normal cone of the i-th, and ∇ψ(y) = ∇ψ(x) + Σ q_i by
// construction, which are the conditions of Karush, Kuhn and Tucker.
func (s Intersection) Projector(psi Legendre) (Projector, error) {
	n := psi.Dim()
	d := &dykstra{psi: psi, conj: psi.Conjugate(), sets: s,
		x: make([]float64, n), z: make([]float64, n), u: make([]float64, n), w: make([]float64, n),
		ulp: make([]float64, n), noise: make([]float64, n)}
	d.smooth, _ = psi.(Smooth)
	for _, set := range s {
		lengths(n, set.Dim())
		p, err := set.Projector(psi)
		if err != nil {
			return nil, err
		}
		d.each = append(d.each, p)
		d.q = append(d.q, make([]float64, n))
	}
	lengths(n, s.Dim())
	return d, nil
}

const mostCycles = 100_000

type dykstra struct {
	psi, conj  Legendre
	sets       Intersection
	each       []Projector
	q          [][]float64
	x, z, u, w []float64
	smooth     Smooth    // psi, if it has a Hessian
	ulp, noise []float64 // last digit of x, and what it moves z by
}

func (d *dykstra) Project(dst, y []float64) error {
	d.psi.Gradient(d.z, y)
	copy(d.x, y)
	err := d.solve()
	copy(dst, d.x)
	return err
}

func (d *dykstra) projectMirror(x, z []float64) error {
	copy(d.z, z)
	d.conj.Gradient(d.x, z)
	err := d.solve()
	copy(x, d.x)
	copy(z, d.z)
	return err
}

// solve replaces the point in d.x and d.z by its projection.
func (d *dykstra) solve() error {
	for _, q := range d.q {
		clear(q)
	}
	early := math.Inf(1) // violation after half as many cycles
	for k := 1; k <= mostCycles; k++ {
		change, err := d.cycle()
		if err != nil {
			return err
		}
		if change <= 1e-13 {
			return nil
		}
		if k >= 1024 && k&(k-1) == 0 {
			miss := d.sets.Violation(d.x)
			if miss > 1e-9 && miss > 0.9*early {
				return fmt.Errorf("mirror: %w: after %d cycles of Dykstra's algorithm the sets are %.3g apart and come no nearer: they have no point of the domain in common, enlarge one of them", ErrEmpty, k, miss)
			}
			early = miss
		}
	}
	return fmt.Errorf("mirror: %w: %d cycles of Dykstra's algorithm leave a violation of %.3g: sets that meet at a small angle need many; state them as fewer constraints", ErrNotConverged, mostCycles, d.sets.Violation(d.x))
}

// cycle projects on each set in turn and returns the largest change of a
// coordinate of x and of z, relative to its size or 1.
func (d *dykstra) cycle() (change float64, err error) {
	for i, p := range d.each {
		for j := range d.z {
			d.u[j] = d.z[j] + d.q[i][j]
		}
		if bad := d.conj.Domain().Check(d.u); bad != nil {
			return 0, fmt.Errorf("mirror: %w: Dykstra's correction leaves the range of ∇ψ: take a function whose gradient is onto", ErrNoSolution)
		}
		copy(d.z, d.u)
		if err := projectMirror(p, d.psi, d.conj, d.w, d.z); err != nil {
			return 0, err
		}
		if d.smooth != nil { // z is known only as well as x is
			for j, x := range d.w {
				d.ulp[j] = 2.2e-16 * math.Abs(x)
			}
			d.smooth.Hessian(d.noise, d.w, d.ulp)
		}
		for j, z := range d.z {
			if math.IsInf(z, 0) || math.IsNaN(z) {
				return 0, fmt.Errorf("mirror: %w: set %d moves coordinate %d to %v, on the boundary of the domain, where ∇ψ is infinite: keep the sets inside", ErrEmpty, i, j, d.w[j])
			}
			change = math.Max(change, math.Abs(d.w[j]-d.x[j])/math.Max(1, math.Abs(d.x[j])))
			// The correction is exact up to rounding: u - z.
			q := d.u[j] - z
			if miss := math.Abs(q - d.q[i][j]); !(miss <= 32*math.Abs(d.noise[j])) {
				change = math.Max(change, miss/math.Max(1, math.Abs(z)))
			}
			d.q[i][j] = q
		}
		copy(d.x, d.w)
	}
	return change, nil
}
