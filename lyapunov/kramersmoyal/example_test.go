package kramersmoyal_test

import (
	"fmt"
	"math/rand/v2"

	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/kramersmoyal"
	"hopflow/lyapunov/landscape"
)

func ok[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// The expansion to a few orders beside the density that it should be.
func ExampleExpand() {
	g := freeenergy.NewGrid(freeenergy.Periodic(-12, 12, 256))
	p := ok(freeenergy.NewDensity(g, func(x []float64) float64 { return kramersmoyal.Bell{Variance: 0.8}.Prob(x[0]) }))
	jump := kramersmoyal.NewCompound(1.2, kramersmoyal.Normal(0.3, 0.09), 0.5)
	exact := ok(kramersmoyal.Convolve(p, jump))
	e := ok(kramersmoyal.Expand(p, kramersmoyal.Always(jump), 0, 0.5, 12))
	for _, n := range []int{1, 2, 4, 8, 12} {
		fmt.Printf("order %2d: ∫|p - exact| = %.1e\n", n, e.Partial(n).Distance(exact.Density))
	}
	// Output:
	// order  1: ∫|p - exact| = 7.7e-02
	// order  2: ∫|p - exact| = 4.0e-02
	// order  4: ∫|p - exact| = 1.5e-02
	// order  8: ∫|p - exact| = 4.6e-03
	// order 12: ∫|p - exact| = 2.5e-03
}

// A series that does not converge, though every term is finite.
func ExamplePartialSums() {
	p, jump := kramersmoyal.Bell{Variance: 1}, kramersmoyal.Normal(0, 1.5)
	sums := ok(kramersmoyal.PartialSums(p, jump, 0, 40))
	for _, n := range []int{2, 10, 20, 40} {
		fmt.Printf("order %d: %.4g\n", n, sums[n])
	}
	fmt.Printf("exact: %.4g\n", kramersmoyal.Bell{Variance: 2.5}.Prob(0))
	// Output:
	// order 2: 0.09974
	// order 10: -0.1777
	// order 20: 2.636
	// order 40: 99.05
	// exact: 0.2523
}

// Poisson jumps: what Pawula's theorem says of each truncation.
func ExampleTruncation_Diagnose() {
	for n := 2; n <= 6; n++ {
		tr := kramersmoyal.TruncateJumps(1, kramersmoyal.Jump(1), n)
		fmt.Println(ok(tr.Diagnose(2)))
	}
	// Output:
	// order 2: well-posed, positive
	// order 3: well-posed, negative: -0.01357 at x = -1.956
	// order 4: ill-posed, waves beyond k = 3.464 grow without bound
	// order 5: ill-posed, waves beyond k = 3.464 grow without bound
	// order 6: well-posed, negative: -0.006484 at x = -1.433
}

// The central limit theorem with its rate.
func ExampleBerryEsseen() {
	coin := kramersmoyal.Coin(1)
	for _, n := range []int{10, 100, 1000} {
		d := ok(coin.Sum(n)).ToNormal()
		fmt.Printf("n = %4d: distance %.6f, bound %.6f\n", n, d.D, kramersmoyal.BerryEsseen(coin, n))
	}
	// Output:
	// n =   10: distance 0.123047, bound 0.150145
	// n =  100: distance 0.039795, bound 0.047480
	// n = 1000: distance 0.012613, bound 0.015014
}

// The mobility at the bond, the start or the arrival: three drifts.
func ExampleBondWalk() {
	w := &kramersmoyal.BondWalk{
		Energy:      landscape.NewDoubleWell(1, 1),
		Mobility:    func(x float64) float64 { return 1 + x*x/2 },
		Temperature: 0.5,
		Spacing:     0.05,
	}
	for _, at := range []kramersmoyal.Placement{kramersmoyal.AtMidpoint, kramersmoyal.AtStart, kramersmoyal.AtArrival} {
		w.At = at
		pi := ok(ok(w.Chain(-2, 2)).Stationary())
		fmt.Printf("%-8v drift at 0.8: %.4f, limit %.4f; variance %.4f\n", at, ok(w.Moment(1, 0.8)), w.DriftLimit(0.8), pi.Variance())
	}
	// Output:
	// midpoint drift at 0.8: 1.9031, limit 1.9206; variance 0.8521
	// start    drift at 0.8: 1.5040, limit 1.5206; variance 0.7648
	// arrival  drift at 0.8: 2.3030, limit 2.3206; variance 0.9401
}

// A random walk whose rate depends on place and time, and what it diffuses like.
func ExampleWalk() {
	w := &kramersmoyal.Walk{
		Step: func(x []float64, t float64) kramersmoyal.Law { return kramersmoyal.Coin(0.05) },
		Rate: func(x []float64, t float64) float64 { return 400 * (2 + x[0]) * (1 + t) },
	}
	x := []float64{0.3}
	steps := ok(w.Run(x, 0, 0.1, rand.NewPCG(1, 2)))
	fmt.Printf("%d steps, x = %.2f; 2TK = ν<ε²> = %.2f\n", steps, x[0], ok(w.MomentRate([]float64{0.3}, 0, 2)))
	// Output:
	// 115 steps, x = 0.25; 2TK = ν<ε²> = 2.30
}
