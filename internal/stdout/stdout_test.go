package stdout

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	before := os.Stdout
	if got := Of(t, func() { fmt.Print(long) }); got != long {
		t.Errorf("%d bytes of %d", len(got), len(long))
	}
	func() {
		defer func() { _ = recover() }()
		Of(t, func() { panic("in f") })
	}()
	if os.Stdout != before {
		t.Error("the standard output was not put back")
	}
}
