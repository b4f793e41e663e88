// Package trials says how often a test tries: on how many random cases a property
// is held, with how many seeds or samples a statistical statement.
package trials

import (
	"os"
	"strconv"
	"testing"
)

// Variable multiplies all such numbers: HOPFLOW_CASES=10 go test ./... tries ten
// times as often, as go tool check -long does.
const Variable = "HOPFLOW_CASES"

// Times returns the factor of Variable, 1 where it is not set. The test fails at
// once if it is no whole number above 0.
func Times(t testing.TB) int {
	t.Helper()
	s := os.Getenv(Variable)
	if s == "" {
		return 1
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q: set it to a whole number above 0, or not at all", Variable, s)
	}
	return n
}

// Of returns n times that: how often to try what is usually tried n times.
func Of(t testing.TB, n int) int {
	t.Helper()
	return n * Times(t)
}
