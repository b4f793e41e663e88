package nbtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
)

// goCitations lists the tags in the comments of the public packages, each with
// the declaration that it is about and a link from the notebooks' folder.
func goCitations(root string) ([]citation, error) {
	files, err := goFiles(root)
	if err != nil {
		return nil, err
	}
	var list []citation
	for _, path := range files {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return nil, err
		}
		for _, group := range f.Comments {
			for _, tag := range sourceTags(group.Text()) {
				list = append(list, citation{tag, fmt.Sprintf("[`%s`](../%s)", owner(f, group), filepath.ToSlash(rel))})
			}
		}
	}
	return list, nil
}

// owner names what a comment belongs to: the declaration that it documents or
// stands in, otherwise the package.
func owner(f *ast.File, c *ast.CommentGroup) string {
	pkg := f.Name.Name
	for _, d := range f.Decls {
		from := d.Pos()
		if doc := docOf(d); doc != nil {
			from = doc.Pos()
		}
		if c.Pos() < from || c.Pos() > d.End() {
			continue
		}
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil && len(d.Recv.List) > 0 {
				name = receiver(d.Recv.List[0].Type) + "." + name
			}
			return pkg + "." + name
		case *ast.GenDecl:
			if name := specName(d, c); name != "" {
				return pkg + "." + name
			}
		}
	}
	return "package " + pkg
}

func docOf(d ast.Decl) *ast.CommentGroup {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Doc
	case *ast.GenDecl:
		return d.Doc
	}
	return nil
}

// specName names the type, constant or variable in a declaration that the
// comment is at: the first that ends behind it, or the last.
func specName(d *ast.GenDecl, c *ast.CommentGroup) string {
	name := ""
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			name = s.Name.Name
		case *ast.ValueSpec:
			name = s.Names[0].Name
			if s.Comment == c {
				return name
			}
		}
		if c.Pos() < s.End() {
			return name
		}
	}
	return name
}
