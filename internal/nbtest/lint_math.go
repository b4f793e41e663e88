package nbtest

import (
	"regexp"
	"slices"
	"strings"
)

// lintMath finds formulas that the browser would show in red or cut: a command that
// MathJax does not know, such as \qquadR without the space, and an odd brace.
func (r *report) lintMath() {
	for i, c := range r.nb.Cells {
		if !c.IsMarkdown() {
			continue
		}
		text := inlineCode.ReplaceAllString(fencedCode.ReplaceAllString(c.Source, ""), "")
		for _, f := range inDollars.FindAllString(text, -1) {
			f = escaped.Replace(f)
			for _, m := range command.FindAllString(f, -1) {
				if !slices.Contains(commands, m[1:]) {
					r.add(i, "end it before the next letter with a space, or use one that the others use; internal/nbtest/lint_math.go lists them", "the command %s is not known: %.60s", m, f)
				}
			}
			if open, closed := strings.Count(f, "{"), strings.Count(f, "}"); open != closed {
				r.add(i, "close each brace", "a formula has %d { and %d }: %.60s", open, closed, f)
			}
		}
	}
}

var (
	escaped    = strings.NewReplacer(`\\`, " ", `\{`, " ", `\}`, " ")
	fencedCode = regexp.MustCompile("(?s)```.*?```")
	inlineCode = regexp.MustCompile("`[^`\n]*`")
	inDollars  = regexp.MustCompile(`(?s)\$\$.+?\$\$|\$[^$\n]+\$`)
	command    = regexp.MustCompile(`\\[A-Za-z]+`)
	commands   = strings.Fields(`
		alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho varrho
		sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
		arccos arcsin arctan arg cos cosh cot coth det dim exp gcd inf ker lim liminf limsup ln log max min sin sinh sup tan tanh
		approx equiv sim simeq propto ne neq le leq ge geq ll gg prec succ preceq succeq subset subseteq supset in ni notin mid perp parallel
		to gets mapsto leftarrow rightarrow leftrightarrow Leftarrow Rightarrow Leftrightarrow Longrightarrow Longleftrightarrow
		iff implies uparrow downarrow nearrow searrow longrightarrow longmapsto hookrightarrow
		pm mp times div cdot circ ast star odot oplus oslash otimes wedge vee cap cup setminus
		int iint oint sum prod partial nabla infty forall exists emptyset ell hbar Re Im top bot angle
		frac tfrac dfrac binom tbinom sqrt underset overset underbrace overbrace stackrel
		bar hat tilde dot ddot vec overline underline widehat widetilde boldsymbol mathbb mathbf mathcal mathfrak mathrm mathit
		operatorname text textbf textit textstyle displaystyle rm bf tag
		big Big bigg Bigg bigl bigr Bigl Bigr left right middle langle rangle lvert rvert lVert rVert vert Vert lfloor rfloor lceil rceil
		dots ldots cdots vdots ddots quad qquad colon prime begin end`)
)
