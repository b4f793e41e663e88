package nbtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Bytes returns the file as Jupyter writes it: keys sorted, one blank of
// indent, text line by line, characters unescaped, a line feed at the end. An
// unchanged notebook saved in JupyterLab and one saved here are the same bytes.
func (nb *Notebook) Bytes() ([]byte, error) {
	cells := make([]any, len(nb.Cells))
	for i, c := range nb.Cells {
		cells[i] = c.fields()
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(map[string]any{
		"cells":          cells,
		"metadata":       nb.Metadata,
		"nbformat":       4,
		"nbformat_minor": 5,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", nb.Path, err)
	}
	// Go escapes two line separators that Jupyter leaves alone; the first pair
	// steps over a backslash that is itself escaped.
	return []byte(strings.NewReplacer(`\\`, `\\`, `\u2028`, "\u2028", `\u2029`, "\u2029").Replace(b.String())), nil
}

// Write writes the notebook to its path, whole or not at all.
func (nb *Notebook) Write() error {
	data, err := nb.Bytes()
	if err != nil {
		return err
	}
	return writeFile(nb.Path, data)
}

// writeFile replaces a file in one step, so that an interrupted run leaves the
// old one.
func writeFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".nb-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // no effect once it is renamed
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func (c *Cell) fields() map[string]any {
	m := map[string]any{"cell_type": c.Type, "id": c.ID, "metadata": c.Metadata, "source": splitText(c.Source)}
	if c.Metadata == nil {
		m["metadata"] = map[string]any{}
	}
	if c.Attachments != nil {
		m["attachments"] = c.Attachments
	}
	if c.IsCode() {
		outputs := make([]any, len(c.Outputs))
		for i, o := range c.Outputs {
			outputs[i] = o.fields(c.Count)
		}
		m["outputs"] = outputs
		m["execution_count"] = countOrNull(c.Count)
	}
	return m
}

func (o *Output) fields(count int) map[string]any {
	m := map[string]any{"output_type": o.Type}
	switch o.Type {
	case "stream":
		m["name"], m["text"] = o.Name, splitText(o.Text)
	case "error":
		m["ename"], m["evalue"] = o.EName, o.EValue
		m["traceback"] = append([]string{}, o.Traceback...)
	default:
		m["metadata"] = o.Metadata
		if o.Metadata == nil {
			m["metadata"] = map[string]any{}
		}
		data := make(map[string]any, len(o.Data))
		for mime, v := range o.Data {
			data[mime] = v
			if s, ok := v.(string); ok && (strings.HasPrefix(mime, "text/") || mime == "application/javascript" || mime == "image/svg+xml") {
				data[mime] = splitText(s)
			}
		}
		m["data"] = data
		if o.Type == "execute_result" {
			m["execution_count"] = countOrNull(count)
		}
	}
	return m
}

func countOrNull(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

// splitText cuts a text behind each line end. Jupyter cuts with Python's
// str.splitlines, which knows more line ends than Go, and so does this.
func splitText(s string) []string {
	lines := []string{}
	start := 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		if r == '\r' && i < len(s) && s[i] == '\n' {
			i++
		} else if !strings.ContainsRune("\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029", r) {
			continue
		}
		lines = append(lines, s[start:i])
		start = i
	}
	if start < len(s) {
		lines = append(lines, s[start:])
	}
	return lines
}
