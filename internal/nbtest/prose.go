package nbtest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	fenced      = regexp.MustCompile("(?s)```.*?```")
	displayed   = regexp.MustCompile(`(?s)\$\$(.*?)\$\$`)
	environment = regexp.MustCompile(`(?s)\\begin\{(?:align|equation|gather)\*?\}(.*?)\\end\{(?:align|equation|gather)\*?\}`)
	inlineMath  = regexp.MustCompile(`\$[^$\n]+\$`)
	link        = regexp.MustCompile(`\[([^\]]*)\]\(([^)\s]+)\)`)
	wordChars   = regexp.MustCompile(`[\pL\pN]`)
)

// proseWords counts the words of a Markdown text that are read as such: no
// code blocks, no displayed formulas; a formula in a line is one word.
func proseWords(md string) int {
	md = fenced.ReplaceAllString(md, " ")
	md = environment.ReplaceAllString(displayed.ReplaceAllString(md, " "), " ")
	md = inlineMath.ReplaceAllString(md, "x")
	md = link.ReplaceAllString(md, "$1")
	n := 0
	for _, w := range strings.Fields(md) {
		if wordChars.MatchString(w) {
			n++
		}
	}
	return n
}

// displayLines counts the lines of displayed formulas.
func displayLines(md string) int {
	n := 0
	for _, m := range append(displayed.FindAllStringSubmatch(md, -1), environment.FindAllStringSubmatch(displayed.ReplaceAllString(md, ""), -1)...) {
		body := strings.TrimSpace(m[1])
		n += 1 + strings.Count(strings.TrimSuffix(body, `\\`), `\\`)
	}
	return n
}

var (
	minutes   = regexp.MustCompile(`(?i)\b\d+\s*min(utes?)?\b`)
	needs     = regexp.MustCompile(`(?im)^[-*\s]*\**needs\b.*$`)
	needsLink = regexp.MustCompile(`(?i)\.ipynb\)|nothing|no earlier notebook`)
	ableTo    = regexp.MustCompile(`(?is)you will be able to\b(.*)`)
)

// lintTitle checks the first cell and the set-up behind it.
func (r *report) lintTitle() {
	if len(r.nb.Cells) == 0 {
		r.add(-1, "begin with: go tool nb new "+r.nb.Name()+" \"Title\"", "it has no cells")
		return
	}
	title := r.nb.Cells[0]
	if !title.IsMarkdown() || !strings.HasPrefix(title.Source, "# ") {
		r.add(0, "begin the notebook with a Markdown cell \"# Title\"", "the first cell is not the title")
		return
	}
	if !minutes.MatchString(title.Source) {
		r.add(0, "write \"NN minutes\", as measured", "the title does not say how many minutes the notebook takes")
	}
	line := needs.FindString(title.Source)
	switch {
	case line == "":
		r.add(0, "write a line \"Needs: [earlier notebook](NN_name.ipynb)\", or \"Needs: nothing\"", "the title does not say what the reader needs")
	case !needsLink.MatchString(line):
		r.add(0, "link each as [title](NN_name.ipynb), or write \"nothing\"", "the line \"Needs\" links no earlier notebook")
	}
	m := ableTo.FindStringSubmatch(title.Source)
	if m == nil {
		r.add(0, "write \"You will be able to\" and three points, each with a verb", "the title lacks \"you will be able to\"")
	} else if n := bullets(m[1]); n != 3 {
		r.add(0, "give three, each a line that starts with \"- \" and a verb", "\"You will be able to\" has %d points, not 3", n)
	}
	for i, c := range r.nb.Cells {
		if c.IsCode() {
			if !c.Hidden() {
				r.add(i, `set the cell's metadata to {"jupyter": {"source_hidden": true}}`, "the first code cell holds the imports, and its input is not folded away")
			}
			break
		}
	}
	r.lintLinks()
}

// lintLinks checks that what the prose links to beside it is there.
func (r *report) lintLinks() {
	for i, c := range r.nb.Cells {
		if !c.IsMarkdown() {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(fenced.ReplaceAllString(c.Source, ""), -1) {
			target, _, _ := strings.Cut(m[2], "#")
			if target == "" || strings.Contains(target, ":") {
				continue // a place in this notebook, or a web address
			}
			if strings.HasPrefix(target, "/") {
				r.add(i, "link relative to the notebook's folder", "the link to %s is an absolute path", target)
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(r.nb.Path), filepath.FromSlash(target))); err != nil {
				r.add(i, "mend the link, or drop it until the file exists", "the link to %s leads nowhere", target)
			}
		}
	}
}

// lintTitleEquation asks for the claim of a derivation as one equation.
func (r *report) lintTitleEquation() {
	if len(r.nb.Cells) == 0 {
		return
	}
	title := r.nb.Cells[0].Source
	if !displayed.MatchString(title) {
		r.add(0, "show it as $$ ... $$", "the title shows no equation")
	}
	if len(sourceTags(title)) == 0 {
		r.add(0, "cite it, such as [HF] (30)", "the title cites no source")
	}
}
