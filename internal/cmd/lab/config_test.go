package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hopflow/internal/setup"
)

// settings are the lines of tools/jupyter/jupyter_server_config.py.
func settings(t *testing.T) map[string]string {
	t.Helper()
	p, err := setup.Find(".")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(p.ConfigDir(), "jupyter_server_config.py"))
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`^c\.([A-Za-z.]+[A-Za-z_]+) = (.+)$`)
	set := map[string]string{}
	for l := range strings.Lines(string(data)) {
		l = strings.TrimSpace(l)
		if l == "" || strings.HasPrefix(l, "#") || strings.HasPrefix(l, "c = get_config()") {
			continue
		}
		m := line.FindStringSubmatch(l)
		if m == nil {
			t.Fatalf("not one setting a line: %q", l)
		}
		if _, twice := set[m[1]]; twice {
			t.Errorf("%s is set twice", m[1])
		}
		set[m[1]] = m[2]
	}
	return set
}

func TestConfiguration(t *testing.T) {
	set := settings(t)
	for name, want := range map[string]string{
		"ServerApp.ip":                                   `"127.0.0.1"`,
		"ServerApp.port_retries":                         "0",
		"ServerApp.allow_remote_access":                  "False",
		"ServerApp.allow_unauthenticated_access":         "False",
		"ServerApp.allow_origin":                         `""`,
		"ServerApp.allow_origin_pat":                     `""`,
		"ServerApp.allow_credentials":                    "False",
		"ServerApp.disable_check_xsrf":                   "False",
		"ServerApp.trust_xheaders":                       "False",
		"ServerApp.terminals_enabled":                    "False",
		"ServerApp.nbconvert_csp_sandbox":                "True",
		"ServerApp.open_browser":                         "False",
		"ContentsManager.allow_hidden":                   "False",
		"KernelSpecManager.allowed_kernelspecs":          `{"gonb"}`,
		"KernelSpecManager.ensure_native_kernel":         "False",
		"MultiKernelManager.default_kernel_name":         `"gonb"`,
		"MappingKernelManager.cull_idle_timeout":         "3600",
		"MappingKernelManager.cull_interval":             "300",
		"MappingKernelManager.cull_busy":                 "False",
		"LabApp.news_url":                                "None",
		"LabApp.check_for_updates_class":                 `"jupyterlab.NeverCheckForUpdate"`,
		"LabApp.extension_manager":                       `"readonly"`,
		"PasswordIdentityProvider.allow_password_change": "False",
	} {
		if set[name] != want {
			t.Errorf("%s is %q, want %s", name, set[name], want)
		}
	}
	for name := range set {
		for _, word := range []string{"token", "password_required", "hashed_password", "certfile", "allow_root", "identity_provider_class"} {
			if strings.HasSuffix(strings.ToLower(name), word) {
				t.Errorf("%s does not belong into a committed file", name)
			}
		}
	}
	for _, ext := range []string{"jupyter_lsp", "jupyter_server_terminals"} {
		if !strings.Contains(set["ServerApp.jpserver_extensions"], `"`+ext+`": False`) {
			t.Errorf("%s is not off", ext)
		}
	}
}

// JupyterLab's defaults: no news, no search for updates.
func TestOverrides(t *testing.T) {
	p, err := setup.Find(".")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(p.ConfigDir(), "overrides.json"))
	if err != nil {
		t.Fatal(err)
	}
	var o map[string]map[string]any
	if err := json.Unmarshal(data, &o); err != nil {
		t.Fatal(err)
	}
	n := o["@jupyterlab/apputils-extension:notification"]
	if n["fetchNews"] != "false" || n["checkForUpdates"] != false {
		t.Errorf("notifications: %v", n)
	}
	data, err = os.ReadFile(filepath.Join(p.ConfigDir(), "labconfig", "page_config.json"))
	if err != nil {
		t.Fatal(err)
	}
	var page struct {
		DisabledExtensions map[string]bool `json:"disabledExtensions"`
	}
	if err := json.Unmarshal(data, &page); err != nil || !page.DisabledExtensions["@jupyterlab/terminal-extension"] {
		t.Errorf("page configuration %v, %v", page, err)
	}
}
