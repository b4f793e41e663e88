package setup

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// progress shows a row of steps with what is left: one line that is rewritten
// in a terminal, a plain line per step in a log.
type progress struct {
	out   io.Writer
	live  bool // a terminal: rewrite the line
	now   func() time.Time
	costs []time.Duration // typical time of each step, two cores
	width int             // of the longest title

	mu    sync.Mutex
	i     int // current step
	title string
	begun time.Time     // of the current step
	spent time.Duration // in finished steps
	stop  chan struct{}
	ended chan struct{}
}

func newProgress(out io.Writer, titles []string, costs []time.Duration) *progress {
	p := &progress{out: out, live: isTerminal(out), now: time.Now, costs: costs, i: -1}
	for _, t := range titles {
		p.width = max(p.width, len(t))
	}
	return p
}

// isTerminal reports whether w is a terminal that can rewrite a line.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" || os.Getenv("TERM") == "" {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}

// start begins the next step.
func (p *progress) start(title string) {
	p.mu.Lock()
	p.i++
	p.title, p.begun = title, p.now()
	p.mu.Unlock()
	if !p.live {
		fmt.Fprint(p.out, p.head())
		return
	}
	p.stop, p.ended = make(chan struct{}), make(chan struct{})
	go p.tick(p.stop, p.ended)
}

func (p *progress) tick(stop, ended chan struct{}) {
	defer close(ended)
	every := time.NewTicker(time.Second)
	defer every.Stop()
	for {
		p.mu.Lock()
		took := p.now().Sub(p.begun)
		fmt.Fprintf(p.out, "\r\x1b[K%s%s, %s", p.head(), seconds(took), p.leftText(took))
		p.mu.Unlock()
		select {
		case <-stop:
			return
		case <-every.C:
		}
	}
}

// head is the part of the line that does not change.
func (p *progress) head() string {
	return fmt.Sprintf("[%d/%d] %s%s  ", p.i+1, len(p.costs), p.title, strings.Repeat(" ", max(0, p.width-len(p.title))))
}

// done ends the step, well or not.
func (p *progress) done(err error) {
	if p.live {
		close(p.stop)
		<-p.ended
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	took := p.now().Sub(p.begun)
	p.spent += took
	if p.live {
		fmt.Fprintf(p.out, "\r\x1b[K%s", p.head())
	}
	if err != nil {
		fmt.Fprintf(p.out, "%s, failed\n", seconds(took))
		return
	}
	p.i++
	left := ""
	if p.i < len(p.costs) {
		left = ", " + p.leftText(0)
	}
	p.i--
	fmt.Fprintf(p.out, "%s%s\n", seconds(took), left)
}

// leftText is the estimate, rounded to what an estimate is worth.
func (p *progress) leftText(took time.Duration) string {
	left := p.left(took)
	switch {
	case left < 10*time.Second:
		return "a few seconds left"
	case left < 90*time.Second:
		return fmt.Sprintf("about %d s left", int(left.Round(10*time.Second).Seconds()))
	default:
		return fmt.Sprintf("about %d min left", int(left.Round(time.Minute).Minutes()))
	}
}

// left estimates the time from now on, took into the current step: typical
// times, scaled by how this machine did in the steps before. The scale is
// trusted as more of the whole lies behind.
func (p *progress) left(took time.Duration) time.Duration {
	var before, rest, all time.Duration
	for i, c := range p.costs {
		all += c
		if i < p.i {
			before += c
		} else {
			rest += c
		}
	}
	scale := 1.0
	if before > 0 {
		w := float64(before) / float64(all)
		s := min(max(float64(p.spent)/float64(before), 0.2), 5)
		scale = (1-w)*1 + w*s
	}
	return max(0, time.Duration(scale*float64(rest))-took)
}

// seconds formats a time for a person.
func seconds(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	if d < 2*time.Minute {
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
}
