package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"hopflow/internal/setup"
)

const (
	startLimit = 3 * time.Minute // for the server to answer; a slow disk needs 10 s
	stopLimit  = 8 * time.Second // for it to end its kernels (5 s each at most, at once) and itself
	logDays    = 14              // how long logs are kept
)

// server is a running JupyterLab.
type server struct {
	cmd    *exec.Cmd
	root   string
	base   string // http://127.0.0.1:8888
	url    string // base and the page to open
	log    string
	mark   string // a variable that only this server's processes have
	took   time.Duration
	exited chan struct{} // closed when the process is gone with an error
	closed chan struct{} // closed when it ended well: File > Shut Down
}

// errPortLost is a port that somebody took between the check and the server.
var errPortLost = errors.New("the port was taken in the meantime")

// start starts the server on the port asked for, or on the first free one, and
// waits until it answers.
func start(ctx context.Context, p *setup.Project, o options, tok token) (*server, error) {
	if o.port != 0 {
		return startOn(ctx, p, o, o.port, tok)
	}
	for port := firstPort; ; port++ {
		var err error
		if port, err = freePort(o.ip, port); err != nil {
			return nil, err
		}
		s, err := startOn(ctx, p, o, port, tok)
		if !errors.Is(err, errPortLost) {
			return s, err
		}
	}
}

func startOn(ctx context.Context, p *setup.Project, o options, port int, tok token) (*server, error) {
	s := newServer(p, o, port, tok)
	sweepLogs(p.LogDir(), time.Now().AddDate(0, 0, -logDays))
	logFile, err := os.OpenFile(s.log, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lab: the server's log: %w", err)
	}
	defer logFile.Close()
	s.cmd.Stdout, s.cmd.Stderr = logFile, logFile
	begun := time.Now()
	if err := startProcess(s.cmd); err != nil {
		return nil, fmt.Errorf("lab: JupyterLab: %w\n  remedy: go tool lab -clean, then go tool lab", err)
	}
	go s.wait()
	if err := s.ready(ctx, tok); err != nil {
		s.stop()
		text := lastLines(s.log, 12)
		if strings.Contains(text, "already in use") {
			return nil, errPortLost
		}
		return nil, fmt.Errorf("lab: JupyterLab did not start: %w; the last lines of %s:\n%s", err, s.log, text)
	}
	s.took = time.Since(begun)
	// Its own page for opening a browser holds the token and is made readable
	// by all; openBrowser makes a private one.
	os.Remove(filepath.Join(p.RuntimeDir(), fmt.Sprintf("jpserver-%d-open.html", s.cmd.Process.Pid)))
	return s, nil
}

// newServer puts the command together. What is not said here is in
// tools/jupyter.
func newServer(p *setup.Project, o options, port int, tok token) *server {
	argv := []string{"-m", "jupyterlab",
		"--ServerApp.ip=" + o.ip,
		"--ServerApp.port=" + strconv.Itoa(port),
		"--ServerApp.root_dir=" + p.Root,
	}
	if os.Getuid() == 0 {
		argv = append(argv, "--allow-root")
	}
	scheme := "http"
	if o.certFile != "" {
		scheme = "https"
		argv = append(argv, "--ServerApp.certfile="+o.certFile, "--ServerApp.keyfile="+o.keyFile)
		if ip := net.ParseIP(o.ip); ip != nil && !ip.IsLoopback() {
			argv = append(argv, "--ServerApp.allow_remote_access=True")
		}
	}
	s := &server{
		root:   p.Root,
		log:    filepath.Join(p.LogDir(), fmt.Sprintf("jupyter-%d.log", port)),
		exited: make(chan struct{}),
		closed: make(chan struct{}),
	}
	host := o.ip
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	s.base = scheme + "://" + net.JoinHostPort(host, strconv.Itoa(port))
	s.url = s.base + "/lab" + firstPage(p.Root)
	s.cmd = exec.Command(p.Python(), argv...)
	s.cmd.Dir = p.Root
	s.mark = "JUPYTER_TOKEN_FILE=" + tok.file
	s.cmd.Env = append(p.Env(), s.mark)
	return s
}

// firstPage is the path of notebook 00 below /lab, or nothing where it is not
// there: JupyterLab then shows the folder.
func firstPage(root string) string {
	const first = "notebooks/00_tour.ipynb"
	if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(first))); err != nil {
		return ""
	}
	return "/tree/" + first
}

func (s *server) wait() {
	if err := s.cmd.Wait(); err != nil {
		close(s.exited)
		return
	}
	close(s.closed)
}

// ready asks until the server answers with the token accepted. Another answer is
// that of a stranger who took the port meanwhile: the server will find it in
// use, say so and end.
func (s *server) ready(ctx context.Context, tok token) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	refused := ""
	for {
		status, err := s.ask(tok)
		if err == nil && strings.HasPrefix(status, "200 ") {
			return nil
		}
		if err == nil {
			refused = status
		}
		select {
		case <-s.exited:
			return errors.New("the program ended")
		case <-s.closed:
			return errors.New("the program ended")
		case <-ctx.Done():
			if refused != "" {
				return fmt.Errorf("it answers %q to its own token", refused)
			}
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// ask sends one request by hand and returns the status, "200 OK": net/http would
// double the time that the first "go tool lab" spends on compiling this command.
// Behind a certificate an open port has to do.
func (s *server) ask(tok token) (string, error) {
	scheme, host, _ := strings.Cut(s.base, "://")
	c, err := net.DialTimeout("tcp", host, 5*time.Second)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if scheme == "https" {
		return "200 listening", nil
	}
	c.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := fmt.Fprintf(c, "GET /api/status HTTP/1.1\r\nHost: %s\r\nAuthorization: token %s\r\nConnection: close\r\n\r\n", host, tok.secret); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		return "", err
	}
	_, status, _ := strings.Cut(strings.TrimSpace(line), " ")
	return status, nil
}

// stop ends the server, which ends its kernels, and then whatever of them is
// left: a kernel and its gopls are in process groups of their own and outlive a
// server that could not say goodbye. (One that was once asked for a kernel that
// does not exist never ends by itself: jupyter_server 2.21.1 stumbles over it.)
func (s *server) stop() {
	family := descendants(s.cmd.Process.Pid)
	terminate(s.cmd.Process)
	if !s.gone(stopLimit) {
		s.cmd.Process.Kill()
		s.gone(time.Second)
	}
	endAll(append(family, marked(s.mark)...))
	// A process that was about to start another may have done so since.
	for range 2 {
		late := marked(s.mark)
		if len(late) == 0 {
			return
		}
		endAll(late)
	}
}

// gone waits for the process to end.
func (s *server) gone(limit time.Duration) bool {
	select {
	case <-s.exited:
	case <-s.closed:
	case <-time.After(limit):
		return false
	}
	return true
}

// sweepLogs removes logs that nobody has written to since a time.
func sweepLogs(dir string, since time.Time) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if st, err := e.Info(); err == nil && st.ModTime().Before(since) && !e.IsDir() {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// lastLines is the end of a file.
func lastLines(file string, n int) string {
	data, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	return "  " + strings.Join(lines[max(0, len(lines)-n):], "\n  ")
}
