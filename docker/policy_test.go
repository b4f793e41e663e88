// Package docker_test holds the image and its compose file to the security policy of the project: what is not allowed to
// change by accident. Each rule comes with edits that must break it, so that a rule which cannot fail is found.
package docker_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// files are the texts that a rule may look at.
type files struct{ dockerfile, compose, start, ignore, lock string }

func read(t *testing.T) files {
	t.Helper()
	text := func(name string) string {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	return files{text("Dockerfile"), text("compose.yaml"), text("start"), text("Dockerfile.dockerignore"), text("../tools/requirements.lock")}
}

// edit replaces old by new in one of the files; breaks lists edits of which each alone must make the rule fail.
type edit struct{ file, old, new string }

func (e edit) apply(f files) (files, error) {
	target := map[string]*string{"Dockerfile": &f.dockerfile, "compose": &f.compose, "start": &f.start, "ignore": &f.ignore, "lock": &f.lock}[e.file]
	if !strings.Contains(*target, e.old) {
		return f, fmt.Errorf("the edit does not apply: %s has no %q", e.file, e.old)
	}
	*target = strings.Replace(*target, e.old, e.new, 1)
	return f, nil
}

type rule struct {
	name   string
	holds  func(files) error
	breaks []edit
}

func TestPolicy(t *testing.T) {
	real := read(t)
	for _, r := range slices.Concat(imageRules, composeRules) {
		t.Run(r.name, func(t *testing.T) {
			if err := r.holds(real); err != nil {
				t.Error(err)
			}
			if len(r.breaks) == 0 {
				t.Error("no edit shows that this rule can fail")
			}
			for _, e := range r.breaks {
				changed, err := e.apply(real)
				if err != nil {
					t.Error(err)
				} else if r.holds(changed) == nil {
					t.Errorf("still holds with %q in place of %q in %s", e.new, e.old, e.file)
				}
			}
		})
	}
}
