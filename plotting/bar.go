package plotting

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// A progressBar shows one line in place.
type progressBar interface {
	update(line string)
	clear()
}

// newProgressBar picks the place: the output of a cell that somebody looks at,
// a terminal, or nowhere. A notebook that is run for its file has no kernel
// id; an updatable output would stay in that file.
func newProgressBar() progressBar {
	if gonbui.IsNotebook {
		if os.Getenv(protocol.GONB_JUPYTER_KERNEL_ID_ENV) == "" {
			return noBar{}
		}
		return &cellBar{}
	}
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		return &terminalBar{w: os.Stderr}
	}
	return noBar{}
}

type noBar struct{}

func (noBar) update(string) {}
func (noBar) clear()        {}

// A cellBar is one output of the cell, replaced at each update and empty at the
// end.
type cellBar struct{ id string }

func (b *cellBar) update(line string) {
	if b.id == "" {
		b.id = "progress_" + gonbui.UniqueId()
	}
	gonbui.SendData(&protocol.DisplayData{
		Data:      map[protocol.MIMEType]any{protocol.MIMETextPlain: line},
		DisplayID: b.id,
	})
}

func (b *cellBar) clear() {
	if b.id != "" {
		b.update("")
	}
}

// A terminalBar rewrites its line.
type terminalBar struct {
	w     io.Writer
	width int
}

func (b *terminalBar) update(line string) {
	n := utf8.RuneCountInString(line)
	fmt.Fprintf(b.w, "\r%s%s", line, strings.Repeat(" ", max(0, b.width-n)))
	b.width = n
}

func (b *terminalBar) clear() {
	if b.width > 0 {
		fmt.Fprintf(b.w, "\r%s\r", strings.Repeat(" ", b.width))
		b.width = 0
	}
}
