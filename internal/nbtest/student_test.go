package nbtest

import (
	"strings"
	"testing"
)

func TestStudent(t *testing.T) {
	nb := sample(t)
	before, _ := nb.Bytes()
	student, err := Student(nb)
	if err != nil {
		t.Fatal(err)
	}
	if after, _ := nb.Bytes(); string(after) != string(before) {
		t.Error("the notebook itself was changed")
	}
	if len(student.Cells) != len(nb.Cells)-3 {
		t.Errorf("%d of %d cells are left; three solutions had to go", len(student.Cells), len(nb.Cells))
	}
	count := 0
	for i, c := range student.Cells {
		inExercise := c.Has(TagExercise) || strings.HasPrefix(c.Source, "%test")
		switch {
		case c.Has(TagSolution) || strings.HasPrefix(c.Source, "func answer") && strings.Contains(c.Source, "gain"):
			t.Errorf("cell %d holds a solution", i+1)
		case inExercise && (c.Count != 0 || len(c.Outputs) != 0):
			t.Errorf("cell %d of an exercise is not cleared", i+1)
		case c.IsCode() && !inExercise:
			if count++; c.Count != count {
				t.Errorf("cell %d has the count %d, want %d", i+1, c.Count, count)
			}
		}
	}
}

func TestNew(t *testing.T) {
	for _, name := range []string{"geodesics", "1_x", "10-x", "10_Upper", "10_"} {
		if _, err := New(name+".ipynb", "Title"); err == nil || !strings.Contains(err.Error(), "NN_lower_case") {
			t.Errorf("the name %s: %v", name, err)
		}
	}
	if _, err := New("10_x.ipynb", " "); err == nil {
		t.Error("an empty title is accepted")
	}
	nb, err := New("07_training.ipynb", "Training")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(nb.Cells[0].Source, "# 07 · Training\n") {
		t.Errorf("the title cell is %q", nb.Cells[0].Source)
	}
	// Nothing is wrong with it but that it has not been written and run yet.
	for _, f := range (Linter{}).Notebook(nb) {
		if !strings.Contains(f.What, "was not run") && !strings.Contains(f.What, "words of prose") && !strings.Contains(f.What, "has 0 claims") {
			t.Error(f)
		}
	}
}
