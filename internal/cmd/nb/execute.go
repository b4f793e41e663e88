package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"hopflow/internal/nbtest"
	"hopflow/internal/setup"
)

// each calls do for the notebooks that names mean and counts those that fail.
func (t *tool) each(ctx context.Context, names []string, do func(*nbtest.Notebook) error) error {
	files, err := nbtest.Files(t.project.Root)
	if err != nil {
		return err
	}
	if files, err = nbtest.Named(files, names); err != nil {
		return err
	}
	if len(files) == 0 {
		return errors.New("there are no notebooks; go tool nb new NN_name \"Title\" begins one")
	}
	failed := 0
	for _, path := range files {
		nb, err := nbtest.Read(t.relative(path))
		if err == nil {
			err = do(nb)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed++
			fmt.Fprintln(t.out, err)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d notebooks failed", failed, len(files))
	}
	return nil
}

// relative shortens a path below the working folder.
func (t *tool) relative(path string) string {
	wd, err := filepath.Abs(".")
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(wd, path); err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return path
}

// runner makes what is missing of the environment.
func (t *tool) runner(ctx context.Context) (*nbtest.Runner, error) {
	if err := t.project.Ensure(ctx, setup.Options{Out: t.out}); err != nil {
		return nil, err
	}
	return &nbtest.Runner{Python: t.project.Python(), Env: t.project.Env(), KeepGoing: t.keep}, nil
}

func runNotebooks(ctx context.Context, t *tool, names []string) error {
	r, err := t.runner(ctx)
	if err != nil {
		return err
	}
	return t.each(ctx, names, func(nb *nbtest.Notebook) error {
		fmt.Fprintf(t.out, "%s ", nb.Name())
		r.Progress = func(int, time.Duration) { fmt.Fprint(t.out, ".") }
		done, err := r.Run(ctx, nb)
		if err != nil {
			fmt.Fprintln(t.out)
			return err
		}
		fmt.Fprintf(t.out, " %.1f s, %d claims, %d errata", done.Took.Seconds(), done.Claims, done.Errata)
		if len(done.Failures) > 0 {
			fmt.Fprintln(t.out, ", FAILED")
			return t.failed(done)
		}
		fmt.Fprintln(t.out)
		nbtest.Clean(done.Notebook, t.versions)
		return done.Notebook.Write()
	})
}

// failed reports a run that failed and keeps what it wrote.
func (t *tool) failed(done *nbtest.Run) error {
	var reports []string
	for _, f := range done.Failures {
		reports = append(reports, f.String())
	}
	nb := done.Notebook
	nb.Path = filepath.Join(t.project.Lab(), "log", nb.Name()+".ipynb")
	if err := nb.Write(); err == nil {
		reports = append(reports, "the outputs so far: "+t.relative(nb.Path))
	}
	return errors.New(strings.Join(reports, "\n\n"))
}

func cleanNotebooks(ctx context.Context, t *tool, names []string) error {
	return t.each(ctx, names, func(nb *nbtest.Notebook) error {
		nbtest.Clean(nb, t.versions)
		fmt.Fprintln(t.out, "cleaned", nb.Path)
		return nb.Write()
	})
}
