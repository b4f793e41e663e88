package hopfield

import (
	"math"
	"math/bits"
)

// Fields of many probes are kept four to a word. A field h in units with |h| < 2¹⁵
// is a lane of 16 bits that holds h + 2¹⁵; a word is then the integer Σ (h_k + 2¹⁵)
// 2^(16k), and adding the integer Σ 2 w_k 2^(16k), negative w included, adds 2 w_k
// to each lane: no lane borrows from the next in the end, as each ends up in range.
const (
	laneBias = 1 << 15
	lanesOne = 0x8000800080008000 // all fields 0
)

// bitsLanes is W in this form, for networks whose fields fit.
type bitsLanes struct {
	words   int      // of a column: n/4, rounded up
	columns []uint64 // column j: Σ 2 W_ij in lane i
	start   []uint64 // the fields of the state in which all units are -1
}

// newBitsLanes returns nil unless the network is exact and Σ_j |W_ij| + |b_i| < 2¹⁵
// units for all i.
func newBitsLanes(d *Discrete) *bitsLanes {
	if !d.exact {
		return nil
	}
	n := d.n
	for i := range n {
		bound := math.Abs(d.b[i])
		for _, w := range d.w[i*n : i*n+n] {
			bound += math.Abs(w)
		}
		if bound >= laneBias {
			return nil
		}
	}
	l := &bitsLanes{words: (n + 3) / 4}
	l.columns = make([]uint64, n*l.words)
	l.start = make([]uint64, l.words)
	for i := range l.start {
		l.start[i] = lanesOne
	}
	for i, b := range d.b {
		l.start[i/4] += uint64(int64(b)) << (16 * (i % 4))
	}
	for j := range n {
		column := l.columns[j*l.words : (j+1)*l.words]
		for i, w := range d.columns[j*n : j*n+n] {
			v := uint64(int64(w)) << (16 * (i % 4))
			column[i/4] += 2 * v
			l.start[i/4] -= v
		}
	}
	return l
}

// fields stores the fields of state x in h, adding four columns in one pass.
func (l *bitsLanes) fields(h []uint64, x Bits) {
	copy(h, l.start)
	var four [4]int
	held := 0
	for k, word := range x.words {
		for ; word != 0; word &= word - 1 {
			four[held] = k<<6 + bits.TrailingZeros64(word)
			if held++; held == 4 {
				l.addFour(h, four)
				held = 0
			}
		}
	}
	for _, j := range four[:held] {
		l.add(h, j)
	}
}

func (l *bitsLanes) addFour(h []uint64, j [4]int) {
	n := len(h)
	c0, c1 := l.columns[j[0]*n:][:n], l.columns[j[1]*n:][:n]
	c2, c3 := l.columns[j[2]*n:][:n], l.columns[j[3]*n:][:n]
	for k := range h {
		h[k] += c0[k] + c1[k] + (c2[k] + c3[k])
	}
}

// add updates the fields for unit j going from -1 to +1.
func (l *bitsLanes) add(h []uint64, j int) {
	column := l.columns[j*l.words:]
	column = column[:len(h)]
	for k, c := range column {
		h[k] += c
	}
}

// sub updates the fields for unit j going from +1 to -1.
func (l *bitsLanes) sub(h []uint64, j int) {
	column := l.columns[j*l.words:]
	column = column[:len(h)]
	for k, c := range column {
		h[k] -= c
	}
}
