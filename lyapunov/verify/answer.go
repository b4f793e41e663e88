package verify

import (
	"fmt"
	"math"
)

// A Grader is what an exercise's test is given: *testing.T is one.
type Grader interface {
	// Helper marks the caller as one whose line is not reported.
	Helper()
	// Fail marks the test as failed and goes on.
	Fail()
}

// Answer grades a reader's number: it prints
//
//	correct: what
//	missing: what
//	not yet, because what is too large by 0.12
//
// on standard output, and fails t in the last two cases. NaN stands for an
// answer that has not been written. The number wanted is not printed. The
// tolerance is that of Claim.
func Answer(t Grader, what string, got, want, tol float64) {
	t.Helper()
	switch c := Equal("answer", what, got, want, tol); {
	case c.holds():
		fmt.Printf("correct: %s\n", what)
	case math.IsNaN(got):
		fmt.Printf("missing: %s\n", what)
		t.Fail()
	case math.IsInf(got, 0):
		fmt.Printf("not yet, because %s is infinite\n", what)
		t.Fail()
	case got > want:
		fmt.Printf("not yet, because %s is too large by %s\n", what, short(got-want))
		t.Fail()
	default:
		fmt.Printf("not yet, because %s is too small by %s\n", what, short(want-got))
		t.Fail()
	}
}
