package plotting

import (
	"fmt"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

func fromPx(v float64) vg.Length { return vg.Length(v) * px }

// spell writes atoms as text: ^ and _ before scripts, / before italics.
func spell(as []atom) string {
	var b strings.Builder
	for _, a := range as {
		switch a.level {
		case 1:
			b.WriteByte('^')
		case -1:
			b.WriteByte('_')
		}
		if a.italic {
			b.WriteByte('/')
		}
		b.WriteString(strings.ReplaceAll(string(a.r), "\u2009", "~"))
	}
	return b.String()
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"x₁₂ (10⁻³ m)", "x_1_2 (10^−^3 m)"},
		{"d_G and x^2, snake_case, __x", "d_G and x^2, snake_case, __x"},
		{"γ'ᵀ Gᵢⱼ", "γ'^T G_i_j"},
		{`$x_1$ now`, "/x_1 now"},
		{`$x_{12}^{-1}$`, "/x_1_2^−^1"},
		{`$\nabla E(x) = -\beta$`, "∇/E(/x)~=~−/β"},
		{`$a-b,-c$`, "/a~−~/b,~−/c"},
		{`$e^{-E/T}$`, "/e^−^/E^/^/T"},
		{`\alpha`, `\alpha`},
	} {
		as, err := parse(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
		} else if got := spell(as); got != c.want {
			t.Errorf("%s reads %q, want %q", c.in, got, c.want)
		}
	}
	for _, bad := range []string{"$x", "a$", `$\nope$`, "$x_{1$", "${x}$", "$x_{a_b}$", "$x}$"} {
		if as, err := parse(bad); err == nil {
			t.Errorf("%s reads %q, want an error", bad, spell(as))
		}
	}
}

// TestGlyphs: every character of the tables can be drawn, and covers something.
func TestGlyphs(t *testing.T) {
	chars := superBases + subBases + superscripts + subscripts + relations + operators
	for _, r := range commands {
		chars += string(r)
	}
	for r := range symbols {
		chars += string(r)
	}
	for _, r := range chars {
		if r == '$' { // opens maths
			continue
		}
		l, err := typeset(string(r), 10, false)
		if err != nil {
			t.Errorf("%v", err)
		} else if l.width <= 0 || r != ' ' && r != '\u2009' && len(l.outline)+len(l.strokes) == 0 {
			t.Errorf("%q is drawn by nothing", r)
		}
	}
}

// TestTypeset: scripts are smaller, and one above the other takes no more room.
func TestTypeset(t *testing.T) {
	width := func(s string) float64 {
		l, err := typeset(s, 100, false)
		if err != nil {
			t.Fatal(err)
		}
		return float64(l.width)
	}
	if a, b := width("x₁"), width("x1"); a >= b {
		t.Errorf("x₁ is %g wide, x1 %g", a, b)
	}
	if a, b := width("xᵢ²"), width("x²"); a > b {
		t.Errorf("xᵢ² is %g wide, x² %g", a, b)
	}
	if a, b := width("ab"), width("a")+width("b"); fmt.Sprintf("%.3f", a) != fmt.Sprintf("%.3f", b) {
		t.Errorf("ab is %g wide, its letters %g", a, b)
	}
}
