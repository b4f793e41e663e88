//go:build unix

package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a program by its number and the time it began, which together
// stay unique when numbers are used again.
type process struct {
	pid, parent int
	begun       string
}

// processes lists all of the system's: from /proc, or from ps where there is
// none.
func processes() []process {
	if ps := procfs(); len(ps) > 0 {
		return ps
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "ps", "-A", "-o", "pid=,ppid=,lstart=").Output()
	if err != nil {
		return nil
	}
	var ps []process
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) < 3 {
			continue
		}
		pid, err1 := strconv.Atoi(f[0])
		parent, err2 := strconv.Atoi(f[1])
		if err1 == nil && err2 == nil {
			ps = append(ps, process{pid, parent, strings.Join(f[2:], " ")})
		}
	}
	return ps
}

func procfs() []process {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	var ps []process
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		// pid (name) state ppid ...: the name may hold anything, even ")".
		text := string(data)
		i := strings.LastIndexByte(text, ')')
		f := strings.Fields(text[i+1:])
		if i < 0 || len(f) < 20 || f[0] == "Z" {
			continue // a zombie has ended, and waits for its parent
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		parent, _ := strconv.Atoi(f[1])
		ps = append(ps, process{pid, parent, f[19]}) // starttime, field 22
	}
	return ps
}

// descendants are the processes below pid, the nearest first.
func descendants(pid int) []process {
	all := processes()
	var family []process
	for parents := []int{pid}; len(parents) > 0; parents = parents[1:] {
		for _, p := range all {
			if p.parent == parents[0] && p.pid != pid {
				family = append(family, p)
				parents = append(parents, p.pid)
			}
		}
	}
	return family
}

// alive are those of ps that still run.
func alive(ps []process) []process {
	now := processes()
	return slices.DeleteFunc(slices.Clone(ps), func(p process) bool {
		return !slices.ContainsFunc(now, func(q process) bool { return q.pid == p.pid && q.begun == p.begun })
	})
}

// graceful is how long endAll waits between asking and ending.
const graceful = 3 * time.Second

// endAll ends what is left of ps, by process number: first asked, then made to.
func endAll(ps []process) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		ps = alive(ps)
		for _, p := range ps {
			syscall.Kill(p.pid, sig)
		}
		for deadline := time.Now().Add(graceful); len(ps) > 0 && time.Now().Before(deadline); {
			time.Sleep(50 * time.Millisecond)
			ps = alive(ps)
		}
	}
}

func terminate(p *os.Process) { p.Signal(syscall.SIGTERM) }
