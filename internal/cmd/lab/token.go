package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"strings"

	"hopflow/internal/setup"
)

// MinToken is the shortest token that a server may ask for.
const MinToken = 32

// token is the secret of one server. The server reads it from a file that only
// the user can: an argument shows in the process list, and an environment
// variable in every kernel.
type token struct {
	secret string
	file   string
	given  bool // by HOPFLOW_TOKEN_FILE
}

// newSecret is 192 random bits, as 48 digits.
func newSecret() string {
	var b [24]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program first
	return hex.EncodeToString(b[:])
}

// takeToken reads the token of HOPFLOW_TOKEN_FILE, or makes one.
func takeToken(p *setup.Project) (token, error) {
	t := token{secret: newSecret()}
	if name := os.Getenv("HOPFLOW_TOKEN_FILE"); name != "" {
		data, err := os.ReadFile(name)
		if err != nil {
			return token{}, fmt.Errorf("lab: HOPFLOW_TOKEN_FILE: %w", err)
		}
		t = token{secret: strings.TrimSpace(string(data)), given: true}
		if err := checkSecret(t.secret); err != nil {
			return token{}, fmt.Errorf("lab: the token in %s %w", name, err)
		}
	}
	// CreateTemp makes it readable by the user alone.
	f, err := os.CreateTemp(p.RuntimeDir(), "token-*")
	if err != nil {
		return token{}, fmt.Errorf("lab: the token file: %w", err)
	}
	t.file = f.Name()
	_, err = f.WriteString(t.secret)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		t.remove()
		return token{}, fmt.Errorf("lab: the token file: %w", err)
	}
	return t, nil
}

// checkSecret refuses a token that can be guessed, and characters that a header
// or an address would need escaped.
func checkSecret(s string) error {
	if len(s) < MinToken {
		return fmt.Errorf("has %d characters: %d or more are needed (openssl rand -hex 24 makes one)", len(s), MinToken)
	}
	seen := map[rune]bool{}
	for _, r := range s {
		if r <= ' ' || r > '~' {
			return fmt.Errorf("holds the character %q: use letters, digits and punctuation without spaces", r)
		}
		seen[r] = true
	}
	if len(seen) < 8 {
		return fmt.Errorf("uses %d different characters only: take a random one (openssl rand -hex 24)", len(seen))
	}
	return nil
}

func (t token) remove() { os.Remove(t.file) }

// query is the part of an address that logs a browser in.
func (t token) query() string { return "?token=" + url.QueryEscape(t.secret) }

// shown is what the terminal prints of it: a token that the user keeps in a
// file is not copied to wherever the output goes.
func (t token) shown() string {
	if t.given {
		return ""
	}
	return t.query()
}
