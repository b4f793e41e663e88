package nbtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Orders to the kernel that a notebook may give: they change nothing outside
// their cell but what the reader sees.
var allowedOrders = []string{"%", "%%", "%main", "%exec", "%args", "%test", "%rm", "%remove"}

// Why the better known of the others are not among them.
var refusedOrders = map[string]string{
	"!":              "a failing shell command does not fail the notebook, and the shell differs between machines",
	"%env":           "it changes the kernel out of sight of the cells",
	"%cd":            "it changes the kernel out of sight of the cells",
	"%reset":         "a notebook runs once from top to bottom",
	"%goflags":       "the flags of the build are set in one place for all notebooks",
	"%autoget":       "versions come from go.mod",
	"%noautoget":     "the kernel's environment does that already",
	"%with_inputs":   "it waits for a reader, and the tests have none",
	"%with_password": "it waits for a reader, and the tests have none",
	"%widgets":       "it waits for a front end, and the tests have none",
	"%ls":            "its output is HTML, which a code host strips",
	"%list":          "its output is HTML, which a code host strips",
	"%capture":       "it writes a file",
	"%%writefile":    "it writes a file",
	"%%script":       "the cell is no Go",
	"%%bash":         "the cell is no Go",
	"%%sh":           "the cell is no Go",
	"%%gx":           "the cell is no Go",
}

// lintCode checks each code cell by itself.
func (r *report) lintCode() {
	for i, c := range r.nb.Cells {
		if !c.IsCode() {
			continue
		}
		if strings.TrimSpace(c.Source) == "" {
			r.add(i, "delete it", "the cell is empty")
			continue
		}
		g := r.cells[i]
		r.lintOrders(i, g)
		if g.err != nil && !refusesGo(g) && !c.Has(TagRaises) {
			r.add(i, "mend it; behind a line %% stand statements, without one declarations", "line %d does not parse as Go: %v", g.line, g.err)
		}
		if g.file != nil {
			r.lintDeclarations(i, g)
			r.lintPaths(i, g)
		}
	}
}

func refusesGo(g goCell) bool {
	return slices.ContainsFunc(g.orders, func(o order) bool {
		return slices.Contains([]string{"%%writefile", "%%script", "%%bash", "%%sh", "%%gx"}, o.name())
	})
}

func (r *report) lintOrders(i int, g goCell) {
	for _, o := range g.orders {
		name := o.name()
		if name[0] == '!' {
			name = "!"
		}
		if slices.Contains(allowedOrders, name) {
			continue
		}
		why, ok := refusedOrders[name]
		if !ok {
			why = "only " + strings.Join(allowedOrders[1:], ", ") + " are for notebooks"
		}
		r.add(i, "take the line out: "+why, "line %d gives the order %q", o.line, o.text)
	}
}

// lintDeclarations checks what the kernel keeps: it runs package-level
// variables again in every later cell and links what functions use.
func (r *report) lintDeclarations(i int, g goCell) {
	test := g.has("%test")
	for _, d := range g.declarations() {
		switch n := d.node.(type) {
		case *ast.ValueSpec:
			if d.kind == "var" && slices.ContainsFunc(n.Values, func(e ast.Expr) bool { return calls(e) }) {
				r.add(i, "make it a function, or compute it behind %%", "line %d: the package-level var %s calls a function, which the kernel runs again in every later cell", d.line, d.name)
			}
		case *ast.FuncDecl:
			lines := g.lineOf(n.End()) - g.lineOf(n.Pos()) - 1
			if lines > maxFuncLines && !test {
				r.add(i, "move it into a package, with a test", "line %d: the function %s has %d lines, and a cell keeps at most %d", d.line, d.name, lines, maxFuncLines)
			}
			if uses(n, "plotting") {
				r.add(i, "draw behind %%", "line %d: the function %s draws; the kernel keeps it and every later cell pays for linking it", d.line, d.name)
			}
		}
	}
}

// uses reports whether the node mentions a package.
func uses(n ast.Node, pkg string) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == pkg {
				found = true
			}
		}
		return !found
	})
	return found
}

// An absolute path: two or more names, each behind a slash or a backslash.
var absolutePath = regexp.MustCompile(`(?:^|[\s"'(=\x60])((?:/[A-Za-z_.][\w.+-]*){2,}|[A-Za-z]:\\[\w.\\-]+)`)

func (r *report) lintPaths(i int, g goCell) {
	imports := map[token.Pos]bool{}
	for _, s := range g.file.Imports {
		imports[s.Path.Pos()] = true
	}
	ast.Inspect(g.file, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING || imports[lit.Pos()] {
			return true
		}
		s, err := strconv.Unquote(lit.Value)
		if m := absolutePath.FindStringSubmatch(s); err == nil && m != nil {
			r.add(i, "use a path relative to the notebook's folder", "line %d holds the absolute path %s", g.lineOf(lit.Pos()), m[1])
		}
		return true
	})
}

// lintNames checks that no cell changes the meaning of a name of an earlier
// one: the kernel keeps one definition, and which one a cell sees would depend
// on the order of running. A solution may redefine its exercise's stub.
func (r *report) lintNames() {
	type first struct {
		cell int
		kind string
	}
	seen := map[string]first{}
	for i := range r.nb.Cells {
		for _, d := range r.cells[i].declarations() {
			f, ok := seen[d.name]
			if !ok {
				seen[d.name] = first{i, d.kind}
				continue
			}
			stub := r.nb.Cells[f.cell].Has(TagExercise) && r.nb.Cells[i].Has(TagSolution)
			if f.cell != i && !stub {
				r.add(i, "take another name, or move what changes behind %%",
					"line %d redefines the %s %s of cell %d", d.line, f.kind, d.name, f.cell+1)
			}
		}
	}
}

// lintExercises checks that each exercise can be graded: a stub tagged
// "exercise", a solution tagged "solution", then a cell "%test".
func (r *report) lintExercises() {
	list := exercises(r.outline)
	if n := len(list); n < 3 || n > 5 {
		r.add(-1, "give each a heading \"### Exercise 1\": one to recall, one to compute, one to extend", "it has %d exercises; 3 to 5 are asked for", n)
	}
	for _, e := range list {
		var roles []string
		for _, i := range e.code {
			switch c := r.nb.Cells[i]; {
			case c.Has(TagExercise):
				roles = append(roles, "stub")
			case c.Has(TagSolution):
				roles = append(roles, "solution")
				if !c.Hidden() {
					r.add(i, `set the cell's metadata to {"jupyter": {"source_hidden": true}, "tags": ["solution"]}`, "the solution is not folded away")
				}
			case r.cells[i].has("%test"):
				roles = append(roles, "test")
				r.lintTest(i)
			}
		}
		if got := strings.Join(slices.Compact(roles), ", "); got != "stub, solution, test" {
			r.add(e.cell, `let three code cells follow: the reader's stub tagged "exercise", the solution tagged "solution", and the %test`, "%s has the cells (%s), not (stub, solution, test)", e.title, got)
		}
	}
	for i, c := range r.nb.Cells {
		if c.Has(TagSolution) && !slices.ContainsFunc(list, func(e *section) bool { return slices.Contains(e.code, i) }) {
			r.add(i, "move it below the heading of its exercise", "a solution stands outside the exercises")
		}
	}
}

// lintTest checks that a %test cell runs its own tests and no others: alone it
// does, with flags only where they name the test.
func (r *report) lintTest(i int) {
	g := r.cells[i]
	var tests []string
	for _, d := range g.declarations() {
		if strings.HasPrefix(d.name, "Test") {
			tests = append(tests, d.name)
		}
	}
	if len(tests) != 1 {
		r.add(i, "write one func TestName(t *testing.T) in it", "the %%test cell holds %d tests, not one", len(tests))
		return
	}
	for _, o := range g.orders {
		if want := "%test -test.run=^" + tests[0] + "$"; o.name() == "%test" && o.text != "%test" && o.text != want {
			r.add(i, fmt.Sprintf("write \"%%test\" or %q", want), "line %d is %q, which runs other tests too", o.line, o.text)
		}
	}
}
