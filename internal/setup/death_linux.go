package setup

import "syscall"

// dieWithParent makes the program end when the thread that starts it does.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
