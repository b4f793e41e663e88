package main

import (
	"errors"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// openBrowser opens the address in the user's browser. The program that does it
// gets a file that only the user can read, not the address: arguments show in
// the process list, and the address holds the token.
func openBrowser(dir, address string) error {
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" && os.Getenv("BROWSER") == "" {
		return errors.New("there is no display")
	}
	f, err := os.CreateTemp(dir, "open-*.html")
	if err != nil {
		return err
	}
	a := html.EscapeString(address)
	_, err = fmt.Fprintf(f, "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"+
		"<meta http-equiv=\"refresh\" content=\"0;url=%s\">\n<title>JupyterLab</title>\n<p><a href=\"%s\">Open JupyterLab</a></p>\n", a, a)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	// The page has done its work once the browser has read it.
	time.AfterFunc(time.Minute, func() { os.Remove(f.Name()) })
	argv := opener(runtime.GOOS, "file://"+filepath.ToSlash(f.Name()))
	if _, err := exec.LookPath(argv[0]); err != nil {
		return fmt.Errorf("%s is not there", argv[0])
	}
	cmd := exec.Command(argv[0], argv[1:]...) // in the user's environment, not the lab's
	if err := cmd.Start(); err != nil {
		return err
	}
	go cmd.Wait()
	return nil
}

// opener is the command that opens a page on an operating system.
func opener(goos, page string) []string {
	page = strings.ReplaceAll(page, " ", "%20")
	if b := os.Getenv("BROWSER"); b != "" && goos != "windows" {
		first, _, _ := strings.Cut(b, string(os.PathListSeparator))
		if !strings.Contains(first, "%s") {
			return []string{first, page}
		}
	}
	switch goos {
	case "darwin":
		return []string{"open", page}
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler", page}
	default:
		return []string{"xdg-open", page}
	}
}
