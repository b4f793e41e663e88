package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// manyCases is a hundred times what a property test runs by default.
const manyCases = 10_000

// properties runs the property tests with many cases. Only packages that use
// the library know its flag.
func (c *checker) properties(ctx context.Context) {
	const library = "pgregory.net/rapid"
	out, err := c.goCommand(ctx, "list", "-f", "{{.ImportPath}} {{.TestImports}} {{.XTestImports}}", "./...").Output()
	if err != nil {
		c.fail("property tests", "go list: %v", err)
		return
	}
	var packages []string
	for line := range strings.Lines(string(out)) {
		if name, _, _ := strings.Cut(line, " "); strings.Contains(line, library) {
			packages = append(packages, name)
		}
	}
	if len(packages) == 0 {
		c.skip("property tests with many cases", "no package uses %s", library)
		return
	}
	args := append([]string{"test", "-json", "-timeout=60m"}, packages...)
	c.goTest(ctx, append(args, fmt.Sprintf("-rapid.checks=%d", manyCases)))
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
