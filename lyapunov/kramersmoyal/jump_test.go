package kramersmoyal

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// laplace is a density with a kink.
func laplace(e float64) float64 { return math.Exp(-math.Abs(e-0.3)/0.4) / 0.8 }

// plane is a Gaussian in three dimensions at no special place.
func plane() *Gaussian {
	return must(NewGaussian([]float64{0.3, -0.2, 0.5}, mat.NewSymDense(3, []float64{
		0.8, 0.3, -0.1,
		0.3, 0.6, 0.2,
		-0.1, 0.2, 0.5,
	})))
}

func laws() map[string]Law {
	corner := must(NewLattice([][]float64{{1, 0.5}, {-0.7, 0.2}, {0.1, -1}}, []float64{0.2, 0.5, 0.3}))
	return map[string]Law{
		"normal":           Normal(0.3, 0.7),
		"certain":          Normal(0.3, 0),
		"gaussian":         plane(),
		"poisson":          NewPoisson(1.7, -0.6, 0.8),
		"no poisson":       NewPoisson(0, 1, 1),
		"compound":         NewCompound(1.3, Normal(0.5, 0.25), 0.7),
		"compound plane":   NewCompound(2.1, corner, 0.9),
		"compound numeric": NewCompound(1.1, must(NewNumeric(laplace, math.Inf(-1), math.Inf(1), 0.3)), 0.9),
		"compound gbm":     NewCompound(1.1, GeometricBrownian{0.1, 0.4}.Jump([]float64{2}, 0, 0.3), 0.9),
		"coin":             Coin(0.4),
		"jump":             Jump(0.3, -0.2),
		"steps":            must(NewSteps([]float64{2, -1, 0.5}, []float64{0.3, 0.6, 0.1})),
		"lattice":          corner,
		"numeric":          must(NewNumeric(laplace, math.Inf(-1), math.Inf(1), 0.3)),
		"exponential":      must(NewNumeric(func(e float64) float64 { return 2 * math.Exp(-2*(e-0.1)) }, 0.1, math.Inf(1))),
		"mirrored":         must(NewNumeric(func(e float64) float64 { return 2 * math.Exp(2*(e-0.1)) }, math.Inf(-1), 0.1)),
		"triangle":         must(NewNumeric(func(e float64) float64 { return 2 * (1 - e) }, 0, 1)),
		"ou":               OrnsteinUhlenbeck{2, 0.5}.Jump([]float64{1.5}, 0, 0.1),
		"gbm":              GeometricBrownian{0.1, 0.4}.Jump([]float64{2}, 0, 0.25),
		"walk of a chance": must(NewLattice([][]float64{{0}, {1}}, []float64{0, 1})),
	}
}

// Every law keeps its contract, for 20 seeds.
func TestLaws(t *testing.T) {
	for name, l := range laws() {
		seeds := uint64(20)
		if _, numeric := l.(*Numeric); numeric || name == "compound numeric" {
			seeds = 1 // samples by inversion of a quadrature are slow
		}
		for seed := range seeds {
			if err := CheckLaw(l, 4, seed); err != nil {
				t.Errorf("%s, seed %d: %v", name, seed, err)
			}
		}
		if seeds == 1 {
			continue
		}
		if err := CheckLaw(l, 6, 99); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// broken is a normal law with one fault.
type broken struct {
	*Gaussian
	fault string
	calls *int
}

func (b broken) Moment(orders ...int) float64 {
	m := b.Gaussian.Moment(orders...)
	switch {
	case b.fault == "mass" && orders[0] == 0:
		return 1.1
	case b.fault == "negative" && orders[0] == 2:
		return -m
	case b.fault == "cauchy" && orders[0] == 3:
		return 100
	case b.fault == "mean" && orders[0] == 1:
		return m + 0.05
	case b.fault == "nan" && orders[0] == 4:
		return math.NaN()
	}
	return m
}

func (b broken) Sample(dst []float64, src rand.Source) {
	b.Gaussian.Sample(dst, src)
	*b.calls++
	switch {
	case b.fault == "unwritten" && *b.calls == 501:
		dst[0] = math.NaN()
	case b.fault == "global":
		dst[0] += float64(*b.calls)
	}
}

func (b broken) Characteristic(k ...float64) complex128 {
	if b.fault == "spectrum" {
		return b.Gaussian.Characteristic(2 * k[0])
	}
	return b.Gaussian.Characteristic(k...)
}

func TestCheckLawCanFail(t *testing.T) {
	for fault, want := range map[string]string{
		"mass": "order 0 is 1.1", "negative": "at least 0", "cauchy": "Cauchy-Schwarz", "mean": "standard errors apart",
		"nan": "NaN", "unwritten": "assign every coordinate", "global": "equal source", "spectrum": "derivatives", "": "",
	} {
		err := CheckLaw(broken{Normal(0.4, 0.6), fault, new(int)}, 4, 1)
		if fault == "" && err == nil {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", fault, err, want)
		}
	}
}

// hafnian is the sum over pairings of the indices: Isserlis as it is stated.
func hafnian(cov func(i, j int) float64, index []int) float64 {
	if len(index) == 0 {
		return 1
	}
	if len(index)%2 == 1 {
		return 0
	}
	var sum float64
	for k := 1; k < len(index); k++ {
		rest := append(append([]int(nil), index[1:k]...), index[k+1:]...)
		sum += cov(index[0], index[k]) * hafnian(cov, rest)
	}
	return sum
}

// Moments of a Gaussian with a mean, by three routes: the recursion, pairings of
// the centred variables, and cumulants.
func TestIsserlis(t *testing.T) {
	g := plane()
	for _, orders := range [][]int{{2, 1, 1}, {4, 0, 2}, {1, 3, 2}, {0, 0, 5}, {2, 2, 2}, {3, 1, 1}} {
		var sum float64 // over the subsets of factors that are means
		var index []int
		for i, a := range orders {
			for range a {
				index = append(index, i)
			}
		}
		for set := range 1 << len(index) {
			term := 1.0
			var left []int
			for j, i := range index {
				if set>>j&1 == 1 {
					term *= g.mean[i]
				} else {
					left = append(left, i)
				}
			}
			sum += term * hafnian(func(i, j int) float64 { return g.cov[3*i+j] }, left)
		}
		cumulant := jointMoment(func(a []int) float64 {
			i := firstPositive(a)
			switch sumOf(a) {
			case 1:
				return g.mean[i]
			case 2:
				for j, n := range a {
					if j > i && n == 1 || n == 2 {
						return g.cov[3*i+j]
					}
				}
			}
			return 0
		}, orders)
		got := g.Moment(orders...)
		if math.Abs(got-sum) > 1e-14*(1+math.Abs(sum)) || math.Abs(cumulant-sum) > 1e-14*(1+math.Abs(sum)) {
			t.Errorf("moment %v is %v by recursion, %v by pairings, %v by cumulants", orders, got, sum, cumulant)
		}
	}
}

// A Poisson law is the compound law of certain jumps, and of its own atoms; its
// factorial cumulants are those of Touchard.
func TestPoissonThreeRoutes(t *testing.T) {
	p := NewPoisson(1.7, -0.6, 0.8)
	c := NewCompound(1.7, Jump(-0.6), 0.8)
	a := p.Atoms()
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
	for n := range 9 {
		var sum float64
		for i, x := range a.X {
			sum += a.P[i] * math.Pow(x, float64(n))
		}
		if want := p.Moment(n); math.Abs(c.Moment(n)-want) > 1e-14*(1+math.Abs(want)) || math.Abs(sum-want) > 1e-12*(1+math.Abs(want)) {
			t.Errorf("moment %d: Touchard %v, cumulants %v, atoms %v", n, want, c.Moment(n), sum)
		}
	}
	k := 1.3
	var phi complex128
	for i, x := range a.X {
		s, c := math.Sincos(k * x)
		phi += complex(a.P[i]*c, a.P[i]*s)
	}
	if !near(phi, p.Characteristic(k), 1e-14) || !near(phi, c.Characteristic(k), 1e-14) {
		t.Errorf("φ(%v) = %v, %v and %v", k, phi, p.Characteristic(k), c.Characteristic(k))
	}
}

// A user's density against the closed forms of the normal and exponential laws,
// with errors that the estimates cover.
func TestNumericMoments(t *testing.T) {
	normal := Bell{0.3, 0.7}
	for name, c := range map[string]struct {
		law  *Numeric
		want func(n int) float64
	}{
		"normal": {must(NewNumeric(normal.Prob, math.Inf(-1), math.Inf(1))), func(n int) float64 { return Normal(0.3, 0.7).Moment(n) }},
		"exponential": {must(NewNumeric(func(e float64) float64 { return 2 * math.Exp(-2*e) }, 0, math.Inf(1))),
			func(n int) float64 { return factorial(n) / math.Pow(2, float64(n)) }},
		"uniform": {must(NewNumeric(func(float64) float64 { return 0.4 }, -0.5, 2)),
			func(n int) float64 {
				return 0.4 * (math.Pow(2, float64(n+1)) - math.Pow(-0.5, float64(n+1))) / float64(n+1)
			}},
	} {
		for n := range 13 {
			got, stderr := c.law.MomentError(n)
			want := c.want(n)
			if miss := math.Abs(got - want); miss > 1e-11*(1+math.Abs(want)) || miss > stderr+1e-14*math.Abs(want) {
				t.Errorf("%s: moment %d = %v ± %.1g, want %v", name, n, got, stderr, want)
			}
		}
	}
	cauchy := must(NewNumeric(Cauchy{0, 1}.Prob, math.Inf(-1), math.Inf(1)))
	for n := 1; n < 5; n++ {
		if m, stderr := cauchy.MomentError(n); !math.IsNaN(m) || !math.IsInf(stderr, 1) {
			t.Errorf("the moment %d of a Cauchy law is %v ± %v, want none", n, m, stderr)
		}
	}
}

// Both ways to the moments of a lognormal step agree where both are accurate.
func TestLognormalRoutes(t *testing.T) {
	for _, l := range []lognormal{{2, 0.025, 0.9}, {-1.3, -0.3, 1.4}, {0.7, 0.2, 1.1}} {
		for n := 2; n < 6; n++ {
			a, b := l.byNodes(n), l.byPowers(n)
			if math.Abs(a-b) > 1e-11*math.Abs(b) {
				t.Errorf("%v: moment %d is %v by nodes and %v by powers", l, n, a, b)
			}
		}
	}
	// M_4 → 3 s⁴ for small s, where powers have lost all digits.
	l := lognormal{1, 0, 1e-4}
	if got, want := l.Moment(4), 3e-16; math.Abs(got-want) > 1e-6*want {
		t.Errorf("M_4 = %v at s = 1e-4, want %v", got, want)
	}
}

// Moments and cumulants are inverse to each other; cumulants of independent sums
// add up, and so do those of n steps of a lattice.
func TestCumulantsProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "order")
		kappa := make([]float64, n+1)
		for i := 1; i <= n; i++ {
			kappa[i] = rapid.Float64Range(-2, 2).Draw(t, "κ")
		}
		back := CumulantsFromMoments(MomentsFromCumulants(kappa))
		for i := range kappa {
			if math.Abs(back[i]-kappa[i]) > 1e-6 {
				t.Fatalf("κ_%d = %v comes back as %v", i, kappa[i], back[i])
			}
		}
		l := randomLattice(t)
		steps := rapid.IntRange(1, 40).Draw(t, "steps")
		sum, err := l.Sum(steps)
		if err != nil {
			t.Fatal(err)
		}
		if err := sum.Check(); err != nil {
			t.Fatal(err)
		}
		var one, all [5]float64
		for k := range one {
			one[k] = l.Moment(k)
			for i, x := range sum.X {
				all[k] += sum.P[i] * math.Pow(x, float64(k))
			}
		}
		for k, c := range CumulantsFromMoments(one[:]) {
			if got := (&Atoms{sum.X, sum.P}).cumulant(k); math.Abs(got-float64(steps)*c) > 1e-8*(1+math.Abs(all[k])) {
				t.Fatalf("κ_%d of %d steps is %v, want %v", k, steps, got, float64(steps)*c)
			}
		}
	})
}

// cumulant is the k-th, k <= 4, from central moments.
func (a *Atoms) cumulant(k int) float64 {
	switch k {
	case 0:
		return 0
	case 1:
		return a.Mean()
	case 4:
		v := a.Variance()
		return a.Central(4) - 3*v*v
	}
	return a.Central(k)
}

// randomLattice is a law of two to four steps that are multiples of a random span.
func randomLattice(t *rapid.T) *Lattice {
	h := rapid.Float64Range(0.1, 2).Draw(t, "span")
	at := rapid.SliceOfNDistinct(rapid.IntRange(-5, 5), 2, 4, rapid.ID[int]).Draw(t, "sites")
	var steps, p []float64
	var total float64
	for _, k := range at {
		steps = append(steps, h*float64(k))
		p = append(p, rapid.Float64Range(0.05, 1).Draw(t, "weight"))
		total += p[len(p)-1]
	}
	for i := range p {
		p[i] /= total
	}
	return must(NewSteps(steps, p))
}

func TestCoefficientOfWalks(t *testing.T) {
	// A state dependent process whose limit is known: normal steps with the moments
	// a(x) dt + dt² and b(x)² dt.
	p := ProcessFunc{1, func(x []float64, t, dt float64) Law {
		return Normal((x[0]-t)*dt+dt*dt, (1+x[0]*x[0])*dt)
	}}
	if err := CheckProcess(p, [][]float64{{0.3}, {-1.2}}, 0.2, 0.1, 4, 1); err != nil {
		t.Error(err)
	}
	for n, want := range []float64{1: 0.3 - 0.2, 2: 1.09, 3: 0, 4: 0} {
		if n == 0 {
			continue
		}
		d, stderr, err := MomentRate(p, []float64{0.3}, 0.2, 0.1, n)
		if err != nil || math.Abs(d-want) > stderr+1e-14 || stderr > 1e-9 {
			t.Errorf("D_%d = %v ± %v, %v, want %v", n, d, stderr, err, want)
		}
	}
	if _, _, err := MomentRate(Always(Coin(1)), []float64{0}, 0, 0.1, 2); err == nil || !strings.Contains(err.Error(), "does not settle") {
		t.Errorf("jumps at fixed times have a coefficient: %v", err)
	}
	plane := ProcessFunc{1, func(x []float64, t, dt float64) Law { return Jump(1, 2) }}
	if err := CheckProcess(plane, [][]float64{{0}}, 0, 1, 2, 1); err == nil || !strings.Contains(err.Error(), "2 coordinates") {
		t.Errorf("a law of another dimension passes: %v", err)
	}
}
