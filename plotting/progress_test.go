package plotting

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"hopflow/internal/stdout"
)

// steps yields its numbers, one at each pause.
func steps(n int, pause time.Duration) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for k := range n {
			time.Sleep(pause)
			if !yield(k, nil) {
				return
			}
		}
	}
}

// stopCell runs until somebody presses Stop, then draws what it has.
func stopCell() {
	var p XY
	for k, err := range Progress(steps(100000, time.Millisecond), 100000, "slow walk") {
		if err != nil {
			panic(err)
		}
		p.X, p.Y = append(p.X, float64(k)), append(p.Y, noise(k))
	}
	for range Progress(steps(10, time.Millisecond), 0, "second loop") {
		panic("an item after Stop")
	}
	f := New("step", "value").Size(300, 200).Alt(goodAlt)
	f.Line("walk", p)
	Show(f)
}

func quickCell() {
	sum := 0
	for k := range ProgressOf(func(yield func(int) bool) {
		for k := range 1000 {
			if !yield(k) {
				return
			}
		}
	}, 1000, "sum") {
		sum += k
	}
	fmt.Println("sum", sum)
}

// TestBudget: a loop that takes too long ends, and says so.
func TestBudget(t *testing.T) {
	n, start := 0, time.Now()
	out := stdout.Of(t, func() {
		for range Progress(steps(100000, time.Millisecond), 0, "long sum", Budget(time.Second)) {
			n++
		}
	})
	// All items take 100 s and more.
	if took := time.Since(start); took > 30*time.Second || n == 0 {
		t.Errorf("%d items in %v", n, took)
	}
	if want := fmt.Sprintf("plotting: long sum ended early after %d: its budget of 1s is spent", n); !strings.HasPrefix(out, want) {
		t.Errorf("it prints %q, want %q", out, want)
	}
	if DefaultBudget != Budget(30*time.Second) {
		t.Errorf("the budget is %v by default", time.Duration(DefaultBudget))
	}
}

// TestProgressPasses: all items, an error among them, and a break from outside.
func TestProgressPasses(t *testing.T) {
	bad := errors.New("bad")
	source := func(yield func(int, error) bool) {
		_ = yield(1, nil) && yield(2, bad) && yield(3, nil)
	}
	out := stdout.Of(t, func() {
		var got []string
		for v, err := range Progress(source, 3, "three", Budget(0)) {
			got = append(got, fmt.Sprint(v, err))
		}
		if s := strings.Join(got, " "); s != "1 <nil> 2 bad 3 <nil>" {
			t.Errorf("the items are %s", s)
		}
		n := 0
		for range Progress(source, 3, "three") {
			n++
			break
		}
		if n != 1 {
			t.Errorf("%d items after a break", n)
		}
	})
	if out != "" {
		t.Errorf("it prints %q", out)
	}
}

func TestBar(t *testing.T) {
	m := &meter{label: "walk", total: 200, count: 50}
	want := "walk  " + strings.Repeat("█", 7) + strings.Repeat("░", 23) + "   25 %  3 s of about 12 s"
	if got := m.text(3 * time.Second); got != want {
		t.Errorf("the bar is %q, want %q", got, want)
	}
	m.total = 0
	if got := m.text(3 * time.Second); got != "walk  50 done  3 s" {
		t.Errorf("the bar is %q", got)
	}
	var b bytes.Buffer
	bar := &terminalBar{w: &b}
	bar.clear()
	bar.update("a longer line")
	bar.update("short")
	bar.clear()
	if want := "\ra longer line\rshort        \r     \r"; b.String() != want {
		t.Errorf("the terminal gets %q, want %q", b.String(), want)
	}
}
