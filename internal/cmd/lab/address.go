package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"
)

// firstPort is where the search for a free port begins, and portRange how far
// it goes.
const (
	firstPort = 8888
	portRange = 100
)

// checkAddress refuses to listen where other machines reach the server, unless
// the connection is encrypted or a container keeps them out.
func checkAddress(o options) error {
	if (o.certFile == "") != (o.keyFile == "") {
		return errors.New("lab: -certfile and -keyfile go together")
	}
	ip := net.ParseIP(o.ip)
	if ip == nil {
		return fmt.Errorf("lab: -ip %q is not an address such as 127.0.0.1 or ::1", o.ip)
	}
	if ip.IsLoopback() || o.certFile != "" || o.container {
		return nil
	}
	return fmt.Errorf(`lab: -ip %s would offer the server, and with it a way to run programs, to other machines without encryption.
  remedy: leave -ip out and tunnel (ssh -L 8888:127.0.0.1:8888 HOST), or give -certfile and -keyfile;
          inside a container whose port is published on 127.0.0.1 give -container`, o.ip)
}

// portFree reports, as an error with the remedy, whether a port is taken.
func portFree(ip string, port int) error {
	l, err := net.Listen("tcp", net.JoinHostPort(ip, strconv.Itoa(port)))
	if err != nil {
		return fmt.Errorf("lab: port %d of %s cannot be used (%w)\n  remedy: another one (go tool lab -port %d), or leave -port out to get a free one; if it is an older lab, stop that with Ctrl-C in its terminal", port, ip, errors.Unwrap(err), port+1)
	}
	return l.Close()
}

// freePort is the first one from start on that nobody listens to.
func freePort(ip string, start int) (int, error) {
	var err error
	for port := start; port < firstPort+portRange; port++ {
		if err = portFree(ip, port); err == nil {
			return port, nil
		}
	}
	return 0, fmt.Errorf("lab: no free port from %d to %d: %w", start, firstPort+portRange-1, err)
}
