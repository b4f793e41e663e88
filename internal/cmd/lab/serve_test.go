//go:build unix

package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"hopflow/internal/setup"
)

// lab is a real server with its own state folder, started as the command does.
type lab struct {
	*server
	t     *testing.T
	p     *setup.Project
	tok   token
	state string
}

func startLab(t *testing.T) *lab {
	t.Helper()
	p, tok, state := freshState(t)
	s, err := start(t.Context(), p, options{ip: "127.0.0.1"}, tok)
	tok.remove()
	if err != nil {
		t.Fatal(err)
	}
	return &lab{server: s, t: t, p: p, tok: tok, state: state}
}

// freshState is this clone with a state folder and a token of the test's own.
func freshState(t *testing.T) (p *setup.Project, tok token, state string) {
	t.Helper()
	p, err := setup.Find(".")
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() || !p.Ready(setup.Options{}) {
		t.Skip("wants a set-up clone (go tool lab -setup-only), and not -short")
	}
	state = t.TempDir()
	t.Setenv("HOPFLOW_STATE", state)
	t.Setenv("HOPFLOW_TOKEN_FILE", "")
	if err := p.Ensure(t.Context(), setup.Options{}); err != nil {
		t.Fatal(err)
	}
	if tok, err = takeToken(p); err != nil {
		t.Fatal(err)
	}
	return p, tok, state
}

// A stranger who takes the port after it was found free, and answers there, is
// not taken for the server: the next port is tried.
func TestPortTakenMeanwhile(t *testing.T) {
	p, tok, _ := freshState(t)
	defer tok.remove()
	stranger := httptest.NewServer(http.NotFoundHandler())
	defer stranger.Close()
	port := stranger.Listener.Addr().(*net.TCPAddr).Port
	if s, err := startOn(t.Context(), p, options{ip: "127.0.0.1"}, port, tok); !errors.Is(err, errPortLost) {
		if err == nil {
			s.stop()
		}
		t.Errorf("%v, want that the port was taken", err)
	}
}

// request is one probe; a path is sent as it is written, dots and all.
type request struct {
	method, path string
	header       map[string]string
	body         string
}

// answer is what came back; a redirect is not followed.
type answer struct {
	code   int
	header http.Header
	body   string
}

// each makes a connection for each request. Of one that was used before, the
// server may just be closing its end, and a request with a body is not sent twice.
var each = &http.Transport{DisableKeepAlives: true}

func (l *lab) do(r request) answer {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 5*time.Minute)
	defer cancel()
	u, err := url.Parse(l.base)
	if err != nil {
		l.t.Fatal(err)
	}
	path, query, _ := strings.Cut(r.path, "?")
	u.Opaque, u.RawQuery = path, query
	req := (&http.Request{Method: r.method, URL: u, Header: http.Header{}}).WithContext(ctx)
	if r.body != "" {
		req.Body = io.NopCloser(strings.NewReader(r.body))
	}
	for k, v := range r.header {
		if k == "Host" {
			req.Host = v
			continue
		}
		req.Header.Set(k, v)
	}
	resp, err := each.RoundTrip(req)
	if err != nil {
		l.t.Fatalf("%s %s: %v", r.method, r.path, err)
	}
	defer resp.Body.Close()
	a := answer{code: resp.StatusCode, header: resp.Header}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		data, err := io.ReadAll(resp.Body)
		if err != nil {
			l.t.Fatalf("%s %s: %v", r.method, r.path, err)
		}
		a.body = string(data)
	}
	return a
}

// with adds headers to those of the right token.
func (l *lab) with(kv ...string) map[string]string {
	h := map[string]string{"Authorization": "token " + l.tok.secret}
	for i := 0; i < len(kv); i += 2 {
		h[kv[i]] = kv[i+1]
	}
	return h
}

// upgrade are the headers that open a websocket, and more.
func upgrade(h map[string]string) map[string]string {
	u := map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
	for k, v := range h {
		u[k] = v
	}
	return u
}

// login gets the cookies of a browser that opened the address with the token.
func (l *lab) login() (cookies, xsrf string) {
	l.t.Helper()
	a := l.do(request{method: "GET", path: "/lab" + l.tok.query()})
	// A browser keeps the login cookie of the redirect and asks again.
	var jar []string
	for _, step := range []answer{a, l.do(request{method: "GET", path: "/lab", header: map[string]string{"Cookie": cookieOf(a, "username-")}})} {
		for _, c := range (&http.Response{Header: step.header}).Cookies() {
			jar = append(jar, c.Name+"="+c.Value)
			if c.Name == "_xsrf" {
				xsrf = c.Value
			}
			if strings.HasPrefix(c.Name, "username-") && !c.HttpOnly {
				l.t.Errorf("scripts can read the login cookie: %v", c)
			}
		}
	}
	if len(jar) == 0 || xsrf == "" {
		l.t.Fatalf("no login: %d, cookies %q", a.code, jar)
	}
	return strings.Join(jar, "; "), xsrf
}

func cookieOf(a answer, prefix string) string {
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if strings.HasPrefix(c.Name, prefix) {
			return c.Name + "=" + c.Value
		}
	}
	return ""
}
