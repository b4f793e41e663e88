package nbtest

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// A Notebook is one .ipynb file of format 4.5 for the gonb kernel.
type Notebook struct {
	Path     string // as given to Read; messages name it
	Cells    []*Cell
	Metadata map[string]any
}

// A Cell is a piece of Markdown or of Go.
type Cell struct {
	ID          string
	Type        string // "markdown", "code" or "raw"
	Source      string
	Metadata    map[string]any
	Attachments map[string]any // nil where there is none
	Count       int            // execution count; 0 where the cell was not run
	Outputs     []*Output      // of a code cell
}

// An Output is one message of the kernel under a code cell.
type Output struct {
	Type      string         // "stream", "display_data", "execute_result" or "error"
	Name      string         // of a stream: "stdout" or "stderr"
	Text      string         // of a stream
	Data      map[string]any // of a display: MIME type to content
	Metadata  map[string]any // of a display
	EName     string         // of an error
	EValue    string
	Traceback []string
}

// Tags with a meaning to these tools; a cell has them in its metadata.
const (
	TagExercise = "exercise"         // the reader's stub, run before the solution
	TagSolution = "solution"         // taken out of the student's variant
	TagRaises   = "raises-exception" // shows an error on purpose: must fail
	TagNaN      = "nan-ok"           // NaN and Inf in its text are meant
	TagVersions = "versions"         // the Markdown footer that `go tool nb run` writes
)

// Kinds of notebook, the value of "kind" under "hopflow" in its metadata.
const (
	KindDerivation = "derivation" // the default: blocks of claim, derivation, figure, check
	KindTour       = "tour"       // no blocks, no title equation, no minimum of claims
)

// Kind returns the notebook's kind, KindDerivation where the metadata say
// nothing.
func (nb *Notebook) Kind() string {
	h, _ := nb.Metadata["hopflow"].(map[string]any)
	if kind, ok := h["kind"].(string); ok {
		return kind
	}
	return KindDerivation
}

// Name is the file name without folder and extension, such as
// "10_geodesics".
func (nb *Notebook) Name() string {
	return strings.TrimSuffix(filepath.Base(nb.Path), ".ipynb")
}

// Number is the notebook's two digits, "" where its name has none.
func (nb *Notebook) Number() string {
	number, _, ok := strings.Cut(nb.Name(), "_")
	if !ok || len(number) != 2 || strings.Trim(number, "0123456789") != "" {
		return ""
	}
	return number
}

// Where names cell i (from 0) as a reader finds it: by its place in the file
// and, where it was run, by its prompt.
func (nb *Notebook) Where(i int) string {
	if i < 0 || i >= len(nb.Cells) {
		return nb.Path
	}
	where := fmt.Sprintf("%s: cell %d", nb.Path, i+1)
	if n := nb.Cells[i].Count; n > 0 {
		where += fmt.Sprintf(" (In [%d])", n)
	}
	return where
}

// IsCode reports whether the cell is run.
func (c *Cell) IsCode() bool { return c.Type == "code" }

// IsMarkdown reports whether the cell is prose.
func (c *Cell) IsMarkdown() bool { return c.Type == "markdown" }

// Has reports whether the cell has the tag.
func (c *Cell) Has(tag string) bool {
	tags, _ := c.Metadata["tags"].([]any)
	return slices.ContainsFunc(tags, func(t any) bool { return t == tag })
}

// Hidden reports whether the input is folded away when the notebook opens.
func (c *Cell) Hidden() bool {
	j, _ := c.Metadata["jupyter"].(map[string]any)
	return j["source_hidden"] == true
}

// Lines are the lines of the source.
func (c *Cell) Lines() []string {
	if c.Source == "" {
		return nil
	}
	return strings.Split(strings.TrimRight(c.Source, "\n"), "\n")
}

// Stream returns everything that the cell wrote to "stdout" or "stderr".
func (c *Cell) Stream(name string) string {
	var b strings.Builder
	for _, o := range c.Outputs {
		if o.Type == "stream" && o.Name == name {
			b.WriteString(o.Text)
		}
	}
	return b.String()
}

// Err returns the error under the cell, nil where it succeeded.
func (c *Cell) Err() *Output {
	for _, o := range c.Outputs {
		if o.Type == "error" {
			return o
		}
	}
	return nil
}

// Images returns the outputs with a PNG.
func (c *Cell) Images() []*Output {
	var images []*Output
	for _, o := range c.Outputs {
		if _, ok := o.Data["image/png"]; ok {
			images = append(images, o)
		}
	}
	return images
}

// String returns the content of one MIME type, "" where there is none.
func (o *Output) String(mime string) string {
	s, _ := o.Data[mime].(string)
	return s
}

// Alt returns the text that stands for the image where it cannot be seen:
// "alt" in the metadata, of the image or of the whole output.
func (o *Output) Alt() string {
	if m, ok := o.Metadata["image/png"].(map[string]any); ok {
		if alt, ok := m["alt"].(string); ok {
			return alt
		}
	}
	alt, _ := o.Metadata["alt"].(string)
	return alt
}

// FigureExpected reports whether cell i has to draw: its source shows a figure,
// or a caption stands right behind it.
func (nb *Notebook) FigureExpected(i int) bool {
	c := nb.Cells[i]
	return c.IsCode() && (strings.Contains(c.Source, "plotting.Show(") || nb.captioned(i))
}

func (nb *Notebook) captioned(i int) bool {
	return i+1 < len(nb.Cells) && nb.Cells[i+1].IsMarkdown() && captionStart.MatchString(nb.Cells[i+1].Source)
}
