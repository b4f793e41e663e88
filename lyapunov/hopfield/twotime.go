package hopfield

// TwoTime returns the two-time energy of synchronous updates,
//
//	E₂(x, y) = -xᵀWy - bᵀ(x + y),   x = x(t), y = x(t-1),
//
// what falls instead of E, of which [NH] Lemma 3 says so for the synchronous update
// it displays. For W = Wᵀ, with any diagonal,
//
//	E₂(t+1) - E₂(t) = -(x(t+1) - x(t-1))ᵀ h(x(t)) <= 0,
//
// since x(t+1) has the signs of h(x(t)). It is symmetric in x and y, and 2 E(x) where
// they are equal. It panics if x or previous has another length.
func (d *Discrete) TwoTime(x, previous []float64) float64 {
	checkLen(x, d.n)
	checkLen(previous, d.n)
	var e float64
	for i, xi := range x {
		e -= float64(xi*d.row(i, previous)) + float64(d.b[i]*(xi+previous[i]))
	}
	return e / d.scale
}

// TwoTimeOrder returns E₂ and a second number, with which the pair falls strictly, in
// lexicographic order, with each synchronous step after which x(t+1) is not x(t-1).
// This is why the period is 1 or 2 also where ties let E₂ stall. The second number is
//
//	Keep: -xᵀy, that is E₂ of W + εI: its fields have no ties, and the same signs
//	Plus: -Σ (x_i + y_i): where E₂ stalls, units at a tie go from -1 to +1 only
//
// It panics as TwoTime does, and with Coin.
func (d *Discrete) TwoTimeOrder(x, previous []float64) (e2, second float64) {
	d.noCoin("TwoTimeOrder")
	e2 = d.TwoTime(x, previous)
	for i, xi := range x {
		if d.tie == Keep {
			second -= xi * previous[i]
		} else {
			second -= xi + previous[i]
		}
	}
	return e2, second
}
