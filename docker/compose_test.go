package docker_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const lab = "services.lab."

var composeRules = []rule{
	{"read-only root with an executable, bounded /tmp", readOnly, []edit{
		{"compose", "read_only: true", "read_only: false"},
		{"compose", "    read_only: true\n", ""},
		{"compose", "/tmp:exec,", "/tmp:noexec,"},
		{"compose", ",size=2g", ""},
		{"compose", "- notebooks:/opt", "- /:/host\n      - notebooks:/opt"},
		{"compose", "- notebooks:/opt", "- /var/run/docker.sock:/var/run/docker.sock\n      - notebooks:/opt"},
	}},
	{"no privilege", noPrivilege, []edit{
		{"compose", "      - ALL\n", "      - NET_RAW\n"},
		{"compose", "    cap_drop:\n      - ALL\n", ""},
		{"compose", "    cap_drop", "    cap_add: [SYS_ADMIN]\n    cap_drop"},
		{"compose", "    cap_drop", "    privileged: true\n    cap_drop"},
		{"compose", "    cap_drop", "    devices:\n      - /dev/kvm\n    cap_drop"},
		{"compose", "    cap_drop", "    pid: host\n    cap_drop"},
		{"compose", "no-new-privileges:true", "no-new-privileges:false"},
		{"compose", "- no-new-privileges:true", "- no-new-privileges:true\n      - seccomp:unconfined"},
		{"compose", `user: "1000:1000"`, `user: "0:0"`},
		{"compose", "init: true", "init: false"},
	}},
	{"limits on processes, memory and processors", limits, []edit{
		{"compose", "    pids_limit: 512\n", ""},
		{"compose", "pids_limit: 512", "pids_limit: -1"},
		{"compose", "mem_limit: 4g", "mem_limit: 0"},
		{"compose", "    memswap_limit: 4g\n", ""},
		{"compose", "memswap_limit: 4g", "memswap_limit: -1"},
		{"compose", "    cpus: 2\n", ""},
	}},
	{"published on loopback alone", loopback, []edit{
		{"compose", "127.0.0.1:8888:8888", "8888:8888"},
		{"compose", "127.0.0.1:8888:8888", "0.0.0.0:8888:8888"},
		{"compose", `- "127.0.0.1`, `- "[::]:80:80"` + "\n      - \"127.0.0.1"},
		{"compose", "    ports", "    network_mode: host\n    ports"},
	}},
}

func readOnly(f files) error {
	v, err := parseCompose(f.compose)
	if err != nil {
		return err
	}
	if !slices.Equal(v[lab+"read_only"], []string{"true"}) {
		return errors.New("compose.yaml: read_only is not true")
	}
	tmpfs := v[lab+"tmpfs"]
	if len(tmpfs) != 1 || !regexp.MustCompile(`^/tmp:exec,(.*,)?size=\d+[mg](,|$)`).MatchString(tmpfs[0]) {
		return fmt.Errorf("compose.yaml: tmpfs %q is not one /tmp with exec and a size", tmpfs)
	}
	for _, vol := range v[lab+"volumes"] {
		if vol != "notebooks:/opt/hopflow/notebooks" {
			return fmt.Errorf("compose.yaml: volume %s: only the notebooks are mounted", vol)
		}
	}
	return nil
}

func noPrivilege(f files) error {
	v, err := parseCompose(f.compose)
	if err != nil {
		return err
	}
	want := map[string]string{"cap_drop": "ALL", "security_opt": "no-new-privileges:true", "user": "1000:1000", "init": "true"}
	for key, value := range want {
		if !slices.Equal(v[lab+key], []string{value}) {
			return fmt.Errorf("compose.yaml: %s is %q, not %s", key, v[lab+key], value)
		}
	}
	known := []string{"image", "build", "user", "init", "environment", "ports", "read_only", "tmpfs", "volumes", "cap_drop",
		"security_opt", "pids_limit", "mem_limit", "memswap_limit", "cpus", "stop_grace_period"}
	for path := range v {
		rest, ours := strings.CutPrefix(path, lab)
		key, _, _ := strings.Cut(rest, ".")
		if ours && !slices.Contains(known, key) {
			return fmt.Errorf("compose.yaml: %s is not among the settings that this policy has looked at", path)
		}
	}
	return nil
}

func limits(f files) error {
	v, err := parseCompose(f.compose)
	if err != nil {
		return err
	}
	for key, form := range map[string]string{"pids_limit": `^\d+$`, "mem_limit": `^\d+[mg]$`, "memswap_limit": `^\d+[mg]$`, "cpus": `^[\d.]+$`} {
		got := v[lab+key]
		if len(got) != 1 || !regexp.MustCompile(form).MatchString(got[0]) {
			return fmt.Errorf("compose.yaml: %s is %q", key, got)
		}
		if n, err := strconv.ParseFloat(strings.TrimRight(got[0], "mg"), 64); err != nil || n <= 0 {
			return fmt.Errorf("compose.yaml: %s: %s is no limit", key, got[0])
		}
	}
	return nil
}

func loopback(f files) error {
	v, err := parseCompose(f.compose)
	if err != nil {
		return err
	}
	ports := v[lab+"ports"]
	if len(ports) != 1 || !regexp.MustCompile(`^127\.0\.0\.1:\d+:8888$`).MatchString(ports[0]) {
		return fmt.Errorf("compose.yaml: ports %q: one, published on 127.0.0.1", ports)
	}
	if len(v[lab+"network_mode"]) > 0 {
		return errors.New("compose.yaml: network_mode takes the container out of its own network")
	}
	return nil
}

// parseCompose reads the part of YAML that a compose file needs (maps by indentation, block lists, [flow] lists, plain and
// double-quoted scalars) into path -> values, such as services.lab.cap_drop -> [ALL]. What it does not know is an error,
// so that nothing escapes a rule by being written differently.
func parseCompose(text string) (map[string][]string, error) {
	values := map[string][]string{}
	type level struct {
		indent int
		key    string
	}
	var open []level
	path := func() string {
		keys := make([]string, len(open))
		for i, l := range open {
			keys[i] = l.key
		}
		return strings.Join(keys, ".")
	}
	for n, line := range strings.Split(text, "\n") {
		body := strings.TrimLeft(line, " ")
		indent := len(line) - len(body)
		if body == "" || body[0] == '#' {
			continue
		}
		if strings.ContainsAny(body, "\t&*|>!{}") || strings.Contains(body, " #") {
			return nil, fmt.Errorf("compose.yaml:%d: this reader takes no tabs, anchors, blocks, tags, flow maps or trailing comments: %s", n+1, body)
		}
		for len(open) > 0 && indent <= open[len(open)-1].indent {
			open = open[:len(open)-1]
		}
		if item, ok := strings.CutPrefix(body, "- "); ok {
			if len(open) == 0 {
				return nil, fmt.Errorf("compose.yaml:%d: a list item without a key", n+1)
			}
			values[path()] = append(values[path()], unquote(item))
			continue
		}
		key, value, ok := strings.Cut(body, ":")
		if !ok || value != "" && value[0] != ' ' {
			return nil, fmt.Errorf("compose.yaml:%d: neither a key nor a list item: %s", n+1, body)
		}
		open = append(open, level{indent, unquote(key)})
		if _, twice := values[path()]; twice {
			return nil, fmt.Errorf("compose.yaml:%d: %s is there twice", n+1, path())
		}
		values[path()] = scalars(strings.TrimSpace(value))
	}
	return values, nil
}

// scalars gives the values to the right of a key: none, one, or those of a [flow, list].
func scalars(value string) []string {
	if value == "" {
		return nil
	}
	inner, flow := strings.CutPrefix(value, "[")
	if !flow {
		return []string{unquote(value)}
	}
	var list []string
	for _, v := range strings.Split(strings.TrimSuffix(inner, "]"), ",") {
		list = append(list, unquote(v))
	}
	return list
}

func unquote(s string) string { return strings.Trim(strings.TrimSpace(s), `"'`) }
