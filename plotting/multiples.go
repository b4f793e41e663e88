package plotting

import (
	"fmt"

	"gonum.org/v1/plot/vg"
)

// Multiples are several figures in one picture.
type Multiples struct {
	rows, cols    int
	figs          []*Figure
	alt, caption  string
	width, height int
	free          bool
	err           error
}

// Grid arranges figures in rows and columns, row by row; a nil leaves a place
// empty. Panels of a column whose horizontal axes have one label share one
// range, and only the lowest carries the numbers; rows likewise. A name stands
// in one legend only. The size is that of the panels together, shrunk so that
// it fits a page. It panics if there are more figures than places or none.
func Grid(rows, cols int, figs ...*Figure) *Multiples {
	if rows < 1 || cols < 1 || len(figs) > rows*cols {
		panic("plotting: a grid of panels needs a place for each figure")
	}
	m := &Multiples{rows: rows, cols: cols, figs: figs}
	seen := false
	for _, f := range figs {
		seen = seen || f != nil
	}
	if !seen {
		panic("plotting: a grid of panels without a figure")
	}
	m.width = min(900, 480*cols)
	m.height = rows*min(400, m.width/cols*9/10) + 8
	return m
}

// Alt sets the text for those who cannot see the figure, as Figure.Alt does.
func (m *Multiples) Alt(s string) *Multiples { m.alt = s; return m }

// Caption sets a Markdown text that Show displays below.
func (m *Multiples) Caption(s string) *Multiples { m.caption = s; return m }

// Free gives each panel its own ranges and numbers.
func (m *Multiples) Free() *Multiples { m.free = true; return m }

// Size sets width and height of the whole in CSS pixels.
func (m *Multiples) Size(width, height int) *Multiples {
	if width < 120*m.cols || height < 100*m.rows || width > 4000 || height > 4000 {
		m.err = fmt.Errorf("plotting: Size(%d, %d): %d x %d panels need at least 120 x 100 CSS pixels each, and 4000 x 4000 is the most", width, height, m.rows, m.cols)
	}
	m.width, m.height = width, height
	return m
}

// Err returns the first error of the panels, or nil.
func (m *Multiples) Err() error {
	if m.err != nil {
		return m.err
	}
	for k, f := range m.figs {
		if f == nil {
			continue
		}
		if err := f.Err(); err != nil {
			return fmt.Errorf("panel %d: %w", k+1, err)
		}
	}
	return nil
}

// panels lays the figures out with shared ranges.
func (m *Multiples) panels() ([]*panel, error) {
	ps := make([]*panel, len(m.figs))
	var names []string
	for k, f := range m.figs {
		if f == nil {
			continue
		}
		g := *f // a copy: a panel hides names that an earlier one has shown
		g.legendHidden = names
		var err error
		if ps[k], err = newPanel(&g); err != nil {
			return nil, fmt.Errorf("panel %d: %w", k+1, err)
		}
		for _, mk := range f.marks {
			if e, ok := mk.(exhibitor); ok {
				name, _ := e.legend(f)
				names = append(names, name)
			}
		}
	}
	if !m.free {
		m.share(ps)
	}
	return ps, nil
}

// share joins the ranges: of all panels, if they agree, else along columns and
// along rows.
func (m *Multiples) share(ps []*panel) {
	var all []*panel
	columns, rows := make([][]*panel, m.cols), make([][]*panel, m.rows)
	for k, p := range ps {
		if p != nil {
			all = append(all, p)
			columns[k%m.cols], rows[k/m.cols] = append(columns[k%m.cols], p), append(rows[k/m.cols], p)
		}
	}
	xOf, yOf := func(p *panel) *axis { return &p.f.x }, func(p *panel) *axis { return &p.f.y }
	sx, sy := func(p *panel) *scale { return &p.sx }, func(p *panel) *scale { return &p.sy }
	if shareable(all, xOf) {
		joinScales(all, sx)
	}
	if shareable(all, yOf) {
		joinScales(all, sy)
	}
	for _, column := range columns {
		if shareable(column, xOf) {
			joinScales(column, sx)
			for _, p := range column[:len(column)-1] {
				p.silentX = true
			}
		}
	}
	for _, row := range rows {
		if shareable(row, yOf) {
			joinScales(row, sy)
			for _, p := range row[1:] {
				p.silentY = true
			}
		}
	}
}

// shareable: two or more panels with one label and one kind of axis, and none
// whose shape depends on its own range.
func shareable(ps []*panel, a func(*panel) *axis) bool {
	for _, p := range ps {
		if p.f.bare || a(p).label != a(ps[0]).label || a(p).log != a(ps[0]).log {
			return false
		}
	}
	return len(ps) > 1
}

func joinScales(ps []*panel, get func(*panel) *scale) {
	s := *get(ps[0])
	for _, p := range ps[1:] {
		s.lo, s.hi = min(s.lo, get(p).lo), max(s.hi, get(p).hi)
	}
	for _, p := range ps {
		*get(p) = s
	}
}

const panelGap = 18 * px

// draw paints all panels. The axes of a row and of a column stand in line, and
// the data of all panels have one size: the cells are cut after the insets are
// known.
func (m *Multiples) draw(c vg.Canvas, page vg.Rectangle) error {
	ps, err := m.panels()
	if err != nil {
		return err
	}
	free := page.Size().Sub(vg.Point{X: vg.Length(m.cols-1) * panelGap, Y: vg.Length(m.rows-1) * panelGap})
	cell := vg.Point{X: free.X / vg.Length(m.cols), Y: free.Y / vg.Length(m.rows)}
	for k, p := range ps {
		if p == nil {
			continue
		}
		r := vg.Rectangle{Max: cell}
		if err := p.measure(cell); err != nil {
			return fmt.Errorf("panel %d: %w", k+1, err)
		}
		if err := p.settle(r); err != nil {
			return fmt.Errorf("panel %d: %w", k+1, err)
		}
	}
	// Ticks that are chosen for the final size may be wider or narrower.
	_, size := m.cut(ps, page, free)
	for k, p := range ps {
		if p == nil {
			continue
		}
		p.size = size
		if p.f.equal {
			p.size.X, p.size.Y = p.fitEqual(size.X, size.Y)
		}
		if err := p.rule(); err != nil {
			return fmt.Errorf("panel %d: %w", k+1, err)
		}
		p.inset()
	}
	cells, _ := m.cut(ps, page, free)
	for k, p := range ps {
		if p != nil {
			p.draw(c, cells[k])
		}
	}
	return nil
}

// cut makes the insets of each column and row equal and returns the cells and
// the size of the data in each.
func (m *Multiples) cut(ps []*panel, page vg.Rectangle, free vg.Point) ([]vg.Rectangle, vg.Point) {
	left, right := make([]vg.Length, m.cols), make([]vg.Length, m.cols)
	top, bottom := make([]vg.Length, m.rows), make([]vg.Length, m.rows)
	for k, p := range ps {
		if p != nil {
			c, r := k%m.cols, k/m.cols
			left[c], right[c] = max(left[c], p.left), max(right[c], p.right)
			top[r], bottom[r] = max(top[r], p.top), max(bottom[r], p.bottom)
		}
	}
	data := free
	for c := range m.cols {
		data.X -= left[c] + right[c]
	}
	for r := range m.rows {
		data.Y -= top[r] + bottom[r]
	}
	data.X, data.Y = data.X/vg.Length(m.cols), data.Y/vg.Length(m.rows)
	cells := make([]vg.Rectangle, m.rows*m.cols)
	y := page.Max.Y
	for r := range m.rows {
		h, x := top[r]+data.Y+bottom[r], page.Min.X
		for c := range m.cols {
			w := left[c] + data.X + right[c]
			cells[r*m.cols+c] = vg.Rectangle{Min: vg.Point{X: x, Y: y - h}, Max: vg.Point{X: x + w, Y: y}}
			x += w + panelGap
		}
		y -= h + panelGap
	}
	for k, p := range ps {
		if p != nil {
			c, r := k%m.cols, k/m.cols
			p.left, p.right, p.top, p.bottom = left[c], right[c], top[r], bottom[r]
		}
	}
	return cells, data
}
