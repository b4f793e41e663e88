package nbtest

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
)

// The kernels. Readers have Kernel in their notebooks; TestKernel is the same
// program set to report errors as text.
const (
	Kernel     = "gonb"
	TestKernel = "gonb-test"
)

// Clean brings a notebook into the one form that is committed, so that running
// it twice gives the same bytes. It keeps what a reader sees and removes what
// changes from run to run:
//
//   - outputs of a cell: its text as one stream first, then its displays in
//     their order, then its error. Text and figures leave the kernel by two
//     pipes, so the order that they arrive in says nothing;
//   - execution counts of the cells that were run: 1, 2, 3 ...;
//   - timings, display ids, widget state and the trust mark: removed;
//   - kernelspec and language_info: those of the gonb kernel, without the Go
//     version of the machine;
//   - the input of the imports and of the solutions: folded away;
//   - cell ids: kept where they are valid and unique, otherwise made from the
//     content;
//   - machine paths and terminal colours in text: see normalise;
//   - the footer tagged "versions": set to versions, where that is not "".
func Clean(nb *Notebook, versions string) {
	for _, key := range []string{"widgets", "signature", "orig_nbformat", "orig_nbformat_minor", "celltoolbar"} {
		delete(nb.Metadata, key)
	}
	nb.Metadata["kernelspec"] = map[string]any{"display_name": "Go (gonb)", "language": "go", "name": Kernel}
	nb.Metadata["language_info"] = map[string]any{
		"codemirror_mode": "go", "file_extension": ".go", "mimetype": "text/x-go", "name": "go", "pygments_lexer": "go",
	}
	count, code := 0, 0
	ids := map[string]bool{}
	for i, c := range nb.Cells {
		cleanCell(c)
		c.ID = stableID(c, i, ids)
		ids[c.ID] = true
		if c.IsCode() {
			code++
			if code == 1 || c.Has(TagSolution) {
				c.hide()
			}
		}
		if c.Count > 0 {
			count++
			c.Count = count
		}
		if c.IsMarkdown() && c.Has(TagVersions) && versions != "" {
			c.Source = versions
		}
	}
}

// hide folds the input away.
func (c *Cell) hide() {
	j, _ := c.Metadata["jupyter"].(map[string]any)
	if j == nil {
		j = map[string]any{}
	}
	j["source_hidden"] = true
	c.Metadata["jupyter"] = j
}

func cleanCell(c *Cell) {
	for _, key := range []string{"execution", "trusted", "ExecuteTime", "scrolled", "collapsed"} {
		delete(c.Metadata, key)
	}
	c.Source = strings.TrimRight(c.Source, " \t\n")
	if !c.IsCode() {
		return
	}
	var text, displays, errs []*Output
	for _, name := range []string{"stdout", "stderr"} {
		if s := c.Stream(name); s != "" {
			text = append(text, &Output{Type: "stream", Name: name, Text: normalise(s)})
		}
	}
	for _, o := range c.Outputs {
		switch o.Type {
		case "stream":
		case "error":
			o.EValue = normalise(o.EValue)
			for i, line := range o.Traceback {
				o.Traceback[i] = normalise(line)
			}
			errs = append(errs, o)
		default:
			cleanDisplay(o)
			displays = append(displays, o)
		}
	}
	c.Outputs = append(append(text, displays...), errs...)
}

func cleanDisplay(o *Output) {
	for _, key := range []string{"display_id", "transient", "execution"} {
		delete(o.Metadata, key)
	}
	delete(o.Data, "application/vnd.jupyter.widget-view+json")
	for mime := range o.Data {
		if s := o.String(mime); strings.HasPrefix(mime, "text/") {
			o.Data[mime] = normalise(s)
		}
	}
	if s := o.String("image/png"); s != "" {
		o.Data["image/png"] = strings.TrimSpace(s)
	}
}

var validID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// stableID keeps a good id; otherwise it makes one that depends on the content
// and, where two cells are alike, on the place.
func stableID(c *Cell, i int, taken map[string]bool) string {
	if validID.MatchString(c.ID) && !taken[c.ID] {
		return c.ID
	}
	id := fmt.Sprintf("%.4x", sha256.Sum256([]byte(c.Type+"\n"+c.Source)))
	for taken[id] {
		id = fmt.Sprintf("%.4x", sha256.Sum256([]byte(fmt.Sprint(id, i))))
	}
	return id
}
