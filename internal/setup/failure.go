package setup

import (
	"errors"
	"os/exec"
	"strings"
)

// Failure is a set-up that could not go on: what happened, in which step, and
// what to do about it.
type Failure struct {
	Step   string // title of the step
	What   string
	Remedy string
	Tail   string // last lines of the program that failed
	Err    error
}

// Error gives the reader all of it, a line each.
func (f *Failure) Error() string {
	var b strings.Builder
	b.WriteString("set-up, " + f.Step + ": " + f.What)
	if f.Remedy != "" {
		b.WriteString("\n  remedy: " + strings.ReplaceAll(f.Remedy, "\n", "\n          "))
	}
	if f.Tail != "" {
		b.WriteString("\n  its last lines:\n    " + strings.ReplaceAll(f.Tail, "\n", "\n    "))
	}
	return b.String()
}

// Unwrap returns the error underneath.
func (f *Failure) Unwrap() error { return f.Err }

// cause is a kind of failure that the output of pip or go betrays.
type cause struct {
	signs  []string // lower case
	what   string
	remedy string
}

// causes are tried in order: the first with a sign in the output wins.
var causes = []cause{
	{
		signs:  []string{"no space left on device", "disk quota exceeded"},
		what:   "the disk is full",
		remedy: "set-up needs about 1.5 GB below the clone and 1 GB in Go's caches: free some and run the command again",
	},
	{
		signs:  []string{"do not match the hashes", "checksum mismatch", "security error"},
		what:   "a download is not what the lock file says",
		remedy: "do not use it: clear the mirror or proxy in between, or ask whoever runs it; then run the command again",
	},
	{
		signs: []string{"certificate verify failed", "certificate signed by unknown authority", "sslerror", "failed to verify certificate"},
		what:  "the server's certificate is not trusted",
		remedy: "a proxy in between re-signs connections: give its certificate to pip (PIP_CERT=file) and to Go (SSL_CERT_FILE=file),\n" +
			"then run the command again",
	},
	{
		signs: []string{
			"name resolution", "no such host", "network is unreachable", "connection refused", "connection reset",
			"newconnectionerror", "failed to establish a new connection", "connecttimeout", "timed out", "i/o timeout", "dial tcp",
			"tls handshake timeout", "proxyerror", "module lookup disabled", "no matching distribution found", "no route to host",
			"proxyconnect", "server misbehaving",
		},
		what: "the network did not answer",
		remedy: "the first set-up downloads Python packages (about 60 MB) and Go modules (about 100 MB); later runs need no network.\n" +
			"Connect and run the command again: it goes on at this step. Behind a proxy set HTTPS_PROXY; with a mirror set\n" +
			"PIP_INDEX_URL for pip and GOPROXY for Go",
	},
	{
		signs:  []string{"read-only file system", "permission denied"},
		what:   "a folder is read-only",
		remedy: "clone into a folder that you may write to, and see that GOCACHE and GOMODCACHE (go env) are writable",
	},
	{
		signs:  []string{"signal: killed", "out of memory", "cannot allocate memory"},
		what:   "the machine ran out of memory, or somebody killed the program",
		remedy: "building the tools wants about 2 GB: close something (or GOMAXPROCS=1) and run the command again",
	},
}

// explain turns the failure of a program into one with a remedy.
func explain(step, program string, err error, tail string) error {
	f := &Failure{Step: step, Tail: tail, Err: err}
	if errors.Is(err, exec.ErrNotFound) {
		f.What, f.Remedy = program+" is not there", "run the command again; if it stays so, go tool lab -clean and then go tool lab"
		return f
	}
	text := strings.ToLower(tail + "\n" + err.Error())
	for _, c := range causes {
		for _, s := range c.signs {
			if strings.Contains(text, s) {
				f.What, f.Remedy = c.what+" ("+program+": "+err.Error()+")", c.remedy
				return f
			}
		}
	}
	f.What = program + " failed: " + err.Error()
	f.Remedy = "run the command again; if it stays so, go tool lab -clean removes the half-made set-up"
	return f
}
