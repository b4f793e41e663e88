package nbtest

import (
	"regexp"
	"strings"
)

var (
	notFinite  = regexp.MustCompile(`(?:^|[^\pL\pN_])([+-]?Inf|NaN)(?:$|[^\pL\pN_])`)
	scriptHTML = regexp.MustCompile(`(?i)<script|javascript:|\bon(?:load|error|focus|animationstart)\s*=`)
)

// lintOutputs checks what the committed run left in the file.
func (r *report) lintOutputs() {
	count := 0
	for i, c := range r.nb.Cells {
		if !c.IsCode() {
			continue
		}
		count++
		rerun := "go tool nb run " + r.nb.Name()
		if c.Count == 0 {
			r.add(i, rerun, "the cell was not run")
		} else if c.Count != count {
			r.add(i, rerun, "the execution count is %d, and in order it is %d", c.Count, count)
		}
		if c.Has(TagRaises) {
			if c.Count > 0 && c.Err() == nil {
				r.add(i, "take the tag away, or make the cell fail", "the cell is tagged %q and holds no error", TagRaises)
			}
			r.lintOutputPaths(i, []string{c.Stream("stdout"), c.Stream("stderr"), errorText(c)})
			continue
		}
		if c.Err() != nil {
			r.add(i, "mend the cell and run: "+rerun, "the output is an error: %s", firstLine(kernelText(c.Err().EValue)))
		}
		if s := c.Stream("stderr"); s != "" {
			r.add(i, "print to standard output, or mend what complains", "the cell wrote to stderr: %s", firstLine(s))
		}
		r.lintText(i, c)
		r.lintCarriers(i, c)
		if missing := missingOutput(c); missing != "" && c.Count > 0 {
			r.add(i, rerun, "%s", missing)
		}
	}
}

// lintText checks the text of a cell's outputs.
func (r *report) lintText(i int, c *Cell) {
	texts := []string{c.Stream("stdout")}
	for _, o := range c.Outputs {
		texts = append(texts, o.String("text/plain"), o.String("text/markdown"))
	}
	for _, s := range texts {
		if m := notFinite.FindStringSubmatch(s); m != nil && !c.Has(TagNaN) {
			r.add(i, "find where it comes from, or tag the cell \"nan-ok\" if it is the point", "the output holds %s", m[1])
			break
		}
	}
	r.lintOutputPaths(i, texts)
}

// lintOutputPaths refuses what tells of the machine that ran the notebook.
func (r *report) lintOutputPaths(i int, texts []string) {
	for _, s := range texts {
		if m := absolutePath.FindStringSubmatch(s); m != nil {
			r.add(i, "print no paths, or relative ones; go tool nb clean makes those of a stack relative", "the output holds the absolute path %s", m[1])
			return
		}
	}
}

// lintCarriers refuses outputs that a code host does not show or that run when
// the notebook is opened.
func (r *report) lintCarriers(i int, c *Cell) {
	html, seen := false, false
	for _, o := range c.Outputs {
		for mime := range o.Data {
			switch {
			case strings.Contains(mime, "javascript"):
				r.add(i, "draw a figure instead", "the output is a script")
			case mime == "text/html":
				html = true
				if scriptHTML.MatchString(o.String(mime)) {
					r.add(i, "draw a figure instead", "the output is HTML with a script that runs when the notebook is opened")
				}
			case mime == "image/svg+xml":
				r.add(i, "commit PNG alone: unset the switch for SVG and run again", "the output holds SVG, which a code host mangles")
			case mime == "image/png", mime == "text/markdown":
				seen = true
			}
		}
	}
	if html && !seen {
		r.add(i, "put a figure or Markdown beside it in the same cell", "HTML is the only carrier, and a code host strips it")
	}
}

// missingOutput says what a cell that was run ought to have left.
func missingOutput(c *Cell) string {
	out := c.Stream("stdout")
	switch {
	case isCheck(c.Source) && len(verdicts(out)) == 0:
		return "the cell checks claims, and no verdict is among its outputs"
	case mainPrints(c.Source) && out == "":
		return "the cell prints, and no text is among its outputs"
	}
	return ""
}

// mainPrints reports whether the statements of the cell print on their way,
// not in some branch.
func mainPrints(source string) bool {
	inMain := false
	for line := range strings.Lines(source) {
		if strings.HasPrefix(line, "%%") || strings.HasPrefix(line, "%main") {
			inMain = true
		} else if inMain && strings.HasPrefix(line, "fmt.Print") {
			return true
		}
	}
	return false
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
