package archtest

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

func parses(t *tree) (breaches []string) {
	for _, f := range t.files {
		if f.broken != nil {
			breaches = append(breaches, f.broken.Error())
		}
	}
	return breaches
}

// vague names say where somebody put a thing, not what it is.
var vague = []string{"util", "utils", "common", "helper", "helpers", "misc", "shared"}

func named(t *tree) (breaches []string) {
	for _, f := range t.files {
		if f.syntax != nil && slices.Contains(vague, f.syntax.Name.Name) {
			breaches = append(breaches, say(f, 0, "a package named %s: a helper lives with its noun", f.syntax.Name.Name))
			continue
		}
		for _, folder := range strings.Split(path.Dir(f.path), "/") {
			if slices.Contains(vague, folder) {
				breaches = append(breaches, say(f, 0, "a folder named %s: a helper lives with its noun", folder))
			}
		}
	}
	return breaches
}

const (
	longestFile     = 400
	longestFunction = 60
	longReason      = "// long: " // a comment that gives the reason excuses a file
)

func filesAreShort(t *tree) (breaches []string) {
	for f := range t.golang {
		if n := f.lines(); n > longestFile && !excused(f) {
			breaches = append(breaches, say(f, 0, "%d lines, at most %d: split it by nouns, or say why in a comment %q", n, longestFile, longReason+"reason"))
		}
	}
	return breaches
}

func excused(f *file) bool {
	for _, group := range f.syntax.Comments {
		for _, c := range group.List {
			if reason, ok := strings.CutPrefix(c.Text, longReason); ok && strings.TrimSpace(reason) != "" {
				return true
			}
		}
	}
	return false
}

func functionsAreShort(t *tree) (breaches []string) {
	for f := range t.golang {
		if f.isTest() {
			continue
		}
		for _, d := range f.syntax.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := f.fset.Position(fn.End()).Line - f.line(fn) + 1; n > longestFunction {
				breaches = append(breaches, say(f, f.line(fn), "%s has %d lines, at most %d", fn.Name.Name, n, longestFunction))
			}
		}
	}
	return breaches
}

// seeded is what may be named of math/rand and math/rand/v2: constructors of
// generators with a seed, and types. All else draws from the global generator.
var seeded = []string{"New", "NewPCG", "NewChaCha8", "NewZipf", "Rand", "Source", "PCG", "ChaCha8", "Zipf"}

func randomIsSeeded(t *tree) (breaches []string) {
	for f := range t.golang {
		for _, imp := range f.syntax.Imports {
			module, _ := strconv.Unquote(imp.Path.Value)
			if module != "math/rand" && module != "math/rand/v2" {
				continue
			}
			name := "rand"
			if imp.Name != nil {
				name = imp.Name.Name
			}
			if name == "." {
				breaches = append(breaches, say(f, f.line(imp), "%s imported as .", module))
			}
			ast.Inspect(f.syntax, func(n ast.Node) bool {
				call, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				// An identifier with an object is a local variable of that name.
				if x, ok := call.X.(*ast.Ident); ok && x.Name == name && x.Obj == nil && !slices.Contains(seeded, call.Sel.Name) {
					breaches = append(breaches, say(f, f.line(call), "%s.%s has no seed of its own: use a *rand.Rand keyed by (seed, index)", module, call.Sel.Name))
				}
				return true
			})
		}
	}
	return breaches
}

func documented(t *tree) (breaches []string) {
	packages := map[string]string{} // folder -> package still without a comment
	for f := range t.golang {
		if f.isTest() {
			continue
		}
		dir := path.Dir(f.path)
		if _, known := packages[dir]; !known {
			packages[dir] = f.syntax.Name.Name
		}
		if f.syntax.Doc != nil {
			packages[dir] = ""
		}
		for _, d := range f.syntax.Decls {
			for _, bare := range undocumented(d) {
				breaches = append(breaches, say(f, f.line(bare.at), "%s has no comment", bare.name))
			}
		}
	}
	for dir, name := range packages {
		if name != "" {
			breaches = append(breaches, dir+": package "+name+" has no comment")
		}
	}
	slices.Sort(breaches)
	return breaches
}

// A bare identifier is exported and has no comment.
type bare struct {
	name string
	at   ast.Node
}

func undocumented(d ast.Decl) (all []bare) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if receiver := receiver(d); receiver != "" {
			if !ast.IsExported(receiver) {
				return nil
			}
			name = receiver + "." + name
		}
		if d.Name.IsExported() && d.Doc == nil {
			all = append(all, bare{name, d})
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			all = append(all, undocumentedSpec(s, d.Doc != nil && (d.Tok != token.TYPE || !d.Lparen.IsValid()))...)
		}
	}
	return all
}

// undocumentedSpec looks at one type, or one line of constants or variables;
// group says that a comment covers the whole declaration.
func undocumentedSpec(s ast.Spec, group bool) (all []bare) {
	switch s := s.(type) {
	case *ast.ValueSpec:
		for _, name := range s.Names {
			if name.IsExported() && !group && s.Doc == nil && s.Comment == nil {
				all = append(all, bare{name.Name, name})
			}
		}
	case *ast.TypeSpec:
		if !s.Name.IsExported() {
			return nil
		}
		if !group && s.Doc == nil && s.Comment == nil {
			all = append(all, bare{s.Name.Name, s})
		}
		if i, ok := s.Type.(*ast.InterfaceType); ok {
			for _, m := range i.Methods.List {
				for _, name := range m.Names {
					if name.IsExported() && m.Doc == nil && m.Comment == nil {
						all = append(all, bare{s.Name.Name + "." + name.Name, name})
					}
				}
			}
		}
	}
	return all
}

// receiver returns the name of the type that a method belongs to.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	e := d.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}
