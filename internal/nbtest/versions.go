package nbtest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// The modules that a reader's result depends on, and what they are called.
var versionedModules = []struct{ path, name string }{
	{"gonum.org/v1/gonum", "gonum"},
	{"gonum.org/v1/plot", "gonum/plot"},
	{"github.com/janpfeifer/gonb", "GoNB"},
}

var goDirective = regexp.MustCompile(`(?m)^go (\d+\.\d+)`)

// Versions is the footer of a notebook: the versions that go.mod of the project
// asks for. It names no machine and no day, so it changes with go.mod alone.
func Versions(root string) (string, error) {
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", err
	}
	mod := string(data)
	m := goDirective.FindStringSubmatch(mod)
	if m == nil {
		return "", fmt.Errorf("%s: has no line \"go 1.N\"", filepath.Join(root, "go.mod"))
	}
	parts := []string{"Go " + m[1]}
	for _, v := range versionedModules {
		m := regexp.MustCompile(regexp.QuoteMeta(v.path) + ` (v\S+)`).FindStringSubmatch(mod)
		if m == nil {
			return "", fmt.Errorf("%s: does not require %s", filepath.Join(root, "go.mod"), v.path)
		}
		parts = append(parts, v.name+" "+m[1])
	}
	return "*Versions: " + strings.Join(parts, ", ") + ".*", nil
}
