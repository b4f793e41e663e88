package kramersmoyal

import (
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"hopflow/lyapunov/freeenergy"
)

// seeds is the number of seeds that every statistical claim is made for; the
// environment variable HOPFLOW_SEEDS asks for more, up to a thousand.
var seeds = seedsWanted()

func seedsWanted() int {
	if n, err := strconv.Atoi(os.Getenv("HOPFLOW_SEEDS")); err == nil && n >= 20 && n <= 1000 {
		return n
	}
	return 20
}

func stream(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x6b6d)) }

// sampledOU is dx = -k x dt + √(2T) dW, in equilibrium, sampled exactly.
func sampledOU(seed uint64, n int, k, T, dt float64) []float64 {
	rng := stream(seed)
	keep := math.Exp(-k * dt)
	noise := math.Sqrt(T / k * (1 - keep*keep))
	x := make([]float64, n)
	x[0] = math.Sqrt(T/k) * rng.NormFloat64()
	for i := 1; i < n; i++ {
		x[i] = keep*x[i-1] + noise*rng.NormFloat64()
	}
	return x
}

// iterated is x_{k+1} = x_k + dt drift(x_k) + √(2T dt) z.
func iterated(seed uint64, n int, x0, T, dt float64, drift func(x float64) float64) []float64 {
	rng := stream(seed)
	x := make([]float64, n)
	x[0] = x0
	noise := math.Sqrt(2 * T * dt)
	for i := 1; i < n; i++ {
		x[i] = x[i-1] + dt*drift(x[i-1]) + noise*rng.NormFloat64()
	}
	return x
}

// turning is dx = -(k + ω J) x dt + √(2T) dW, in equilibrium, sampled exactly: J
// turns (x, y) to (-y, x).
func turning(seed uint64, n int, k, omega, T, dt float64) (x, y []float64) {
	rng := stream(seed)
	keep := math.Exp(-k * dt)
	sin, cos := math.Sincos(omega * dt)
	noise := math.Sqrt(T / k * (1 - keep*keep))
	x, y = make([]float64, n), make([]float64, n)
	x[0], y[0] = math.Sqrt(T/k)*rng.NormFloat64(), math.Sqrt(T/k)*rng.NormFloat64()
	for i := 1; i < n; i++ {
		u, v := x[i-1], y[i-1]
		x[i] = keep*(cos*u+sin*v) + noise*rng.NormFloat64()
		y[i] = keep*(cos*v-sin*u) + noise*rng.NormFloat64()
	}
	return x, y
}

func lineGrid(lo, hi float64, cells int) *freeenergy.Grid {
	return freeenergy.NewGrid(freeenergy.Uniform(lo, hi, cells))
}

func planeGrid(lo, hi float64, cells int) *freeenergy.Grid {
	a := freeenergy.Uniform(lo, hi, cells)
	return freeenergy.NewGrid(a, a)
}

func estimated(t *testing.T, s *Series, g *freeenergy.Grid, r *Regression) *Coefficients {
	t.Helper()
	c, err := Estimate(s, g, r)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// zs returns (value - truth)/StdErr at every m-th point: with m cells to a window,
// they are independent.
func zs(c *Curve, m int, truth func(x []float64) float64) (z []float64) {
	for i := m / 2; i < c.Len(); i += m {
		z = append(z, (c.Value[i]-truth(c.Place(i)))/c.StdErr[i])
	}
	return z
}

// standard holds z-scores against the standard normal law: none beyond 6.1 (a
// false alarm for 1e-9 of them, 1e-6 for a thousand), and the mean of their
// squares within 4.9 of its standard errors, so that standard errors are
// neither too small nor too large.
func standard(t *testing.T, what string, z []float64) {
	t.Helper()
	var square, worst float64
	for _, v := range z {
		square += v * v / float64(len(z))
		worst = max(worst, math.Abs(v))
	}
	stderr := math.Sqrt(2 / float64(len(z)))
	t.Logf("%s: %d z-scores, worst %.2f, mean square %.3f, standard error %.3f", what, len(z), worst, square, stderr)
	if !(worst < 6.1) {
		t.Errorf("%s: a z-score of %.2f among %d", what, worst, len(z))
	}
	if !(math.Abs(square-1) < 4.9*stderr) || len(z) < 50 {
		t.Errorf("%s: mean square of %d z-scores %.3f, want 1 within %.3f", what, len(z), square, 4.9*stderr)
	}
}
