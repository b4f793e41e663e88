package setup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Version is part of every stamp: raise it when a step makes something else
// from the same inputs.
const Version = "1"

// step is one part of set-up. Its stamp holds the hash of what it was made from.
type step struct {
	name  string // of the stamp file
	title string
	cost  time.Duration // typical, on two cores with nothing cached
	needs []string      // steps whose product this one is built on
	key   []string      // what it is made from
	made  func() bool   // is the product still there? nil: the stamp is enough
	run   func(ctx context.Context, s *session) error
}

// session is what the steps of one set-up share.
type session struct {
	p      *Project
	held   *os.File // the lock
	title  string   // of the step under way
	python python
	go_    goTool
	notes  []string // printed at the end
}

// program returns a command of the step under way.
func (s *session) program(name string, env []string, argv ...string) program {
	return program{step: s.title, name: name, dir: s.p.Root, env: env, argv: argv, held: s.held}
}

// hash is the content of the step's stamp.
func (st *step) hash() string {
	h := sha256.New()
	for _, k := range append([]string{Version, st.name}, st.key...) {
		fmt.Fprintf(h, "%d:%s\n", len(k), k)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// current reports whether the step's product is there and made from its key.
func (p *Project) current(st *step) bool {
	data, err := os.ReadFile(filepath.Join(p.stamps(), st.name))
	return err == nil && strings.TrimSpace(string(data)) == st.hash() && (st.made == nil || st.made())
}

// pending returns the steps to run, in order: those that are not current and
// those that are built on one of them.
func (p *Project) pending(steps []*step) []*step {
	var todo []*step
	stale := map[string]bool{}
	for _, st := range steps {
		if slices.ContainsFunc(st.needs, func(n string) bool { return stale[n] }) || !p.current(st) {
			stale[st.name] = true
			todo = append(todo, st)
		}
	}
	return todo
}

// unstamp removes the stamps of st and of everything built on it, wanted now
// or not, before st starts: a kill in the middle cannot leave a stamp on a
// product that is gone.
func (p *Project) unstamp(st *step, all []*step) error {
	gone := map[string]bool{}
	for _, o := range all {
		if o.name != st.name && !slices.ContainsFunc(o.needs, func(n string) bool { return gone[n] }) {
			continue
		}
		gone[o.name] = true
		if err := os.Remove(filepath.Join(p.stamps(), o.name)); err != nil && !os.IsNotExist(err) {
			return p.unwritable(err)
		}
	}
	return nil
}

// stamp marks st as done.
func (p *Project) stamp(st *step) error {
	return p.unwritable(writeFile(filepath.Join(p.stamps(), st.name), []byte(st.hash()+"\n")))
}

// writeFile writes by renaming: the file is the old one or the new one.
func writeFile(file string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}

// runSteps runs what is pending, with progress.
func (s *session) runSteps(ctx context.Context, todo, all []*step, out io.Writer) error {
	var titles []string
	var costs []time.Duration
	for _, st := range todo {
		titles, costs = append(titles, st.title), append(costs, st.cost)
	}
	pr := newProgress(out, titles, costs)
	for _, st := range todo {
		s.title = st.title
		pr.start(st.title)
		err := s.p.unstamp(st, all)
		if err == nil {
			err = st.run(ctx, s)
		}
		if err == nil {
			err = s.p.stamp(st)
		}
		pr.done(err)
		if err != nil {
			return err
		}
	}
	return nil
}
