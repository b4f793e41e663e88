package wasserstein

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/sde"
)

// A Mover takes the points of a cloud, a row a point, from time t to t + h, in
// place.
type Mover func(x *mat.Dense, t, h float64) error

// Diffuse returns the Mover that takes one step of a scheme; nil is
// sde.EulerMaruyama:
//
//	m := langevin.Machine{Energy: f, Beta: []float64{0.25, 0.25}, Temperature: 25}
//	mover := wasserstein.Diffuse(m.System(), m.Sphere(), 1)
//	mover := wasserstein.Diffuse(m.System(), nil, 1).Reflected(m.Box())
//
// Blocks of points have streams of random numbers of their own, keyed by (seed,
// block), so that a cloud is the same on any machine. The streams go on from
// step to step: a Mover is for one cloud.
func Diffuse(s *sde.System, scheme sde.Scheme, seed uint64) Mover {
	if scheme == nil {
		scheme = sde.EulerMaruyama
	}
	d := &diffusion{system: s, scheme: scheme, seed: seed}
	return d.move
}

// A diffusion is a scheme at work on a cloud.
type diffusion struct {
	system  *sde.System
	scheme  sde.Scheme
	seed    uint64
	points  int
	stepper sde.Stepper
	streams []*sde.Stream
	x, dw   [][]float64 // one block; rows cut to its length
	xs, ws  []float64
}

// diffused is the number of points that step together.
const diffused = 256

func (d *diffusion) begin(n, dim int) (err error) {
	if dim != d.system.Dim {
		return fmt.Errorf("wasserstein: points of %d coordinates for a system of %d: use the system of the same space", dim, d.system.Dim)
	}
	if d.stepper, err = d.scheme.Stepper(d.system, diffused); err != nil {
		return err
	}
	m := d.stepper.Channels()
	d.points = n
	d.x, d.dw = make([][]float64, dim), make([][]float64, m)
	d.xs, d.ws = make([]float64, dim*diffused), make([]float64, m*diffused)
	for b := range (n + diffused - 1) / diffused {
		d.streams = append(d.streams, sde.NewStream(d.seed, uint64(b)))
	}
	return nil
}

func (d *diffusion) move(x *mat.Dense, t, h float64) error {
	n, dim := x.Dims()
	if d.stepper == nil {
		if err := d.begin(n, dim); err != nil {
			return err
		}
	}
	if n != d.points || dim != d.system.Dim {
		return fmt.Errorf("wasserstein: %d points of %d coordinates, after %d of %d: make a Mover for each cloud", n, dim, d.points, d.system.Dim)
	}
	root := math.Sqrt(h)
	for b, stream := range d.streams {
		lo, hi := b*diffused, min((b+1)*diffused, n)
		d.cut(hi - lo)
		for i := lo; i < hi; i++ {
			for c, v := range x.RawRowView(i) {
				d.x[c][i-lo] = v
			}
		}
		for _, row := range d.dw {
			stream.Normals(row)
			for i := range row {
				row[i] *= root
			}
		}
		d.stepper.Step(t, h, d.x, d.dw)
		if f, ok := d.stepper.(sde.Failer); ok && f.Err() != nil {
			return f.Err()
		}
		for i := lo; i < hi; i++ {
			row := x.RawRowView(i)
			for c := range row {
				row[c] = d.x[c][i-lo]
			}
		}
	}
	return nil
}

// cut makes the rows of a block of the given length.
func (d *diffusion) cut(length int) {
	for c := range d.x {
		d.x[c] = d.xs[c*diffused : c*diffused+length]
	}
	for c := range d.dw {
		d.dw[c] = d.ws[c*diffused : c*diffused+length]
	}
}

// Reflected returns the Mover with mirrors at the sides of a box, where a
// coordinate that has crossed is folded back: what Euler-Maruyama needs.
func (m Mover) Reflected(lo, hi []float64) Mover {
	return func(x *mat.Dense, t, h float64) error {
		if err := m(x, t, h); err != nil {
			return err
		}
		n, _ := x.Dims()
		for i := range n {
			row := x.RawRowView(i)
			for d, v := range row {
				if width := hi[d] - lo[d]; !(v >= lo[d] && v <= hi[d]) {
					v = math.Mod(math.Abs(v-lo[d]), 2*width)
					row[d] = lo[d] + math.Min(v, 2*width-v)
				}
			}
		}
		return nil
	}
}
