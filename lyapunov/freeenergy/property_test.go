package freeenergy_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"hopflow/internal/trials"
	"hopflow/lyapunov"
	. "hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

// randomAxis draws an axis of any kind.
func randomAxis(r *rand.Rand, most int) Axis {
	n := 1 + r.IntN(most)
	switch r.IntN(3) {
	case 0:
		return Periodic(-1-r.Float64(), 2, n)
	case 1:
		return Uniform(-1, 0.5+5*r.Float64(), n).Walled()
	}
	edges := []float64{-2 * r.Float64()}
	for range n {
		edges = append(edges, edges[len(edges)-1]+math.Exp(2*r.NormFloat64()))
	}
	return Edges(edges).Walled()
}

func randomGrid(r *rand.Rand) *Grid {
	switch r.IntN(3) {
	case 0:
		return NewGrid(randomAxis(r, 60))
	case 1:
		return NewGrid(randomAxis(r, 12), randomAxis(r, 12))
	}
	return NewGrid(randomAxis(r, 5), randomAxis(r, 5), randomAxis(r, 5))
}

// cells is an energy with a random value in every cell, known at centers only.
type cells struct {
	g *Grid
	v []float64
}

func (c cells) Dim() int { return c.g.Dim() }
func (c cells) Value(x []float64) float64 {
	ix := make([]int, c.g.Dim())
	for d := range ix {
		a := c.g.Axis(d)
		for ix[d] < a.Len()-1 && (x[d] >= a.Edge(ix[d]+1)) {
			ix[d]++
		}
		if a.IsPeriodic() && x[d] >= a.Edge(a.Len()) {
			ix[d] = 0
		}
	}
	return c.v[c.g.Index(ix...)]
}
func (c cells) Gradient(dst, x []float64) { panic("a free energy needs no gradient") }

func randomEnergy(r *rand.Rand, g *Grid) lyapunov.Energy {
	scale := math.Exp(3 * r.NormFloat64())
	c := cells{g, make([]float64, g.Len())}
	for i := range c.v {
		c.v[i] = scale * (r.NormFloat64() + 100*float64(r.IntN(2)))
	}
	return c
}

// randomDensity draws a density; some have empty cells, some nearly all mass in
// one.
func randomDensity(r *rand.Rand, g *Grid) *Density {
	kind, at := r.IntN(4), 0
	spread := math.Min(30, math.Exp(2*r.NormFloat64()))
	return must(Normalized(g, func([]float64) float64 {
		at++
		switch {
		case kind == 1 && at > 1 && r.IntN(2) == 0:
			return 0
		case kind == 2 && at == 1:
			return 1e12
		}
		return math.Exp(spread * r.NormFloat64())
	}))
}

// property runs a check on random cases, each with a generator of its own.
func property(t *testing.T, check func(r *rand.Rand) error) {
	t.Helper()
	for i := range trials.Of(t, 300) {
		if err := check(rand.New(rand.NewPCG(2026, uint64(i)))); err != nil {
			t.Fatalf("case %d: %v", i, err)
		}
	}
}

func TestFreeEnergyProperties(t *testing.T) {
	property(t, func(r *rand.Rand) error {
		g := randomGrid(r)
		e, T := randomEnergy(r, g), math.Exp(2*r.NormFloat64())
		p, other := randomDensity(r, g), randomDensity(r, g)
		q, err := Gibbs(g, e, T)
		if err != nil {
			return err
		}
		F, kl, err := FreeEnergy(p, e, T)
		if err != nil {
			return err
		}
		lnZ := must(GridLogPartition(g, e, T))
		first := EnergyMinusEntropy(p, e, T)
		scale := math.Max(1, math.Max(math.Abs(Energy(p, e)), T*(math.Abs(Entropy(p))+math.Abs(lnZ)+kl)))
		if math.Abs(F-first) > 1e-12*scale {
			return fmt.Errorf("F = %.15g by KL and %.15g by <E> - T H", F, first)
		}
		if kl < 0 || F < -T*lnZ {
			return fmt.Errorf("KL = %g, F = %g, -T ln Z = %g", kl, F, -T*lnZ)
		}
		if d := TotalVariation(p, q); d > math.Sqrt(kl/2)+1e-14 || d > 1+1e-14 {
			return fmt.Errorf("total variation %g, KL = %g: Pinsker's inequality", d, kl)
		}
		if d := TotalVariation(p, other); d > math.Sqrt(KL(p, other)/2)+1e-14 {
			return fmt.Errorf("total variation %g, KL = %g between two densities", d, KL(p, other))
		}
		if self := KL(q, q); self != 0 {
			return fmt.Errorf("KL(q||q) = %g", self)
		}
		// KL is convex, so F is: at the middle at most the mean of the ends.
		mid := p.Clone()
		for i := range mid.P {
			mid.P[i] = (p.P[i] + other.P[i]) / 2
		}
		Fm, _, err := FreeEnergy(mid, e, T)
		Fo, _, _ := FreeEnergy(other, e, T)
		if err != nil || Fm > (F+Fo)/2+1e-12*scale+1e-12*math.Abs(Fo) {
			return fmt.Errorf("F = %g in the middle of %g and %g, %v", Fm, F, Fo, err)
		}
		return nil
	})
}

// Marginals lose relative entropy; the entropy of the whole is at most the sum
// of those of the marginals.
func TestMarginalProperties(t *testing.T) {
	property(t, func(r *rand.Rand) error {
		g := NewGrid(randomAxis(r, 12), randomAxis(r, 12))
		p, q := randomDensity(r, g), randomDensity(r, g)
		whole := KL(p, q)
		for d := range 2 {
			if part := KL(p.Marginal(d), q.Marginal(d)); part > whole*(1+1e-12)+1e-13 {
				return fmt.Errorf("KL of marginal %d is %g, of the whole %g", d, part, whole)
			}
			if err := p.Marginal(d).Check(); err != nil {
				return err
			}
		}
		if h, sum := Entropy(p), Entropy(p.Marginal(0))+Entropy(p.Marginal(1)); h > sum+1e-12*math.Max(1, math.Abs(h)) {
			return fmt.Errorf("entropy %g, of the marginals %g", h, sum)
		}
		return nil
	})
}

// Dissipation is at least 0 for any S + A, 0 at equilibrium, and does not see A.
func TestDissipationProperties(t *testing.T) {
	property(t, func(r *rand.Rand) error {
		g := NewGrid(randomAxis(r, 12), randomAxis(r, 12))
		T := math.Exp(r.NormFloat64())
		e, p := randomEnergy(r, g), randomDensity(r, g)
		if p.Min() == 0 { // e jumps from cell to cell: √(p/q) would overflow
			return nil
		}
		a, b, c, rot := r.NormFloat64(), r.NormFloat64(), r.NormFloat64(), r.NormFloat64()
		s := []float64{a*a + b*b, b * c, b * c, c * c} // LᵀL, semidefinite
		D, err := Dissipation(p, e, T, constant(2, s...))
		if err != nil || D < 0 {
			return fmt.Errorf("dissipation %g, %v", D, err)
		}
		turned, err := Dissipation(p, e, T, constant(2, s[0], s[1]+rot, s[2]-rot, s[3]))
		if err != nil || math.Abs(turned-D) > 1e-9*(D+math.Abs(rot)*D/math.Max(c*c*a*a, 1e-9)) {
			return fmt.Errorf("dissipation %g, with an antisymmetric part %g, %v", D, turned, err)
		}
		q, err := Gibbs(g, e, T)
		if err != nil {
			return err
		}
		if q.Min() < 1e-290 {
			return nil
		}
		if D0, err := Dissipation(q, e, T, constant(2, s...)); err != nil || D0 > 1e-20*(1+D) {
			return fmt.Errorf("dissipation %g at equilibrium, %v", D0, err)
		}
		return nil
	})
}

// Closed form against quadrature for random Gaussians.
func TestGaussianProperties(t *testing.T) {
	property(t, func(r *rand.Rand) error {
		p, k, c, T := Normal(r.NormFloat64(), 0.3+r.Float64()), 0.5+r.Float64(), r.NormFloat64(), 0.3+r.Float64()
		e := landscape.Harmonic(k, c)
		d, err := NewDensity(NewGrid(Uniform(-18, 18, 400)), p.Prob)
		if err != nil {
			return err
		}
		F, kl, err := FreeEnergy(d, e, T)
		want := p.KL(e.Gibbs(T))
		if err != nil || math.Abs(kl-want) > 1e-11*(1+want) || math.Abs(F-T*(want-e.LogPartition(T))) > 1e-11*(1+math.Abs(F)) {
			return fmt.Errorf("KL = %.14g, closed form %.14g, F = %.14g, %v", kl, want, F, err)
		}
		return nil
	})
}
