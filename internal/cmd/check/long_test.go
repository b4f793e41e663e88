package main

import (
	"strings"
	"testing"
)

// Packages that count their trials, and those that use the library, run with more
// of them; others not again.
func TestProperties(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it builds a module")
	}
	const counts = "\n\nimport (\n\t\"os\"\n\t\"testing\"\n\n\t_ \"hopflow/internal/trials\"\n)\n\nfunc TestCount(t *testing.T) {\n\tif s := os.Getenv(\"HOPFLOW_CASES\"); s != \"10\" {\n\t\tt.Error(s)\n\t}\n}\n"
	c, out := module(t, map[string]string{
		"internal/trials/a.go": "package trials\n",
		"a/a_test.go":          "package a" + counts,
		"b/b_test.go":          "package b_test" + counts,
		"other/other_test.go":  "package other\n\nimport \"testing\"\n\nfunc TestOther(t *testing.T) { t.Error(\"run again\") }\n",
	})
	c.properties(t.Context())
	if c.passed != 2 || c.failed != 0 || !strings.Contains(out.String(), "hopflow/b") {
		t.Errorf("%d passed, %d failed:\n%s", c.passed, c.failed, out)
	}
	none, out := module(t, map[string]string{"other/other_test.go": "package other\n"})
	none.properties(t.Context())
	if none.skipped != 1 || !strings.Contains(out.String(), "no package uses") {
		t.Errorf("%d skipped:\n%s", none.skipped, out)
	}
}
