package nbtest

import (
	"regexp"
	"strings"
)

// A section is a piece of a notebook under one heading. Beside the headings of
// Markdown, a line that starts with a bold part of the template ("**Claim.**",
// "**Derivation.**", "**Change it.**", "**Exercise 1.**") opens one.
type section struct {
	title string
	kind  string // see kinds; "" for any other
	level int    // 1 for #, 2 for ##; bold openings have 4
	cell  int    // index of the cell with the heading
	text  string // Markdown, the heading's line included
	code  []int  // indices of the code cells below it
}

// The parts of the template, as headings name them; a number before and words
// behind are free ("3. Claim: geodesics are straight").
var kinds = []string{
	"claim", "derivation", "change it", "exercises", "exercise", "summary",
	"in the code", "references", "where the source errs", "notation",
}

var (
	headingLine = regexp.MustCompile(`^(#{1,6})\s+(.+?)\s*#*$`)
	boldLine    = regexp.MustCompile(`^\*\*((?i:claim|derivation|change it|exercise)\b[^*]*)\*\*`)
	titleNumber = regexp.MustCompile(`^\d+(\.\d+)*[.:)]?\s+`)
	tagPrefix   = regexp.MustCompile(`^[*_]+`)
)

// outline cuts the notebook at its headings. What stands before the first, and
// the version footer, is in no section.
func (nb *Notebook) outline() []*section {
	var list []*section
	for i, c := range nb.Cells {
		if c.IsCode() && len(list) > 0 {
			s := list[len(list)-1]
			s.code = append(s.code, i)
		}
		if !c.IsMarkdown() || c.Has(TagVersions) {
			continue
		}
		fenced := false
		for _, line := range c.Lines() {
			if strings.HasPrefix(strings.TrimSpace(line), "```") {
				fenced = !fenced
			}
			if level, title := heading(line); level > 0 && !fenced {
				list = append(list, &section{title: title, kind: kindOf(title), level: level, cell: i})
			}
			if len(list) > 0 {
				list[len(list)-1].text += line + "\n"
			}
		}
	}
	return list
}

func heading(line string) (level int, title string) {
	if m := headingLine.FindStringSubmatch(line); m != nil {
		return len(m[1]), m[2]
	}
	if m := boldLine.FindStringSubmatch(line); m != nil {
		return 4, m[1]
	}
	return 0, ""
}

func kindOf(title string) string {
	t := strings.ToLower(titleNumber.ReplaceAllString(tagPrefix.ReplaceAllString(title, ""), ""))
	for _, k := range kinds {
		if rest, ok := strings.CutPrefix(t, k); ok && (rest == "" || !isLetter(rest[0])) {
			return k
		}
	}
	return ""
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// find returns the first section of the kind with everything below its
// heading, sections of a deeper level included; nil where there is none.
func find(outline []*section, kind string) *section {
	for i, s := range outline {
		if s.kind != kind {
			continue
		}
		whole := *s
		whole.code = append([]int(nil), s.code...)
		for _, below := range outline[i+1:] {
			if below.level <= s.level {
				break
			}
			whole.text += below.text
			whole.code = append(whole.code, below.code...)
		}
		return &whole
	}
	return nil
}

// A block is a claim with all that belongs to it.
type block struct {
	claim    *section
	sections []*section // from the claim on
	code     []int
}

// has returns the block's section of a kind, nil where there is none.
func (b block) has(kind string) *section {
	for _, s := range b.sections {
		if s.kind == kind {
			return s
		}
	}
	return nil
}

// blocks groups the outline: a block runs from a claim to the next one, or to
// a closing part of the notebook.
func blocks(outline []*section) []block {
	var list []block
	open := false
	for _, s := range outline {
		switch s.kind {
		case "claim":
			list = append(list, block{claim: s})
			open = true
		case "exercises", "summary", "in the code", "references", "where the source errs", "notation":
			open = false
		}
		if open {
			b := &list[len(list)-1]
			b.sections = append(b.sections, s)
			b.code = append(b.code, s.code...)
		}
	}
	return list
}

// exercises returns the sections "Exercise 1", "Exercise 2" ...
func exercises(outline []*section) []*section {
	var list []*section
	for _, s := range outline {
		if s.kind == "exercise" {
			list = append(list, s)
		}
	}
	return list
}

// bullets counts the list items that start a line.
func bullets(text string) int {
	n := 0
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if bulletLine.MatchString(line) {
			n++
		}
	}
	return n
}

var bulletLine = regexp.MustCompile(`^(?:[-*+]|\d+[.)])\s+\S`)
