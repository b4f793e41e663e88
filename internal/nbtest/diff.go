package nbtest

import (
	"fmt"
	"strings"
)

const (
	diffContext  = 2         // equal lines shown round a change
	diffMaxCells = 4_000_000 // of the table of common subsequences
)

// A diffLine is a line that was kept (' '), taken away ('-') or added ('+').
type diffLine struct {
	op   byte
	text string
}

// unifiedDiff shows how the text b differs from a, line by line.
func unifiedDiff(a, b, nameA, nameB string) string {
	lines := diffLines(cutLines(a), cutLines(b))
	shown := make([]bool, len(lines))
	for i, l := range lines {
		if l.op == ' ' {
			continue
		}
		for k := max(0, i-diffContext); k <= min(len(lines)-1, i+diffContext); k++ {
			shown[k] = true
		}
	}
	var out strings.Builder
	fmt.Fprintf(&out, "--- %s\n+++ %s\n", nameA, nameB)
	lineA, lineB := 1, 1
	for i, l := range lines {
		if shown[i] {
			if i == 0 || !shown[i-1] {
				fmt.Fprintf(&out, "@@ -%d +%d @@\n", lineA, lineB)
			}
			fmt.Fprintf(&out, "%c%s\n", l.op, l.text)
		}
		if l.op != '+' {
			lineA++
		}
		if l.op != '-' {
			lineB++
		}
	}
	return out.String()
}

// cutLines cuts at line feeds; a text without the last one says so, for it is
// a difference too.
func cutLines(s string) []string {
	if s == "" {
		return nil
	}
	if rest, ok := strings.CutSuffix(s, "\n"); ok {
		return strings.Split(rest, "\n")
	}
	lines := strings.Split(s, "\n")
	lines[len(lines)-1] += " (no line end)"
	return lines
}

// diffLines finds the longest common subsequence of what is left when the
// common start and end are set aside. Texts too long for its table are shown as
// replaced.
func diffLines(a, b []string) []diffLine {
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < len(a)-start && end < len(b)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	var lines []diffLine
	for _, l := range a[:start] {
		lines = append(lines, diffLine{' ', l})
	}
	lines = append(lines, diffMiddle(a[start:len(a)-end], b[start:len(b)-end])...)
	for _, l := range a[len(a)-end:] {
		lines = append(lines, diffLine{' ', l})
	}
	return lines
}

func diffMiddle(a, b []string) []diffLine {
	common := make([][]int, len(a)+1) // common[i][j]: length for a[i:], b[j:]
	if (len(a)+1)*(len(b)+1) <= diffMaxCells {
		for i := len(a); i >= 0; i-- {
			common[i] = make([]int, len(b)+1)
			for j := len(b) - 1; j >= 0 && i < len(a); j-- {
				if a[i] == b[j] {
					common[i][j] = common[i+1][j+1] + 1
				} else {
					common[i][j] = max(common[i+1][j], common[i][j+1])
				}
			}
		}
	}
	var lines []diffLine
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && common[0] != nil && a[i] == b[j]:
			lines = append(lines, diffLine{' ', a[i]})
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || common[0] == nil || common[i+1][j] >= common[i][j+1]):
			lines = append(lines, diffLine{'-', a[i]})
			i++
		default:
			lines = append(lines, diffLine{'+', b[j]})
			j++
		}
	}
	return lines
}
