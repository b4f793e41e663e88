package plotting

import (
	"bytes"
	"image/png"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

const goodAlt = "Line of y against x from 0 to 2: it rises to 3 at x = 1 and falls to 2 afterwards."

func TestDisplay(t *testing.T) {
	f := New("x", "y").Size(300, 200).Alt(goodAlt)
	f.Line("a", simple())
	d, err := display(f)
	if err != nil {
		t.Fatal(err)
	}
	checkBundle(t, d)
	if _, ok := d.Data[protocol.MIMEImageSVG]; ok {
		t.Error("an SVG without being asked for")
	}
	t.Setenv(FiguresVariable, "svg")
	if d, err = display(f); err != nil {
		t.Fatal(err)
	}
	if svg, _ := d.Data[protocol.MIMEImageSVG].(string); !strings.Contains(svg, "<title>"+goodAlt) {
		t.Error("no SVG when asked for")
	}
}

// checkBundle holds a message to what the notebook tools expect.
func checkBundle(t *testing.T, d *protocol.DisplayData) {
	t.Helper()
	if d.Data[protocol.MIMETextPlain] != goodAlt || d.Metadata["alt"] != goodAlt {
		t.Errorf("text/plain is %v, alt is %v", d.Data[protocol.MIMETextPlain], d.Metadata["alt"])
	}
	data, _ := d.Data[protocol.MIMEImagePNG].([]byte)
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if s := img.Bounds().Size(); s.X != 600 || s.Y != 400 {
		t.Errorf("the image has %v pixels, want twice 300 x 200", s)
	}
	size, _ := d.Metadata["image/png"].(map[string]int)
	if size["width"] != 300 || size["height"] != 200 {
		t.Errorf("the size is %v", d.Metadata["image/png"])
	}
}

// TestAlt: a figure without an alternative text of 40 to 300 characters is
// refused, with the remedy. Characters count, not bytes.
func TestAlt(t *testing.T) {
	for alt, part := range map[string]string{
		"":                             "no alternative text; say with Alt",
		"   ":                          "no alternative text",
		"A line.":                      "7 characters; say in 40 to 300",
		strings.Repeat("word ", 61):    "304 characters",
		strings.Repeat("β", minAlt-1):  "39 characters",
		strings.Repeat("β", minAlt):    "",
		strings.Repeat("β", maxAlt):    "",
		strings.Repeat("β", maxAlt+1):  "301 characters",
		" " + strings.Repeat("β", 300): "",
	} {
		f := New("x", "y").Alt(alt)
		f.Line("a", simple())
		for _, p := range []Picture{f, Grid(1, 1, f).Alt(alt)} {
			_, err := display(p)
			if part == "" && err != nil || part != "" && (err == nil || !strings.Contains(err.Error(), part)) {
				t.Errorf("%q gives %v, want %q", alt, err, part)
			}
		}
	}
}

// asCell, in the environment, makes the test binary behave as the program of
// a cell.
const asCell = "PLOTTING_TEST_CELL"

func TestMain(m *testing.M) {
	if job := os.Getenv(asCell); job != "" {
		cells[job]()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var cells = map[string]func(){
	"show": func() {
		f := New("x", "y").Size(300, 200).Alt(goodAlt).Caption("A **caption**.")
		f.Line("a", simple())
		Show(f)
	},
	"no alt": func() {
		f := New("x", "y")
		f.Line("a", simple())
		Show(f)
	},
	"stop":  stopCell,
	"quick": quickCell,
}

func cell(job string) *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), asCell+"="+job)
	return c
}

// TestShowOutside: without a notebook Show says how to write the figure.
func TestShowOutside(t *testing.T) {
	out, err := cell("no alt").CombinedOutput()
	if err != nil || !strings.Contains(string(out), `Save("figure.png")`) {
		t.Errorf("Show prints %q, %v", out, err)
	}
}
