package archtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// platforms are those that the project is compiled for besides the one at hand.
var platforms = []string{"windows/amd64", "darwin/arm64", "linux/386", "linux/arm64"}

// vetFor compiles and vets every package, tests included, for a platform.
func vetFor(dir, platform string) (string, error) {
	system, arch, _ := strings.Cut(platform, "/")
	cmd := exec.Command("go", "vet", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+arch, "CGO_ENABLED=0", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestPlatforms(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the standard library for each platform once")
	}
	for _, p := range platforms {
		if out, err := vetFor(root(t), p); err != nil {
			t.Errorf("%s: %v\n%s", p, err, out)
		}
	}
}

func TestPlatformsCanFail(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module hopflow\n\ngo 1.26\n",
		"a.go":   "package hopflow\n\nconst wide int = 1 << 40 // too wide for 32 bits\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := vetFor(dir, "linux/amd64"); err != nil {
		t.Errorf("linux/amd64: %v\n%s", err, out)
	}
	if out, err := vetFor(dir, "linux/386"); err == nil || !strings.Contains(out, "a.go:3") {
		t.Errorf("linux/386: %v\n%s", err, out)
	}
}
