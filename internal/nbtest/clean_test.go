package nbtest

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func TestClean(t *testing.T) {
	nb := sample(t)
	nb.Metadata["widgets"] = map[string]any{"state": 1}
	nb.Metadata["language_info"] = map[string]any{"version": "go1.26.8"}
	nb.Metadata["kernelspec"] = map[string]any{"name": TestKernel}
	nb.Metadata["hopflow"] = map[string]any{"kind": KindTour}
	_, c := cellWith(t, nb, compute1)
	c.Count = 40
	c.ID = "not valid!"
	c.Metadata["execution"] = map[string]any{"iopub.execute_input": "2026-01-01"}
	c.Metadata["trusted"] = true
	c.Outputs = []*Output{
		{Type: "stream", Name: "stdout", Text: "one\n"},
		{Type: "display_data", Data: map[string]any{"text/markdown": "**x**", "application/vnd.jupyter.widget-view+json": 1}, Metadata: map[string]any{"display_id": "123"}},
		{Type: "stream", Name: "stderr", Text: "\x1b[31mred\x1b[0m " + os.TempDir() + "/gonb_0123abcd/main.go:4 +0x1f\n"},
		{Type: "stream", Name: "stdout", Text: "two\n--- PASS: TestX (0.12s)\n"},
	}
	_, other := cellWith(t, nb, figure1)
	other.ID = nb.Cells[0].ID
	Clean(nb, "versions of now")

	if len(c.Outputs) != 3 || c.Outputs[0].Text != "one\ntwo\n--- PASS: TestX (0.00s)\n" || c.Outputs[1].Text != "red cell/main.go\n" || c.Outputs[2].String("text/markdown") != "**x**" {
		got, _ := json.Marshal(c.Outputs)
		t.Errorf("outputs: %s", got)
	}
	if len(c.Outputs[2].Data) != 1 || len(c.Outputs[2].Metadata) != 0 {
		t.Errorf("the display keeps %v, %v", c.Outputs[2].Data, c.Outputs[2].Metadata)
	}
	if len(c.Metadata) != 0 {
		t.Errorf("the cell's metadata are %v", c.Metadata)
	}
	count, ids := 0, map[string]bool{}
	for i, c := range nb.Cells {
		if c.IsCode() {
			count++
			if c.Count != count {
				t.Errorf("cell %d has the count %d, want %d", i+1, c.Count, count)
			}
		}
		if !validID.MatchString(c.ID) || ids[c.ID] {
			t.Errorf("cell %d has the id %q", i+1, c.ID)
		}
		ids[c.ID] = true
	}
	if nb.Metadata["widgets"] != nil || nb.Kind() != KindTour || nb.Metadata["kernelspec"].(map[string]any)["name"] != Kernel || nb.Metadata["language_info"].(map[string]any)["version"] != nil {
		t.Errorf("metadata: %v", nb.Metadata)
	}
	if last := nb.Cells[len(nb.Cells)-1].Source; last != "versions of now" {
		t.Errorf("the footer is %q", last)
	}
	once, _ := nb.Bytes()
	Clean(nb, "versions of now")
	if twice, _ := nb.Bytes(); string(once) != string(twice) {
		t.Error("cleaning twice changes the file")
	}
}

// An id depends on the content and not on the run.
func TestStableIDs(t *testing.T) {
	ids := func() []string {
		nb := sample(t)
		var list []string
		for _, c := range nb.Cells {
			c.ID = ""
		}
		nb.Cells[3].Source = nb.Cells[4].Source // two alike
		nb.Cells[3].Type = nb.Cells[4].Type
		Clean(nb, "")
		for _, c := range nb.Cells {
			list = append(list, c.ID)
		}
		return list
	}
	a, b := ids(), ids()
	if strings.Join(a, " ") != strings.Join(b, " ") {
		t.Errorf("ids differ between two runs:\n%v\n%v", a, b)
	}
	if a[3] == a[4] {
		t.Error("two cells have one id")
	}
}

func TestNormalise(t *testing.T) {
	for in, want := range map[string]string{
		"# gonb_45a0353b\n./main.go:41:13: undefined: x\n":         "# cell\n./main.go:41:13: undefined: x\n",
		"/tmp/gonb_45a0353b/main.go:43 +0xa5":                      "cell/main.go",
		"/tmp/notebook-x1y2/gonb_45a0353b/main.go:43 +0xa5":        "cell/main.go",
		`C:\Temp\gonb_45a0353b\main.go:1`:                          `cell\main.go`,
		"open /tmp/abc/x.csv: no such file":                        "open TEMP: no such file",
		"\t/usr/local/go/src/runtime/panic.go:115 +0x1\n":          "\truntime/panic.go:115\n",
		"\t/srv/go/pkg/mod/gonum.org/v1/gonum@v0.17.0/mat/x.go:15": "\tgonum.org/v1/gonum@v0.17.0/mat/x.go:15",
		"\t/data/clone/flows/geometry/metric.go:68 +0x2d\n":        "\tflows/geometry/metric.go\n",
		"\t/tmp/clone/plotting/show.go:7 +0x2d\n":                  "\tplotting/show.go\n",
		"\t/var/tmp/clone/lyapunov/verify/claim.go:8":              "\tlyapunov/verify/claim.go",
		"in /var/tmp/x and (/private/var/folders/ab/cd/T/x)":       "in TEMP and (TEMP)",
		"main.f(0xc000012345, 0x3)":                                "main.f(...)",
		"--- FAIL: TestX (1.25s)":                                  "--- FAIL: TestX (0.00s)",
		"f(x) = (0x1) and 3/4":                                     "f(x) = (...) and 3/4",
		"plain text, 1/2, σ":                                       "plain text, 1/2, σ",
	} {
		if got := normalise(in); got != want {
			t.Errorf("normalise(%q) = %q, want %q", in, got, want)
		}
	}
}
