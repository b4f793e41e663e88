package wasserstein

import (
	"errors"
	"hopflow/internal/trials"
	"math"
	"math/rand/v2"
	"testing"
)

// Random measures, with weights that differ by 10^12, ties, and single points:
// the result is a coupling, its cost and value are above W², the value is below
// that of the exact plan, and both fall with ε.
func TestSinkhornProperties(t *testing.T) {
	for k := range trials.Of(t, 150) {
		a, b, c := anyProblem(k, 10)
		exact := must(Exact(a, b, c)).Cost
		kl := klToProduct(must(Exact(a, b, c)).M.Dense(), a, b)
		rng := rand.New(rand.NewPCG(21, uint64(k)))
		eps := math.Pow(10, -3.5*rng.Float64())
		lastCost, lastValue := math.Inf(1), math.Inf(1)
		for range 3 {
			r, err := Sinkhorn(a, b, c, eps, nil)
			if err != nil {
				t.Fatalf("case %d, ε = %.3g: %v", k, eps, err)
			}
			if err := CheckCoupling(r.Plan(), a, b, 1e-9); err != nil {
				t.Fatalf("case %d, ε = %.3g: %v", k, eps, err)
			}
			slack := 1e-8 * (1 + exact)
			if !(r.Cost >= exact-slack && r.Cost <= lastCost+slack) {
				t.Fatalf("case %d, ε = %.3g: cost %v, exact %v, before %v", k, eps, r.Cost, exact, lastCost)
			}
			if !(r.Value >= r.Cost-slack && r.Value <= lastValue+slack && r.Value <= exact+2*eps*kl+slack) {
				t.Fatalf("case %d, ε = %.3g: value %v, cost %v, exact %v, before %v", k, eps, r.Value, r.Cost, exact, lastValue)
			}
			lastCost, lastValue = r.Cost, r.Value
			eps /= 1 + 4*rng.Float64()
		}
	}
}

// Exchanged measures give the transpose, and the order of points does not matter.
func TestSinkhornSymmetries(t *testing.T) {
	for k := range trials.Of(t, 100) {
		a, b, c := anyProblem(k, 10)
		rng := rand.New(rand.NewPCG(22, uint64(k)))
		eps := math.Pow(10, -3*rng.Float64())
		r := must(Sinkhorn(a, b, c, eps, nil))
		back := must(Sinkhorn(b, a, c, eps, nil))
		p, q := rng.Perm(a.Len()), rng.Perm(b.Len())
		mixed := must(Sinkhorn(a.Permuted(p), b.Permuted(q), c, eps, nil))
		plan, other, third := r.Plan(), back.Plan(), mixed.Plan()
		for i := range p {
			for j := range q {
				m, n := plan.At(p[i], q[j]), third.At(i, j)
				if !(math.Abs(m-n) <= 1e-7) || !(math.Abs(m-other.At(q[j], p[i])) <= 1e-7) {
					t.Fatalf("case %d: M[%d, %d] is %v, permuted %v, exchanged %v", k, p[i], q[j], m, n, other.At(q[j], p[i]))
				}
			}
		}
		if !(math.Abs(r.Value-back.Value) <= 1e-9) || !(math.Abs(r.Value-mixed.Value) <= 1e-9) {
			t.Fatalf("case %d: value %v, exchanged %v, permuted %v", k, r.Value, back.Value, mixed.Value)
		}
	}
}

// The divergence is positive, 0 from a measure to itself, and symmetric.
func TestDivergenceProperties(t *testing.T) {
	for k := range trials.Of(t, 100) {
		a, b, c := anyProblem(k, 8)
		rng := rand.New(rand.NewPCG(23, uint64(k)))
		eps := math.Pow(10, -2.5*rng.Float64())
		d, back := must(Divergence(a, b, c, eps, nil)), must(Divergence(b, a, c, eps, nil))
		w := must(Exact(a, b, c)).Cost
		if !(math.Abs(d-back) <= 1e-9) || !(d >= -1e-10) || w > 0.01 && !(d > 1e-6) {
			t.Fatalf("case %d, ε = %.3g: %v one way and %v the other, W² = %v", k, eps, d, back, w)
		}
		if self := must(Divergence(a, a.Permuted(rng.Perm(a.Len())), c, eps, nil)); !(math.Abs(self) <= 1e-10) {
			t.Fatalf("case %d, ε = %.3g: %v from a measure to itself", k, eps, self)
		}
	}
}

// Costs of any scale, tables without a chart, tiny ε: a result that is a coupling
// or an error, never a number that is not finite without one.
func TestSinkhornExtremes(t *testing.T) {
	refused := 0
	n := trials.Of(t, 200)
	for k := range n {
		rng := rand.New(rand.NewPCG(24, uint64(k)))
		a, b, c := anyProblem(k, 7)
		scale := math.Pow(10, 12*rng.Float64()-6)
		scaled := CostFunc(func(x, y []float64) float64 { return scale * c.Between(x, y) })
		eps := scale * math.Pow(10, 1-6*rng.Float64())
		r, err := Sinkhorn(a, b, scaled, eps, &Settings{Tolerance: 1e-7})
		if err == nil {
			if err := CheckCoupling(r.Plan(), a, b, 1e-7); err != nil {
				t.Fatalf("case %d: %v", k, err)
			}
			continue
		}
		var e *Error
		if !errors.As(err, &e) || r == nil || !r.finite() {
			t.Fatalf("case %d: %v, %+v", k, err, r)
		}
		refused++
	}
	t.Logf("%d of %d refused", refused, n)
	if 50*refused > n {
		t.Error("more than 2 %")
	}
}
