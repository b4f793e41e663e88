package nbtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const tiny = `{"cells": [], "metadata": {"kernelspec": {"name": "gonb"}}, "nbformat": 4, "nbformat_minor": 5}`

func TestReadErrors(t *testing.T) {
	code := func(fields string) string {
		return strings.Replace(tiny, "[]", `[{"cell_type": "code", "id": "a", "metadata": {}, "source": "x", "outputs": [], "execution_count": null`+fields+`}]`, 1)
	}
	output := func(o string) string {
		return strings.Replace(code(""), `"outputs": []`, `"outputs": [`+o+`]`, 1)
	}
	for name, c := range map[string]struct{ file, want, remedy string }{
		"empty":            {" \n", "is empty", "git checkout"},
		"truncated":        {tiny[:40], "is truncated after 40 bytes", "git checkout"},
		"text":             {"# Title\n", "is not a notebook, for it is not JSON", "git checkout"},
		"binary":           {"\xff\xfe\x00", "is not UTF-8 text", "git checkout"},
		"two":              {tiny + tiny, "has something behind the end", "git checkout"},
		"conflict":         {"{\n<<<<<<< HEAD\n}", "holds the marks of a merge conflict", "take one side whole"},
		"list":             {"[]", "is JSON but not a notebook", "git checkout"},
		"other json":       {`{"a": 1}`, "is JSON but not a notebook (no nbformat)", "git checkout"},
		"old format":       {strings.Replace(tiny, `"nbformat_minor": 5`, `"nbformat_minor": 2`, 1), "has notebook format 4.2", "save it in JupyterLab 4"},
		"new format":       {strings.Replace(tiny, `"nbformat": 4`, `"nbformat": 5`, 1), "has notebook format 5.5", "save it in JupyterLab 4"},
		"python":           {strings.Replace(tiny, "gonb", "python3", 1), `is for the kernel "python3"`, "Change Kernel > Go (gonb)"},
		"no kernel":        {strings.Replace(tiny, `{"kernelspec": {"name": "gonb"}}`, "{}", 1), "names no kernel", "Change Kernel > Go (gonb)"},
		"unknown field":    {strings.Replace(tiny, `"cells"`, `"worksheets": [], "cells"`, 1), `has a field "worksheets"`, "remove it"},
		"no cells":         {strings.Replace(tiny, "[]", "{}", 1), "has no list of cells", "git checkout"},
		"cell no object":   {strings.Replace(tiny, "[]", "[1]", 1), "cell 1: is not an object", "git checkout"},
		"cell type":        {strings.Replace(tiny, "[]", `[{"cell_type": "heading"}]`, 1), `cell 1: has the type "heading"`, "remove it"},
		"cell field":       {code(`, "level": 1`), `cell 1: the cell has a field "level"`, "remove it"},
		"source":           {strings.Replace(code(""), `"source": "x"`, `"source": [1]`, 1), "cell 1: source of the cell is not text", "git checkout"},
		"count":            {strings.Replace(code(""), `"execution_count": null`, `"execution_count": 1.5`, 1), "cell 1: has the execution count 1.5", "run the notebook again"},
		"no outputs":       {strings.Replace(code(""), `"outputs": [],`, "", 1), "cell 1: has no list of outputs", "git checkout"},
		"output type":      {output(`{"output_type": "pyout"}`), `cell 1: output 1: has the type "pyout"`, "run the notebook again"},
		"stream name":      {output(`{"output_type": "stream", "name": "log", "text": ""}`), `output 1: is a stream named "log"`, "run the notebook again"},
		"output no object": {output(`3`), "output 1: is not an object", "git checkout"},
		"traceback":        {output(`{"output_type": "error", "ename": "", "evalue": "", "traceback": [1]}`), "has a traceback that is not text", "run the notebook again"},
		"mime":             {output(`{"output_type": "display_data", "metadata": {}, "data": {"text/plain": [1]}}`), "text/plain is not text", "git checkout"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "05_x.ipynb")
			if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Read(path)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range []string{path, c.want, c.remedy} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

// What Jupyter wrote comes back byte for byte, line separators included.
func TestBytesAreJupyters(t *testing.T) {
	for _, pattern := range []string{"testdata/*.ipynb", "testdata/fails/*.ipynb"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %d files", pattern, err, len(files))
		}
		for _, path := range files {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := read(t, path).Bytes()
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(data) {
				t.Errorf("%s changes:\n%s", path, unifiedDiff(string(data), string(got), "file", "written"))
			}
		}
	}
}

func TestWriteKeepsCharacters(t *testing.T) {
	nb, err := Parse("x", []byte(tiny))
	if err != nil {
		t.Fatal(err)
	}
	source := "<a & b>\u2028σ \\u2028\tx\r\ny\u0085z\n"
	nb.Cells = []*Cell{{ID: "a", Type: "markdown", Source: source, Metadata: map[string]any{}}}
	data, err := nb.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	// As json.dumps(..., ensure_ascii=False, indent=1, sort_keys=True) has it.
	want := "   \"source\": [\n    \"<a & b>\u2028\",\n    \"σ \\\\u2028\\tx\\r\\n\",\n    \"y\u0085\",\n    \"z\\n\"\n   ]\n"
	if !strings.Contains(string(data), want) {
		t.Errorf("got\n%s\nwant in it\n%s", data, want)
	}
	again, err := Parse("x", data)
	if err != nil || again.Cells[0].Source != source {
		t.Errorf("reading it back: %q, %v", again.Cells[0].Source, err)
	}
}

func TestWriteLeavesOldFileOnFailure(t *testing.T) {
	path := filepath.Join(t.TempDir(), "05_x.ipynb")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	nb := &Notebook{Path: path, Metadata: map[string]any{"bad": func() {}}}
	if err := nb.Write(); err == nil {
		t.Fatal("a function was written as JSON")
	}
	if data, _ := os.ReadFile(path); string(data) != "old" {
		t.Errorf("the file holds %q", data)
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

// Whatever the bytes, the reader returns an error or a notebook that is written
// and read back the same, and linted and cleaned without a panic.
func FuzzParse(f *testing.F) {
	f.Add([]byte(tiny))
	f.Add([]byte(tiny[:60]))
	f.Add(sampleBytes())
	for _, name := range []string{"exercise", "shows_an_error"} {
		data, err := os.ReadFile("testdata/" + name + ".ipynb")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		nb, err := Parse("05_x.ipynb", data)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "05_x.ipynb: ") {
				t.Errorf("%q does not name the file", err)
			}
			return
		}
		once, err := nb.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse("05_x.ipynb", once)
		if err != nil {
			t.Fatalf("what was written is not read: %v\n%s", err, once)
		}
		twice, err := again.Bytes()
		if err != nil || string(twice) != string(once) {
			t.Errorf("%v\n%s", err, unifiedDiff(string(once), string(twice), "once", "twice"))
		}
		(Linter{}).Notebook(nb)
		Clean(again, "v")
		clean, err := again.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		Clean(again, "v")
		if cleaner, _ := again.Bytes(); string(cleaner) != string(clean) {
			t.Errorf("cleaning twice differs:\n%s", unifiedDiff(string(clean), string(cleaner), "once", "twice"))
		}
	})
}
