package hopfield

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Discrete is the network of [NH] Definition 2 and [CH] 1.1: n units with states
// -1 and +1, weights W and biases b, local fields h = Wx + b and the energy
//
//	E(x) = -½ xᵀWx - bᵀx.
//
// A unit goes to the sign of its field. What that does to E depends on whether the
// units go one at a time or together: see Run. Each theorem needs W = Wᵀ; a negative
// W_ii breaks those on single units. The diagonal is allowed, unlike in [NH]: it
// changes flips, not fields.
//
// A Discrete is not changed by its methods and may be used by many goroutines.
type Discrete struct {
	n         int
	w         []float64 // rows of W, in units of 1/scale
	columns   []float64 // columns of W: the same numbers where W is symmetric
	b         []float64
	scale     float64
	exact     bool      // W and b are integers in these units
	slack     []float64 // below which a field may be rounding, nil where exact
	symmetric bool
	tie       Tie
	lanes     *bitsLanes // nil where the fields do not fit
}

// NewDiscrete returns the network with the symmetric weights w, the biases b (nil is
// 0) and the rule for ties. It is an error if w is not square or not symmetric, if b
// has another length, or if a number is not finite or sums of them may not be.
func NewDiscrete(w mat.Matrix, b []float64, tie Tie) (*Discrete, error) {
	if err := checkSquare("W", w); err != nil {
		return nil, err
	}
	if _, ok := w.(*mat.SymDense); !ok {
		if err := checkSymmetric("W", w); err != nil {
			return nil, err
		}
	}
	return newDiscrete(w, b, tie, true)
}

// NewDiscreteAsymmetric is NewDiscrete for weights that need not be symmetric. The
// network then has no energy that has to fall (Energy is that of (W + Wᵀ)/2), and it
// may go round in a cycle of any period, which Run reports.
func NewDiscreteAsymmetric(w mat.Matrix, b []float64, tie Tie) (*Discrete, error) {
	if err := checkSquare("W", w); err != nil {
		return nil, err
	}
	return newDiscrete(w, b, tie, checkSymmetric("W", w) == nil)
}

func newDiscrete(w mat.Matrix, b []float64, tie Tie, symmetric bool) (*Discrete, error) {
	n, _ := w.Dims()
	if tie != Keep && tie != Plus && tie != Coin {
		return nil, fmt.Errorf("hopfield: tie rule %d is unknown: use Keep, Plus or Coin", int(tie))
	}
	if b == nil {
		b = make([]float64, n)
	}
	if len(b) != n {
		return nil, fmt.Errorf("hopfield: b has %d components, W is %d x %d: give one bias a unit, or nil for 0", len(b), n, n)
	}
	if err := checkFinite("b", b); err != nil {
		return nil, err
	}
	d := &Discrete{n: n, w: discreteRows(w), b: slices.Clone(b), scale: 1, symmetric: symmetric, tie: tie}
	if err := checkSum(d.w, d.b); err != nil {
		return nil, err
	}
	if s := discreteUnits(n, d.w, d.b, d.b); s > 0 { // b twice, as in -2 E
		d.scale, d.exact = s, true
		d.w, d.b = discreteScaled(d.w, s), discreteScaled(d.b, s)
	} else {
		d.slack = discreteSlack(d.w, d.b)
	}
	d.columns = d.w
	if !symmetric {
		d.columns = make([]float64, n*n)
		for i := range n {
			for j := range n {
				d.columns[j*n+i] = d.w[i*n+j]
			}
		}
	}
	d.lanes = newBitsLanes(d)
	return d, nil
}

// discreteRows copies w row by row.
func discreteRows(w mat.Matrix) []float64 {
	n, _ := w.Dims()
	rows := make([]float64, n*n)
	if s, ok := w.(mat.RawSymmetricer); ok {
		raw := s.RawSymmetric()
		for i := range n {
			for j := i; j < n; j++ {
				v := raw.Data[i*raw.Stride+j]
				rows[i*n+j], rows[j*n+i] = v, v
			}
		}
		return rows
	}
	for i := range n {
		for j := range n {
			rows[i*n+j] = w.At(i, j)
		}
	}
	return rows
}

// Dim returns the number n of units.
func (d *Discrete) Dim() int { return d.n }

// Tie returns the rule for sign(0).
func (d *Discrete) Tie() Tie { return d.tie }

// Symmetric reports whether W = Wᵀ.
func (d *Discrete) Symmetric() bool { return d.symmetric }

// Exact reports whether W and b are integers over one denominator, so that the
// fields are sums without rounding and ties are decided exactly. The denominator is
// a power of 2, n times one, as for the weights of Hebb, or one of 10, 100, ... 10⁶
// times one, for decimals: 0.1 counts as a tenth.
func (d *Discrete) Exact() bool { return d.exact }

// W returns a copy of the weights.
func (d *Discrete) W() *mat.Dense {
	w := mat.NewDense(d.n, d.n, nil)
	w.Apply(func(i, j int, _ float64) float64 { return d.w[i*d.n+j] / d.scale }, w)
	return w
}

// B returns a copy of the biases.
func (d *Discrete) B() []float64 {
	b := slices.Clone(d.b)
	for i := range b {
		b[i] /= d.scale
	}
	return b
}

// Energy returns E(x) = -½ xᵀWx - bᵀx. ([CH] has -xᵀWx.) Of an exact network it is
// rounded once, at the end. It panics if x has another length; components off
// {-1, +1} are taken as they are.
func (d *Discrete) Energy(x []float64) float64 {
	checkLen(x, d.n)
	var e float64
	for i, xi := range x {
		e -= float64(xi * (d.row(i, x) + 2*d.b[i]))
	}
	return e / 2 / d.scale
}

// row returns Σ_j W_ij x_j in units, in four sums that do not wait for each other. The
// conversions keep the compiler from fusing products with sums: with and without, the
// last bit could differ.
func (d *Discrete) row(i int, x []float64) float64 {
	w := d.w[i*d.n : i*d.n+d.n]
	x = x[:len(w)]
	var h0, h1, h2, h3 float64
	for len(w) >= 4 && len(x) >= 4 {
		h0 += float64(w[0] * x[0])
		h1 += float64(w[1] * x[1])
		h2 += float64(w[2] * x[2])
		h3 += float64(w[3] * x[3])
		w, x = w[4:], x[4:]
	}
	for j, v := range w {
		h0 += float64(v * x[j])
	}
	return h0 + h1 + (h2 + h3)
}

// field returns the local field of unit i in units, whose sign all rules follow.
func (d *Discrete) field(i int, x []float64) float64 { return d.row(i, x) + d.b[i] }

// certain reports whether h, the field of unit i kept up to date or summed in another
// order, has the sign of what field returns: always where nothing rounds.
func (d *Discrete) certain(i int, h float64) bool {
	return d.slack == nil || math.Abs(h) > d.slack[i]
}

// Field stores the local fields h = Wx + b in dst, which does not overlap x.
func (d *Discrete) Field(dst, x []float64) {
	d.fields(dst, x)
	for i := range dst {
		dst[i] /= d.scale
	}
}

// fields is Field in units.
func (d *Discrete) fields(dst, x []float64) {
	checkLen(x, d.n)
	checkLen(dst, d.n)
	for i := range dst {
		dst[i] = d.field(i, x)
	}
}

// Flip returns E(x with x_i reversed) - E(x) = 2 x_i h_i - 2 W_ii, corrected: the
// proof of [NH] Lemma 3, for W_ii = 0, has twice that. It is the difference of Energy also where W is
// not symmetric. It panics unless 0 <= i < n.
func (d *Discrete) Flip(x []float64, i int) float64 {
	checkLen(x, d.n)
	h := d.field(i, x)
	if !d.symmetric {
		for j, w := range d.columns[i*d.n : i*d.n+d.n] {
			h += (w - d.w[i*d.n+j]) * x[j] / 2
		}
	}
	return d.flip(x[i], h, i) / d.scale
}

// flip is the change of the energy of (W + Wᵀ)/2 in units, from the field.
func (d *Discrete) flip(x, h float64, i int) float64 {
	return 2*float64(x*h) - 2*d.w[i*d.n+i]
}

// IsFixed reports whether x is a fixed point: a state of -1 and +1 in which each unit,
// by itself, stays. The fixed points of single and of synchronous updates are the
// same. With Coin a unit at a tie does not stay. It panics if x has another length.
func (d *Discrete) IsFixed(x []float64) bool {
	checkLen(x, d.n)
	for i, xi := range x {
		if xi != 1 && xi != -1 || d.moves(xi, d.field(i, x)) {
			return false
		}
	}
	return true
}

// moves reports whether a unit with state x and field h may change.
func (d *Discrete) moves(x, h float64) bool {
	if h == 0 {
		return d.tie == Coin || d.tie == Plus && x < 0
	}
	return x*h < 0
}

// FlipBound returns an upper bound on the number of flips that lower the energy, for
// single updates of a symmetric network with W_ii >= 0: each lowers E by at least 2
// min|h|, and E lies within ±(Σ_{i<j} |W_ij| + Σ |b_i|) of a constant, so that
//
//	flips <= (Σ_{i<j} |W_ij| + Σ_i |b_i|) / min|h|.
//
// The minimum is over all states with h ≠ 0; of an exact network it is at least one
// unit, which is used here. It is +Inf where the network is not exact.
func (d *Discrete) FlipBound() float64 {
	if !d.exact {
		return math.Inf(1)
	}
	var s float64
	for i := range d.n {
		s += math.Abs(d.b[i])
		for _, w := range d.w[i*d.n : i*d.n+i] {
			s += math.Abs(w)
		}
	}
	return s
}

// descends reports whether single updates must reach a fixed point.
func (d *Discrete) descends() bool {
	if !d.symmetric || d.tie == Coin {
		return false
	}
	for i := range d.n {
		if d.w[i*d.n+i] < 0 {
			return false
		}
	}
	return true
}
