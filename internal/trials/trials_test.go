package trials

import (
	"runtime"
	"testing"
)

// A failing test is one that notes that it has failed.
type failing struct {
	testing.TB
	failed bool
}

func (f *failing) Helper() {}
func (f *failing) Fatalf(string, ...any) {
	f.failed = true
	runtime.Goexit()
}

func TestTimes(t *testing.T) {
	for s, want := range map[string]int{"": 1, "1": 1, "7": 7, "0": 0, "-3": 0, "many": 0, "1.5": 0} {
		t.Setenv(Variable, s)
		f, got := &failing{TB: t}, 0
		done := make(chan bool)
		go func() {
			defer close(done)
			got = Of(f, 5)
		}()
		<-done
		if got != 5*want || f.failed != (want == 0) {
			t.Errorf("%s=%q: 5 become %d, failed %v", Variable, s, got, f.failed)
		}
	}
}
