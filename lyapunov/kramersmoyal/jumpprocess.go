package kramersmoyal

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/integrate/quad"
)

// A Process says by which law a particle at x jumps between t and t+dt: the
// state-dependent ε of [LF] Lemma 16.
type Process interface {
	// Dim returns the number of coordinates of x.
	Dim() int
	// Jump returns the law of the jump. It neither writes to x nor keeps it.
	Jump(x []float64, t, dt float64) Law
}

// A ProcessFunc is a Process in n dimensions given by its function.
type ProcessFunc struct {
	N   int
	Law func(x []float64, t, dt float64) Law
}

// Dim returns N.
func (p ProcessFunc) Dim() int { return p.N }

// Jump calls Law.
func (p ProcessFunc) Jump(x []float64, t, dt float64) Law { return p.Law(x, t, dt) }

// Always returns the Process whose jumps have one law, whatever x, t and dt are.
func Always(l Law) Process {
	return ProcessFunc{l.Dim(), func([]float64, float64, float64) Law { return l }}
}

// CompoundProcess returns the Process of jumps that arrive at a rate which
// depends on nothing. It panics on a negative rate.
func CompoundProcess(rate float64, jump Law) Process {
	checkRate(rate, 1)
	return ProcessFunc{jump.Dim(), func(_ []float64, _, dt float64) Law { return NewCompound(rate, jump, dt) }}
}

// An OrnsteinUhlenbeck is the process dx = -k x dt + √(2T) dW in one dimension,
// with the law of a finite dt:
//
//	ε ~ N(x (e^{-k dt} - 1), (T/k)(1 - e^{-2k dt})).
type OrnsteinUhlenbeck struct {
	Stiffness   float64 // k > 0
	Temperature float64 // T >= 0
}

// Dim returns 1.
func (OrnsteinUhlenbeck) Dim() int { return 1 }

// Jump returns the normal law of the step. It panics unless k > 0, T >= 0 and dt
// >= 0.
func (p OrnsteinUhlenbeck) Jump(x []float64, _, dt float64) Law {
	k, T := p.Stiffness, p.Temperature
	if !(k > 0) || !(T >= 0) || !(dt >= 0) {
		panic(fmt.Sprintf("kramersmoyal: an Ornstein-Uhlenbeck process of stiffness %v and temperature %v over %v", k, T, dt))
	}
	return Normal(x[0]*math.Expm1(-k*dt), -T/k*math.Expm1(-2*k*dt))
}

// A GeometricBrownian is the process dx = μ x dt + σ x dW, Itô, with the law of a
// finite dt: ε = x (e^Z - 1) with Z ~ N((μ - σ²/2) dt, σ² dt).
type GeometricBrownian struct {
	Growth     float64 // μ
	Volatility float64 // σ >= 0
}

// Dim returns 1.
func (GeometricBrownian) Dim() int { return 1 }

// Jump returns the shifted lognormal law of the step. It panics unless σ >= 0 and
// dt >= 0.
func (p GeometricBrownian) Jump(x []float64, _, dt float64) Law {
	mu, sigma := p.Growth, p.Volatility
	if notFinite(mu) || !(sigma >= 0) || !(dt >= 0) {
		panic(fmt.Sprintf("kramersmoyal: a geometric Brownian motion of growth %v and volatility %v over %v", mu, sigma, dt))
	}
	return lognormal{x[0], mu * dt, sigma * math.Sqrt(dt)}
}

// A lognormal is the law of x (e^Z - 1), Z ~ N(growth - s²/2, s²).
type lognormal struct{ x, growth, s float64 }

// Dim returns 1.
func (lognormal) Dim() int { return 1 }

var hermite = func() (r rule) {
	r = rule{make([]float64, 80), make([]float64, 80)}
	quad.Hermite{}.FixedLocations(r.node, r.weight, math.Inf(-1), math.Inf(1))
	return r
}()

// Moment returns xⁿ <(e^Z - 1)ⁿ>. Expanded in powers of e^Z it cancels where s is
// small, to sⁿ of numbers near 1: there it is summed over the nodes of Gauss and
// Hermite, which is exact to rounding while n s <= 8.
func (l lognormal) Moment(orders ...int) float64 {
	n := checkOrders(1, orders)
	switch {
	case n == 0:
		return 1
	case n == 1:
		return l.x * math.Expm1(l.growth)
	case float64(n)*l.s <= 8:
		return power(l.x, n) * l.byNodes(n)
	}
	return power(l.x, n) * l.byPowers(n)
}

func (l lognormal) byNodes(n int) float64 {
	var sum kahan
	for i, z := range hermite.node { // weight e^{-z²}
		sum.add(hermite.weight[i] / math.Sqrt(math.Pi) * power(math.Expm1(l.growth-l.s*l.s/2+math.Sqrt2*l.s*z), n))
	}
	return sum.value()
}

// byPowers uses <e^{jZ}> = exp(j growth + j(j-1) s²/2).
func (l lognormal) byPowers(n int) float64 {
	var sum kahan
	for j := 0; j <= n; j++ {
		term := binomial(n, j) * math.Exp(float64(j)*l.growth+float64(j*(j-1))*l.s*l.s/2)
		if (n-j)%2 == 1 {
			term = -term
		}
		sum.add(term)
	}
	return sum.value()
}

// Sample stores x (e^Z - 1) in dst.
func (l lognormal) Sample(dst []float64, src rand.Source) {
	if len(dst) != 1 {
		panic("kramersmoyal: length mismatch")
	}
	dst[0] = l.x * math.Expm1(l.growth-l.s*l.s/2+l.s*rand.New(src).NormFloat64())
}

// MomentRate returns the rate m_α(x, t) = lim M_α/dt for dt → 0 of the
// generator, and an estimate of the error: Richardson's extrapolation of M_α/dt
// from dt, dt/2, dt/4, … with dt small against the times of the process. It is an
// error if a moment is not finite, or the limit does not settle to 1e-3.
func MomentRate(p Process, x []float64, t, dt float64, orders ...int) (d, stderr float64, err error) {
	checkOrders(p.Dim(), orders)
	if !(dt > 0) || math.IsInf(dt, 0) || len(x) != p.Dim() {
		panic(fmt.Sprintf("kramersmoyal: a coefficient at x = %v from a time step %v", x, dt))
	}
	const levels = 10
	var row, last [levels]float64
	d, stderr = math.NaN(), math.Inf(1)
	for k := range levels {
		h := math.Ldexp(dt, -k)
		row[0] = p.Jump(x, t, h).Moment(orders...) / h
		if notFinite(row[0]) {
			return math.NaN(), math.Inf(1), fmt.Errorf("kramersmoyal: the moment of order %v over dt = %.3g is %v at x = %.6g: the law has no such moment, or its formula overflows", orders, h, row[0]*h, x)
		}
		for j := 1; j <= k; j++ {
			f := math.Ldexp(1, j)
			row[j] = (f*row[j-1] - last[j-1]) / (f - 1)
			if miss := math.Abs(row[j]-row[j-1]) + math.Abs(row[j]-last[j-1]); miss < stderr {
				d, stderr = row[j], miss
			}
		}
		last = row
	}
	if !(stderr <= 1e-3*math.Max(1, math.Abs(d))) {
		return d, stderr, fmt.Errorf("kramersmoyal: the moment of order %v over dt does not settle at x = %.6g: %.6g ± %.2g; start from a smaller dt, or the process jumps at fixed times", orders, x, d, stderr)
	}
	return d, stderr, nil
}

// CheckProcess holds the laws of a Process at the given points, over dt, against
// CheckLaw to the given order, and their dimension against that of the process.
func CheckProcess(p Process, points [][]float64, t, dt float64, order int, seed uint64) error {
	for i, x := range points {
		if len(x) != p.Dim() {
			return fmt.Errorf("kramersmoyal: point %d has %d coordinates, the process has %d: pass points of its dimension", i, len(x), p.Dim())
		}
		work := append([]float64(nil), x...)
		l := p.Jump(work, t, dt)
		for d := range x {
			if work[d] != x[d] {
				return fmt.Errorf("kramersmoyal: Jump changed coordinate %d of point %d: work on a copy", d, i)
			}
		}
		if l.Dim() != p.Dim() {
			return fmt.Errorf("kramersmoyal: the law at point %d has %d coordinates, the process has %d", i, l.Dim(), p.Dim())
		}
		if err := CheckLaw(l, order, seed); err != nil {
			return fmt.Errorf("at point %d, x = %v: %w", i, x, err)
		}
	}
	return nil
}
