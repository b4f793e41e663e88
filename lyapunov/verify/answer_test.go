package verify

import (
	"math"
	"strings"
	"testing"

	"hopflow/internal/stdout"
)

// grader counts failures.
type grader struct{ failed int }

func (*grader) Helper() {}
func (g *grader) Fail() { g.failed++ }

func TestAnswer(t *testing.T) {
	for _, c := range []struct {
		got  float64
		want string
		ok   bool
	}{
		{0.7 + 1e-10, "correct: d", true},
		{math.NaN(), "missing: d", false},
		{0.82, "not yet, because d is too large by 0.12", false},
		{0.2, "not yet, because d is too small by 0.5", false},
		{math.Inf(-1), "not yet, because d is infinite", false},
	} {
		g := new(grader)
		text := strings.TrimSpace(stdout.Of(t, func() { Answer(g, "d", c.got, 0.7, 1e-9) }))
		if text != c.want || (g.failed == 0) != c.ok {
			t.Errorf("Answer(%v) prints %q and fails %d times, want %q, ok %v", c.got, text, g.failed, c.want, c.ok)
		}
		if strings.Contains(text, "0.7") {
			t.Errorf("the answer is given away: %q", text)
		}
	}
}
