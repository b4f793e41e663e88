package main

import (
	"testing"

	"hopflow/internal/nbtest"
)

// Elsewhere than where the outputs were made their digits are not compared.
func TestCompareByProcessor(t *testing.T) {
	nb := func(text string) *nbtest.Notebook {
		return &nbtest.Notebook{Cells: []*nbtest.Cell{{Type: "code", Count: 1, Outputs: []*nbtest.Output{{Type: "stream", Name: "stdout", Text: text}}}}}
	}
	a, b := nb("x = 0.125\n"), nb("x = 0.12499999\n")
	if on, off := compare(committedOn, a, b), compare("arm64", a, b); len(on) != 1 || len(off) != 0 {
		t.Errorf("%d and %d differences, want 1 and 0", len(on), len(off))
	}
	if off := compare("arm64", a, nb("y = 0.125\n")); len(off) != 1 {
		t.Errorf("%d differences of words, want 1", len(off))
	}
}
