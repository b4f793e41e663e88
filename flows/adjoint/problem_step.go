package adjoint

import (
	"fmt"
	"math"

	"hopflow/flows"
	"hopflow/flows/ode"
)

// A tableau is what a frozen step needs of a method: the stages that the result
// depends on. Dormand-Prince loses its seventh, which only estimates the error.
type tableau struct {
	a    [][]float64
	b, c []float64
}

func live(m *ode.Tableau) tableau {
	n := len(m.B)
	alive := make([]bool, n)
	for i := n - 1; i >= 0; i-- {
		alive[i] = m.B[i] != 0
		for j := i + 1; j < n; j++ {
			alive[i] = alive[i] || alive[j] && m.A[j][i] != 0
		}
	}
	pick := func(row []float64) (out []float64) {
		for j, v := range row {
			if alive[j] {
				out = append(out, v)
			}
		}
		return out
	}
	r := tableau{b: pick(m.B), c: pick(m.C)}
	for i, row := range m.A {
		if alive[i] {
			r.a = append(r.a, pick(row))
		}
	}
	return r
}

// step takes step k from x to dst, which may be x: it stores the slopes of the
// stages and, unless memo is nil, what the model leaves for the way back. On
// the first visit it counts the losses, in the order of time however the steps
// are repeated later.
func (s *Sweep) step(dst []float64, k int, x, slopes, memo []float64) error {
	t, h := s.t[k], s.t[k+1]-s.t[k]
	first := k == s.seen
	for i, c := range s.stages.c {
		y := s.argument(i, h, x, slopes)
		s.evaluator.Rate(part(slopes, i, s.n), t+c*h, y, s.memo(memo, i))
		if b := s.stages.b[i]; first && s.p.Running != nil && b != 0 {
			s.loss += h * b * s.p.Running.Value(t+c*h, y, s.theta, s.batch)
		}
	}
	s.move(s.scratch, x, h, s.stages.b, slopes)
	if !first {
		copy(dst, s.scratch)
		return nil
	}
	if !flows.Finite(s.scratch) {
		return s.fail(ErrBlowUp, k, x, "the next state is not finite")
	}
	copy(dst, s.scratch)
	s.seen++
	return s.observe(s.seen, dst)
}

// observe counts the losses at time k, on the first visit.
func (s *Sweep) observe(k int, x []float64) error {
	for ; s.due < len(s.at) && s.at[s.due] == k; s.due++ {
		s.loss += s.p.Observed[s.order[s.due]].Loss.Value(x, s.batch)
	}
	if k == s.steps() && s.p.Terminal != nil {
		s.loss += s.p.Terminal.Value(x, s.batch)
	}
	if math.IsNaN(s.loss) || math.IsInf(s.loss, 0) {
		return s.fail(ErrLoss, k, x, fmt.Sprintf("L = %g", s.loss))
	}
	return nil
}

// argument returns the state at stage i, in s.y or x itself.
func (s *Sweep) argument(i int, h float64, x, slopes []float64) []float64 {
	if i == 0 {
		return x
	}
	s.move(s.y, x, h, s.stages.a[i], slopes)
	return s.y
}

// move stores x + h Σ w_j k_j in dst, with the roundings of package ode.
func (s *Sweep) move(dst, x []float64, h float64, weights, slopes []float64) {
	x, sum := x[:len(dst)], s.sum[:len(dst)]
	terms := 0
	for j, w := range weights {
		k := part(slopes, j, s.n)
		switch {
		case w == 0:
			continue
		case terms == 0:
			for i, v := range k[:len(sum)] {
				sum[i] = w * v
			}
		default:
			addScaled(sum, w, k)
		}
		terms++
	}
	if terms == 0 {
		copy(dst, x)
		return
	}
	for i, v := range sum {
		dst[i] = x[i] + h*v
	}
}

// part returns the i-th of the vectors of length n that v holds.
func part(v []float64, i, n int) []float64 { return v[i*n : (i+1)*n : (i+1)*n] }

// memo returns the part of stage i, nil if nothing is kept.
func (s *Sweep) memo(memo []float64, i int) []float64 {
	if memo == nil {
		return nil
	}
	return part(memo, i, s.evaluator.Memo())
}
