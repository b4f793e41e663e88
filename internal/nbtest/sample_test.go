package nbtest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

var altCall = regexp.MustCompile(`fig\.Alt\("([^"]*)"\)`)

// sample is a notebook without findings: the template with words added and the
// outputs that a run would leave.
func sample(t *testing.T) *Notebook {
	t.Helper()
	nb, err := Parse(filepath.Join(t.TempDir(), "10_sample.ipynb"), sampleBytes())
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

// sampleBytes is the sample's file; each test reads its own notebook from it.
var sampleBytes = sync.OnceValue(func() []byte {
	nb, err := New("10_sample.ipynb", "Sample")
	if err != nil {
		panic(err)
	}
	for i, c := range nb.Cells {
		if !c.IsCode() {
			continue
		}
		c.Count = 1
		switch {
		case nb.FigureExpected(i):
			c.Outputs = []*Output{figure(altCall.FindStringSubmatch(c.Source)[1])}
		case isCheck(c.Source):
			var b strings.Builder
			for _, m := range regexp.MustCompile(`"(HF-\S+)"`).FindAllStringSubmatch(c.Source, -1) {
				fmt.Fprintf(&b, "✓ claim %s  a statement  got 1  want 1  error ≤ 1e-15  tol 1e-12\n", m[1])
			}
			c.Outputs = []*Output{{Type: "stream", Name: "stdout", Text: b.String() + "3 claims: 3 hold, 0 fail\n"}}
		case strings.Contains(c.Source, "fmt.Print"):
			c.Outputs = []*Output{{Type: "stream", Name: "stdout", Text: "E(0.3) = 0.031500\n"}}
		}
	}
	nb.Cells[3].Source += strings.Repeat("\n\nThis is a line of eight words of filler.", 120)
	Clean(nb, "")
	data, err := nb.Bytes()
	if err != nil {
		panic(err)
	}
	return data
})

// figure is an output as plotting.Show sends it.
func figure(alt string) *Output {
	return &Output{Type: "display_data", Data: map[string]any{
		"image/png": encode(image.NewRGBA(image.Rect(0, 0, 96, 64))), "text/plain": alt,
	}, Metadata: map[string]any{"image/png": map[string]any{"width": 48, "height": 32, "alt": alt}}}
}

func encode(img image.Image) string {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // writing to memory cannot fail
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// dotted is the sample's figure with one pixel of a shade of grey.
func dotted(x, y int, shade uint8) string {
	img := image.NewRGBA(image.Rect(0, 0, 96, 64))
	img.Set(x, y, color.RGBA{shade, shade, shade, 255})
	img.Set(0, 0, color.RGBA{0, 0, 0, 255})
	return encode(img)
}

// cellWith finds the first cell whose source holds a text.
func cellWith(t *testing.T, nb *Notebook, text string) (int, *Cell) {
	t.Helper()
	for i, c := range nb.Cells {
		if strings.Contains(c.Source, text) {
			return i, c
		}
	}
	t.Fatalf("no cell holds %q", text)
	return 0, nil
}
