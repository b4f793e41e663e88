package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// How many times as much a long run tries: of the library's cases, and of those
// that package trials counts, which are up to 5,000 in a run as it is.
const (
	manyChecks = 10_000 // a hundred times the library's default
	manyTrials = 10
)

// properties runs the property tests and the statistical ones with many cases.
// Only packages that use the library know its flag.
func (c *checker) properties(ctx context.Context) {
	const library, counter = "pgregory.net/rapid", "hopflow/internal/trials"
	out, err := c.goCommand(ctx, "list", "-f", "{{.ImportPath}} {{.TestImports}} {{.XTestImports}}", "./...").Output()
	if err != nil {
		c.fail("property tests", "go list: %v", err)
		return
	}
	var flagged, others []string
	for line := range strings.Lines(string(out)) {
		name, imports, _ := strings.Cut(line, " ")
		if strings.Contains(imports, library) {
			flagged = append(flagged, name)
		} else if strings.Contains(imports, counter) {
			others = append(others, name)
		}
	}
	if len(flagged)+len(others) == 0 {
		c.skip("property tests with many cases", "no package uses %s or %s", library, counter)
		return
	}
	args := []string{"test", "-json", "-timeout=120m"}
	many := fmt.Sprintf("HOPFLOW_CASES=%d", manyTrials)
	if len(others) > 0 {
		c.goTest(ctx, append(slices.Clone(args), others...), many)
	}
	if len(flagged) > 0 {
		c.goTest(ctx, append(append(args, flagged...), fmt.Sprintf("-rapid.checks=%d", manyChecks)), many)
	}
}

// image builds the container image and runs it, where that can be done.
func (c *checker) image(ctx context.Context) {
	script := filepath.Join(c.project.Root, "docker", "verify")
	switch _, err := os.Stat(script); {
	case errors.Is(err, os.ErrNotExist):
		c.skip("image", "there is no docker/verify")
		return
	case os.Getuid() != 0:
		c.skip("image", "docker/verify needs root")
		return
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		c.skip("image", "docker/verify needs Debian's apt-get")
		return
	}
	begun := time.Now()
	cmd := exec.CommandContext(ctx, "bash", script)
	cmd.Dir = c.project.Root
	cmd.Stdout, cmd.Stderr = c.out, c.out
	interruptible(cmd)
	if err := cmd.Run(); err != nil {
		c.fail("image", "docker/verify: %v", err)
		return
	}
	c.pass(1)
	fmt.Fprintf(c.out, "image  ok, %.0f s\n", time.Since(begun).Seconds())
}
