package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"hopflow/internal/nbtest"
)

//go:embed browser.py
var browserScript string

// chromium finds a browser that Playwright can drive.
func chromium() (string, error) {
	names := []string{
		"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("Chromium is not installed (Debian: apt-get install chromium)")
}

// browser starts the lab as a user does and runs a copy of one notebook in it:
// a copy, so that saving leaves the committed one alone.
func (c *checker) browser(ctx context.Context, nbs []*nbtest.Notebook) {
	path, err := chromium()
	if err != nil {
		c.skip("browser", "%v", err)
		return
	}
	nb := named(nbs, c.options.browser)
	if nb == nil {
		c.skip("browser", "no notebook's name starts with %q", c.options.browser)
		return
	}
	begun := time.Now()
	text, err := c.inBrowser(ctx, path, nb)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		c.fail("browser "+nb.Name(), "%v\n%s", err, text)
	default:
		c.pass(1)
		fmt.Fprintf(c.out, "browser %s  ok, %.1f s; %s\n", nb.Name(), time.Since(begun).Seconds(), strings.TrimSpace(text))
	}
}

func named(nbs []*nbtest.Notebook, start string) *nbtest.Notebook {
	for _, nb := range nbs {
		if strings.HasPrefix(nb.Name(), start) {
			return nb
		}
	}
	return nil
}

// inBrowser returns what the script said, and an error where the notebook does
// not work in the browser.
func (c *checker) inBrowser(ctx context.Context, chromium string, nb *nbtest.Notebook) (string, error) {
	folder := filepath.Join(c.project.Root, "screenshots")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	copied, figures, err := fresh(nb, folder)
	if err != nil {
		return "", err
	}
	url, stop, err := c.startLab(ctx)
	if err != nil {
		return "", err
	}
	defer stop()
	order, err := json.Marshal(map[string]any{
		"url": url, "notebook": "screenshots/" + filepath.Base(copied), "chromium": chromium,
		"screenshot": filepath.Join(folder, nb.Name()+".png"), "figures": figures, "timeout": 1200,
	})
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, c.project.Python(), "-c", browserScript)
	cmd.Dir, cmd.Env = c.project.Root, c.project.Env()
	cmd.Stdin = strings.NewReader(string(order)) // not an argument: the address holds the token
	interruptible(cmd)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), err
	}
	return string(out), ran(copied)
}

// fresh writes a copy of the notebook without outputs and counts the figures
// that it has to draw.
func fresh(nb *nbtest.Notebook, folder string) (path string, figures int, err error) {
	data, err := nb.Bytes()
	if err != nil {
		return "", 0, err
	}
	copied, err := nbtest.Parse(filepath.Join(folder, filepath.Base(nb.Path)), data)
	if err != nil {
		return "", 0, err
	}
	for i, cell := range copied.Cells {
		cell.Count, cell.Outputs = 0, nil
		if copied.FigureExpected(i) {
			figures++
		}
	}
	return copied.Path, figures, copied.Write()
}

// ran judges the copy as JupyterLab saved it, by the rules of the runner.
func ran(path string) error {
	nb, err := nbtest.Read(path)
	if err != nil {
		return err
	}
	var reports []string
	for _, f := range nbtest.Judge(nb) {
		reports = append(reports, f.String())
	}
	for i, cell := range nb.Cells {
		if cell.IsCode() && cell.Count == 0 {
			reports = append(reports, nb.Where(i)+": Run All did not run the cell")
		}
	}
	if len(reports) > 0 {
		return errors.New(strings.Join(reports, "\n\n"))
	}
	return nil
}

var labAddress = regexp.MustCompile(`https?://\S+token=\S+`)

// startLab starts the lab and returns its address once it prints it.
func (c *checker) startLab(ctx context.Context) (url string, stop func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	cmd := c.goCommand(ctx, "tool", "lab", "-no-browser")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		cancel()
		return "", nil, err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		cancel()
		return "", nil, err
	}
	lines := bufio.NewReader(stdout)
	var said strings.Builder
	for url == "" {
		line, rerr := lines.ReadString('\n')
		said.WriteString(line)
		url = labAddress.FindString(line)
		if rerr != nil && url == "" {
			cancel()
			cmd.Wait()
			return "", nil, fmt.Errorf("go tool lab ended without an address; it said:\n%s", said.String())
		}
	}
	drained := make(chan struct{})
	go func() { io.Copy(io.Discard, lines); close(drained) }()
	return url, func() {
		cancel() // an interrupt: the lab ends its server and the kernels
		<-drained
		cmd.Wait()
	}, nil
}
