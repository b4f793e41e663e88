package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hopflow/internal/nbtest"
)

func newNotebook(_ context.Context, t *tool, args []string) error {
	if len(args) != 2 {
		return errors.New("new needs two arguments, such as: go tool nb new 05_existence \"Does a Lyapunov function exist?\"")
	}
	path := filepath.Join(t.project.Root, "notebooks", strings.TrimSuffix(args[0], ".ipynb")+".ipynb")
	nb, err := nbtest.New(t.relative(path), args[1])
	if err != nil {
		return err
	}
	others, err := filepath.Glob(filepath.Join(t.project.Root, "notebooks", nb.Number()+"_*.ipynb"))
	if err != nil {
		return err
	}
	if len(others) > 0 {
		return fmt.Errorf("number %s is taken by %s; take another, or remove that file first", nb.Number(), t.relative(others[0]))
	}
	if t.tour {
		nb.Metadata["hopflow"] = map[string]any{"kind": nbtest.KindTour}
	}
	nbtest.Clean(nb, t.versions)
	if err := os.MkdirAll(filepath.Dir(nb.Path), 0o755); err != nil {
		return err
	}
	if err := nb.Write(); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "wrote %s\nwrite it in JupyterLab (go tool lab), then: go tool nb run %s && go tool nb index\n", nb.Path, nb.Number())
	return nil
}

func studentNotebooks(ctx context.Context, t *tool, names []string) error {
	var r *nbtest.Runner
	if t.check {
		var err error
		if r, err = t.runner(ctx); err != nil {
			return err
		}
		r.KeepGoing = true
	}
	folder := filepath.Join(t.project.Root, "notebooks", "student")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return t.each(ctx, names, func(nb *nbtest.Notebook) error {
		student, err := nbtest.Student(nb)
		if err != nil {
			return err
		}
		student.Path = t.relative(filepath.Join(folder, filepath.Base(nb.Path)))
		if err := student.Write(); err != nil {
			return err
		}
		fmt.Fprintf(t.out, "wrote %s", student.Path)
		if r == nil {
			fmt.Fprintln(t.out)
			return nil
		}
		done, err := r.Run(ctx, student)
		if err != nil {
			fmt.Fprintln(t.out)
			return err
		}
		failures := nbtest.CheckStudent(done)
		fmt.Fprintf(t.out, ", checked in %.1f s: %d failures\n", done.Took.Seconds(), len(failures))
		var reports []string
		for _, f := range failures {
			reports = append(reports, f.String())
		}
		if len(reports) > 0 {
			return errors.New(strings.Join(reports, "\n\n"))
		}
		return nil
	})
}

func writeIndex(_ context.Context, t *tool, args []string) error {
	if len(args) > 0 {
		return errors.New("index takes no names: its pages cover all notebooks")
	}
	files, err := nbtest.Files(t.project.Root)
	if err != nil {
		return err
	}
	var nbs []*nbtest.Notebook
	for _, path := range files {
		nb, err := nbtest.Read(path)
		if err != nil {
			return err
		}
		nbs = append(nbs, nb)
	}
	pages, err := nbtest.Index(t.project.Root, nbs)
	if err != nil {
		return err
	}
	stale, err := nbtest.StaleIndex(t.project.Root, pages)
	if err != nil {
		return err
	}
	if t.check && len(stale) > 0 {
		return fmt.Errorf("not up to date: %s; go tool nb index writes them", strings.Join(stale, ", "))
	}
	if t.check {
		fmt.Fprintln(t.out, "the generated pages are up to date")
		return nil
	}
	if err := nbtest.WriteIndex(t.project.Root, pages); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%d of %d pages changed\n", len(stale), len(pages))
	return nil
}
