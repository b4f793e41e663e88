package adjoint

import (
	"math"
	"math/bits"
)

// ExtraSteps returns the least number of steps that must be taken again to go
// back through so many steps with so many states kept at a time, the initial
// one included:
//
//	r l - C(c+r, r-1),   r minimal with C(c+r, c) >= l,
//
// for l steps and c checkpoints: about l times the r-th root of r! l, r small,
// for memory that grows like that root. 0 checkpoints, every step kept with its
// stages, need none. It panics on negative arguments. A. Griewank and A.
// Walther, ACM Transactions on Mathematical Software 26 (2000) 19.
func ExtraSteps(steps, checkpoints int) int {
	if steps < 0 || checkpoints < 0 {
		panic("adjoint: negative number of steps or checkpoints")
	}
	if steps == 0 || checkpoints == 0 {
		return 0
	}
	r := repetitions(steps, checkpoints)
	return r*steps - binomial(checkpoints+r, r-1)
}

// repetitions returns r, the largest number of times that a step is taken again.
func repetitions(l, c int) int {
	r := 0
	for reach := 1; reach < l; reach = binomial(c+r, r) {
		r++
	}
	return r
}

// binomial returns C(n, k), 0 for k < 0, or math.MaxInt if it is as large.
func binomial(n, k int) int {
	k = min(k, n-k)
	if k < 0 {
		return 0
	}
	out := uint64(1)
	for i := 1; i <= k; i++ {
		// Exact: a product of i neighbours is divisible by i.
		hi, lo := bits.Mul64(out, uint64(n-k+i))
		if hi >= uint64(i) {
			return math.MaxInt
		}
		if out, _ = bits.Div64(hi, lo, uint64(i)); out >= math.MaxInt {
			return math.MaxInt
		}
	}
	return int(out)
}

// split returns how far the next checkpoint lies beyond the last one, if l steps
// are to be reversed with c states, that one included: then what is left on both
// sides can be done with the r of the whole.
func split(l, c int) int {
	r := repetitions(l, c)
	return max(1, binomial(c+r-2, c), l-binomial(c+r-1, c-1))
}

// reverseFrom goes back with so many states kept.
func (s *Sweep) reverseFrom(checkpoints int, x0 []float64) error {
	n := s.steps()
	checkpoints = min(checkpoints, n)
	s.records = resize(s.records, s.recordSize())
	s.kept = resize(s.kept, max(checkpoints, 1)*s.n)
	copy(s.kept, x0)
	s.gradient.Stored = 1
	if n == 0 {
		copy(s.gradient.X1, x0)
		s.turn(x0)
	} else if err := s.reverse(n, checkpoints); err != nil {
		return err
	}
	s.gradient.Bytes = 8 * (s.gradient.Stored*s.n + s.recordSize())
	return nil
}

// reverse goes back from time hi to the beginning, whose state is in the first
// of so many slots: from the last state kept either forwards to the next one to
// keep, or, where that does not pay, to the last step not yet reversed.
func (s *Sweep) reverse(hi, slots int) error {
	s.slots = append(s.slots[:0], 0)
	for hi > 0 {
		slot := len(s.slots) - 1
		lo, x := s.slots[slot], part(s.kept, slot, s.n)
		switch left := hi - lo; {
		case left == 0:
			s.slots = s.slots[:slot]
		case left > 1 && slot+1 < slots:
			middle := lo + split(left, slots-slot)
			if err := s.advance(part(s.kept, slot+1, s.n), x, lo, middle); err != nil {
				return err
			}
			s.slots = append(s.slots, middle)
			s.gradient.Stored = max(s.gradient.Stored, len(s.slots))
		default:
			if err := s.reverseOne(hi, lo, x); err != nil {
				return err
			}
			hi--
		}
	}
	return nil
}

// reverseOne goes back through the step to time hi, from state x at time lo.
func (s *Sweep) reverseOne(hi, lo int, x []float64) error {
	r := s.record(0)
	if err := s.advance(r.x, x, lo, hi-1); err != nil {
		return err
	}
	if err := s.step(s.next(hi), hi-1, r.x, r.slopes, r.memo); err != nil {
		return err
	}
	if hi == s.steps() {
		s.turn(s.gradient.X1)
	}
	s.pull(hi-1, r)
	return nil
}

// next returns where the state at time k goes that a step on the way back leads
// to: only that at T1 is wanted.
func (s *Sweep) next(k int) []float64 {
	if k == s.steps() {
		return s.gradient.X1
	}
	return s.lost
}

// advance takes the steps from lo to hi, keeping nothing of them.
func (s *Sweep) advance(dst, x []float64, lo, hi int) error {
	copy(dst, x)
	s.extra += hi - lo
	r := s.record(0)
	for k := lo; k < hi; k++ {
		if err := s.step(dst, k, dst, r.slopes, nil); err != nil {
			return err
		}
	}
	return nil
}
