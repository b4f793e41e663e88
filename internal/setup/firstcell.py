"""Runs a drawing cell and a test cell through the kernel gonb-test."""
import sys
from jupyter_client.manager import start_new_kernel

DRAW = """
import (
    "bytes"
    "fmt"

    "github.com/janpfeifer/gonb/gonbui"
    "gonum.org/v1/gonum/mat"
    "gonum.org/v1/plot"
    "gonum.org/v1/plot/plotter"
    "gonum.org/v1/plot/vg"
)

%%
m := mat.NewDense(2, 2, []float64{1, 2, 3, 4})
p := plot.New()
p.Title.Text = "ready"
l, err := plotter.NewLine(plotter.XYs{{X: 0, Y: m.At(0, 0)}, {X: 1, Y: mat.Det(m)}})
if err != nil {
    panic(err)
}
p.Add(l)
w, err := p.WriterTo(3*vg.Inch, 2*vg.Inch, "png")
if err != nil {
    panic(err)
}
var b bytes.Buffer
if _, err := w.WriteTo(&b); err != nil {
    panic(err)
}
gonbui.Sync()
fmt.Println("drawn", b.Len() > 100)
"""

TEST = """
%test
func TestReady(t *testing.T) {
    if 1+1 != 2 {
        t.Fatal("arithmetic")
    }
}
"""


def run(client, code, want):
    text = []

    def keep(msg):
        content = msg["content"]
        if msg["msg_type"] == "stream":
            text.append(content["text"])
        elif msg["msg_type"] == "error":
            text.append("\n".join(content["traceback"]) or content["evalue"])

    reply = client.execute_interactive(code, timeout=600, output_hook=keep)
    got = "".join(text)
    if reply["content"]["status"] != "ok" or want not in got:
        sys.exit("a cell that should print %r printed:\n%s" % (want, got))


manager, client = start_new_kernel(kernel_name="gonb-test", startup_timeout=300, cwd=sys.argv[1])
try:
    run(client, DRAW, "drawn true")
    run(client, TEST, "PASS")
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=False)
