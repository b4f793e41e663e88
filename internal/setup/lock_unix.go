//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package setup

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes the lock file, shared or alone. It returns nil, nil where
// somebody else has it. The system drops the lock when its holder dies, however
// it dies, so no lock is ever stale.
func tryLock(file string, shared bool) (*os.File, error) {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	how := syscall.LOCK_EX
	if shared {
		how = syscall.LOCK_SH
	}
	err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, nil
	}
	return nil, &os.PathError{Op: "flock", Path: file, Err: err}
}

// unlock gives the lock back, whoever else has the file open; the file stays.
func unlock(f *os.File) {
	syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
	f.Close()
}
