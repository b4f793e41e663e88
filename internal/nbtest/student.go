package nbtest

import (
	"regexp"
	"slices"
	"strings"
)

// Student returns the student's variant: without solutions, and with the
// exercises not yet run. The rest of the notebook keeps its outputs.
func Student(nb *Notebook) (*Notebook, error) {
	data, err := nb.Bytes()
	if err != nil {
		return nil, err
	}
	student, err := Parse(nb.Path, data)
	if err != nil {
		return nil, err
	}
	student.Cells = slices.DeleteFunc(student.Cells, func(c *Cell) bool { return c.Has(TagSolution) })
	for _, e := range exercises(student.outline()) {
		for _, i := range e.code {
			student.Cells[i].Count, student.Cells[i].Outputs = 0, nil
		}
	}
	Clean(student, "")
	return student, nil
}

var feedback = regexp.MustCompile(`(?m)^(missing|not yet)\b`)

// CheckStudent says what is wrong with a run of a student's variant in which
// nobody has answered anything: each %test has to fail with a word on what is
// missing, and all other cells have to succeed. Run it with KeepGoing.
func CheckStudent(run *Run) []Failure {
	nb := run.Notebook
	tests := map[int]bool{}
	var list []Failure
	for i, c := range nb.Cells {
		if !c.IsCode() || !parseGo(c.Source).has("%test") {
			continue
		}
		tests[i] = true
		out := c.Stream("stdout")
		kernel := strings.TrimSpace(kernelText(out + "\n" + c.Stream("stderr")))
		switch e := c.Err(); {
		case e == nil:
			list = append(list, failure(nb, i, kernel, "the test passes though nothing was answered; the stub must return a wrong value, such as NaN"))
		case !strings.HasPrefix(e.EValue, "exit status"):
			list = append(list, errorFailure(nb, i, e))
		case !feedback.MatchString(out):
			list = append(list, failure(nb, i, kernel, "the test fails without \"missing\" or \"not yet, because ...\" at the start of a line; verify.Answer prints them"))
		}
	}
	for _, f := range run.Failures {
		if !tests[f.Cell] {
			list = append(list, f)
		}
	}
	return list
}
