package adjoint

import "fmt"

// Affine returns the layer W x + b from in numbers to out. Its blocks are W,
// out x in, and b. It panics unless both numbers are positive.
func Affine(in, out int) Layer { return newAffine(in, out, true, false) }

// Linear returns the layer W x from in numbers to out, with the block W alone.
func Linear(in, out int) Layer { return newAffine(in, out, false, false) }

// TimeAffine returns the layer W x + b + u t from in numbers to out, which makes
// a model depend on time. Its blocks are W, b and u.
func TimeAffine(in, out int) Layer { return newAffine(in, out, true, true) }

type affine struct {
	in, out    int
	bias, time bool
}

func newAffine(in, out int, bias, time bool) affine {
	l := affine{in, out, bias, time}
	if in < 1 || out < 1 {
		panic(fmt.Sprintf("adjoint: %v: a layer has at least one number on either side", l))
	}
	return l
}

func (l affine) String() string {
	name := "Linear"
	switch {
	case l.time:
		name = "TimeAffine"
	case l.bias:
		name = "Affine"
	}
	return fmt.Sprintf("%s(%d, %d)", name, l.in, l.out)
}

func (l affine) width() int { return l.in }

func (l affine) outputs(in int) (int, error) {
	if in != l.in {
		return 0, fmt.Errorf("%v gets %d numbers, takes %d", l, in, l.in)
	}
	return l.out, nil
}

func (l affine) blocks(int) []Block {
	all := []Block{{Name: "W", Rows: l.out, Cols: l.in, weights: true}}
	if l.bias {
		all = append(all, Block{Name: "b", Rows: l.out, Cols: 1})
	}
	if l.time {
		all = append(all, Block{Name: "u", Rows: l.out, Cols: 1})
	}
	return all
}

// affineParts cuts θ into W, b and u; what the layer lacks is nil.
func affineParts[T any](l affine, theta []T) (w, b, u []T) {
	if theta == nil {
		return nil, nil, nil
	}
	n := l.in * l.out
	w, theta = theta[:n], theta[n:]
	if l.bias {
		b, theta = theta[:l.out], theta[l.out:]
	}
	if l.time {
		u = theta[:l.out]
	}
	return w, b, u
}

func (l affine) complexRate(dst []complex128, t complex128, x, theta []complex128) {
	w, b, u := affineParts(l, theta)
	for i := range dst {
		var s complex128
		if l.bias {
			s = b[i]
		}
		if l.time {
			s += u[i] * t
		}
		for j, v := range x {
			s += w[i*l.in+j] * v
		}
		dst[i] = s
	}
}

func (l affine) at(_, batch int) worker {
	w := &affineWorker{affine: l, batch: batch, shift: make([]float64, l.out)}
	if batch > 1 {
		w.transposed = make([]float64, l.in*l.out)
	}
	return w
}

type affineWorker struct {
	affine
	batch      int
	w, b, u    []float64
	transposed []float64 // of W; nil for a batch of one, which does without
	shift      []float64 // b + u t
}

func (w *affineWorker) memo() int   { return 0 }
func (w *affineWorker) input() bool { return true }

func (w *affineWorker) reset(theta []float64) {
	w.w, w.b, w.u = affineParts(w.affine, theta)
	if w.transposed != nil {
		transpose(w.transposed, w.w, w.out, w.in)
	}
	if w.bias && !w.time {
		copy(w.shift, w.b)
	}
}

func (w *affineWorker) rate(dst []float64, t float64, x, _ []float64) {
	if w.time {
		for i, b := range w.b {
			w.shift[i] = b + w.u[i]*t
		}
	}
	if w.batch == 1 {
		copy(dst, w.shift)
	} else {
		for i, s := range w.shift {
			row := dst[i*w.batch : (i+1)*w.batch]
			for k := range row {
				row[k] = s
			}
		}
	}
	addProduct(dst, w.w, x, w.out, w.in, w.batch)
}

func (w *affineWorker) pull(dx, dtheta []float64, t float64, x, _, a []float64) (dt float64) {
	addTransposed(dx, w.w, w.transposed, a, w.out, w.in, w.batch)
	dw, db, du := affineParts(w.affine, dtheta)
	if dw != nil {
		addOuter(dw, a, x, w.out, w.in, w.batch)
	}
	switch {
	case !w.time && db == nil:
		return 0
	case !w.time && w.batch == 1:
		addScaled(db, 1, a)
		return 0
	}
	for i := range w.out {
		s := 0.0
		for _, v := range a[i*w.batch : (i+1)*w.batch] {
			s += v
		}
		if db != nil {
			db[i] += s
		}
		if w.time {
			dt += w.u[i] * s
		}
		if du != nil {
			du[i] += t * s
		}
	}
	return dt
}
