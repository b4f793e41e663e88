//go:build unix && !linux

package setup

import "syscall"

// dieWithParent has no means here; the lock waits for the program instead.
func dieWithParent(*syscall.SysProcAttr) {}
