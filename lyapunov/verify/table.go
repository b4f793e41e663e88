package verify

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// writeTable writes the rows with their columns padded to one width and two
// spaces between them; nothing trails a line.
func writeTable(w io.Writer, rows [][]string) {
	var width []int
	for _, row := range rows {
		for j, cell := range row {
			if j == len(width) {
				width = append(width, 0)
			}
			width[j] = max(width[j], utf8.RuneCountInString(cell))
		}
	}
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
