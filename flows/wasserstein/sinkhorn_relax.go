package wasserstein

import "math"

// A relaxation chooses the factor ω of over-relaxed updates. Plain updates
// converge at a rate ρ, and relaxed ones at the rate λ with
//
//	(λ + ω - 1)² = λ ω² ρ
//
// or, for ω above 2/(1+√(1-ρ)), at ω - 1 (Young 1954 for linear iterations;
// Lehmann, von Renesse, Sambale, Uschmajew 2022 for this one): √ of the
// iterations at the best ω. It is found from the rates that are seen.
type relaxation struct {
	factor float64
	fixed  bool
	count  int     // iterations since the window began
	first  float64 // error when it began
}

const shortestWindow = 10

func (r *relaxation) reset(fixed float64) {
	*r = relaxation{factor: 1}
	if fixed != 0 {
		*r = relaxation{factor: fixed, fixed: true}
	}
}

// observe takes the error of an iteration.
func (r *relaxation) observe(err float64) {
	if r.fixed {
		return
	}
	if r.count == 0 {
		r.first, r.count = err, 1
		return
	}
	r.count++
	if r.count <= r.window() {
		return
	}
	rate := math.Pow(err/r.first, 1/float64(r.count-1))
	r.choose(rate)
	r.count = 0
}

// window is how many iterations it takes to see a rate: some times that in which
// the error falls by e where ω is best.
func (r *relaxation) window() int { return max(shortestWindow, int(2/(2-r.factor))) }

func (r *relaxation) choose(rate float64) {
	left := 2 - r.factor
	switch least := r.factor - 1; {
	case !(rate > 0):
		return
	case rate >= 1:
		left *= 2
	case rate > least*1.0001+1e-9:
		rho := math.Min((rate+least)*(rate+least)/(rate*r.factor*r.factor), 1)
		best := 2 / (1 + math.Sqrt(1-rho))
		left = math.Max(2-best, left/2)
	default:
		left *= 1.5
	}
	r.factor = 2 - math.Min(1, math.Max(left, 1e-3))
}

// A stall notices an error that stays where rounding keeps it.
type stall struct {
	count  int
	before float64
}

const (
	stallWindow  = 100
	roundingMost = 1e-11 // of a marginal error, relative to the mass
)

// observe reports whether the error is small and has not fallen for a while.
func (s *stall) observe(err float64) bool {
	if s.count++; s.count%stallWindow != 0 {
		return false
	}
	before := s.before
	s.before = err
	return s.count > stallWindow && err < roundingMost && err > before/2
}
