package main

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
)

// startProcess starts cmd in a process group of its own, so that Ctrl-C in the
// terminal reaches this program alone, and so that cmd gets a SIGTERM if this
// program is killed.
func startProcess(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	// The signal comes when the thread ends that started cmd: a goroutine keeps
	// a thread for it.
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		started <- cmd.Start()
		select {}
	}()
	return <-started
}

// marked are the processes with a variable in their environment, whoever their
// parent has become: an orphan of the server still carries the name of its
// token file.
func marked(variable string) []process {
	var family []process
	for _, p := range processes() {
		env, err := os.ReadFile("/proc/" + strconv.Itoa(p.pid) + "/environ")
		if err == nil && p.pid != os.Getpid() && bytes.Contains(append([]byte{0}, env...), []byte("\x00"+variable+"\x00")) {
			family = append(family, p)
		}
	}
	return family
}
