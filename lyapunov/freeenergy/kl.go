package freeenergy

import "math"

// KL returns the relative entropy KL(p||q) = Σ v q φ(p/q), φ(r) = r ln r - r +
// 1, φ(0) = 1. Every term is at least 0, so the sum keeps its relative digits
// also where p and q nearly agree. It is +Inf where p has mass and q has none,
// or one that has underflowed (FreeEnergy knows ln q and has no such limit), NaN
// if an entry is NaN or negative. For masses that differ it adds q's mass
// less p's to Σ v p ln(p/q). It panics if the grids differ.
func KL(p, q *Density) float64 {
	p.sameGrid(q)
	return p.sum(func(i int) float64 { return relative(p.P[i], q.P[i], math.Log(q.P[i])) })
}

// relative returns q φ(p/q) for a q of logarithm lnq, which stays finite where
// q itself underflows.
func relative(p, q, lnq float64) float64 {
	switch {
	case p == 0:
		return q
	case q < 1e-300: // p/q may overflow
		return p*(math.Log(p)-lnq) - p + q
	}
	// p/q - 1 to full precision: the subtraction of near numbers is exact.
	switch d := (p - q) / q; {
	case math.Abs(d) < 0.02:
		return q * phiSeries(d)
	case d > -0.5:
		return q * ((1+d)*math.Log1p(d) - d)
	}
	r := p / q
	if r == 0 { // underflow, where r ln r is 0
		return q
	}
	return q * (r*math.Log(r) - r + 1)
}

// phiSeries returns φ(1+d) = Σ_{k>=2} (-d)^k/(k(k-1)); at |d| < 0.02 the terms
// after the tenth are below the last bit.
func phiSeries(d float64) float64 {
	var s float64
	for k := 10; k >= 2; k-- {
		s = 1/float64(k*(k-1)) - d*s
	}
	return d * d * s
}

// TotalVariation returns the distance ½ Σ v |p - q| between 0 and 1. It is at
// most √(KL(p||q)/2), the inequality of Pinsker. It panics if the grids differ.
func TotalVariation(p, q *Density) float64 {
	p.sameGrid(q)
	return p.sum(func(i int) float64 { return math.Abs(p.P[i] - q.P[i]) }) / 2
}

// Entropy returns H[p] = -Σ v p ln p in nats, 0 ln 0 = 0. It is the entropy
// with respect to dx: another measure has another one.
func Entropy(p *Density) float64 {
	return p.sum(func(i int) float64 {
		if p.P[i] == 0 {
			return 0
		}
		return -p.P[i] * math.Log(p.P[i])
	})
}

func (d *Density) sameGrid(q *Density) {
	if len(d.P) != d.Grid.Len() || len(q.P) != q.Grid.Len() {
		panic("freeenergy: length mismatch")
	}
	if !d.Grid.Equal(q.Grid) {
		panic("freeenergy: densities on different grids")
	}
}
