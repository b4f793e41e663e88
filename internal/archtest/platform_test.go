package archtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// targets are the platforms that the project is compiled for besides the one
// at hand, and what of it: the mathematics for other word sizes and fused
// arithmetic, the commands and the pictures for other systems.
var targets = []struct {
	platform string
	packages []string
}{
	{"linux/386", []string{"./lyapunov/...", "./flows/..."}},
	{"linux/arm64", []string{"./lyapunov/...", "./flows/..."}},
	{"windows/amd64", []string{"./internal/cmd/..."}},
	{"darwin/arm64", []string{"./internal/cmd/...", "./plotting"}},
}

// buildFor compiles packages for a platform.
func buildFor(dir, platform string, packages ...string) (string, error) {
	system, arch, _ := strings.Cut(platform, "/")
	// Without the state of git, which go build asks for and which may not be there.
	cmd := exec.Command("go", append([]string{"build", "-buildvcs=false"}, packages...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+arch, "CGO_ENABLED=0", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestPlatforms(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the standard library for each platform once")
	}
	for _, g := range targets {
		if out, err := buildFor(root(t), g.platform, g.packages...); err != nil {
			t.Errorf("%s: %v\n%s", g.platform, err, out)
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
	if out, err := buildFor(dir, "linux/amd64", "./..."); err != nil {
		t.Errorf("linux/amd64: %v\n%s", err, out)
	}
	if out, err := buildFor(dir, "linux/386", "./..."); err == nil || !strings.Contains(out, "a.go:3") {
		t.Errorf("linux/386: %v\n%s", err, out)
	}
}
