package plotting

import (
	"fmt"
	"math"
	"strconv"
)

// A Figure is one pair of axes and what is drawn between them. Its methods
// add and set, and return something to chain on; the first error sticks and is
// reported by Err, Save and Show.
type Figure struct {
	x, y          axis
	title         string
	alt, caption  string
	width, height int
	equal, bare   bool
	legend        Place
	marks         []mark
	series        []string // names that have a style, in order
	err           error
	ready         bool
	bar           *colorBar
	legendHidden  []string // names shown by an earlier panel
}

// An axis is one direction of a figure.
type axis struct {
	label  string
	lo, hi float64 // set by Range, if bound
	bound  bool
	log    bool
}

// A mark is one thing drawn between the axes.
type mark interface {
	check(f *Figure) error   // also computes what draw needs
	extent(f *Figure) extent // after check; what the axes must reach
	draw(s *surface)         // cannot fail
}

// New returns an empty figure with the labels of its axes. A label says what
// and in which unit; Unicode is typeset (x₁, 10⁻⁴, ∇E), and so is a little TeX
// between dollars ($x_1$, $e^{-E/T}$, $\nabla E$).
func New(xlabel, ylabel string) *Figure {
	return &Figure{
		x: axis{label: xlabel}, y: axis{label: ylabel},
		width: defaultWidth, height: defaultHeight,
	}
}

// Title sets a line above the axes. In a notebook the caption does its work;
// panels of a Grid need one.
func (f *Figure) Title(s string) *Figure { f.title = s; return f }

// Alt sets the text for those who cannot see the figure: what kind it is, what
// the axes are and their range, and the point it makes, in 40 to 300
// characters. Show refuses a figure without it in a notebook.
func (f *Figure) Alt(s string) *Figure { f.alt = s; return f }

// Caption sets a Markdown text that Show displays below the figure.
func (f *Figure) Caption(s string) *Figure { f.caption = s; return f }

// Size sets width and height in CSS pixels; the default is 640 by 400.
func (f *Figure) Size(width, height int) *Figure {
	if width < 120 || height < 100 || width > 4000 || height > 4000 {
		f.fail(fmt.Errorf("plotting: Size(%d, %d): a figure has 120 x 100 to 4000 x 4000 CSS pixels", width, height))
	}
	f.width, f.height = width, height
	return f
}

// Range fixes the axes. What lies outside is cut off; a series that lies
// outside altogether is an error.
func (f *Figure) Range(x0, x1, y0, y1 float64) *Figure {
	return f.RangeX(x0, x1).RangeY(y0, y1)
}

// RangeX fixes the horizontal axis alone.
func (f *Figure) RangeX(x0, x1 float64) *Figure { f.x.fix(f, "RangeX", x0, x1); return f }

// RangeY fixes the vertical axis alone.
func (f *Figure) RangeY(y0, y1 float64) *Figure { f.y.fix(f, "RangeY", y0, y1); return f }

func (a *axis) fix(f *Figure, what string, lo, hi float64) {
	if !(lo < hi) || math.IsInf(hi-lo, 0) {
		f.fail(fmt.Errorf("plotting: %s(%g, %g): the range must be finite and increase", what, lo, hi))
		return
	}
	a.lo, a.hi, a.bound = lo, hi, true
}

// LogX makes the horizontal axis logarithmic.
func (f *Figure) LogX() *Figure { f.x.log = true; return f }

// LogY makes the vertical axis logarithmic.
func (f *Figure) LogY() *Figure { f.y.log = true; return f }

// Equal gives both axes one scale, so that a circle is round.
func (f *Figure) Equal() *Figure { f.equal = true; return f }

// Legend says where the names stand. By default they stand in the corner that
// covers the least, and outside if every corner is taken.
func (f *Figure) Legend(p Place) *Figure { f.legend = p; return f }

// Err returns the first error of the figure, or nil.
func (f *Figure) Err() error {
	if f.err != nil || f.ready {
		return f.err
	}
	for _, m := range f.marks {
		if err := m.check(f); err != nil {
			f.err = err
			return err
		}
	}
	f.err = f.checkAxes()
	f.ready = f.err == nil
	return f.err
}

func (f *Figure) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

func (f *Figure) add(m mark) {
	f.marks = append(f.marks, m)
	f.ready = false
}

// style gives a name its style: one name, one style. All series without a name
// share one, so that many paths look like one thing.
func (f *Figure) style(name string) int {
	for k, s := range f.series {
		if s == name {
			return k
		}
	}
	f.series = append(f.series, name)
	return len(f.series) - 1
}

func (f *Figure) filled() bool {
	for _, m := range f.marks {
		if c, ok := m.(*Map); ok && !c.blocks {
			return true
		}
	}
	return false
}

func (f *Figure) checkAxes() error {
	if len(f.marks) == 0 {
		return fmt.Errorf("plotting: the figure is empty; add a Line, a Contour or another mark")
	}
	for _, a := range []*axis{&f.x, &f.y} {
		if a.bound && a.log && a.lo <= 0 {
			return fmt.Errorf("plotting: the range of axis %s starts at %g, which has no place on a logarithmic axis", quote(a.label), a.lo)
		}
	}
	if f.equal && (f.x.log || f.y.log) {
		return fmt.Errorf("plotting: Equal has no meaning on a logarithmic axis; leave one of the two out")
	}
	for _, text := range []string{f.x.label, f.y.label, f.title} {
		if _, err := typeset(text, labelSize, false); err != nil {
			return err
		}
	}
	return f.checkVisible()
}

// checkVisible finds series that Range cuts off altogether.
func (f *Figure) checkVisible() error {
	for _, m := range f.marks {
		s, ok := m.(namer)
		if !ok {
			continue
		}
		e := m.extent(f)
		if f.x.misses(e.x0, e.x1) || f.y.misses(e.y0, e.y1) {
			return fmt.Errorf("plotting: %s lies wholly outside the Range of the axes; it spans x from %.4g to %.4g, y from %.4g to %.4g", s.what(), e.x0, e.x1, e.y0, e.y1)
		}
	}
	return nil
}

func (a *axis) misses(lo, hi float64) bool {
	return a.bound && lo <= hi && (hi < a.lo || lo > a.hi)
}

// A namer is a mark that can speak of itself.
type namer interface{ what() string }

func quote(s string) string { return strconv.Quote(s) }
