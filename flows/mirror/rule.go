package mirror

import (
	"fmt"
	"math"
)

// A Rule says how long the k-th step is, counted from 0.
type Rule interface {
	// Length returns h_k > 0.
	Length(k int) float64
}

// Fixed is the same step always. Descent decreases f for h <= 1/L, with L of
// RelativeConstants.
type Fixed float64

// Length returns h.
func (h Fixed) Length(int) float64 { return float64(h) }

// InverseSqrt is h_k = h/√(k+1): the step for gradients with noise, or of
// functions with kinks.
type InverseSqrt float64

// Length returns h/√(k+1).
func (h InverseSqrt) Length(k int) float64 { return float64(h) / math.Sqrt(float64(k+1)) }

// LineSearch tries steps until one satisfies the descent lemma of relative
// smoothness, [BBT], [LFN],
//
//	f(x⁺) <= f(x) + ∇f(x)·(x⁺ - x) + D(x⁺, x)/h,
//
// which holds for every h <= 1/L: it needs no L, and takes longer steps where f
// is flatter. Natural asks for f(x⁺) <= f(x) - h/2 |∇f|² in the norm of the
// metric, and for x⁺ inside.
type LineSearch struct {
	First  float64 // the first step tried; 0 means 1
	Shrink float64 // factor after a failure, in (0, 1); 0 means 1/2
	Grow   float64 // factor after a success, >= 1; 0 means 2, 1 never lengthens
}

var _ Rule = LineSearch{}

// Length returns First.
func (s LineSearch) Length(int) float64 { return byDefault(s.First, 1) }

func (s LineSearch) check() {
	if shrink, grow := s.factors(); !(0 < shrink && shrink < 1 && grow >= 1) {
		panic(fmt.Sprintf("mirror: line search with factors %v and %v, want Shrink in (0, 1) and Grow >= 1", shrink, grow))
	}
}

func (s LineSearch) factors() (shrink, grow float64) {
	return byDefault(s.Shrink, 0.5), byDefault(s.Grow, 2)
}

func byDefault(v, otherwise float64) float64 {
	if v == 0 {
		return otherwise
	}
	return v
}

// lengths of a run: a Rule with the memory of a line search.
type steps struct {
	rule   Rule
	search LineSearch
	tries  bool    // rule is a line search
	h      float64 // step of its last success
}

// shortest is the part of the first step tried below which a line search gives
// up: what it would accept there is rounding.
const shortest = 1e-12

// newSteps panics if there is no rule.
func newSteps(r Rule) steps {
	if r == nil {
		panic("mirror: a method needs a Rule, such as Fixed(0.1)")
	}
	s := steps{rule: r}
	if s.search, s.tries = r.(LineSearch); s.tries {
		s.search.check()
	}
	return s
}

// first returns the step to try first, or an error if it is not positive.
func (s *steps) first(it *Iterate) (float64, error) {
	h := s.rule.Length(it.K)
	if s.tries && s.h > 0 {
		_, grow := s.search.factors()
		h = s.h * grow
	}
	if !(h > 0) || math.IsInf(h, 0) {
		return 0, &Error{ErrStep, it.K, -1, h, h, it.Clone().X}
	}
	return h, nil
}

// shorter returns the step to try after h.
func (s *steps) shorter(h float64) float64 {
	shrink, _ := s.search.factors()
	return h * shrink
}

// slack is what rounding may add to a comparison of energies.
func slack(f, g float64) float64 { return 4e-16 * math.Max(math.Abs(f), math.Abs(g)) }
