package plotting

import (
	"fmt"
	"iter"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A Budget is the time that a loop may take. Zero or less means no limit.
type Budget time.Duration

// DefaultBudget is what a loop may take if nothing else is said.
const DefaultBudget = Budget(30 * time.Second)

// Progress passes on a long iteration and ends it early when Stop is pressed
// (an interrupt) or when its time is over, so that the loop behind it ends as
// usual and its partial figure is drawn:
//
//	for s, err := range plotting.Progress(ode.Steps(f, x0, 0, 100, nil, nil), 0, "orbit") {
//		...
//	}
//	plotting.Show(fig)
//
// An early end is printed, with its reason. Total is the number of items, 0 if
// it is not known. Work that takes more than two seconds shows a bar, which
// goes away at the end; nothing of it stays in a notebook that runs without a
// reader. Items are checked one by one, so a single item that takes long delays
// Stop by as much. After Stop every later loop of the program ends at its first
// item.
func Progress[T any](steps iter.Seq2[T, error], total int, label string, budget ...Budget) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		m := startMeter(total, label, budget)
		defer m.finish()
		for v, err := range steps {
			if m.over() {
				return
			}
			if !yield(v, err) {
				return
			}
			m.count++
		}
	}
}

// ProgressOf is Progress for an iteration that cannot fail.
func ProgressOf[T any](items iter.Seq[T], total int, label string, budget ...Budget) iter.Seq[T] {
	return func(yield func(T) bool) {
		m := startMeter(total, label, budget)
		defer m.finish()
		for v := range items {
			if m.over() {
				return
			}
			if !yield(v) {
				return
			}
			m.count++
		}
	}
}

// interrupted stays true once Stop was pressed.
var interrupted atomic.Bool

// A meter watches one loop. Its goroutine sets flags at intervals, so that an
// item costs no look at the clock.
type meter struct {
	label  string
	total  int
	count  int // of the loop's goroutine alone
	start  time.Time
	budget time.Duration
	bar    progressBar

	spent, due atomic.Bool
	signals    chan os.Signal
	quit       chan struct{}
	watch      sync.WaitGroup
	said       bool
}

const (
	barDelay = 2 * time.Second
	barEvery = 250 * time.Millisecond
)

func startMeter(total int, label string, budget []Budget) *meter {
	if total < 0 {
		panic("plotting: a negative number of items")
	}
	if len(budget) > 1 {
		panic("plotting: more than one budget")
	}
	m := &meter{label: label, total: total, start: time.Now(), budget: time.Duration(DefaultBudget), bar: newProgressBar()}
	if len(budget) == 1 {
		m.budget = time.Duration(budget[0])
	}
	m.signals, m.quit = make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(m.signals, os.Interrupt)
	m.watch.Add(1)
	go m.look()
	return m
}

// look sets the flags until the loop ends. After the first interrupt a second
// one has its usual effect and ends the program.
func (m *meter) look() {
	defer m.watch.Done()
	var end <-chan time.Time
	if m.budget > 0 {
		t := time.NewTimer(m.budget)
		defer t.Stop()
		end = t.C
	}
	tick := time.NewTicker(barEvery)
	defer tick.Stop()
	for {
		select {
		case <-m.signals:
			interrupted.Store(true)
			signal.Stop(m.signals)
		case <-end:
			m.spent.Store(true)
		case <-tick.C:
			m.due.Store(time.Since(m.start) > barDelay)
		case <-m.quit:
			return
		}
	}
}

// over reports, and prints why, that the loop has to end.
func (m *meter) over() bool {
	if m.due.CompareAndSwap(true, false) {
		m.bar.update(m.text(time.Since(m.start)))
	}
	switch {
	case interrupted.Load():
		m.say("Stop was pressed")
	case m.spent.Load():
		m.say(fmt.Sprintf("its budget of %v is spent; give plotting.Progress a larger plotting.Budget, or do less", m.budget))
	default:
		return false
	}
	return true
}

func (m *meter) say(why string) {
	if m.said {
		return
	}
	m.said = true
	of := ""
	if m.total > 0 {
		of = fmt.Sprintf(" of %d", m.total)
	}
	fmt.Printf("plotting: %s ended early after %d%s: %s\n", m.label, m.count, of, why)
}

func (m *meter) finish() {
	close(m.quit)
	m.watch.Wait()
	signal.Stop(m.signals)
	m.bar.clear()
}

// text is one line of the bar.
func (m *meter) text(elapsed time.Duration) string {
	s := elapsed.Seconds()
	if m.total == 0 {
		return fmt.Sprintf("%s  %d done  %.0f s", m.label, m.count, s)
	}
	const cells = 30
	share := min(1, float64(m.count)/float64(m.total))
	full := int(share * cells)
	line := fmt.Sprintf("%s  %s%s  %3.0f %%  %.0f s", m.label, strings.Repeat("█", full), strings.Repeat("░", cells-full), 100*share, s)
	if share > 0 {
		line += fmt.Sprintf(" of about %.0f s", s/share)
	}
	return line
}
