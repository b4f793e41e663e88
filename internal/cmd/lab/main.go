// Command lab sets the clone up, starts JupyterLab and opens the first
// notebook: go tool lab.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"hopflow/internal/setup"
)

const usage = `usage: go tool lab [flags]

Sets up what is missing and starts JupyterLab on this machine with notebook 00
open. The first run downloads Python packages and Go modules and takes a few
minutes; later ones take seconds and need no network. Everything lies in .lab
inside the clone (and in Go's own caches). Ctrl-C stops server and kernels.

  -setup-only     set up, do not start JupyterLab
  -no-browser     print the address, do not open a browser
  -port N         listen on port N (default: the first free one from 8888 on)
  -clean          remove .lab, that is, all that set-up made
  -ip ADDRESS     listen on another address than 127.0.0.1; refused unless it is
                  loopback, or -certfile and -keyfile, or -container are given
  -certfile FILE  TLS certificate (PEM), with -keyfile
  -keyfile FILE   key of the certificate
  -container      this is a container whose port is published on the loopback
                  interface of its host

environment (all optional)
  HOPFLOW_PYTHON      Python 3.11 or newer to build the environment from
  HOPFLOW_STATE       folder for logs, caches and Jupyter's files instead of .lab
  HOPFLOW_TOKEN_FILE  file with the token to ask for (32 characters or more;
                      default: a new random one at each start)
  GOPROXY, PIP_INDEX_URL, HTTPS_PROXY and the like are used for downloads
`

// options are the parsed flags.
type options struct {
	setupOnly, noBrowser, clean, container bool
	port                                   int // 0: choose one
	ip, certFile, keyFile                  string
}

// errUsage says that the message and the help are printed already.
var errUsage = errors.New("usage")

func parse(args []string, out io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("lab", flag.ContinueOnError)
	fs.SetOutput(out)
	fs.Usage = func() { fmt.Fprint(out, usage) }
	fs.BoolVar(&o.setupOnly, "setup-only", false, "")
	fs.BoolVar(&o.noBrowser, "no-browser", false, "")
	fs.BoolVar(&o.clean, "clean", false, "")
	fs.BoolVar(&o.container, "container", false, "")
	fs.IntVar(&o.port, "port", 0, "")
	fs.StringVar(&o.ip, "ip", "127.0.0.1", "")
	fs.StringVar(&o.certFile, "certfile", "", "")
	fs.StringVar(&o.keyFile, "keyfile", "", "")
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, errUsage
	}
	portGiven := false
	fs.Visit(func(f *flag.Flag) { portGiven = portGiven || f.Name == "port" })
	switch {
	case fs.NArg() > 0:
		return o, fmt.Errorf("lab: %q is not a flag; go tool lab -h lists them", fs.Arg(0))
	case portGiven && (o.port < 1 || o.port > 65535):
		return o, fmt.Errorf("lab: -port %d: a port is a number from 1 to 65535", o.port)
	case o.clean && (o.setupOnly || portGiven):
		return o, errors.New("lab: -clean removes the set-up and does nothing else: give it alone")
	}
	return o, checkAddress(o)
}

func main() {
	o, err := parse(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	// The terminal sends an interrupt to every process in it, and the go
	// command passes its own on: one Ctrl-C can arrive twice.
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	p, err := setup.Find(".")
	if err != nil {
		return err
	}
	if o.clean {
		if err := p.Clean(); err != nil {
			return err
		}
		fmt.Println("Removed", p.Lab())
		return nil
	}
	if o.port != 0 && !o.setupOnly {
		if err := portFree(o.ip, o.port); err != nil {
			return err // before minutes of set-up, not after
		}
	}
	if err := p.Ensure(ctx, setup.Options{Complete: true, Out: os.Stdout}); err != nil {
		return err
	}
	if o.setupOnly {
		fmt.Println("Ready: go tool lab starts JupyterLab.")
		return nil
	}
	return serve(ctx, p, o)
}

// serve runs the server until the context ends or the server does.
func serve(ctx context.Context, p *setup.Project, o options) error {
	defer p.HoldRunning()()
	tok, err := takeToken(p)
	if err != nil {
		return err
	}
	defer tok.remove()
	s, err := start(ctx, p, o, tok)
	if err != nil {
		return err
	}
	defer s.stop()
	tok.remove() // the server has read it
	announce(os.Stdout, s, tok)
	if !o.noBrowser {
		if err := openBrowser(p.RuntimeDir(), s.url+tok.query()); err != nil {
			fmt.Println("No browser could be opened (" + err.Error() + "): open the address above in one.")
		}
	}
	select {
	case <-ctx.Done():
		fmt.Println("\nStopping JupyterLab and its kernels.")
		return nil
	case <-s.exited:
		return fmt.Errorf("lab: JupyterLab ended by itself; the last lines of %s:\n%s", s.log, lastLines(s.log, 12))
	case <-s.closed:
		return nil
	}
}

// announce prints where the server is and how it ends.
func announce(w io.Writer, s *server, tok token) {
	fmt.Fprintf(w, "\nJupyterLab is running (%.1f s):\n\n  %s%s\n\n", s.took.Seconds(), s.url, tok.shown())
	if tok.given {
		fmt.Fprintf(w, "It asks for the token in %s.\n", os.Getenv("HOPFLOW_TOKEN_FILE"))
	}
	log := s.log
	if rel, err := filepath.Rel(s.root, log); err == nil && filepath.IsLocal(rel) {
		log = rel
	}
	fmt.Fprintf(w, "Ctrl-C here stops it and its kernels. Its log: %s\n", log)
}
