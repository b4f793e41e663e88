package main

import (
	"bytes"
	"context"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// gofmt checks the form of each Go file, hidden folders left out.
func (c *checker) gofmt(ctx context.Context) {
	var wrong []string
	err := filepath.WalkDir(c.project.Root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != c.project.Root:
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		formatted, err := format.Source(source)
		if rel, rerr := filepath.Rel(c.project.Root, path); rerr == nil && (err != nil || !bytes.Equal(source, formatted)) {
			wrong = append(wrong, rel)
		}
		return nil
	})
	switch {
	case err != nil:
		c.fail("gofmt", "%v", err)
	case len(wrong) > 0:
		c.fail("gofmt", "run gofmt -w on %s", strings.Join(wrong, " "))
	default:
		c.pass(1)
		fmt.Fprintln(c.out, "gofmt  ok")
	}
}

// vet runs go vet.
func (c *checker) vet(ctx context.Context) {
	begun := time.Now()
	if out, err := c.goCommand(ctx, "vet", "./...").CombinedOutput(); err != nil {
		c.fail("go vet", "%v\n%s", err, bytes.TrimSpace(out))
		return
	}
	c.pass(1)
	fmt.Fprintf(c.out, "go vet  ok, %.1f s\n", time.Since(begun).Seconds())
}

// goCommand is a go command at the root that an interrupt ends.
func (c *checker) goCommand(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = c.project.Root
	interruptible(cmd)
	return cmd
}

// stopDelay is how long a command may take to end once it is interrupted: the
// lab ends its server and its kernels first.
const stopDelay = 40 * time.Second
