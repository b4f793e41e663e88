package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func makeDir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

func TestTokenStrength(t *testing.T) {
	seen := map[string]bool{}
	digits := map[byte]int{}
	const n = 1000
	for range n {
		s := newSecret()
		if err := checkSecret(s); err != nil || len(s) < MinToken || seen[s] {
			t.Fatalf("%q: %v, seen %v", s, err, seen[s])
		}
		seen[s] = true
		for i := range len(s) {
			digits[s[i]]++
		}
	}
	// 48,000 draws of 16 digits: 3,000 each, standard deviation 53; six of them
	// are passed by chance less often than once in 10^7 runs.
	for d, count := range digits {
		if len(digits) != 16 || count < 3000-6*53 || count > 3000+6*53 {
			t.Errorf("digit %c comes %d times of 48000", d, count)
		}
	}
}

func TestWeakTokens(t *testing.T) {
	for s, want := range map[string]string{
		"":                                 "0 characters",
		"short":                            "5 characters",
		strings.Repeat("x", 31):            "31 characters",
		strings.Repeat("ab", 16):           "2 different characters",
		strings.Repeat("abcdefg ", 4):      "' '",
		"0123456789abcdef0123456789abcdé0": "'é'",
	} {
		if err := checkSecret(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, wants %q", s, err, want)
		}
	}
}

func TestTokenFile(t *testing.T) {
	p := newClone(t)
	t.Setenv("HOPFLOW_TOKEN_FILE", "")
	tok, err := takeToken(p)
	if err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(tok.file)
	if err != nil || runtime.GOOS != "windows" && st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
	if data, err := os.ReadFile(tok.file); err != nil || string(data) != tok.secret {
		t.Errorf("%q, %v", data, err)
	}
	if !strings.Contains(tok.shown(), tok.secret) {
		t.Error("a token that nobody else has is not printed")
	}
	tok.remove()
	if _, err := os.Stat(tok.file); !os.IsNotExist(err) {
		t.Error("the token file stays")
	}

	given := filepath.Join(t.TempDir(), "token")
	writeFile(t, given, "0123456789abcdefghijklmnopqrstuv\n")
	t.Setenv("HOPFLOW_TOKEN_FILE", given)
	tok, err = takeToken(p)
	if err != nil || tok.secret != "0123456789abcdefghijklmnopqrstuv" || tok.shown() != "" {
		t.Errorf("%+v, %v", tok, err)
	}
	writeFile(t, given, "hunter2\n")
	if _, err := takeToken(p); err == nil || !strings.Contains(err.Error(), "openssl rand") {
		t.Errorf("a short token: %v", err)
	}
	writeFile(t, given, "")
	if _, err := takeToken(p); err == nil {
		t.Error("an empty token")
	}
	t.Setenv("HOPFLOW_TOKEN_FILE", given+"-gone")
	if _, err := takeToken(p); err == nil {
		t.Error("a file that is not there")
	}
	left, err := os.ReadDir(p.RuntimeDir())
	if err != nil || len(left) != 1 {
		t.Errorf("refused tokens left files: %v, %v", left, err)
	}
}
