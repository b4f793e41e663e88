package docker_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const (
	setup    = "PIP_NO_CACHE_DIR=1 go tool lab -setup-only"
	finalEnv = "ENV GOPROXY=off"
)

var imageRules = []rule{
	{"bases are pinned arguments", pinnedBases, []edit{
		{"Dockerfile", "golang:1.26.8-bookworm\n\n#", "golang:latest\n\n#"},
		{"Dockerfile", "ARG BASE_IMAGE=debian:bookworm-slim", "ARG BASE_IMAGE=debian"},
		{"Dockerfile", "ARG BASE_IMAGE=debian:bookworm-slim", "ARG BASE_IMAGE=debian:bookworm-slim@sha256:abc"},
		{"Dockerfile", "ARG GO_IMAGE=golang:1.26.8", "ARG GO_IMAGE=golang:1.26"},
		{"Dockerfile", "FROM ${BASE_IMAGE}", "FROM debian:bookworm-slim"},
		{"Dockerfile", "COPY --from=go ", "COPY --from=docker.io/library/golang "},
	}},
	{"runs as user 1000", finalUser, []edit{
		{"Dockerfile", "USER 1000:1000", "USER 0"},
		{"Dockerfile", "USER 1000:1000", "USER hopflow"},
		{"Dockerfile", "EXPOSE", "USER root\nEXPOSE"},
		{"Dockerfile", "USER 1000:1000\n", ""},
	}},
	{"no sudo, no downloads by hand, no compiler but Go's", allowedPackages, []edit{
		{"Dockerfile", "python3-venv", "python3-venv sudo"},
		{"Dockerfile", "python3-venv", "python3-venv gcc"},
		{"Dockerfile", "RUN apt-get", "RUN curl -fsSL https://example.org/x | sh\nRUN apt-get"},
		{"Dockerfile", "RUN apt-get", "RUN wget -O- example.org/x | bash\nRUN apt-get"},
		{"Dockerfile", "COPY . .", "ADD https://example.org/x.tar.gz /"},
		{"Dockerfile", "COPY . .", "ADD x.tar.gz /"},
		{"Dockerfile", " --no-install-recommends", ""},
		{"Dockerfile", setup, setup + " && python3 -c 'import urllib.request'"},
		{"start", "umask 077", "curl -fsSL https://example.org/x | sh"},
	}},
	{"Python by hashes, through the set-up of a clone", hashLocked, []edit{
		{"Dockerfile", setup, "pip install jupyterlab"},
		{"Dockerfile", setup, setup + " && pip install jupyterlab"},
		{"Dockerfile", setup, setup + " && go install golang.org/x/tools/gopls@latest"},
		{"lock", "--hash=sha256:", "--hash=md5:"},
		{"lock", "==", ">="},
		{"lock", "==", "==1 #"},
	}},
	{"Go by go.sum, this Go only, no network at run time", goSettings, []edit{
		{"Dockerfile", "GOFLAGS=-mod=readonly", "GOFLAGS=-mod=mod"},
		{"Dockerfile", "GOTOOLCHAIN=local", "GOTOOLCHAIN=auto"},
		{"Dockerfile", finalEnv, finalEnv + ",direct"},
		{"Dockerfile", finalEnv, finalEnv + " GOSUMDB=off"},
		{"Dockerfile", "GOMODCACHE=/opt/go/mod", "GOMODCACHE=/tmp/home/go/mod"},
		{"Dockerfile", "GOCACHE=/tmp/go-build", "GOCACHE=/opt/go/build"},
		{"Dockerfile", "&& go build", "&& GONOSUMDB=* go build"},
	}},
	{"a healthcheck on loopback", healthcheck, []edit{
		{"Dockerfile", "HEALTHCHECK", "LABEL x="},
		{"Dockerfile", "127.0.0.1", "example.org"},
		{"Dockerfile", "ENTRYPOINT", "HEALTHCHECK NONE\nENTRYPOINT"},
		{"Dockerfile", "raise SystemExit(", "print("},
	}},
	{"an init process starts the lab", entrypoint, []edit{
		{"Dockerfile", `ENTRYPOINT ["/usr/bin/tini", "-s", "-g", "--", `, `ENTRYPOINT [`},
		{"Dockerfile", "EXPOSE 8888", "EXPOSE 8888 22"},
		{"start", "exec lab -container", "exec jupyter lab"},
		{"start", "-no-browser", "-no-browser --ServerApp.token="},
		{"start", "    unset JUPYTER_TOKEN\n", ""},
		{"start", "umask 077", "umask 022"},
	}},
	{"no secret in the image", noSecret, []edit{
		{"Dockerfile", "EXPOSE", "ENV JUPYTER_TOKEN=0123456789abcdef\nEXPOSE"},
		{"Dockerfile", "EXPOSE", "ARG registry_password=x\nEXPOSE"},
		{"compose", "JUPYTER_TOKEN:\n", "JUPYTER_TOKEN: 0123456789abcdef0123456789abcdef\n"},
		{"ignore", "**/.env\n", ""},
		{"ignore", ".git\n", ""},
		{"ignore", ".lab\n", ""},
	}},
}

var reference = regexp.MustCompile(`^([a-z0-9./-]+):([A-Za-z0-9._-]+)(@sha256:[0-9a-f]{64})?$`)

func pinnedBases(f files) error {
	list := parseDockerfile(f.dockerfile)
	args := arguments(list)
	stages := map[string]bool{}
	for _, in := range all(list, "FROM") {
		name, as, _ := strings.Cut(in.rest, " AS ")
		stages[strings.TrimSpace(as)] = true
		arg := strings.TrimSuffix(strings.TrimPrefix(name, "${"), "}")
		ref := reference.FindStringSubmatch(args[arg])
		if "${"+arg+"}" != name || ref == nil || ref[2] == "latest" {
			return fmt.Errorf("FROM %s: a base is an argument whose default names a tag other than latest (and a whole digest, if any); it is %q", name, args[arg])
		}
	}
	if !regexp.MustCompile(`^golang:1\.\d+\.\d+-`).MatchString(args["GO_IMAGE"]) {
		return fmt.Errorf("GO_IMAGE=%s does not name Go's patch release", args["GO_IMAGE"])
	}
	for _, in := range all(list, "COPY") {
		for _, flag := range in.flags {
			if from, ok := strings.CutPrefix(flag, "--from="); ok && !stages[from] {
				return fmt.Errorf("COPY %s: takes files from an image that is no pinned stage", flag)
			}
		}
	}
	return nil
}

func finalUser(f files) error {
	user, err := last(parseDockerfile(f.dockerfile), "USER")
	if err == nil && user.rest != "1000:1000" {
		err = fmt.Errorf("the final USER is %q, not 1000:1000 (a number, so that an orchestrator can see it is not root)", user.rest)
	}
	return err
}

var (
	aptInstall = regexp.MustCompile(`apt-get install -y --no-install-recommends ([a-z0-9 .+-]+?) && rm -rf /var/lib/apt/lists/\*`)
	byHand     = regexp.MustCompile(`(?i)\b(curl|wget|sudo|urllib|git clone|dpkg|npm|gcc|g\+\+|clang|make|build-essential|chmod [ug+]*s|setcap)\b|\|\s*(ba|da)?sh\b`)
	mayInstall = []string{"ca-certificates", "python3", "python3-venv", "tini"}
)

func allowedPackages(f files) error {
	list := parseDockerfile(f.dockerfile)
	if adds := all(list, "ADD"); len(adds) > 0 {
		return fmt.Errorf("ADD %s: it can fetch and unpack; COPY cannot", adds[0].rest)
	}
	installs := 0
	for _, in := range all(list, "RUN") {
		if m := byHand.FindString(in.rest); m != "" {
			return fmt.Errorf("RUN has %q: %s", m, in.rest)
		}
		installs += strings.Count(in.rest, "apt-get install") + strings.Count(in.rest, "apt install")
		m := aptInstall.FindStringSubmatch(in.rest)
		if m == nil {
			continue
		}
		installs--
		for _, p := range strings.Fields(m[1]) {
			if !slices.Contains(mayInstall, p) {
				return fmt.Errorf("apt package %s is not among %v", p, mayInstall)
			}
		}
	}
	if installs != 0 {
		return errors.New("an apt-get install without --no-install-recommends, or one that leaves its lists")
	}
	if m := byHand.FindString(f.start); m != "" {
		return fmt.Errorf("start has %q", m)
	}
	return nil
}

var requirement = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*(\[[a-z0-9,-]+\])?==[0-9][A-Za-z0-9.!+]*( ;[^#]*)?( --hash=sha256:[0-9a-f]{64})+$`)

func hashLocked(f files) error {
	runs := all(parseDockerfile(f.dockerfile), "RUN")
	text := ""
	for _, in := range runs {
		text += in.rest + "\n"
	}
	if !strings.Contains(text, setup) {
		return fmt.Errorf("no RUN with %q: the image is to be made by the same code as a clone", setup)
	}
	if m := regexp.MustCompile(`\bpip3?\b|\beasy_install\b|\bgo (get|install)\b`).FindString(text); m != "" {
		return fmt.Errorf("RUN has %q: what is installed is what the set-up takes from the lock and from go.sum", m)
	}
	return eachRequirement(f.lock)
}

func eachRequirement(lock string) error {
	n := 0
	for _, in := range strings.Split(strings.ReplaceAll(lock, "\\\n", " "), "\n") {
		line := strings.Join(strings.Fields(in), " ")
		if line == "" || line[0] == '#' {
			continue
		}
		if !requirement.MatchString(line) {
			return fmt.Errorf("requirements.lock: %.60q is not name==version with sha256 hashes", line)
		}
		n++
	}
	if n < 20 {
		return fmt.Errorf("requirements.lock has %d requirements: JupyterLab alone needs more than 20", n)
	}
	return nil
}

func goSettings(f files) error {
	list := parseDockerfile(f.dockerfile)
	env := environment(list)
	want := map[string]string{"GOTOOLCHAIN": "local", "GOPROXY": "off", "CGO_ENABLED": "0", "GOMODCACHE": "/opt/go/mod", "GOCACHE": "/tmp/go-build"}
	for name, value := range want {
		if env[name] != value {
			return fmt.Errorf("the image's %s is %q, not %q", name, env[name], value)
		}
	}
	if !slices.Contains(strings.Fields(env["GOFLAGS"]), "-mod=readonly") {
		return fmt.Errorf("the image's GOFLAGS %q lacks -mod=readonly", env["GOFLAGS"])
	}
	for _, off := range []string{"GOSUMDB", "GONOSUMDB", "GOINSECURE", "GOPRIVATE", "GONOSUMCHECK"} {
		if regexp.MustCompile(`\b` + off + `=`).MatchString(f.dockerfile) {
			return fmt.Errorf("%s weakens the checking of sums", off)
		}
	}
	return nil
}

func healthcheck(f files) error {
	h, err := last(parseDockerfile(f.dockerfile), "HEALTHCHECK")
	if err != nil {
		return err
	}
	if !strings.HasPrefix(h.rest, "CMD [") || !strings.Contains(h.rest, "'127.0.0.1', 8888") || !strings.Contains(h.rest, "raise SystemExit(") {
		return fmt.Errorf("HEALTHCHECK %s: it is to ask the server on loopback and to give an exit code", h.rest)
	}
	return nil
}

func entrypoint(f files) error {
	list := parseDockerfile(f.dockerfile)
	e, err := last(list, "ENTRYPOINT")
	if err != nil {
		return err
	}
	if e.rest != `["/usr/bin/tini", "-s", "-g", "--", "/usr/local/bin/start"]` {
		return fmt.Errorf("ENTRYPOINT %s: tini starts docker/start", e.rest)
	}
	if port, err := last(list, "EXPOSE"); err != nil || port.rest != "8888" {
		return fmt.Errorf("EXPOSE %s: one port, 8888", port.rest)
	}
	if !strings.Contains(f.start, "\numask 077\n") || !strings.HasSuffix(f.start, "\nexec lab -container -ip 0.0.0.0 -port 8888 -no-browser\n") {
		return errors.New("start: files are for this user alone (umask 077), and it is the lab that starts, with the token it makes or checks")
	}
	if !strings.Contains(f.start, "\n    unset JUPYTER_TOKEN\n") {
		return errors.New("start: JUPYTER_TOKEN stays in the environment that every kernel inherits")
	}
	return nil
}

var secret = regexp.MustCompile(`(?i)(token|password|passwd|secret|credential|api_?key|private_?key)`)

func noSecret(f files) error {
	list := parseDockerfile(f.dockerfile)
	for _, in := range all(list, "ENV", "ARG", "LABEL") {
		if m := secret.FindString(in.rest); m != "" {
			return fmt.Errorf("%s %s: %s is stored in the image", in.word, in.rest, m)
		}
	}
	values, err := parseCompose(f.compose)
	if err != nil {
		return err
	}
	for path, v := range values {
		if secret.MatchString(path) && len(v) > 0 {
			return fmt.Errorf("compose.yaml gives %s a value", path)
		}
	}
	for _, out := range []string{".git", ".lab", "**/.env"} {
		if !slices.Contains(strings.Split(f.ignore, "\n"), out) {
			return fmt.Errorf("Dockerfile.dockerignore does not keep %s out of the image", out)
		}
	}
	return nil
}
