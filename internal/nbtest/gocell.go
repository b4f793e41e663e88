package nbtest

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// A goCell is the Go of a code cell as the kernel sees it: declarations, and
// behind a line %% the body of main. Lines that start with % or ! are orders
// to the kernel.
type goCell struct {
	orders []order
	file   *ast.File // nil where it does not parse
	fset   *token.FileSet
	err    error // why it does not parse
	line   int   // of err, from 1
}

// An order is a line to the kernel and its number, from 1.
type order struct {
	line int
	text string
}

// name is the order's first word: "%%", "%test", "!ls".
func (o order) name() string {
	name, _, _ := strings.Cut(o.text, " ")
	return name
}

// parseGo takes a cell apart. Line numbers are those of the cell.
func parseGo(source string) goCell {
	var g goCell
	lines := strings.Split(source, "\n")
	inMain := false
	for i, line := range lines {
		line = strings.TrimPrefix(line, "//gonb:")
		if len(line) == 0 || line[0] != '%' && line[0] != '!' {
			continue
		}
		o := order{i + 1, strings.TrimSpace(line)}
		g.orders = append(g.orders, o)
		lines[i] = ""
		if name := o.name(); (name == "%%" || name == "%main") && !inMain {
			inMain = true
			lines[i] = "func main() {"
		}
	}
	code := "package main;" + strings.Join(lines, "\n")
	if inMain {
		code += "\n}"
	}
	g.fset = token.NewFileSet()
	file, err := parser.ParseFile(g.fset, "cell", code, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		g.err = err
		if list, ok := err.(scanner.ErrorList); ok && len(list) > 0 {
			g.line = min(list[0].Pos.Line, len(lines))
		}
		return g
	}
	g.file = file
	return g
}

// has reports whether the cell gives the order, such as "%test".
func (g goCell) has(name string) bool {
	return slices.ContainsFunc(g.orders, func(o order) bool { return o.name() == name })
}

// lineOf returns the line of the cell.
func (g goCell) lineOf(pos token.Pos) int { return g.fset.Position(pos).Line }

// A declared name at package level, which the kernel keeps for later cells.
type declared struct {
	name string
	kind string // func, type, const or var
	line int
	node ast.Node
}

// declarations lists what the kernel keeps of the cell. Methods are named
// Type.Method. main, init functions and the blank name are not kept.
func (g goCell) declarations() []declared {
	if g.file == nil {
		return nil
	}
	var list []declared
	add := func(name, kind string, n ast.Node) {
		if name != "_" {
			list = append(list, declared{name, kind, g.lineOf(n.Pos()), n})
		}
	}
	for _, d := range g.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil && len(d.Recv.List) > 0 {
				name = receiver(d.Recv.List[0].Type) + "." + name
			} else if name == "main" || name == "init" {
				continue
			}
			add(name, "func", d)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					add(s.Name.Name, "type", s)
				case *ast.ValueSpec:
					for _, n := range s.Names {
						add(n.Name, d.Tok.String(), s)
					}
				}
			}
		}
	}
	return list
}

func receiver(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.Ident:
		return t.Name
	}
	return "?"
}

// calls reports whether evaluating e runs a function: a call that is neither a
// conversion nor a builtin, outside the body of a function literal.
func calls(e ast.Node) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			found = found || !cheap(n.Fun)
		}
		return !found
	})
	return found
}

// cheap reports whether calling fun costs nothing: builtins and conversions.
func cheap(fun ast.Expr) bool {
	switch f := fun.(type) {
	case *ast.ArrayType, *ast.MapType, *ast.InterfaceType, *ast.ParenExpr:
		return true
	case *ast.Ident:
		return slices.Contains([]string{
			"len", "cap", "make", "new", "min", "max", "complex", "real", "imag", "append",
			"string", "bool", "byte", "rune", "int", "int8", "int16", "int32", "int64",
			"uint", "uint8", "uint16", "uint32", "uint64", "float32", "float64", "complex64", "complex128",
		}, f.Name)
	}
	return false
}
