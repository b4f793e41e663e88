//go:build unix

package setup

import (
	"errors"
	"os/exec"
	"syscall"
)

// ownGroup puts cmd and what it starts into a process group of their own, and
// makes cancelling end the group: a compiler would outlive its go command.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// isReadOnly reports whether err says that the file system is read-only.
func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }
