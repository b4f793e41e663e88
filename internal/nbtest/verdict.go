package nbtest

import (
	"regexp"
	"strings"
)

// A verdict is the line under a claim or an erratum.
type verdict struct {
	holds bool
	kind  string // "claim" or "erratum"
	id    string // such as "HF-30.a"
	text  string // what stands behind the id
}

var verdictLine = regexp.MustCompile(`^(✓|✗) (claim|erratum) (\S+)  (.+)$`)

// verdicts reads the verdicts out of what a cell printed.
func verdicts(text string) []verdict {
	var list []verdict
	for line := range strings.Lines(text) {
		if m := verdictLine.FindStringSubmatch(strings.TrimRight(line, "\n")); m != nil {
			list = append(list, verdict{m[1] == "✓", m[2], m[3], strings.TrimSpace(m[4])})
		}
	}
	return list
}

// An erratum is a misprint of a source as a notebook shows it.
type erratum struct {
	id                              string
	printed, corrected, independent [2]string // formula and value
	verdict                         string
}

var erratumRow = regexp.MustCompile(`^  (printed|corrected|independent) +(\S.*?)(?:  +(\S+))?$`)

// A wide table has the value below the formula.
var valueBelow = regexp.MustCompile(`^ {15}(\S+)$`)

// errata reads the errata out of what a cell printed.
func errata(text string) []erratum {
	var list []erratum
	var open *erratum
	var row *[2]string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if id, ok := strings.CutPrefix(line, "erratum "); ok {
			open = &erratum{id: strings.TrimSpace(id)}
		} else if m := erratumRow.FindStringSubmatch(line); m != nil && open != nil {
			switch m[1] {
			case "printed":
				row = &open.printed
			case "corrected":
				row = &open.corrected
			default:
				row = &open.independent
			}
			*row = [2]string{m[2], m[3]}
		} else if m := valueBelow.FindStringSubmatch(line); m != nil && open != nil && row != nil && row[1] == "" {
			row[1] = m[1]
		} else if v := verdicts(line); len(v) == 1 && v[0].kind == "erratum" && open != nil && open.id == v[0].id {
			open.verdict = v[0].text
			list = append(list, *open)
			open, row = nil, nil
		}
	}
	return list
}
