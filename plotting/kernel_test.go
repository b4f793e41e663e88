//go:build unix

package plotting

import (
	"bytes"
	"encoding/gob"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// runCell runs a program as the kernel runs a cell: with its two pipes, from
// which messages are read and acknowledged, until it ends. What is to happen
// meanwhile is told how many messages have come, each time that one has.
func runCell(t *testing.T, c *exec.Cmd, meanwhile ...func(n int, p *os.Process)) (messages []*protocol.DisplayData, out string, err error) {
	t.Helper()
	dir := t.TempDir()
	to, from := filepath.Join(dir, "to"), filepath.Join(dir, "from")
	for _, p := range []string{to, from} {
		if err := syscall.Mkfifo(p, 0o600); err != nil {
			t.Skipf("no named pipes here: %v", err)
		}
	}
	c.Env = append(c.Env, protocol.GONB_PIPE_ENV+"="+to, protocol.GONB_PIPE_BACK_ENV+"="+from)
	var b bytes.Buffer
	c.Stdout, c.Stderr = &b, &b
	open := func(path string, how int) *os.File {
		f, err := os.OpenFile(path, how, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	w := open(from, os.O_RDWR) // for both directions, so that it waits for no reader
	r := open(to, os.O_RDONLY|syscall.O_NONBLOCK)
	// Without this writer the pipe would be at its end before the program opens
	// it, and with it the pipe ends, read to its last byte, when this one closes.
	last := open(to, os.O_WRONLY)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	received := make(chan []*protocol.DisplayData)
	go func() {
		received <- serve(r, w, func(n int) {
			for _, do := range meanwhile {
				do(n, c.Process)
			}
		})
	}()
	err = c.Wait()
	last.Close()
	return <-received, b.String(), err
}

// serve reads messages, counts them and acknowledges each Sync, as the kernel does.
func serve(r io.Reader, w io.Writer, count func(int)) (messages []*protocol.DisplayData) {
	dec, enc := gob.NewDecoder(r), gob.NewEncoder(w)
	for {
		d := &protocol.DisplayData{}
		if dec.Decode(d) != nil {
			return messages
		}
		sync, ok := d.Data[protocol.MIMECommValue].(*protocol.CommValue)
		if v, isValue := d.Data[protocol.MIMECommValue].(protocol.CommValue); isValue {
			sync, ok = &v, true
		}
		if !ok {
			messages = append(messages, d)
			count(len(messages))
			continue
		}
		if enc.Encode(&protocol.CommValue{Address: protocol.GonbuiSyncAckAddress, Value: sync.Value}) != nil {
			return messages
		}
	}
}

// TestShowInCell: what the kernel receives through its pipe.
func TestShowInCell(t *testing.T) {
	messages, out, err := runCell(t, cell("show"))
	if err != nil || out != "" {
		t.Fatalf("the cell ends with %v and prints %q", err, out)
	}
	if len(messages) != 2 {
		t.Fatalf("%d messages, want the figure and its caption", len(messages))
	}
	checkBundle(t, messages[0])
	if messages[1].Data[protocol.MIMETextMarkdown] != "A **caption**." {
		t.Errorf("the caption is %v", messages[1].Data)
	}
}

// TestNoAltInCell: the cell fails and says why; nothing is displayed.
func TestNoAltInCell(t *testing.T) {
	messages, out, err := runCell(t, cell("no alt"))
	if err == nil || !strings.Contains(out, "say with Alt") || len(messages) != 0 {
		t.Errorf("the cell ends with %v, %d messages and prints %q", err, len(messages), out)
	}
}

// TestStop: an interrupt ends the loop, not the program, and the partial figure
// arrives within five seconds: that much work, for the machine may have more to
// do, and before the loop's budget is spent.
func TestStop(t *testing.T) {
	if testing.Short() {
		t.Skip("the bar comes after two seconds")
	}
	c := cell("stop")
	c.Env = append(c.Env, protocol.GONB_JUPYTER_KERNEL_ID_ENV+"=0")
	var pressed time.Time
	messages, out, err := runCell(t, c, func(n int, p *os.Process) {
		if n != 3 { // the bar is there and moves
			return
		}
		pressed = time.Now()
		if err := p.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
	})
	late := time.Since(pressed)
	if err != nil || pressed.IsZero() {
		t.Fatalf("the cell ends with %v and prints %q", err, out)
	}
	if work := c.ProcessState.UserTime() + c.ProcessState.SystemTime(); work > 5*time.Second || late > 30*time.Second {
		t.Errorf("the cell ends %v after Stop and has worked for %v", late, work)
	}
	if !strings.Contains(out, "slow walk ended early after ") || !strings.Contains(out, "of 100000: Stop was pressed") {
		t.Errorf("the cell prints %q", out)
	}
	if !strings.Contains(out, "second loop ended early after 0") {
		t.Errorf("a loop behind it goes on: %q", out)
	}
	checkTransient(t, messages)
}

// checkTransient: updates of one bar, which is empty at the end, then the
// figure.
func checkTransient(t *testing.T, messages []*protocol.DisplayData) {
	t.Helper()
	n := len(messages)
	if n < 3 {
		t.Fatalf("%d messages, want some of the bar and the figure", n)
	}
	for _, m := range messages[:n-1] {
		if m.DisplayID == "" || m.DisplayID != messages[0].DisplayID {
			t.Errorf("display ids %q and %q", messages[0].DisplayID, m.DisplayID)
		}
	}
	if first, _ := messages[0].Data[protocol.MIMETextPlain].(string); !strings.Contains(first, "slow walk  ░") {
		t.Errorf("the bar starts %q", first)
	}
	if last := messages[n-2].Data[protocol.MIMETextPlain]; last != "" {
		t.Errorf("the bar ends %q", last)
	}
	checkBundle(t, messages[n-1])
}

// TestQuick: work that takes no time leaves nothing, with and without a reader.
func TestQuick(t *testing.T) {
	for _, id := range []string{"", "0"} {
		c := cell("quick")
		c.Env = append(c.Env, protocol.GONB_JUPYTER_KERNEL_ID_ENV+"="+id)
		messages, out, err := runCell(t, c)
		if err != nil || out != "sum 499500\n" || len(messages) != 0 {
			t.Errorf("kernel id %q: the cell ends with %v, %d messages and prints %q", id, err, len(messages), out)
		}
	}
}
