package nbtest

import (
	"regexp"
	"strings"
)

var (
	boldStatement = regexp.MustCompile(`\*\*[^*]+(?:\s+[^*\s]+){3,}\*\*`)
	refutation    = regexp.MustCompile(`(?i)refut|falsif|disprov`)
)

// lintBlocks checks the blocks of a derivation: Claim, Derivation, Compute,
// Figure with caption, Check, Change it.
func (r *report) lintBlocks() {
	list := blocks(r.outline)
	if n := len(list); n < minBlocks || n > maxBlocks {
		r.add(-1, "each block starts with a heading or a bold word \"Claim\"", "it has %d blocks; between %d and %d are asked for", n, minBlocks, maxBlocks)
	}
	for _, b := range list {
		r.lintBlock(b)
	}
}

func (r *report) lintBlock(b block) {
	at := b.claim.cell
	if !boldStatement.MatchString(b.claim.text) {
		r.add(at, "write the statement as **...**", "the claim has no bold statement")
	}
	if len(sourceTags(b.claim.text)) == 0 {
		r.add(at, "cite it, such as [HF] (30)", "the claim cites no source")
	}
	if !refutation.MatchString(b.claim.text) {
		r.add(at, "add a sentence \"It would be refuted by ...\"", "the claim does not say what would refute it")
	}
	if d := b.has("derivation"); d == nil {
		r.add(at, "add a heading or a bold word \"Derivation\" with the steps", "the block has no derivation")
	} else if n := displayLines(d.text); n > maxDisplayLines {
		r.add(d.cell, "leave out steps that the reader can do, or split the block", "the derivation has %d display lines, and the limit is %d", n, maxDisplayLines)
	}
	if b.has("change it") == nil {
		r.add(at, "add a heading or a bold words \"Change it\": one number to alter, and what will happen", "the block has no \"change it\"")
	}
	var compute, figure, check bool
	for _, i := range b.code {
		switch {
		case r.nb.FigureExpected(i):
			figure = true
		case isCheck(r.nb.Cells[i].Source):
			check = true
		default:
			compute = true
			if n := codeLines(r.nb.Cells[i].Source); n > maxComputeLines && n <= maxCellLines {
				r.add(i, "one idea a cell; move the work into a package", "the compute cell has %d lines, and the limit is %d", n, maxComputeLines)
			}
		}
	}
	if !compute {
		r.add(at, "add a code cell that computes what is claimed", "the block computes nothing")
	}
	if !figure {
		r.add(at, "add a cell with plotting.Show and a caption behind it", "the block has no figure")
	}
	if !check {
		r.add(at, "add a cell with verify.Must or verify.Errata", "the block checks nothing")
	}
}

// isCheck reports whether a cell states a claim or an erratum.
func isCheck(source string) bool {
	return strings.Contains(source, "verify.Must(") || strings.Contains(source, "verify.Errata(")
}

// lintClaimCount counts the green claims of the committed outputs.
func (r *report) lintClaimCount(least int) {
	seen := map[string]int{}
	for i, c := range r.nb.Cells {
		for _, v := range verdicts(c.Stream("stdout")) {
			if first, ok := seen[v.kind+v.id]; ok {
				r.add(i, "give each its own letter, such as HF-30.b", "the %s %s stands in cell %d already", v.kind, v.id, first+1)
			}
			seen[v.kind+v.id] = i
			if !v.holds {
				r.add(i, "mend the formula or the claim, never the tolerance alone", "the %s %s is not green", v.kind, v.id)
			}
		}
	}
	claims := 0
	for key := range seen {
		if strings.HasPrefix(key, "claim") {
			claims++
		}
	}
	if claims < least {
		r.add(-1, "add verify.Must cells, at least one for each displayed result", "it has %d claims, and at least %d are asked for", claims, least)
	}
}

// lintEnd checks the parts behind the blocks.
func (r *report) lintEnd() {
	for _, kind := range []string{"summary", "exercises", "in the code", "references", "where the source errs"} {
		s := find(r.outline, kind)
		if s == nil {
			r.add(-1, "add a heading \"## "+strings.ToUpper(kind[:1])+kind[1:]+"\"", "the part %q is missing", kind)
			continue
		}
		if proseWords(s.text) <= len(strings.Fields(kind)) {
			r.add(s.cell, "write it, or say why there is nothing to say", "the part %q is empty", kind)
		}
		if n := bullets(s.text); kind == "summary" && (n < 3 || n > 5) {
			r.add(s.cell, "give 3 to 5 points that a reader takes away", "the summary has %d points", n)
		}
	}
	last := len(r.nb.Cells) - 1
	if last < 0 {
		return
	}
	switch footer := r.nb.Cells[last]; {
	case !footer.IsMarkdown() || !footer.Has(TagVersions):
		r.add(last, "end with a Markdown cell tagged \"versions\"; go tool nb run fills it in", "the last cell is not the version footer")
	case r.versions != "" && footer.Source != r.versions:
		r.add(last, "go tool nb run "+r.nb.Name(), "the version footer differs from go.mod: %q, not %q", footer.Source, r.versions)
	}
}
