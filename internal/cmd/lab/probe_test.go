//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestServer probes a real server as a stranger, as a page of another site and
// as the user, and looks for what it leaves behind.
func TestServer(t *testing.T) {
	l := startLab(t)
	stopped := false
	stop := func() {
		if !stopped {
			stopped = true
			l.stop()
		}
	}
	defer stop()
	l.probeStrangers()
	l.probeOrigins()
	l.probePaths()
	l.probeOffers()
	l.probeHeaders()
	l.probeLoopback()
	family := l.probeKernel()
	l.probeSecrets(family)
	stop()
	l.probeStopped(family)
}

// refused checks that each probe gets one of the codes and none of the goods.
func (l *lab) refused(codes []int, goods string, probes ...request) {
	l.t.Helper()
	for _, r := range probes {
		a := l.do(r)
		if !slices.Contains(codes, a.code) || goods != "" && strings.Contains(a.body, goods) {
			l.t.Errorf("%s %s %v: %d, %.200q", r.method, r.path, r.header, a.code, a.body)
		}
		if r.header["Authorization"] == "" && a.code/100 == 3 && !strings.HasPrefix(a.header.Get("Location"), "/login") {
			l.t.Errorf("%s %s: sent to %q", r.method, r.path, a.header.Get("Location"))
		}
	}
}

// Without the token nothing is served.
func (l *lab) probeStrangers() {
	half := l.tok.secret[:len(l.tok.secret)/2]
	login := []int{302, 403}
	l.refused(login, "go.mod",
		request{method: "GET", path: "/lab"},
		request{method: "GET", path: "/tree"},
		request{method: "GET", path: "/api/contents"},
		request{method: "GET", path: "/api/status"},
		request{method: "GET", path: "/api/kernels"},
		request{method: "GET", path: "/api/kernelspecs"},
		request{method: "GET", path: "/api/sessions"},
		request{method: "GET", path: "/api/me"},
		request{method: "GET", path: "/lab/api/settings"},
		request{method: "GET", path: "/lab/api/workspaces"},
		request{method: "GET", path: "/metrics"},
		request{method: "GET", path: "/files/go.mod"},
		request{method: "GET", path: "/nbconvert/html/notebooks/00_tour.ipynb"},
		request{method: "POST", path: "/api/kernels", body: `{"name": "gonb"}`},
		request{method: "POST", path: "/api/contents", body: `{"type": "file"}`},
		request{method: "PUT", path: "/api/contents/x.txt", body: `{"type": "file", "format": "text", "content": "x"}`},
		request{method: "DELETE", path: "/api/contents/go.mod"},
		request{method: "POST", path: "/api/shutdown"},
		request{method: "GET", path: "/api/kernels/0/channels", header: upgrade(nil)},
		request{method: "GET", path: "/api/events/subscribe", header: upgrade(nil)},
		request{method: "GET", path: "/api/contents?token="},
		request{method: "GET", path: "/api/contents?token=" + half},
		request{method: "GET", path: "/api/contents?token=" + newSecret()},
		request{method: "GET", path: "/api/contents", header: map[string]string{"Authorization": "token " + half}},
		request{method: "GET", path: "/api/contents", header: map[string]string{"Authorization": "Bearer " + newSecret()}},
		request{method: "GET", path: "/api/contents", header: map[string]string{"Cookie": "username-127-0-0-1-8888=forged"}},
	)
	if a := l.do(request{method: "POST", path: "/login", body: "password=" + newSecret(), header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}); a.code != 401 && a.code != 403 {
		l.t.Errorf("login with a wrong token: %d", a.code)
	}
	if a := l.do(request{method: "GET", path: "/api/contents", header: l.with()}); a.code != 200 || !strings.Contains(a.body, "go.mod") {
		l.t.Errorf("the right token: %d", a.code) // or the probes above prove nothing
	}
}

// A page of another site cannot use the login of the reader's browser.
func (l *lab) probeOrigins() {
	cookies, xsrf := l.login()
	const evil = "https://evil.example"
	l.refused([]int{403, 404}, "",
		request{method: "POST", path: "/api/kernels", header: map[string]string{"Cookie": cookies}, body: `{"name": "gonb"}`},
		request{method: "POST", path: "/api/kernels", header: map[string]string{"Cookie": cookies, "X-XSRFToken": "2|0|0|0"}, body: `{"name": "gonb"}`},
		request{method: "POST", path: "/api/kernels", header: map[string]string{"Cookie": cookies, "X-XSRFToken": xsrf, "Origin": evil}, body: `{"name": "gonb"}`},
		request{method: "DELETE", path: "/api/contents/nothing-here", header: map[string]string{"Cookie": cookies, "Origin": evil}},
		request{method: "POST", path: "/api/shutdown", header: map[string]string{"Cookie": cookies, "Origin": evil}},
		request{method: "GET", path: "/api/events/subscribe", header: upgrade(map[string]string{"Cookie": cookies, "Origin": evil})},
		request{method: "GET", path: "/api/events/subscribe", header: upgrade(map[string]string{"Cookie": cookies, "Origin": "null"})},
		// A name that an attacker points at 127.0.0.1.
		request{method: "GET", path: "/api/contents", header: l.with("Host", "evil.example")},
		request{method: "GET", path: "/lab", header: map[string]string{"Cookie": cookies, "Host": "evil.example:8888"}},
		request{method: "GET", path: "/api/events/subscribe", header: upgrade(l.with("Host", "evil.example", "Origin", "http://evil.example"))},
	)
	for _, r := range []request{
		{method: "GET", path: "/api/contents", header: map[string]string{"Cookie": cookies, "Origin": evil}},
		{method: "OPTIONS", path: "/api/contents", header: map[string]string{"Cookie": cookies, "Origin": evil, "Access-Control-Request-Method": "POST"}},
	} {
		if got := l.do(r).header.Get("Access-Control-Allow-Origin"); got != "" && got != l.base {
			l.t.Errorf("%s lets %q read", r.method, got)
		}
	}
	a := l.do(request{method: "GET", path: "/login?next=" + url.QueryEscape("//evil.example/x"), header: map[string]string{"Cookie": cookies}})
	if strings.Contains(a.header.Get("Location"), "evil.example") {
		l.t.Errorf("the login page sends to %s", a.header.Get("Location"))
	}
	if a := l.do(request{method: "GET", path: "/api/contents", header: map[string]string{"Cookie": cookies, "Origin": l.base}}); a.code != 200 {
		l.t.Errorf("the page's own origin: %d", a.code)
	}
	if a := l.do(request{method: "GET", path: "/api/events/subscribe", header: upgrade(map[string]string{"Cookie": cookies, "Origin": l.base})}); a.code != 101 {
		l.t.Errorf("a websocket of the page's own: %d", a.code)
	}
}

// No path leads out of the clone or into its hidden folders, token or not.
func (l *lab) probePaths() {
	bad := []int{400, 403, 404}
	for _, p := range []string{
		"/files/../../../../../../etc/passwd", "/files/..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd", "/files/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
		"/files/%252e%252e/%252e%252e/etc/passwd", "/files//etc/passwd", "/files/notebooks/../../../../../etc/passwd", "/files/..%5c..%5cetc%5cpasswd",
		"/api/contents/../../../../../etc/passwd", "/api/contents/..%2f..%2f..%2f..%2fetc%2fpasswd", "/static/../../../../../../etc/passwd",
		"/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/nbconvert/html/..%2f..%2f..%2fetc/passwd",
		"/kernelspecs/gonb/..%2f..%2f..%2fetc/passwd", "/kernelspecs/..%2fgonb/kernel.json",
	} {
		l.refused(bad, "root:", request{method: "GET", path: p, header: l.with()})
	}
	// Below /lab an unknown path shows JupyterLab itself.
	l.refused(append(bad, 200), "root:", request{method: "GET", path: "/lab/static/..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd", header: l.with()},
		request{method: "GET", path: "/lab/tree/..%2f..%2f..%2f..%2f..%2fetc/passwd", header: l.with()})
	l.refused(bad, "",
		request{method: "GET", path: "/files/.lab/lock", header: l.with()},
		request{method: "GET", path: "/files/%2elab/lock", header: l.with()},
		request{method: "GET", path: "/api/contents/.git", header: l.with()},
		request{method: "GET", path: "/files/.gitignore", header: l.with()},
		request{method: "GET", path: "/files/notebooks/../.gitignore", header: l.with()},
		request{method: "PUT", path: "/api/contents/.hidden", header: l.with(), body: `{"type": "file", "format": "text", "content": "x"}`},
		request{method: "PUT", path: "/api/contents/..%2fout.txt", header: l.with(), body: `{"type": "file", "format": "text", "content": "x"}`},
	)
	if a := l.do(request{method: "GET", path: "/api/contents", header: l.with()}); strings.Contains(a.body, `".lab"`) || strings.Contains(a.body, `".git"`) {
		l.t.Error("hidden folders are listed")
	}
	if a := l.do(request{method: "GET", path: "/files/go.mod", header: l.with()}); a.code != 200 || !strings.Contains(a.body, "module hopflow") {
		l.t.Errorf("a file of the clone: %d", a.code)
	}
}

// No shell, no language servers, no other kernel to choose. (ipykernel comes with
// JupyterLab, and its kernel starts for whoever asks by name; that is no hole: a
// cell of the Go kernel can do as much.)
func (l *lab) probeOffers() {
	l.refused([]int{403, 404}, "",
		request{method: "GET", path: "/api/terminals", header: l.with()},
		request{method: "POST", path: "/api/terminals", header: l.with(), body: "{}"},
		request{method: "GET", path: "/terminals/1", header: l.with()},
		request{method: "GET", path: "/terminals/websocket/1", header: upgrade(l.with())},
		request{method: "GET", path: "/lsp/status", header: l.with()},
		request{method: "GET", path: "/proxy/22", header: l.with()},
	)
	a := l.do(request{method: "GET", path: "/api/kernelspecs", header: l.with()})
	var specs struct {
		Default     string
		Kernelspecs map[string]any
	}
	if err := json.Unmarshal([]byte(a.body), &specs); err != nil || specs.Default != "gonb" || len(specs.Kernelspecs) != 1 || specs.Kernelspecs["gonb"] == nil {
		l.t.Errorf("kernels %.300q, %v", a.body, err)
	}
	for _, name := range []string{"nothing", "../gonb"} {
		if a := l.do(request{method: "POST", path: "/api/kernels", header: l.with(), body: fmt.Sprintf(`{"name": %q}`, name)}); a.code < 400 {
			l.t.Errorf("kernel %s starts: %d", name, a.code)
		}
	}
}

// What a page may do is said in its headers.
func (l *lab) probeHeaders() {
	for _, c := range []struct{ path, policy string }{
		{"/lab", "frame-ancestors 'self'"},
		{"/files/README.md", "sandbox allow-scripts"},
		{"/nbconvert/html/notebooks/00_tour.ipynb", "sandbox allow-scripts"},
	} {
		a := l.do(request{method: "GET", path: c.path, header: l.with()})
		if a.code == 404 && c.path != "/lab" {
			continue // that file is not there yet
		}
		if a.code != 200 || !strings.Contains(a.header.Get("Content-Security-Policy"), c.policy) {
			l.t.Errorf("%s: %d, policy %q", c.path, a.code, a.header.Get("Content-Security-Policy"))
		}
		if a.header.Get("X-Content-Type-Options") != "nosniff" {
			l.t.Errorf("%s: the browser may guess types", c.path)
		}
		if a.header.Get("Referrer-Policy") != "same-origin" {
			l.t.Errorf("%s: Referrer-Policy %q", c.path, a.header.Get("Referrer-Policy"))
		}
	}
}

// The port is closed on every address but loopback.
func (l *lab) probeLoopback() {
	u, _ := url.Parse(l.base)
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		l.t.Fatal(err)
	}
	for _, a := range addrs {
		ip, _, err := net.ParseCIDR(a.String())
		if err != nil || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
			continue
		}
		if c, err := net.DialTimeout("tcp", net.JoinHostPort(ip.String(), u.Port()), time.Second); err == nil {
			c.Close()
			l.t.Errorf("the server answers on %s", ip)
		}
	}
}
