package plotting

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// FiguresVariable is the environment variable that makes Show send an SVG
// beside the PNG, for the site: set it to "svg".
const FiguresVariable = "HOPFLOW_FIGURES"

const minAlt, maxAlt = 40, 300

// Show displays a figure or a Grid of them in a notebook: a PNG with two pixels
// to a CSS pixel, the alternative text, and the caption if there is one. It
// returns when the front end has them.
//
// In a notebook it panics on the first error of the figure and on a missing
// alternative text, so that the cell is marked as failed. Elsewhere it prints
// how to write the figure to a file.
func Show(p Picture) {
	if err := p.Err(); err != nil {
		panic(err)
	}
	if !gonbui.IsNotebook {
		c := p.card()
		fmt.Fprintf(os.Stderr, "plotting: a figure of %d x %d, and no notebook to show it in; write it with Save(\"figure.png\")\n", c.width, c.height)
		return
	}
	bundle, err := display(p)
	if err != nil {
		panic(err)
	}
	gonbui.SendData(bundle)
	if caption := p.card().caption; caption != "" {
		gonbui.DisplayMarkdown(caption)
	}
	if err := flush(); err != nil {
		panic(err)
	}
}

// display is the message for the front end.
func display(p Picture) (*protocol.DisplayData, error) {
	c := p.card()
	if err := checkAlt(c.alt); err != nil {
		return nil, err
	}
	picture, err := encodePNG(p)
	if err != nil {
		return nil, err
	}
	d := &protocol.DisplayData{
		Data: map[protocol.MIMEType]any{
			protocol.MIMEImagePNG:  picture,
			protocol.MIMETextPlain: c.alt,
		},
		Metadata: map[string]any{
			"image/png": map[string]int{"width": c.width, "height": c.height},
			"alt":       c.alt,
		},
	}
	if os.Getenv(FiguresVariable) == "svg" {
		svg, err := encodeSVG(p)
		if err != nil {
			return nil, err
		}
		d.Data[protocol.MIMEImageSVG] = string(svg)
	}
	return d, nil
}

func checkAlt(alt string) error {
	n := utf8.RuneCountInString(strings.TrimSpace(alt))
	switch {
	case n == 0:
		return errors.New("plotting: the figure has no alternative text; say with Alt in 40 to 300 characters what kind of figure it is, its axes and range, and the point it makes")
	case n < minAlt || n > maxAlt:
		return fmt.Errorf("plotting: the alternative text has %d characters; say in %d to %d what kind of figure it is, its axes and range, and the point it makes", n, minAlt, maxAlt)
	}
	return nil
}

// patience bounds the wait for a front end that has gone.
const patience = 20 * time.Second

// flush waits until the kernel has taken everything: a program that ends at
// once loses displays.
func flush() error {
	done := make(chan struct{})
	go func() {
		gonbui.Sync()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(patience):
		return errors.New("plotting: the kernel did not acknowledge the figure; restart it")
	}
	if err := gonbui.Error(); err != nil {
		return fmt.Errorf("plotting: the figure did not reach the kernel: %w", err)
	}
	return nil
}
