package archtest

import (
	"bytes"
	"regexp"
	"strings"
)

// Nothing tells on which machine the project was made. A path counts where it
// begins: not inside an address, and not below a variable or a dot.
var (
	machinePath = regexp.MustCompile(`(^|[^\w.}>)/])/(root|work|home/[a-z_][a-z0-9_-]*)(/|\b)`)
	registry    = regexp.MustCompile(`(proxy|sum)\.golang\.org|(test\.)?pypi\.org|files\.pythonhosted\.org|registry\.(npmjs\.org|yarnpkg\.com)|conda\.anaconda\.org`)
)

func noMachine(t *tree) (breaches []string) {
	for _, f := range t.files {
		for n, line := range bytes.Split(f.text, []byte("\n")) {
			if hit := machinePath.Find(line); hit != nil {
				breaches = append(breaches, say(f, n+1, "a machine's path, %q", hit))
			}
			if hit := registry.Find(line); hit != nil {
				breaches = append(breaches, say(f, n+1, "a package registry, %q: leave the choice to the user's settings", hit))
			}
		}
	}
	return breaches
}

const mostRequirements = 12

var release = regexp.MustCompile(`^1\.\d+$`)

// moduleIsLean looks at the project's own go.mod. The reason of a requirement
// is a comment on its line, or a mention in CONTRIBUTING.md.
func moduleIsLean(t *tree) (breaches []string) {
	var mod, contributing *file
	for _, f := range t.files {
		switch f.path {
		case "go.mod":
			mod = f
		case "CONTRIBUTING.md":
			contributing = f
		}
	}
	if mod == nil {
		return []string{"go.mod: is missing"}
	}
	direct, block := 0, ""
	for line := range strings.Lines(string(mod.text)) {
		code, comment, _ := strings.Cut(strings.TrimSpace(line), "//")
		words := strings.Fields(code)
		switch {
		case len(words) == 0:
			continue
		case words[0] == ")":
			block = ""
			continue
		case words[len(words)-1] == "(":
			block = words[0]
			continue
		case block != "":
			words = append([]string{block}, words...)
		}
		comment = strings.TrimSpace(comment)
		switch {
		case words[0] == "module" && strings.Contains(words[1], "."):
			breaches = append(breaches, say(mod, 0, "module %s has a dot: something could be fetched in its name", words[1]))
		case words[0] == "go" && !release.MatchString(words[1]):
			breaches = append(breaches, say(mod, 0, "go %s is a patch release: it turns away older ones without need", words[1]))
		case words[0] == "toolchain":
			breaches = append(breaches, say(mod, 0, "toolchain %s: the user's Go is new enough or it is not", words[1]))
		case words[0] == "require" && !strings.HasPrefix(comment, "indirect"):
			direct++
			if comment == "" && (contributing == nil || !bytes.Contains(contributing.text, []byte(words[1]))) {
				breaches = append(breaches, say(mod, 0, "%s is required, and neither its line nor CONTRIBUTING.md says why", words[1]))
			}
		}
	}
	if direct > mostRequirements {
		breaches = append(breaches, say(mod, 0, "%d direct requirements, at most %d", direct, mostRequirements))
	}
	return breaches
}
