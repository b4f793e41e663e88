package adjoint

import "fmt"

// A chain is the composition of layers, the first one first.
type chain []Layer

// width returns the width of the first layer that has one: the layers before it
// leave theirs as it is.
func (c chain) width() int {
	for _, l := range c {
		if w := l.width(); w != 0 {
			return w
		}
	}
	return 0
}

func (c chain) outputs(in int) (int, error) {
	for i, l := range c {
		out, err := l.outputs(in)
		if err != nil {
			return 0, fmt.Errorf("layer %d: %w", i+1, err)
		}
		in = out
	}
	return in, nil
}

// widths returns the numbers before, between and after the layers.
func (c chain) widths(in int) []int {
	all := []int{in}
	for _, l := range c {
		out, err := l.outputs(in)
		if err != nil { // Layers has refused such a chain
			panic("adjoint: " + err.Error())
		}
		all, in = append(all, out), out
	}
	return all
}

func (c chain) blocks(in int) (all []Block) {
	for i, w := range c.widths(in)[:len(c)] {
		all = append(all, c[i].blocks(w)...)
	}
	return all
}

func (c chain) complexRate(dst []complex128, t complex128, x, theta []complex128) {
	w := c.widths(len(x))
	for i, l := range c {
		n := count(l.blocks(w[i]))
		y := make([]complex128, w[i+1])
		l.complexRate(y, t, x, theta[:n])
		x, theta = y, theta[n:]
	}
	copy(dst, x)
}

// at lays out the memo: layer by layer what it keeps, then, where the next layer
// wants its input for the way back, the output.
func (c chain) at(in, batch int) worker {
	w := &chainWorker{links: make([]link, len(c))}
	widths := c.widths(in)
	for i, l := range c {
		w.links[i].worker = l.at(widths[i], batch)
	}
	params := 0
	for i, l := range c {
		k := &w.links[i]
		k.params = span{params, params + count(l.blocks(widths[i]))}
		k.memo = span{w.kept, w.kept + k.worker.memo()}
		params, w.kept = k.params.to, k.memo.to
		if i+1 == len(c) {
			continue
		}
		size := widths[i+1] * batch
		k.value, k.slope = make([]float64, size), make([]float64, size)
		k.output = span{w.kept, w.kept}
		if w.links[i+1].worker.input() {
			k.output.to, w.kept = w.kept+size, w.kept+size
		}
	}
	return w
}

// A span is a range of indices.
type span struct{ from, to int }

func (s span) of(x []float64) []float64 { return x[s.from:s.to] }

// A link is a layer of a chain at work, with its places in θ and in the memo.
// output is empty where nobody wants it again; value is where it goes then.
type link struct {
	worker       worker
	params, memo span
	output       span
	value, slope []float64 // its output and the covector there; nil for the last
}

type chainWorker struct {
	links []link
	kept  int
}

func (w *chainWorker) memo() int   { return w.kept }
func (w *chainWorker) input() bool { return len(w.links) > 0 && w.links[0].worker.input() }

func (w *chainWorker) reset(theta []float64) {
	for i := range w.links {
		w.links[i].worker.reset(w.links[i].params.of(theta))
	}
}

func (w *chainWorker) rate(dst []float64, t float64, x, memo []float64) {
	if len(w.links) == 0 {
		copy(dst, x)
	}
	for i := range w.links {
		l := &w.links[i]
		y, own := l.value, memo
		if memo != nil {
			own = l.memo.of(memo)
			if l.output.to > l.output.from {
				y = l.output.of(memo)
			}
		}
		if i+1 == len(w.links) {
			y = dst
		}
		l.worker.rate(y, t, x, own)
		x = y
	}
}

func (w *chainWorker) pull(dx, dtheta []float64, t float64, x, memo, a []float64) (dt float64) {
	if len(w.links) == 0 {
		addScaled(dx, 1, a)
	}
	for i := len(w.links) - 1; i >= 0; i-- {
		l := &w.links[i]
		from, to := x, dx
		if i > 0 {
			before := &w.links[i-1]
			from, to = before.output.of(memo), before.slope
			clear(to)
		}
		own := dtheta
		if dtheta != nil {
			own = l.params.of(dtheta)
		}
		dt += l.worker.pull(to, own, t, from, l.memo.of(memo), a)
		a = to
	}
	return dt
}
