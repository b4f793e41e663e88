//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// interruptible puts a command into a process group of its own and ends it, and
// what it started, by an interrupt: the go command itself leaves that signal
// to its children.
func interruptible(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = stopDelay
}
