package hopfield

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// ErrNotNormalisable is wrapped by errors that say that ∫ exp(-E/T) dμ is infinite.
var ErrNotNormalisable = errors.New("the law exp(-E/T) cannot be normalised")

// ErrUndecided is wrapped by errors of conditions that were neither proven nor
// refuted.
var ErrUndecided = errors.New("whether the law can be normalised was not decided")

// A Tail says how a layer's energy L*(g) grows when one of its units goes to an
// end of the line.
type Tail struct {
	// Slope is the slope of the activation out there: L* grows like g²/(2 Slope).
	// 0: the output stops at an end of its range.
	Slope float64
	// Log is lim x² σ'(x): where the output stops, L* grows like Log ln|x|. 0: L*
	// stays finite, and with it E.
	Log float64
	// Power is how σ' falls where the output stops, like |x|^-Power; +Inf if
	// faster than any power.
	Power float64
}

// A Growing Lagrangian says how it grows. Those of this package do.
type Growing interface {
	Lagrangian
	// Tails returns the tails of unit i towards -∞ and +∞, or an ErrUndecided.
	Tails(i int) (lower, upper Tail, err error)
}

// Tails reads the tails of unit i off its activation far out.
func (s *Separable) Tails(i int) (lower, upper Tail, err error) {
	lo, hi := s.f[i].Range()
	for _, end := range []struct {
		y, sign float64
		tail    *Tail
	}{{lo, -1, &lower}, {hi, 1, &upper}} {
		near, far := s.f[i].Deriv(end.sign*1e7), s.f[i].Deriv(end.sign*1e9)
		switch {
		case !math.IsInf(end.y, 0):
			end.tail.Power = math.Inf(1)
			if far > 0 {
				end.tail.Power = math.Round(1e4*math.Log(near/far)/math.Log(100)) / 1e4
			}
			if end.tail.Power == 2 {
				end.tail.Log = 1e18 * far
			}
		case far > 0 && math.Abs(near-far) <= 1e-6*far:
			end.tail.Slope = far
		default:
			return lower, upper, fmt.Errorf("%w: activation %T of unit %d is unbounded and not linear far out", ErrUndecided, s.f[i], i)
		}
	}
	return lower, upper, nil
}

// Normalisable returns nil if exp(-E/T) dμ has a finite integral for the measure
// m, and otherwise an error that wraps ErrNotNormalisable or ErrUndecided and
// names the reason and the remedy. [LF] Definition 13 is silent on it.
//
//   - Units with a bounded output (tanh, logistic) never stop: E stays finite as
//     they go to infinity, so dv dh is out of the question, at any U and T. The
//     exception are outputs that close in like 1/x, as arctan's: E grows like
//     Log ln|x| and T < Log suffices. With FiringRate they never matter.
//   - Units with linear tails: E grows like the quadratic form
//     ½gᵀG⁻¹g + ½fᵀF⁻¹f - gᵀUf, G and F the slopes in the orthant that (g, f) is
//     in, which has to be positive in every one (copositivity). That is
//     GrowthNorm < 1; at 1 to rounding an input may decide, which is left
//     undecided. Where all slopes are at most 1, ‖U‖₂ < 1 suffices; for
//     U >= 0 with upper slopes 1 it is necessary too; for one leaky unit a side it
//     is -1/√s < u < 1.
func (b *Bipartite) Normalisable(T float64, m Measure) error {
	bipartiteTemperature(T)
	bipartiteMeasure(m)
	tails, err := b.tails()
	if err != nil {
		return err
	}
	if err := b.boundedUnits(tails, T, m); err != nil {
		return err
	}
	norm, err := b.growth(tails, 1)
	switch {
	case err != nil:
		return err
	case math.Abs(norm.Lower-1) <= 1e-12 && floats.Dot(b.input, norm.Direction[:b.visible.Dim()]) < 0:
		return fmt.Errorf("hopfield: %w: along %.3g the quadratic part of E is flat and the input raises E: shrink U by a little", ErrUndecided, norm.Direction)
	case norm.Lower >= 1-1e-12:
		return fmt.Errorf("hopfield: %w: along %.3g the quadratic part of E does not grow: the coupling's norm in the slopes is %.6g, it has to be below 1: shrink U, subtract the negative phase when learning, or use bounded outputs", ErrNotNormalisable, norm.Direction, norm.Lower)
	case norm.Upper >= 1:
		return fmt.Errorf("hopfield: %w: the coupling's norm in the slopes lies between %.6g and %.6g: shrink U by %.3g to be on the safe side", ErrUndecided, norm.Lower, norm.Upper, norm.Upper/0.99)
	}
	return nil
}

// tails returns lower and upper tails of all units.
func (b *Bipartite) tails() ([][2]Tail, error) {
	var all [][2]Tail
	for k, l := range []Lagrangian{b.visible, b.hidden} {
		g, ok := l.(Growing)
		if !ok {
			return nil, fmt.Errorf("hopfield: %w: the %s layer %T does not say how it grows: give it a method Tails", ErrUndecided, [2]string{"visible", "hidden"}[k], l)
		}
		for i := range l.Dim() {
			lower, upper, err := g.Tails(i)
			if err != nil {
				return nil, fmt.Errorf("hopfield: %s layer: %w", [2]string{"visible", "hidden"}[k], err)
			}
			all = append(all, [2]Tail{lower, upper})
		}
	}
	return all, nil
}

// boundedUnits looks at the units whose output stops at an end: there dμ
// exp(-E/T) falls like |x|^-(c Power + Log/T).
func (b *Bipartite) boundedUnits(tails [][2]Tail, T float64, m Measure) error {
	for i, t := range tails {
		for _, end := range t {
			if end.Slope == 0 && m >= FiringRate {
				continue // ∫ σ'^m dx is finite: σ' <= the range for m = 1
			}
			power := end.Log / T
			if m > 0 {
				power += float64(m) * end.Power
			}
			if end.Slope > 0 || power > 1 {
				continue
			}
			layer, unit := "visible", i
			if n := b.visible.Dim(); i >= n {
				layer, unit = "hidden", i-n
			}
			remedy := "use the FiringRate measure dg df, or an activation with slopes (LeakyReLU, activation.Rectifier with a leak)"
			if end.Log > 0 {
				return fmt.Errorf("hopfield: %w with respect to the %v: the energy of %s unit %d grows like %.4g ln|x| only: take T < %.4g, or %s", ErrNotNormalisable, m, layer, unit, end.Log, end.Log/(1-float64(m)*end.Power), remedy)
			}
			return fmt.Errorf("hopfield: %w with respect to the %v: %s unit %d has a bounded output, so E stays finite as it goes to infinity, at any T and U: %s", ErrNotNormalisable, m, layer, unit, remedy)
		}
	}
	return nil
}

// GrowthNorm returns bounds of the largest value of gᵀUf over all outputs with
// gᵀG⁻¹g = fᵀF⁻¹f = 1: what Normalisable compares with 1. It is ‖U‖₂ for linear
// units, below it for leaky ones with a negative U.
func (b *Bipartite) GrowthNorm() (Norm, error) {
	tails, err := b.tails()
	if err != nil {
		return Norm{Lower: math.NaN(), Upper: math.NaN()}, err
	}
	return b.growth(tails, math.NaN())
}
