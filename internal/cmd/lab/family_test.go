//go:build unix

package main

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A grandchild in a group of its own, whose parent has gone and which ignores
// SIGTERM, is still found and ended; so gopls is when its kernel is killed.
func TestOrphansAreEnded(t *testing.T) {
	mark := "HOPFLOW_TEST_FAMILY=" + newSecret()
	cmd := exec.Command("sh", "-c", `setsid sh -c 'trap "" TERM; echo $$; while :; do sleep 0.1; done' & wait`)
	cmd.Env = append(cmd.Environ(), mark)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := startProcess(cmd); err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("setsid"); err != nil {
		t.Skip("no setsid")
	}
	buf := make([]byte, 32)
	n, err := out.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	orphan, err := strconv.Atoi(strings.TrimSpace(string(buf[:n])))
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Kill(orphan, syscall.SIGKILL)
	family := descendants(cmd.Process.Pid)
	if len(family) == 0 {
		t.Fatal("no descendants found")
	}
	cmd.Process.Kill()
	cmd.Wait()
	if len(marked(mark)) == 0 && len(procfs()) > 0 {
		t.Error("the orphan is not known by its environment")
	}
	begun := time.Now()
	endAll(append(family, marked(mark)...))
	if err := syscall.Kill(orphan, 0); err != syscall.ESRCH && len(alive(family)) > 0 {
		t.Errorf("the orphan lives on: %v", err)
	}
	if d := time.Since(begun); d > graceful+time.Minute { // it is bounded, and the machine may be slow
		t.Errorf("took %v", d)
	}
}

// A number that has been used again is not the process that was meant.
func TestAliveByBirth(t *testing.T) {
	cmd := exec.Command("sleep", "30")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	var self process
	for _, p := range processes() {
		if p.pid == cmd.Process.Pid {
			self = p
		}
	}
	if self.pid == 0 || len(alive([]process{self})) != 1 {
		t.Fatalf("%+v is not alive", self)
	}
	self.begun = "another time"
	if len(alive([]process{self})) != 0 {
		t.Error("another process of the same number")
	}
}
