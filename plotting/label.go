package plotting

import (
	"fmt"
	"strings"
	"unicode"
)

// An atom is one character of a label with its place in the line.
type atom struct {
	r      rune
	italic bool
	level  int // +1 superscript, -1 subscript
}

// Superscripts and subscripts of Unicode, and what they are small forms of.
// They are typeset from the full-size glyph: fonts have only some of them.
const (
	superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱⁿᵀᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"
	superBases   = "0123456789+−=()inTabcdefghjklmoprstuvwxyz"
	subscripts   = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥᵦᵧᵨᵩᵪ"
	subBases     = "0123456789+−=()aeoxhklmnpstijruvβγρφχ"
)

var scripts = func() map[rune]atom {
	m := make(map[rune]atom)
	for i, r := range []rune(superscripts) {
		m[r] = atom{r: []rune(superBases)[i], level: 1}
	}
	for i, r := range []rune(subscripts) {
		m[r] = atom{r: []rune(subBases)[i], level: -1}
	}
	return m
}()

// commands are the TeX commands that a label may use between dollars.
var commands = map[string]rune{
	"alpha": 'α', "beta": 'β', "gamma": 'γ', "delta": 'δ', "epsilon": 'ε', "varepsilon": 'ε', "zeta": 'ζ', "eta": 'η',
	"theta": 'θ', "iota": 'ι', "kappa": 'κ', "lambda": 'λ', "mu": 'μ', "nu": 'ν', "xi": 'ξ', "pi": 'π', "rho": 'ρ',
	"sigma": 'σ', "tau": 'τ', "upsilon": 'υ', "phi": 'φ', "varphi": 'φ', "chi": 'χ', "psi": 'ψ', "omega": 'ω',
	"Gamma": 'Γ', "Delta": 'Δ', "Theta": 'Θ', "Lambda": 'Λ', "Xi": 'Ξ', "Pi": 'Π', "Sigma": 'Σ', "Phi": 'Φ', "Psi": 'Ψ', "Omega": 'Ω',
	"nabla": '∇', "partial": '∂', "propto": '∝', "infty": '∞', "sqrt": '√', "int": '∫', "sum": '∑', "prod": '∏',
	"cdot": '·', "times": '×', "pm": '±', "le": '≤', "leq": '≤', "ge": '≥', "geq": '≥', "ne": '≠', "neq": '≠', "approx": '≈', "equiv": '≡', "sim": '∼',
	"to": '→', "rightarrow": '→', "leftarrow": '←', "mapsto": '↦', "in": '∈', "notin": '∉', "cup": '∪', "cap": '∩', "subset": '⊂',
	"langle": '⟨', "rangle": '⟩', "perp": '⊥', "top": '⊤', "oslash": '⊘', "odot": '⊙', "otimes": '⊗', "oplus": '⊕', "circ": '∘',
	"ell": 'ℓ', "prime": '′', "ldots": '…', "ll": '≪', "gg": '≫', "|": '‖', ",": '\u2009', " ": ' ', "{": '{', "}": '}', "%": '%', "$": '$', "_": '_',
}

// parse reads a label: Unicode text, and between dollars a little TeX with
// italic letters, _ and ^ (one character or a group in braces) and commands.
func parse(s string) ([]atom, error) {
	var atoms []atom
	math := false
	for len(s) > 0 {
		at := strings.IndexByte(s, '$')
		if at < 0 {
			if math {
				return nil, fmt.Errorf("plotting: label %q: a $ is not closed", s)
			}
			return append(atoms, plainText(s)...), nil
		}
		if math {
			m, err := mathText(s[:at])
			if err != nil {
				return nil, err
			}
			atoms = append(atoms, m...)
		} else {
			atoms = append(atoms, plainText(s[:at])...)
		}
		s, math = s[at+1:], !math
	}
	if math {
		return nil, fmt.Errorf("plotting: a label ends in a $ that opens nothing")
	}
	return atoms, nil
}

// plainText also reads d_G and x^2, one character between a letter and the end
// of the word, as people write them; snake_case stays as it is.
func plainText(s string) (atoms []atom) {
	src := []rune(s)
	for i := 0; i < len(src); i++ {
		r := src[i]
		if level := map[rune]int{'_': -1, '^': 1}[r]; level != 0 && i > 0 && i+1 < len(src) && wordy(src[i-1]) && wordy(src[i+1]) && (i+2 == len(src) || !wordy(src[i+2]) && src[i+2] != r) {
			i++
			atoms = append(atoms, atom{r: src[i], level: level})
			continue
		}
		a, ok := scripts[r]
		if !ok {
			a = atom{r: r}
		}
		atoms = append(atoms, a)
	}
	return atoms
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func mathText(s string) (atoms []atom, err error) {
	src := []rune(s)
	level, group := 0, false
	for i := 0; i < len(src); i++ {
		r := src[i]
		switch {
		case r == ' ':
			continue
		case r == '_' || r == '^':
			if level != 0 {
				return nil, fmt.Errorf("plotting: label $%s$: a script in a script; write it on one level", s)
			}
			level = map[rune]int{'_': -1, '^': 1}[r]
			if i+1 < len(src) && src[i+1] == '{' {
				group = true
				i++
			}
			continue
		case r == '}' && group:
			level, group = 0, false
			continue
		case r == '\\':
			name := command(src[i+1:])
			c, ok := commands[name]
			if !ok {
				return nil, fmt.Errorf("plotting: label $%s$: the command \\%s is not known; write the Unicode character", s, name)
			}
			i += len([]rune(name))
			r = c
		case r == '{' || r == '}':
			return nil, fmt.Errorf("plotting: label $%s$: a brace without _ or ^ before it", s)
		}
		atoms = append(atoms, mathAtom(r, level))
		if level == 0 {
			atoms = space(atoms)
		}
		if !group {
			level = 0
		}
	}
	if group {
		return nil, fmt.Errorf("plotting: label $%s$: a brace is not closed", s)
	}
	return atoms, nil
}

const (
	relations = "=<>≤≥≠≈≡∼∝→←↦∈∉⊂⇒≪≫"
	operators = "+−×·±∘⊘⊗⊕⊙∪∩"
	openers   = "([{⟨,;|/=+−<>" // an operator behind one of them is a sign
	thinSpace = '\u2009'
)

// space sets the last atom off, if it is an operator, a relation or a comma.
func space(atoms []atom) []atom {
	n := len(atoms) - 1
	last := atoms[n]
	first := n == 0 || strings.ContainsRune(openers, atoms[n-1].r) || atoms[n-1].r == thinSpace
	switch {
	case last.r == ',' || last.r == ';':
		return append(atoms, atom{r: thinSpace})
	case strings.ContainsRune(relations, last.r), strings.ContainsRune(operators, last.r) && !first && last.r != '·' && last.r != '∘':
		return append(atoms[:n:n], atom{r: thinSpace}, last, atom{r: thinSpace})
	}
	return atoms
}

// command is the name behind a backslash: letters, or one other character.
func command(src []rune) string {
	n := 0
	for n < len(src) && unicode.IsLetter(src[n]) {
		n++
	}
	return string(src[:min(len(src), max(1, n))])
}

func mathAtom(r rune, level int) atom {
	if a, ok := scripts[r]; ok {
		return a
	}
	switch r {
	case '-':
		r = '−'
	case '\'':
		r = '′'
	case '*':
		r = '∗'
	}
	return atom{r: r, level: level, italic: unicode.IsLetter(r) && !unicode.IsUpper(r) || r <= unicode.MaxASCII && unicode.IsLetter(r)}
}
