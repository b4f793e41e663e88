//go:build !unix

package main

import "os/exec"

// interruptible ends a command by killing it, where there are no groups.
func interruptible(cmd *exec.Cmd) { cmd.WaitDelay = stopDelay }
