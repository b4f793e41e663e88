package nbtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

// Read reads a notebook. Its errors name the file, what is wrong with it and
// the remedy.
func Read(path string) (*Notebook, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, data)
}

// Parse reads a notebook from memory; path is for messages only.
func Parse(path string, data []byte) (*Notebook, error) {
	top, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := checkFormat(top); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	nb := &Notebook{Path: path}
	o := object{top, "the notebook"}
	nb.Metadata = o.object("metadata")
	cells, ok := top["cells"].([]any)
	if !ok {
		return nil, fmt.Errorf("%s: has no list of cells; %s", path, restore)
	}
	for i, v := range cells {
		c, err := parseCell(v)
		if err != nil {
			return nil, fmt.Errorf("%s: cell %d: %w", path, i+1, err)
		}
		nb.Cells = append(nb.Cells, c)
	}
	return nb, nil
}

const restore = "restore the file (git checkout -- FILE) or open and save it in JupyterLab"

// decode reads one JSON object and explains what is not one.
func decode(data []byte) (map[string]any, error) {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return nil, errors.New("is empty; " + restore)
	case bytes.HasPrefix(data, []byte("<<<<<<< ")) || bytes.Contains(data, []byte("\n<<<<<<< ")):
		return nil, errors.New("holds the marks of a merge conflict; take one side whole (git checkout --ours or --theirs) and run the notebook again")
	case !utf8.Valid(data):
		return nil, errors.New("is not UTF-8 text, so not a notebook; " + restore)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "unexpected end of JSON input") {
			return nil, fmt.Errorf("is truncated after %d bytes; %s", len(data), restore)
		}
		return nil, fmt.Errorf("is not a notebook, for it is not JSON (%v); %s", err, restore)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("has something behind the end of the notebook; " + restore)
	}
	top, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("is JSON but not a notebook; " + restore)
	}
	return top, nil
}

// checkFormat accepts format 4.5 and the gonb kernel.
func checkFormat(top map[string]any) error {
	if _, ok := top["nbformat"]; !ok {
		return errors.New("is JSON but not a notebook (no nbformat); " + restore)
	}
	format := fmt.Sprintf("%v.%v", top["nbformat"], top["nbformat_minor"])
	if format != "4.5" {
		return fmt.Errorf("has notebook format %s, and these tools read 4.5; open and save it in JupyterLab 4, which converts it", format)
	}
	for key := range top {
		if !slices.Contains([]string{"cells", "metadata", "nbformat", "nbformat_minor"}, key) {
			return fmt.Errorf("has a field %q that format 4.5 does not know; remove it", key)
		}
	}
	m, _ := top["metadata"].(map[string]any)
	spec, _ := m["kernelspec"].(map[string]any)
	switch name, _ := spec["name"].(string); name {
	case Kernel, TestKernel:
		return nil
	case "":
		return errors.New("names no kernel; in JupyterLab choose Kernel > Change Kernel > Go (gonb) and save")
	default:
		return fmt.Errorf("is for the kernel %q, not %q; in JupyterLab choose Kernel > Change Kernel > Go (gonb) and save, or move the file out of the notebooks", name, Kernel)
	}
}

func parseCell(v any) (*Cell, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("is not an object; " + restore)
	}
	o := object{m, "the cell"}
	c := &Cell{}
	c.Type, _ = m["cell_type"].(string)
	known := []string{"id", "cell_type", "source", "metadata"}
	switch c.Type {
	case "code":
		known = append(known, "outputs", "execution_count")
	case "markdown", "raw":
		known = append(known, "attachments")
	default:
		return nil, fmt.Errorf("has the type %q, which is not code, markdown or raw; remove it", c.Type)
	}
	if err := o.only(known); err != nil {
		return nil, err
	}
	c.ID, _ = m["id"].(string)
	c.Metadata = o.object("metadata")
	c.Attachments, _ = m["attachments"].(map[string]any)
	var err error
	if c.Source, err = o.text("source"); err != nil {
		return nil, err
	}
	if c.Count, err = o.count(); err != nil {
		return nil, err
	}
	outputs, ok := m["outputs"].([]any)
	if c.IsCode() && !ok {
		return nil, errors.New("has no list of outputs; " + restore)
	}
	for i, v := range outputs {
		out, err := parseOutput(v)
		if err != nil {
			return nil, fmt.Errorf("output %d: %w", i+1, err)
		}
		c.Outputs = append(c.Outputs, out)
	}
	return c, nil
}

func parseOutput(v any) (*Output, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("is not an object; " + restore)
	}
	o := object{m, "the output"}
	out := &Output{}
	out.Type, _ = m["output_type"].(string)
	var err error
	switch out.Type {
	case "stream":
		if out.Name, _ = m["name"].(string); out.Name != "stdout" && out.Name != "stderr" {
			return nil, fmt.Errorf("is a stream named %q, which is not stdout or stderr; run the notebook again", out.Name)
		}
		out.Text, err = o.text("text")
		return out, errors.Join(err, o.only([]string{"output_type", "name", "text"}))
	case "display_data", "execute_result":
		out.Metadata = o.object("metadata")
		out.Data, err = bundle(o.object("data"))
		return out, errors.Join(err, o.only([]string{"output_type", "data", "metadata", "execution_count"}))
	case "error":
		out.EName, _ = m["ename"].(string)
		out.EValue, _ = m["evalue"].(string)
		lines, _ := m["traceback"].([]any)
		for _, l := range lines {
			s, ok := l.(string)
			if !ok {
				return nil, errors.New("has a traceback that is not text; run the notebook again")
			}
			out.Traceback = append(out.Traceback, s)
		}
		return out, o.only([]string{"output_type", "ename", "evalue", "traceback"})
	}
	return nil, fmt.Errorf("has the type %q, which format 4.5 does not know; run the notebook again", out.Type)
}

// bundle joins the lines of every text in a MIME bundle.
func bundle(m map[string]any) (map[string]any, error) {
	data := make(map[string]any, len(m))
	for mime, v := range m {
		data[mime] = v
		if _, ok := v.([]any); !ok || isJSON(mime) {
			continue
		}
		s, err := joinText(v)
		if err != nil {
			return nil, fmt.Errorf("%s %w", mime, err)
		}
		data[mime] = s
	}
	return data, nil
}

func isJSON(mime string) bool {
	return mime == "application/json" || strings.HasPrefix(mime, "application/") && strings.HasSuffix(mime, "+json")
}
