package bench

import "math"

// A mersenne is the generator MT19937 (Matsumoto and Nishimura 1998), seeded by
// its authors' recurrence, with normal variates by the polar method, as the
// other programs of workload w4 have it: so that all estimate from one series.
type mersenne struct {
	state [624]uint32
	at    int
	spare float64 // the second normal of a pair
	kept  bool
}

func newMersenne(seed uint32) *mersenne {
	m := &mersenne{at: 624}
	for i := range m.state {
		m.state[i] = seed
		seed = 1812433253*(seed^seed>>30) + uint32(i) + 1
	}
	return m
}

func (m *mersenne) uint32() uint32 {
	if m.at == len(m.state) {
		m.twist()
	}
	y := m.state[m.at]
	m.at++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

func (m *mersenne) twist() {
	n := len(m.state)
	for i := range m.state {
		y := m.state[i]&0x80000000 | m.state[(i+1)%n]&0x7fffffff
		m.state[i] = m.state[(i+397)%n] ^ y>>1 ^ y&1*0x9908b0df
	}
	m.at = 0
}

// float64 is uniform in [0, 1), with 53 bits.
func (m *mersenne) float64() float64 {
	a, b := m.uint32()>>5, m.uint32()>>6
	return (float64(a)*(1<<26) + float64(b)) / (1 << 53)
}

func (m *mersenne) normal() float64 {
	if m.kept {
		m.kept = false
		return m.spare
	}
	for {
		x, y := 2*m.float64()-1, 2*m.float64()-1
		if r := x*x + y*y; r > 0 && r < 1 {
			f := math.Sqrt(-2 * math.Log(r) / r)
			m.spare, m.kept = f*x, true
			return f * y
		}
	}
}
