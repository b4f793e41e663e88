package nbtest

import (
	"regexp"
	"strings"
)

// A symbol is a row of a notation table.
type symbol struct {
	nb      *Notebook
	cell    int
	name    string
	meaning string
}

var (
	notEscapedPipe = regexp.MustCompile(`(^|[^\\])\|`)
	tableRule      = regexp.MustCompile(`^\|?[\s:|-]+\|?$`)
)

// symbols reads the notation table: the first table below the heading
// "Notation", its first column the symbol, its second the meaning.
func (nb *Notebook) symbols() []symbol {
	s := find(nb.outline(), "notation")
	if s == nil {
		return nil
	}
	var list []symbol
	body := false
	for line := range strings.Lines(s.text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			if body {
				break
			}
			continue
		}
		if tableRule.MatchString(line) {
			body = true
			continue
		}
		if columns := tableRow(line); body && len(columns) >= 2 {
			list = append(list, symbol{nb, s.cell, columns[0], columns[1]})
		}
	}
	return list
}

// tableRow cuts a row of a pipe table; \| is no cut.
func tableRow(line string) []string {
	line = notEscapedPipe.ReplaceAllString(line, "$1\x00")
	line = notEscapedPipe.ReplaceAllString(line, "$1\x00") // pipes side by side overlap
	line = strings.TrimSuffix(strings.TrimPrefix(line, "\x00"), "\x00")
	columns := strings.Split(line, "\x00")
	for i := range columns {
		columns[i] = strings.TrimSpace(columns[i])
	}
	return columns
}

// lintNotation checks the notation table of one notebook.
func (r *report) lintNotation() {
	list := r.nb.symbols()
	if len(list) == 0 {
		r.add(-1, "add a heading \"Notation\" and a table | symbol | meaning |", "the notation table is missing")
		return
	}
	seen := map[string]symbol{}
	for _, s := range list {
		if s.name == "" || s.meaning == "" {
			r.add(s.cell, "fill it in", "the notation table has an empty field in the row of %q", s.name+s.meaning)
			continue
		}
		if first, ok := seen[s.name]; ok {
			r.add(s.cell, "use another symbol for one of them", "the symbol %s has two meanings: %q and %q", s.name, first.meaning, s.meaning)
			continue
		}
		seen[s.name] = s
	}
}

var (
	article = regexp.MustCompile(`\b(?:the|a|an) `)
	remark  = regexp.MustCompile(`[,;:(.].*$`)
)

// sameMeaning compares what stands before the first comma, colon, bracket or
// stop, without articles and capitals: remarks behind it may differ between
// notebooks.
func sameMeaning(a, b string) bool { return plainMeaning(a) == plainMeaning(b) }

func plainMeaning(s string) string {
	s = article.ReplaceAllString(strings.ToLower(s), "")
	return strings.Join(strings.Fields(remark.ReplaceAllString(s, "")), " ")
}
