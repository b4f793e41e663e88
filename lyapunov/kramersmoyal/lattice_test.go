package kramersmoyal

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"hopflow/internal/trials"
	"hopflow/lyapunov/landscape"
	"hopflow/lyapunov/verify"
)

// hill is a mobility at no special place.
func hill(x float64) float64 { return 1 + 0.4*math.Sin(1.3*x+0.2) }

func well(at Placement, delta float64) *BondWalk {
	return &BondWalk{Energy: landscape.NewDoubleWell(0.8, 1.1), Mobility: hill, Temperature: 0.37, Spacing: delta, At: at}
}

var placements = []Placement{AtMidpoint, AtGeometricMean, AtStart, AtArrival}

// dense returns the generator of a chain, row-major, Q_ij the rate from i to j.
func dense(c *Chain) *mat.Dense {
	n := len(c.X)
	q := mat.NewDense(n, n, nil)
	for i := range n {
		if i+1 < n {
			q.Set(i, i+1, c.Up[i])
		}
		if i > 0 {
			q.Set(i, i-1, c.Down[i])
		}
		q.Set(i, i, -c.Up[i]-c.Down[i])
	}
	return q
}

// The stationary law by three routes: detailed balance in logarithms, the closed
// form of each placement, and elimination without a subtraction (Grassmann, Taksar,
// Heyman), which knows nothing of balance.
func TestStationaryThreeRoutes(t *testing.T) {
	for _, at := range placements {
		w := well(at, 0.11)
		c := must(w.Chain(-2.5, 2.7))
		pi := must(c.Stationary())
		if err := pi.Check(); err != nil {
			t.Fatal(err)
		}
		log := make([]float64, pi.Len())
		for i, x := range pi.X {
			log[i] = w.LogStationary(x)
		}
		closed, eliminated := normalized(log), gth(c)
		for i, p := range pi.P {
			if math.Abs(closed[i]-p) > 1e-11*p || math.Abs(eliminated[i]-p) > 1e-11*p {
				t.Errorf("%v: π(%v) = %v by balance, %v in closed form, %v by elimination", at, pi.X[i], p, closed[i], eliminated[i])
			}
		}
		still := make([]float64, pi.Len())
		c.Apply(still, pi.P)
		for i, v := range still {
			if math.Abs(v) > 1e-12*c.MaxRate() {
				t.Errorf("%v: dπ/dt = %v at %v", at, v, pi.X[i])
			}
		}
	}
	// The three laws are three: the mean of x² tells them apart.
	var mean [4]float64
	for _, at := range placements {
		pi := must(must(well(at, 0.05).Chain(-3, 3)).Stationary())
		for i, x := range pi.X {
			mean[at] += pi.P[i] * hill(x)
		}
	}
	if math.Abs(mean[AtMidpoint]-mean[AtGeometricMean]) > 1e-12 || mean[AtArrival] < mean[AtMidpoint]+0.01 || mean[AtStart] > mean[AtMidpoint]-0.01 {
		t.Errorf("mean mobilities %v", mean)
	}
}

// gth is the stationary vector of a dense chain.
func gth(c *Chain) []float64 {
	q := dense(c)
	n := len(c.X)
	for k := n - 1; k > 0; k-- {
		var out float64
		for j := range k {
			out += q.At(k, j)
		}
		for i := range k {
			f := q.At(i, k) / out
			q.Set(i, k, f)
			for j := range k {
				if j != i {
					q.Set(i, j, q.At(i, j)+f*q.At(k, j))
				}
			}
		}
	}
	p := make([]float64, n)
	p[0] = 1
	for k := 1; k < n; k++ {
		for i := range k {
			p[k] += p[i] * q.At(i, k)
		}
	}
	scale(p)
	return p
}

// The drift and the second moment tend to their limits as δ².
func TestBondWalkOrder(t *testing.T) {
	deltas := []float64{0.04, 0.02, 0.01, 0.005, 0.0025}
	for _, at := range placements {
		for _, x := range []float64{-0.73, 0.41, 1.27} {
			var drift, second []float64
			for _, d := range deltas {
				w := well(at, d)
				drift = append(drift, math.Abs(must(w.Moment(1, x))-w.DriftLimit(x)))
				second = append(second, math.Abs(must(w.Moment(2, x))-2*w.Temperature*hill(x)))
			}
			claim := verify.Order("b2", "drift", deltas, drift, 2, 0.2)
			if err := claim.Err(); err != nil {
				t.Errorf("%v, x = %v: %v", at, x, err)
			}
			claim = verify.Order("b2", "second moment", deltas, second, 2, 0.2)
			if err := claim.Err(); err != nil {
				t.Errorf("%v, x = %v: %v", at, x, err)
			}
		}
	}
}

// Evolution by uniformization, by the exponential of the matrix, and by samples.
func TestChainEvolve(t *testing.T) {
	w := well(AtMidpoint, 0.2)
	c := must(w.Chain(-2, 2))
	start := c.Start(0.63)
	const t1 = 0.7
	p := must(c.Evolve(start, t1))
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	var q, e mat.Dense
	q.Scale(t1, dense(c))
	e.Exp(&q)
	for i := range p.P {
		if want := e.At(c.Site(0.63), i); math.Abs(p.P[i]-want) > 1e-12 {
			t.Errorf("P(%v) = %v, the exponential gives %v", c.X[i], p.P[i], want)
		}
	}
	half := must(c.Evolve(must(c.Evolve(start, 0.3)), 0.4))
	if d := total(half.P, p.P); d > 1e-13 {
		t.Errorf("two steps differ from one by %v", d)
	}
	if d := total(must(c.Evolve(start, 0)).P, start.P); d != 0 {
		t.Errorf("no time changes the law by %v", d)
	}
	pi := must(c.Stationary())
	if d := total(must(c.Evolve(pi, 2)).P, pi.P); d > 1e-12 {
		t.Errorf("the stationary law changes by %v", d)
	}
	const n = 2000
	for seed := range uint64(20) {
		src := rand.NewPCG(seed, 11)
		count := make([]float64, len(c.X))
		for range n {
			count[must(c.Sample(c.Site(0.63), t1, src))]++
		}
		if chi, free := chiSquare(count, p.P, n); (chi-free)/math.Sqrt(2*free) > 6 {
			t.Errorf("seed %d: χ² = %.1f with %.0f degrees of freedom", seed, chi, free)
		}
	}
	path := must(c.Path(3, t1, rand.NewPCG(1, 2)))
	for i := 1; i < len(path.T); i++ {
		if step := math.Abs(path.X[i][0] - path.X[i-1][0]); math.Abs(step-0.2) > 1e-12 || !(path.T[i-1] < path.T[i]) || path.T[i] >= t1 {
			t.Errorf("jump %d by %v at %v", i, step, path.T[i])
		}
	}
}

// Gillespie on the lattice without ends against the chain that holds its tails.
func TestBondWalkSamples(t *testing.T) {
	w := well(AtArrival, 0.2)
	c := must(w.Chain(-2.4, 2.4))
	p := must(c.Evolve(c.Start(0.4), 0.5))
	const n = 2000
	for seed := range uint64(min(20, trials.Of(t, 5))) {
		src := rand.NewPCG(seed, 12)
		count := make([]float64, len(c.X))
		for range n {
			x, _, err := w.Run(c.X[c.Site(0.4)], 0.5, src)
			if err != nil {
				t.Fatal(err)
			}
			count[c.Site(x)]++
		}
		if chi, free := chiSquare(count, p.P, n); (chi-free)/math.Sqrt(2*free) > 6 {
			t.Errorf("seed %d: χ² = %.1f with %.0f degrees of freedom", seed, chi, free)
		}
	}
}

func TestLatticeRefuses(t *testing.T) {
	w := well(AtArrival, 0.5)
	w.Mobility = func(x float64) float64 { return 1 - x }
	if _, err := w.Chain(0, 2); err == nil || !strings.Contains(err.Error(), "mobility is -0.5 for the jump from 1 to 1.5") {
		t.Errorf("a negative mobility: %v", err)
	}
	cold := well(AtMidpoint, 1)
	cold.Temperature = 1e-4
	if _, err := cold.Chain(-3, 3); err == nil || !strings.Contains(err.Error(), "smaller spacing") {
		t.Errorf("a rate that overflows: %v", err)
	}
	if _, err := well(AtStart, 1).Chain(0, 0.5); err == nil || !strings.Contains(err.Error(), "1 sites") {
		t.Errorf("a lattice of one site: %v", err)
	}
	if _, err := NewChain(0, 1, 5, func(x float64) (up, down float64, err error) { return 1, 2 - x, nil }); err == nil || !strings.Contains(err.Error(), "rates at x = 3 are 1 up and -1 down") {
		t.Errorf("a negative rate: %v", err)
	}
	apart := must(NewChain(0, 1, 5, func(x float64) (up, down float64, err error) { return math.Abs(x - 1), 1, nil }))
	if _, err := apart.Stationary(); err == nil || !strings.Contains(err.Error(), "comes apart") {
		t.Errorf("a chain in two parts: %v", err)
	}
	if _, _, err := well(AtMidpoint, 1e-4).Rates(0.3); err != nil {
		t.Error(err)
	}
	fast := must(NewChain(0, 1, 5, func(x float64) (up, down float64, err error) { return 1e9, 1e9, nil }))
	if _, err := fast.Evolve(fast.Start(1), 1); err == nil || !strings.Contains(err.Error(), "shorter time") {
		t.Errorf("too many jumps: %v", err)
	}
}

// Chains of any rates: the law stays a law, Stationary is stationary, and jumps
// balance across every bond.
func TestChainProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(t, "sites")
		rates := rapid.SliceOfN(rapid.Float64Range(1e-3, 100), 2*n, 2*n).Draw(t, "rates")
		i := -1
		c := must(NewChain(0.3, 0.7, n, func(float64) (up, down float64, err error) {
			i++
			return rates[2*i], rates[2*i+1], nil
		}))
		pi := must(c.Stationary())
		for i := range n - 1 {
			if a, b := pi.P[i]*c.Up[i], pi.P[i+1]*c.Down[i+1]; math.Abs(a-b) > 1e-10*a {
				t.Fatalf("flows %v and %v across bond %d", a, b, i)
			}
		}
		time := rapid.Float64Range(0, 3).Draw(t, "t")
		p := must(c.Evolve(c.Start(rapid.Float64Range(-1, 20).Draw(t, "x")), time))
		if err := p.Check(); err != nil {
			t.Fatal(err)
		}
		before, after := 0.0, 0.0 // relative entropy to π falls
		q := must(c.Evolve(p, 0.1))
		for i := range n {
			if p.P[i] > 0 {
				before += p.P[i] * math.Log(p.P[i]/pi.P[i])
			}
			if q.P[i] > 0 {
				after += q.P[i] * math.Log(q.P[i]/pi.P[i])
			}
		}
		if after > before+1e-12 {
			t.Fatalf("the relative entropy rises from %v to %v", before, after)
		}
	})
}
