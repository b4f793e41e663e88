package freeenergy

import (
	"container/heap"
	"fmt"
	"math"

	"hopflow/lyapunov"
)

// Quadrature is how far LogPartition goes. A nil pointer is the zero value.
type Quadrature struct {
	Tol            float64 // relative error of Z that is asked for; 0: 1e-10, in three dimensions 1e-6. Rounding leaves some 1e-14
	MaxEvaluations int     // values of E that may be taken; 0: 4 million
}

// LogPartition returns ln Z = ln ∫ exp(-E/T) dx over a box in one to three
// dimensions, box[d] = {lo, hi}, whose ends may be infinite, and an estimate of
// the error of ln Z.
//
// The box is divided where the error is largest; on each part the product of the
// 15-point rule of Kronrod on each axis gives the value, its difference to the
// 7-point rule of Gauss within it the error. An infinite axis is mapped by x =
// sinh(u), which reaches |x| = 1e59. The parts around the minima are divided until
// they are seen: those that a method Minima() [][]float64 of e gives, or, without
// one, those that a descent from the lowest points of a first look finds. A well
// much narrower than a hundredth of the box, beside others, can be missed then, and
// so can parts of a ridge in two or three dimensions that is a hundred times
// longer than wide, and the estimate with them: give such an energy a box.
//
// It is an error, with the partial result, if Tol is not reached: Z may be
// infinite, as it is on a line where E grows like T ln|x| or less. It is an error if E is
// NaN or -Inf at a point of the box. It panics unless T is positive and finite,
// the box has one interval for each coordinate of e, and there are one to three.
func LogPartition(e lyapunov.Energy, T float64, box [][2]float64, s *Quadrature) (lnZ, errEstimate float64, err error) {
	checkTemperature(T)
	if len(box) != e.Dim() {
		panic("freeenergy: length mismatch")
	}
	if len(box) < 1 || len(box) > 3 {
		panic(fmt.Sprintf("freeenergy: adaptive quadrature in %d dimensions, want 1 to 3: for more, estimate F from a sample", len(box)))
	}
	in := &integrator{e: e, T: T, tol: 1e-10, most: 4_000_000}
	if len(box) == 3 {
		in.tol = 1e-6
	}
	if s != nil && s.Tol != 0 {
		in.tol = s.Tol
	}
	if s != nil && s.MaxEvaluations != 0 {
		in.most = s.MaxEvaluations
	}
	for _, b := range box {
		in.axes = append(in.axes, newSubstitution(b[0], b[1]))
	}
	in.findMinima(box)
	return in.run()
}

// An integrator divides a box in the coordinates u of its substitutions.
type integrator struct {
	e      lyapunov.Energy
	T      float64
	tol    float64
	most   int // evaluations
	axes   []substitution
	minima [][]float64 // in the box, in u
	depths []float64   // E there
	ref    float64     // the energy whose weight is 1
	used   int         // evaluations so far
	points stencil     // of the part at hand
	parts  partHeap
}

// findMinima asks the energy for its minima and keeps those inside the box.
func (in *integrator) findMinima(box [][2]float64) {
	in.ref = math.Inf(1)
	known, ok := in.e.(interface{ Minima() [][]float64 })
	if !ok {
		return
	}
	for _, x := range known.Minima() {
		u := make([]float64, len(x))
		inside := true
		for d, xd := range x {
			inside = inside && box[d][0] <= xd && xd <= box[d][1]
			u[d] = in.axes[d].inverse(xd)
		}
		if inside {
			in.minima, in.depths = append(in.minima, u), append(in.depths, in.e.Value(x))
			in.ref = math.Min(in.ref, in.e.Value(x))
		}
	}
}

// run refines to the tolerance. An energy far below the reference found on the
// way makes it begin again, with that as the reference.
func (in *integrator) run() (lnZ, errEstimate float64, err error) {
	if len(in.minima) == 0 {
		if err := in.searchMinima(); err != nil {
			return math.NaN(), math.NaN(), err
		}
	}
	for {
		lnZ, errEstimate, lower, err := in.attempt()
		if lower < in.ref {
			in.ref = lower
			continue
		}
		return lnZ, errEstimate, err
	}
}

func (in *integrator) attempt() (lnZ, errEstimate, lower float64, err error) {
	in.parts = nil
	lower = in.ref
	if err := in.start(); err != nil {
		return math.NaN(), math.NaN(), lower, err
	}
	for {
		z, miss, beyond, waiting, least := in.total()
		// exp((ref-E)/T) must not overflow, and is best near 1.
		if least < in.ref-500*in.T || math.IsInf(in.ref, 1) {
			if math.IsInf(least, 1) {
				return math.NaN(), math.NaN(), lower, fmt.Errorf("freeenergy: energy is +Inf at all %d points of the box that were tried: choose a box that meets its domain", in.used)
			}
			return 0, 0, least, nil
		}
		lnZ, errEstimate = math.Log(z)-in.ref/in.T, (miss+beyond)/z
		switch {
		case waiting:
		case errEstimate <= in.tol:
			return lnZ, errEstimate, lower, nil
		case beyond > in.tol*z && miss < beyond:
			return lnZ, errEstimate, lower, fmt.Errorf("freeenergy: exp(-E/T) falls too slowly: up to |x| = 4e59, ln Z = %.9g, and a share of about %.2g lies beyond: at T = %g Z may be infinite; take a lower T, or a box with ends", lnZ, beyond/z, in.T)
		}
		if in.used >= in.most {
			return lnZ, errEstimate, lower, fmt.Errorf("freeenergy: ln Z = %.9g with an error of about %.2g after %d evaluations, asked for %g: ask for less, allow more evaluations, or narrow the box", lnZ, errEstimate, in.used, in.tol)
		}
		// Divide the worst tenth before the total is taken again.
		for range 1 + len(in.parts)/10 {
			if err := in.divide(); err != nil {
				return math.NaN(), math.NaN(), lower, err
			}
		}
	}
}

// start covers the box by products of the first intervals of its axes.
func (in *integrator) start() error {
	cuts := [3][]float64{{0, 1}, {0, 1}, {0, 1}}
	for d, a := range in.axes {
		cuts[d] = a.cuts(len(in.axes))
	}
	for i := 1; i < len(cuts[0]); i++ {
		for j := 1; j < len(cuts[1]); j++ {
			for k := 1; k < len(cuts[2]); k++ {
				p := &part{lo: [3]float64{cuts[0][i-1], cuts[1][j-1], cuts[2][k-1]}, hi: [3]float64{cuts[0][i], cuts[1][j], cuts[2][k]}}
				if err := in.add(p); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (in *integrator) add(p *part) error {
	if err := in.evaluate(p); err != nil {
		return err
	}
	heap.Push(&in.parts, p)
	return nil
}

// divide halves the part with the largest error along its worst axis.
func (in *integrator) divide() error {
	p := heap.Pop(&in.parts).(*part)
	low, high := *p, *p
	mid := p.lo[p.axis] + (p.hi[p.axis]-p.lo[p.axis])/2
	low.hi[p.axis], high.lo[p.axis] = mid, mid
	if err := in.add(&low); err != nil {
		return err
	}
	return in.add(&high)
}

// total returns the sum over the parts, its error, what lies beyond the reach of
// infinite axes, whether a known minimum is still unseen, and the least energy
// met.
func (in *integrator) total() (z, miss, beyond float64, waiting bool, least float64) {
	var far, lost float64
	least = math.Inf(1)
	for _, p := range in.parts {
		t := z + p.value // Neumaier
		if math.Abs(z) >= math.Abs(p.value) {
			lost += (z - t) + p.value
		} else {
			lost += (p.value - t) + z
		}
		z = t
		miss += p.err
		waiting = waiting || p.unseen
		least = math.Min(least, p.least)
		if p.far(in.axes) {
			far += p.value
		}
	}
	z += lost
	// Weights that fall geometrically from |u| = 0 to 69 and 138 leave this
	// beyond; where Z is infinite they do not fall and it is of the order of Z.
	return z, miss, far * far / z, waiting, least
}
