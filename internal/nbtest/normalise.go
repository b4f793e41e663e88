package nbtest

import (
	"html"
	"regexp"
	"strings"
)

var (
	ansi = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]")
	// The kernel builds each cell in a folder of its own, with eight hex digits.
	buildFolder = regexp.MustCompile(`(?:(?:[A-Za-z]:)?[/\\][^\s"':]*[/\\])?\bgonb_[0-9a-f]{8}\b`)
	// The line in the program that a cell becomes counts the declarations of the
	// cells before it; the kernel says the line of the cell beside it.
	cellLine = regexp.MustCompile(`\b(cell[/\\]main\.go):\d+`)
	// A frame of a stack ends in an offset that depends on the compiler.
	frameOffset = regexp.MustCompile(`(\.go(?::\d+)?) \+0x[0-9a-f]+`)
	frameArgs   = regexp.MustCompile(`\((?:\{?0x[0-9a-f]+[?}]*,? ?|\.\.\.)+\)`)
	tempFolder  = regexp.MustCompile(`(^|[\s"'(=])(?:(?:/private)?/(?:var/)?tmp|(?:/private)?/var/folders/[^\s/]+/[^\s/]+/T)/[^\s"':)]+`)
	testTime    = regexp.MustCompile(`(--- (?:PASS|FAIL|SKIP): \S+) \(\d+\.\d+s\)`)
	// Files of this project, wherever it was cloned to. The line goes: an edit
	// above it would change every notebook that shows it.
	ownFile = regexp.MustCompile(`(^|[\s"'(])(?:[A-Za-z]:)?[/\\][^\s"':]*?[/\\]((?:` + strings.Join(publicFolders, "|") + `)[/\\][^\s"':]+\.go):\d+(?: \+0x[0-9a-f]+)?`)
	goRoot  = regexp.MustCompile(`(?m)(^|[\s(])(?:[A-Za-z]:)?[/\\][^\s"':]*[/\\](src|pkg/mod)/([^\s"':]+\.go:\d+)`)
)

// normalise takes out of a text what depends on the machine and on the run:
// terminal colours, the kernel's build folder, temporary files, where Go and
// this project are, the offsets in a stack and the time that a test took.
func normalise(s string) string {
	s = ansi.ReplaceAllString(s, "")
	s = buildFolder.ReplaceAllString(s, "cell")
	s = cellLine.ReplaceAllString(s, "$1")
	s = goRoot.ReplaceAllString(s, "$1$3")
	s = ownFile.ReplaceAllString(s, "$1$2")
	s = tempFolder.ReplaceAllString(s, "${1}TEMP")
	s = testTime.ReplaceAllString(s, "$1 (0.00s)")
	s = frameOffset.ReplaceAllString(s, "$1")
	return frameArgs.ReplaceAllString(s, "(...)")
}

// kernelText is the kernel's text for a terminal: without colours and HTML.
func kernelText(s string) string {
	s = html.UnescapeString(normalise(s))
	return strings.TrimRight(s, " \t\n")
}
