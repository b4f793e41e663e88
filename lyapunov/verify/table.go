package verify

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxWidth is what JupyterLab shows in one line beside its file browser.
const maxWidth = 100

// widths returns the width of each column.
func widths(rows [][]string) (width []int) {
	for _, row := range rows {
		for j, cell := range row {
			if j == len(width) {
				width = append(width, 0)
			}
			width[j] = max(width[j], utf8.RuneCountInString(cell))
		}
	}
	return width
}

// width returns the width of the whole table.
func width(rows [][]string) int {
	total := 0
	for _, w := range widths(rows) {
		total += w + 2
	}
	return total - 2
}

// writeTwoLines writes the first two columns of each row on one line and the
// others, as a table, each on the line below. Sample size and standard error,
// in parentheses at the end of a statement, have a line of their own where the
// first one is still too wide.
func writeTwoLines(w io.Writer, rows [][]string) {
	var below [][]string
	for _, row := range rows {
		below = append(below, append([]string{"    " + row[2]}, row[3:]...))
	}
	var numbers strings.Builder
	writeTable(&numbers, below)
	lines := strings.SplitAfter(numbers.String(), "\n")
	for i, row := range rows {
		first := row[0] + "  " + row[1]
		if at := strings.LastIndex(first, " ("); utf8.RuneCountInString(first) > maxWidth && at > 0 && strings.HasSuffix(first, ")") {
			first = first[:at] + "\n    " + first[at+1:]
		}
		fmt.Fprintf(w, "%s\n%s", first, lines[i])
	}
}

// writeTable writes the rows with their columns padded to one width and two
// spaces between them; nothing trails a line.
func writeTable(w io.Writer, rows [][]string) {
	width := widths(rows)
	for _, row := range rows {
		var line strings.Builder
		for j, cell := range row {
			if width[j] == 0 {
				continue
			}
			line.WriteString(cell)
			line.WriteString(strings.Repeat(" ", width[j]-utf8.RuneCountInString(cell)+2))
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}
