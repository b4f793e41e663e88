package nbtest

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"
)

//go:embed template.txt
var templateText string

//go:embed template_block.txt
var templateBlock string

//go:embed template_exercise.txt
var templateExercise string

var newName = regexp.MustCompile(`^\d\d_[a-z0-9]+(_[a-z0-9]+)*$`)

// New returns a notebook with the structure of the template and a line of
// guidance in each part. It runs as it stands; path ends in NN_name.ipynb.
func New(path, title string) (*Notebook, error) {
	nb := &Notebook{Path: path, Metadata: map[string]any{}}
	if !newName.MatchString(nb.Name()) {
		return nil, fmt.Errorf("the name %q is not of the form NN_lower_case, such as 05_existence", nb.Name())
	}
	if strings.TrimSpace(title) == "" || strings.Contains(title, "\n") {
		return nil, fmt.Errorf("the title %q is not one line of text", title)
	}
	var blocks, exercises strings.Builder
	for k, kind := range []string{"Recall", "Compute", "Extend"} {
		fill := strings.NewReplacer("{{k}}", fmt.Sprint(k+1), "{{Kind}}", kind)
		blocks.WriteString("\n" + fill.Replace(strings.TrimRight(templateBlock, "\n")))
		exercises.WriteString("\n" + fill.Replace(strings.TrimRight(templateExercise, "\n")))
	}
	text := strings.NewReplacer("\n{{Blocks}}", blocks.String(), "\n{{Exercises}}", exercises.String()).Replace(templateText)
	text = strings.NewReplacer("{{NN}}", nb.Number(), "{{Title}}", title).Replace(text)
	for part := range strings.SplitSeq(strings.TrimPrefix(text, "=== "), "\n=== ") {
		first, source, _ := strings.Cut(part, "\n")
		kind, tag, _ := strings.Cut(first, " ")
		c := &Cell{Type: kind, Source: source, Metadata: map[string]any{}}
		if tag != "" {
			c.Metadata["tags"] = []any{tag}
		}
		nb.Cells = append(nb.Cells, c)
	}
	Clean(nb, "")
	return nb, nil
}
