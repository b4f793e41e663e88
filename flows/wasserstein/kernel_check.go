package wasserstein

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// CheckKernel returns an error unless a kernel keeps the laws of its interface
// within tol, relative to the largest product: products are linear, the
// transposed one is the adjoint, ⟨u, Γv⟩ = ⟨Γᵀu, v⟩, products of positive vectors
// are not below -tol, a sweep is the two products, and the log forms, where there
// are any, are the logarithms of both. It runs on kernels of your own too.
func CheckKernel(k Kernel, tol float64) error {
	rows, columns := k.Dims()
	if rows < 1 || columns < 1 {
		return fmt.Errorf("wasserstein: a kernel of %d x %d: give it a row and a column", rows, columns)
	}
	c := kernelCheck{k: k, tol: tol, rng: rand.New(rand.NewPCG(uint64(rows), uint64(columns)))}
	c.u, c.v = c.positive(rows), c.positive(columns)
	c.gv, c.gu = make([]float64, rows), make([]float64, columns)
	k.Apply(c.gv, c.v)
	k.ApplyTransposed(c.gu, c.u)
	for _, law := range []func() error{c.adjoint, c.linear, c.sign, c.sweep, c.logs} {
		if err := law(); err != nil {
			return err
		}
	}
	return nil
}

// A kernelCheck is a kernel with one product of each kind.
type kernelCheck struct {
	k            Kernel
	tol          float64
	rng          *rand.Rand
	u, v, gu, gv []float64
}

func (c *kernelCheck) positive(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = 0.5 + c.rng.Float64()
	}
	return v
}

func (c *kernelCheck) adjoint() error {
	var left, right float64
	for i, u := range c.u {
		left += u * c.gv[i]
	}
	for j, v := range c.v {
		right += v * c.gu[j]
	}
	if !(math.Abs(left-right) <= c.tol*math.Abs(left)) {
		return fmt.Errorf("wasserstein: ⟨u, Γv⟩ = %.15g and ⟨Γᵀu, v⟩ = %.15g differ: ApplyTransposed is not the transpose of Apply", left, right)
	}
	return nil
}

func (c *kernelCheck) linear() error {
	w := c.positive(len(c.v))
	gw, sum := make([]float64, len(c.u)), make([]float64, len(c.u))
	c.k.Apply(gw, w)
	mixed := make([]float64, len(w))
	for j := range mixed {
		mixed[j] = c.v[j] - 2*w[j]
	}
	c.k.Apply(sum, mixed)
	for i := range sum {
		want := c.gv[i] - 2*gw[i]
		if !(math.Abs(sum[i]-want) <= c.tol*(peakOf(c.gv)+2*peakOf(gw))) {
			return fmt.Errorf("wasserstein: Γ(v - 2w) is %.15g in row %d, want %.15g: Apply is not linear", sum[i], i, want)
		}
	}
	return nil
}

func peakOf(v []float64) (most float64) {
	for _, x := range v {
		most = max(most, math.Abs(x))
	}
	return most
}

func (c *kernelCheck) sign() error {
	for i, s := range c.gv {
		if !(s >= -c.tol*peakOf(c.gv)) {
			return fmt.Errorf("wasserstein: row %d of Γv is %.6g for a positive v: entries of Γ are exponentials", i, s)
		}
	}
	return nil
}

// sweep compares with division where the sums are clear of zero.
func (c *kernelCheck) sweep() error {
	if i := notPositive(c.gv); i >= 0 {
		return nil // CheckConnected is about that
	}
	y, gy := make([]float64, len(c.u)), make([]float64, len(c.v))
	Sweep(c.k, y, gy, c.u, c.v)
	want := make([]float64, len(c.v))
	for i := range y {
		if r := c.u[i] / c.gv[i]; !(math.Abs(y[i]-r) <= c.tol*r) {
			return fmt.Errorf("wasserstein: a sweep gives y = %.15g in row %d, want %.15g", y[i], i, r)
		}
	}
	c.k.ApplyTransposed(want, y)
	for j := range gy {
		if !(math.Abs(gy[j]-want[j]) <= c.tol*peakOf(want)) {
			return fmt.Errorf("wasserstein: a sweep gives Γᵀy = %.15g in column %d, want %.15g", gy[j], j, want[j])
		}
	}
	return nil
}

func (c *kernelCheck) logs() error {
	l, ok := c.k.(LogKernel)
	if !ok {
		return nil
	}
	lv, lu := make([]float64, len(c.gv)), make([]float64, len(c.gu))
	l.LogApply(lv, logs(c.v))
	l.LogApplyTransposed(lu, logs(c.u))
	for name, pair := range map[string][2][]float64{"Γv": {lv, c.gv}, "Γᵀu": {lu, c.gu}} {
		for i, got := range pair[0] {
			if want := pair[1][i]; !(math.Abs(math.Exp(got)-want) <= c.tol*(want+leastSum)) {
				return fmt.Errorf("wasserstein: log %s is %.15g at %d, want that of %.15g", name, got, i, want)
			}
		}
	}
	return nil
}
