package setup

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// pin is an entry of a lock file.
type pin struct {
	name, version string
	hashes        []string
}

var (
	pinLine  = regexp.MustCompile(`^([a-z0-9][a-z0-9._-]*)==([0-9][0-9a-z.+]*)( ; [^\\]+)? \\$`)
	hashLine = regexp.MustCompile(`^    --hash=sha256:([0-9a-f]{64})( \\)?$`)
)

// readLock is strict: a line that is not a pin, a hash of one or a comment is
// an error, so that no option, address or unpinned name can hide in the file.
func readLock(text string) ([]pin, error) {
	var pins []pin
	open := false // a hash must follow
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		at := func(what string) error { return fmt.Errorf("line %d: %s: %q", i+1, what, line) }
		if m := pinLine.FindStringSubmatch(line); m != nil && !open {
			pins, open = append(pins, pin{name: m[1], version: m[2]}), true
			continue
		}
		if m := hashLine.FindStringSubmatch(line); m != nil && open {
			p := &pins[len(pins)-1]
			p.hashes, open = append(p.hashes, m[1]), m[2] != ""
			continue
		}
		if !strings.HasPrefix(strings.TrimSpace(line), "#") || open {
			return nil, at("neither a pinned version, nor its hash, nor a comment")
		}
		if strings.Contains(line, "://") {
			return nil, at("an address")
		}
	}
	if open {
		return nil, fmt.Errorf("%s has no hash", pins[len(pins)-1].name)
	}
	return pins, nil
}

// atLeast compares dotted numbers.
func atLeast(have, want string) bool {
	h, w := strings.Split(have, "."), strings.Split(want, ".")
	for i := range w {
		if i >= len(h) {
			return false
		}
		a, err := strconv.Atoi(h[i])
		b, _ := strconv.Atoi(w[i])
		if err != nil || a != b {
			return err == nil && a > b
		}
	}
	return true
}

// floors are the lowest versions without known holes that matter here.
var floors = map[string]string{"jupyterlab": "4.6.2", "jupyter-server": "2.20.0", "nbconvert": "7.17.1", "tornado": "6.5.5", "nbclient": "0.11.0"}

// banned packages open a way round the server's rules.
var banned = []string{"jupyter-server-proxy", "jupyter-rsession-proxy"}

func lockProblems(pins []pin) []string {
	var bad []string
	have := map[string]string{}
	for _, p := range pins {
		if _, twice := have[p.name]; twice {
			bad = append(bad, p.name+" twice")
		}
		have[p.name] = p.version
	}
	for name, floor := range floors {
		if v, there := have[name]; !there || !atLeast(v, floor) {
			bad = append(bad, fmt.Sprintf("%s %q is below %s", name, v, floor))
		}
	}
	for _, name := range banned {
		if _, there := have[name]; there {
			bad = append(bad, name+" is there")
		}
	}
	return bad
}

func TestLockFiles(t *testing.T) {
	p, err := Find(".")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, name := range []string{"requirements", "browser"} {
		lock, err := os.ReadFile(filepath.Join(p.tools(), name+".lock"))
		if err != nil {
			t.Fatal(err)
		}
		pins, err := readLock(string(lock))
		if err != nil || len(pins) == 0 {
			t.Fatalf("%s.lock: %d pins, %v", name, len(pins), err)
		}
		for _, q := range pins {
			if v, there := all[q.name]; there && v != q.version {
				t.Errorf("%s: %s here, %s in the other lock file of the same environment", q.name, q.version, v)
			}
			all[q.name] = q.version
		}
		if name == "requirements" {
			for _, bad := range lockProblems(pins) {
				t.Errorf("%s.lock: %s", name, bad)
			}
		}
		pinsKept(t, filepath.Join(p.tools(), name+".in"), all)
	}
}

// pinsKept checks that what the .in file pins is what the lock file has.
func pinsKept(t *testing.T, file string, locked map[string]string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		name, version, ok := strings.Cut(strings.TrimSpace(line), "==")
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		n++
		if got := locked[strings.ReplaceAll(name, "_", "-")]; got != version {
			t.Errorf("%s asks for %s %s, the lock file has %q: make it anew (its head says how)", filepath.Base(file), name, version, got)
		}
	}
	if n == 0 {
		t.Errorf("%s pins nothing", file)
	}
}

// The reader itself must refuse what it is there to refuse.
func TestReadLockRefuses(t *testing.T) {
	h := "    --hash=sha256:" + strings.Repeat("0a", 32)
	for _, text := range []string{
		"a==1 \\\n" + h + " \\\n",                     // ends where a hash should follow
		"a==1\n" + h + "\n",                           // hash not attached
		"a==1 \\\nb==2 \\\n" + h + "\n",               // a has none
		"a>=1 \\\n" + h + "\n",                        // not pinned
		"a==1 \\\n    --hash=md5:0a\n",                // weak
		"--index-url x\n",                             // an option
		"a @ https://x/a.whl \\\n" + h + "\n",         // an address
		"# from https://mirror.example\n",             // an address in a comment
		"a==1 \\\n    --hash=sha256:" + "0a" + "\n",   // short
		"a==1 \\\n# comment in between\n" + h + "\n",  // detached
		"a==1 \\\n" + h + "\n    --hash=sha256:0\n\n", // stray
	} {
		if pins, err := readLock(text); err == nil {
			t.Errorf("%q read as %v", text, pins)
		}
	}
	good := "a==1.2 ; sys_platform == 'win32' \\\n" + h + " \\\n" + h + "\n    # via b\n"
	if pins, err := readLock(good); err != nil || len(pins) != 1 || len(pins[0].hashes) != 2 {
		t.Errorf("%q: %v, %v", good, pins, err)
	}
	old := []pin{{name: "jupyterlab", version: "4.6.1"}, {name: "jupyter-server", version: "2.19.9"}, {name: "nbconvert", version: "7.17.2"},
		{name: "tornado", version: "6.6"}, {name: "nbclient", version: "0.11.0"}, {name: "jupyter-server-proxy", version: "4.4"}}
	if bad := lockProblems(old); len(bad) != 3 {
		t.Errorf("old versions: %q", bad)
	}
}

// tools/go.mod pins the tools, and the kernel's library is that of go.mod.
func TestToolVersions(t *testing.T) {
	p, err := Find(".")
	if err != nil {
		t.Fatal(err)
	}
	tools, err := os.ReadFile(filepath.Join(p.tools(), "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.ReadFile(filepath.Join(p.Root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	gonb := regexp.MustCompile(`github\.com/janpfeifer/gonb (v\S+)`)
	if a, b := gonb.FindStringSubmatch(string(tools)), gonb.FindStringSubmatch(string(root)); a == nil || b == nil || a[1] != b[1] {
		t.Errorf("kernel %v, library %v: they speak one protocol and go together", a, b)
	}
	for _, path := range toolPackages {
		if !strings.Contains(string(tools), "\t"+path+"\n") {
			t.Errorf("tools/go.mod has no tool %s", path)
		}
	}
	// gopls 0.23.0 compiles with this x/tools alone.
	for _, want := range []string{"golang.org/x/tools/gopls v0.23.0 ", "golang.org/x/tools v0.47.1-0.20260707181000-a299dadba899 "} {
		if !strings.Contains(string(tools), want) {
			t.Errorf("tools/go.mod lacks %q", want)
		}
	}
}
