package nbtest

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Files lists the notebooks of the project below root, in order.
func Files(root string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(root, "notebooks", "*.ipynb"))
	slices.Sort(files)
	return files, err
}

// Named picks the files that names mean: a path, a file name, or the start of
// one, such as 10. No names mean all. A name that means none is an error.
func Named(files, names []string) ([]string, error) {
	if len(names) == 0 {
		return files, nil
	}
	var picked []string
	for _, name := range names {
		found := false
		start := strings.TrimSuffix(filepath.Base(name), ".ipynb")
		for _, f := range files {
			if strings.HasPrefix(filepath.Base(f), start) {
				found = true
				if !slices.Contains(picked, f) {
					picked = append(picked, f)
				}
			}
		}
		if !found {
			return nil, fmt.Errorf("no notebook is called %q; give its number, its name or its path", name)
		}
	}
	slices.Sort(picked)
	return picked, nil
}
