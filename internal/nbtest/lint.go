package nbtest

import (
	"fmt"
	"slices"
	"strings"
)

// The norms of a notebook. They are the same for each, so they are constants
// and not settings.
const (
	maxCellLines    = 25 // of a code cell, blank lines not counted
	maxComputeLines = 15 // of a Compute cell in a block
	maxMedianLines  = 8
	minCodeCells    = 10 // cells of exercises not counted
	maxCodeCells    = 20
	minWords        = 1200 // of prose: no code, no displayed formulas
	maxWords        = 2000
	maxFigures      = 8
	maxBytes        = 1_000_000
	minClaims       = 8
	minBlocks       = 3
	maxBlocks       = 6
	maxDisplayLines = 10 // of formulas in a derivation
	minAlt, maxAlt  = 40, 300
	maxFuncLines    = 10 // of a function that a cell keeps
)

// A Finding is one thing that is not as it should be.
type Finding struct {
	Where  string // file, cell, prompt
	Cell   int    // from 0; -1 for the whole file
	What   string
	Remedy string
}

// String is the finding in one line, the remedy last.
func (f Finding) String() string { return f.Where + ": " + f.What + "; " + f.Remedy }

// A Linter looks at notebook files, without running them.
type Linter struct {
	Versions string // the footer that is right, from Versions; "" for any
}

// A report collects what the linter finds in one notebook.
type report struct {
	nb       *Notebook
	outline  []*section
	cells    []goCell // one for each cell, empty for Markdown
	versions string
	list     []Finding
}

// add notes a finding in cell i, or in the whole file for -1.
func (r *report) add(i int, remedy, format string, args ...any) {
	r.list = append(r.list, Finding{r.nb.Where(i), i, fmt.Sprintf(format, args...), remedy})
}

// Notebook lints one notebook.
func (l Linter) Notebook(nb *Notebook) []Finding {
	r := &report{nb: nb, outline: nb.outline(), versions: l.Versions, cells: make([]goCell, len(nb.Cells))}
	for i, c := range nb.Cells {
		if c.IsCode() {
			r.cells[i] = parseGo(c.Source)
		}
	}
	switch nb.Kind() {
	case KindDerivation:
		r.lintBlocks()
		r.lintTitleEquation()
		r.lintClaimCount(minClaims)
	case KindTour:
		r.lintClaimCount(1)
	default:
		r.add(-1, fmt.Sprintf("write %q, %q, or nothing", KindDerivation, KindTour), "metadata hopflow.kind is %q, which no rule knows", nb.Kind())
	}
	r.lintSize()
	r.lintCode()
	r.lintNames()
	r.lintOutputs()
	r.lintTitle()
	r.lintEnd()
	r.lintExercises()
	r.lintFigures()
	r.lintNotation()
	r.lintMath()
	slices.SortStableFunc(r.list, func(a, b Finding) int { return a.Cell - b.Cell })
	return r.list
}

// All lints the notebooks and, across them, that a symbol has one meaning.
// The result has a list for each notebook, in order.
func (l Linter) All(nbs []*Notebook) [][]Finding {
	lists := make([][]Finding, len(nbs))
	for i, nb := range nbs {
		lists[i] = l.Notebook(nb)
	}
	seen := map[string]symbol{}
	for i, nb := range nbs {
		for _, s := range nb.symbols() {
			first, ok := seen[s.name]
			if !ok {
				seen[s.name] = s
			} else if first.nb != s.nb && !sameMeaning(first.meaning, s.meaning) {
				lists[i] = append(lists[i], Finding{nb.Where(s.cell), s.cell,
					fmt.Sprintf("the symbol %s means %q here and %q in %s", s.name, s.meaning, first.meaning, first.nb.Path),
					"use one meaning with the same words, or another symbol"})
			}
		}
	}
	return lists
}

// lintSize checks the numbers of cells, lines, words and bytes.
func (r *report) lintSize() {
	inExercise := map[int]bool{}
	for _, e := range exercises(r.outline) {
		for _, i := range e.code {
			inExercise[i] = true
		}
	}
	var lengths []int
	count, words := 0, 0
	for i, c := range r.nb.Cells {
		switch {
		case c.IsMarkdown():
			words += proseWords(c.Source)
		case c.IsCode():
			n := codeLines(c.Source)
			lengths = append(lengths, n)
			if n > maxCellLines {
				r.add(i, "split the cell, or move the work into a package", "the cell has %d lines, and the limit is %d", n, maxCellLines)
			}
			if !inExercise[i] {
				count++
			}
		default:
			r.add(i, "make it Markdown or code", "the cell is raw text, which nobody sees")
		}
	}
	if count < minCodeCells || count > maxCodeCells {
		r.add(-1, "split or join cells", "it has %d code cells besides the exercises; between %d and %d are asked for", count, minCodeCells, maxCodeCells)
	}
	if len(lengths) > 0 {
		slices.Sort(lengths)
		if m := lengths[len(lengths)/2]; m > maxMedianLines {
			r.add(-1, "one idea a cell; move the work into a package", "the median code cell has %d lines, and the limit is %d", m, maxMedianLines)
		}
	}
	if words < minWords || words > maxWords {
		r.add(-1, "explain more, or cut", "it has %d words of prose; between %d and %d are asked for", words, minWords, maxWords)
	}
	if data, err := r.nb.Bytes(); err != nil {
		r.add(-1, restore, "it cannot be written (%v)", err)
	} else if len(data) > maxBytes {
		r.add(-1, "draw fewer or smaller figures", "the file has %d bytes, and the limit is %d", len(data), maxBytes)
	}
}

// codeLines counts the lines that are not blank.
func codeLines(source string) int {
	n := 0
	for line := range strings.Lines(source) {
		if strings.TrimSpace(line) != "" {
			n++
		}
	}
	return n
}
