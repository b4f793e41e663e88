package nbtest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A SourceTag is a place in one of the sources, such as [HF] (30).
type SourceTag struct {
	Source string // LF, NH, HF or CH
	Ref    string // "(30)", "Theorem 8"
}

// String is the tag as it is written.
func (t SourceTag) String() string { return "[" + t.Source + "] " + t.Ref }

const (
	equationRef = `\(\d+[a-z]?\)(?:\s?[-–]\s?\(\d+[a-z]?\))?`
	wordRef     = `(?:Theorem|Thm|Lemma|Definition|Def|Remark|Algorithm|Alg|Example|Ex|Corollary|Cor|Question|Ansatz|Table|Figure|Fig|Appendix|App|Section|section|Proposition|Prop)s?\.?\s(?:\d+(?:\.\d+)*[a-z]?|[A-Z]\.\d+|[IVX]+(?:-[A-Z])?|[A-Z])\b`
)

var (
	tagList = regexp.MustCompile(`\[(LF|NH|HF|CH)\]\s(` + equationRef + `|` + wordRef + `)((?:(?:,\s|\sand\s|\sor\s)(?:` + equationRef + `|` + wordRef + `))*)`)
	oneRef  = regexp.MustCompile(equationRef + `|` + wordRef)
	spanRef = regexp.MustCompile(`^\((\d+)\)\s?[-–]\s?\((\d+)\)$`)
)

// The words of a reference in full.
var fullWord = map[string]string{
	"Thm": "Theorem", "Def": "Definition", "Alg": "Algorithm", "Ex": "Example", "Cor": "Corollary",
	"Fig": "Figure", "App": "Appendix", "Prop": "Proposition", "section": "Section",
}

// sourceTags lists the places of the sources that a text cites. One tag may be
// followed by several places, "[HF] (8), (10) and Theorem 1", and a range of
// equations, "(8)-(13)", stands for each of them.
func sourceTags(text string) []SourceTag {
	var list []SourceTag
	for _, m := range tagList.FindAllStringSubmatch(text, -1) {
		for _, ref := range oneRef.FindAllString(m[2]+m[3], -1) {
			for _, one := range expand(ref) {
				list = append(list, SourceTag{m[1], one})
			}
		}
	}
	return list
}

func expand(ref string) []string {
	if m := spanRef.FindStringSubmatch(ref); m != nil {
		from, _ := strconv.Atoi(m[1])
		to, _ := strconv.Atoi(m[2])
		if from < to && to-from < 100 {
			var list []string
			for i := from; i <= to; i++ {
				list = append(list, fmt.Sprintf("(%d)", i))
			}
			return list
		}
	}
	if ref[0] == '(' {
		return []string{ref}
	}
	word, number, _ := strings.Cut(strings.Join(strings.Fields(ref), " "), " ")
	word = strings.TrimSuffix(word, ".")
	if full, ok := fullWord[strings.TrimSuffix(word, "s")]; ok {
		word = full
	} else if word != "Ansatz" {
		word = strings.TrimSuffix(word, "s")
	}
	return []string{word + " " + number}
}
