// Package stdout lets a test read what a function prints.
package stdout

import (
	"io"
	"os"
	"testing"
)

// Of returns what f writes to the standard output, which is put back when f
// returns or panics. Tests that use it do not run in parallel.
func Of(t testing.TB, f func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	type reading struct {
		text []byte
		err  error
	}
	done := make(chan reading, 1)
	// Read while f runs: a pipe holds 64 KiB, and then f would wait for ever.
	go func() {
		text, err := io.ReadAll(r)
		done <- reading{text, err}
	}()
	old := os.Stdout
	os.Stdout = w
	defer func() { os.Stdout = old }()
	defer w.Close()
	f()
	w.Close()
	got := <-done
	if got.err != nil {
		t.Fatal(got.err)
	}
	return string(got.text)
}
