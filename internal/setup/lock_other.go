//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package setup

import (
	"errors"
	"os"
)

// tryLock creates the lock file, or returns nil, nil where it exists. Without
// flock a killed holder leaves the file behind; the message names it.
func tryLock(file string, shared bool) (*os.File, error) {
	f, err := os.OpenFile(file+".held", os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		if shared {
			return os.Open(file + ".held")
		}
		return nil, nil
	}
	return f, err
}

func unlock(f *os.File) {
	f.Close()
	os.Remove(f.Name())
}
