package fokkerplanck

// A tridiagonal is the elimination of a chain along a line, cell after cell:
//
//	d_i = s_i + τw_{i,i+1},  s_{i+1} = 1 + τw_{i+1,i} s_i/d_i,
//
// without a subtraction.
type tridiagonal struct {
	g                *Generator
	right, left, inv []float64 // τw_{i,i+1}/d_i, τw_{i+1,i}, 1/d_i
}

func (g *Generator) newTridiagonal(tau float64) *tridiagonal {
	n := len(g.exit)
	t := &tridiagonal{g: g, right: make([]float64, n), left: make([]float64, n), inv: make([]float64, n)}
	t.retune(tau)
	return t
}

// retune factors the chain for steps of length tau.
func (t *tridiagonal) retune(tau float64) {
	s := 1.0
	for k, b := range t.g.bonds {
		out, back := tau*b.out, tau*b.back
		t.inv[k] = 1 / (s + out)
		t.right[k], t.left[k] = out*t.inv[k], back
		s = 1 + back*(s*t.inv[k])
	}
	t.inv[len(t.inv)-1] = 1 / s
}

// solve stores the solution for the masses b in x, which may be b.
func (t *tridiagonal) solve(x, b []float64) {
	n := len(t.inv)
	x, b = x[:n], b[:n]
	right, left, inv := t.right[:n], t.left[:n], t.inv[:n]
	carry := 0.0
	for i := range x {
		v := b[i] + carry
		carry = v * right[i]
		x[i] = v * inv[i]
	}
	carry = x[n-1]
	for i := n - 2; i >= 0; i-- {
		carry = x[i] + inv[i]*left[i]*carry
		x[i] = carry
	}
}
