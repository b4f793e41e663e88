package setup

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestProgressInALog(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(0, 0)
	p := newProgress(&out, []string{"one", "three", "five"}, []time.Duration{10 * time.Second, 40 * time.Second, 150 * time.Second})
	p.now = func() time.Time { return now }
	for _, s := range []struct {
		title string
		took  time.Duration
		err   error
	}{{"one", 10 * time.Second, nil}, {"three", 80 * time.Second, nil}, {"five", 125 * time.Second, errors.New("no")}} {
		p.start(s.title)
		now = now.Add(s.took)
		p.done(s.err)
	}
	want := "[1/3] one    10 s, about 3 min left\n" +
		"[2/3] three  80 s, about 3 min left\n" +
		"[3/3] five   2 min 05 s, failed\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}

// In a terminal the line is rewritten, and ends as the log has it.
func TestProgressInATerminal(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, []string{"one"}, []time.Duration{10 * time.Second})
	p.live = true
	p.now = func() time.Time { return time.Unix(0, 0) }
	p.start("one") // the line is written at once, then each second
	p.done(nil)
	lines := strings.Split(out.String(), "\r\x1b[K")
	if len(lines) < 3 || !strings.Contains(lines[1], "left") || !strings.HasPrefix(lines[len(lines)-1], "[1/1] one  0.0 s\n") {
		t.Errorf("%q", out.String())
	}
}

func TestEstimate(t *testing.T) {
	p := newProgress(nil, nil, []time.Duration{60 * time.Second, 60 * time.Second})
	p.i = 0
	if got := p.left(20 * time.Second); got != 100*time.Second {
		t.Errorf("nothing measured yet: %v", got)
	}
	p.i, p.spent = 1, 120*time.Second // twice as slow as typical, over half of it
	if got := p.left(0); got != 90*time.Second {
		t.Errorf("slow machine: %v", got)
	}
	if got := p.left(10 * time.Minute); got != 0 {
		t.Errorf("longer than estimated: %v", got)
	}
}
