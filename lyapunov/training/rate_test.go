package training

import (
	"math"
	"math/rand/v2"
	"testing"
)

// bowl is ½ Σ h_i θ_i², whose minimum is 0.
func bowl(h ...float64) Objective {
	return func(gradient, theta []float64, _ int) (loss float64, err error) {
		for i, v := range theta {
			gradient[i] = h[i] * v
			loss += h[i] * v * v / 2
		}
		return loss, nil
	}
}

// The optimal rate of descent on a quadratic, and its factor a step.
func TestDescentRate(t *testing.T) {
	const m, M = 0.5, 20.0
	kappa := M / m
	theta := []float64{1, 1}
	loop := Loop{Method: SGD{Rate: 2 / (m + M)}, Objective: bowl(m, M), Steps: 100}
	for p, err := range loop.Run(theta) {
		if err != nil {
			t.Fatal(err)
		}
		want := math.Pow((kappa-1)/(kappa+1), float64(p.Step))
		if math.Abs(theta[0]-want) > 1e-13 || math.Abs(math.Abs(theta[1])-want) > 1e-13 {
			t.Fatalf("step %d: distances %v, want %v in both", p.Step, theta, want)
		}
		if loss := (m + M) / 2 * want * want; math.Abs(p.Loss-loss) > 1e-12*loss {
			t.Fatalf("step %d: loss %v, want %v", p.Step, p.Loss, loss)
		}
	}
}

// Momentum at its optimum: the extreme eigenvalues h have the double root
// ±√μ, so θ_k = (1 + ck) (±√μ)^k with c from the first step, 1 - ηh = ±(1+c)√μ.
func TestMomentumRate(t *testing.T) {
	const m, M = 0.5, 20.0
	sm, sM := math.Sqrt(m), math.Sqrt(M)
	root := (sM - sm) / (sM + sm)
	eta := 4 / (sm + sM) / (sm + sM)
	theta := []float64{1, 1}
	loop := Loop{Method: SGD{Rate: eta, Momentum: root * root}, Objective: bowl(m, M), Steps: 100}
	last, err := loop.Train(theta)
	if err != nil {
		t.Fatal(err)
	}
	k := float64(last.Step)
	for i, r := range []float64{root, -root} {
		h := []float64{m, M}[i]
		c := (1-eta*h)/r - 1
		want := (1 + c*k) * math.Pow(r, k)
		if math.Abs(theta[i]-want) > 1e-10*math.Abs(want) {
			t.Errorf("h = %v: θ after %v steps = %v, want %v", h, k, theta[i], want)
		}
	}
	// 1 - root = 0.27 against 0.05: descent is left far behind.
	if plain := math.Pow((M-m)/(M+m), k); math.Abs(theta[0]) > plain/1e9 {
		t.Errorf("momentum leaves %v, descent %v", theta[0], plain)
	}
}

// Descent is stable up to η = 2/h and momentum up to 2(1+μ)/h, and no further.
func TestStabilityLimit(t *testing.T) {
	for _, mu := range []float64{0, 0.6} {
		for _, side := range []float64{0.99, 1.01} {
			theta := []float64{1}
			eta := side * 2 * (1 + mu) / 3
			if _, err := (Loop{Method: SGD{Rate: eta, Momentum: mu}, Objective: bowl(3), Steps: 4000}).Train(theta); err != nil {
				t.Fatal(err)
			}
			if grows := math.Abs(theta[0]) > 1; grows != (side > 1) {
				t.Errorf("μ = %v, η = %v times the limit: θ = %v", mu, side, theta[0])
			}
		}
	}
}

// With gradient noise of variance s² a constant rate leaves the variance
// η s²/(h(2-ηh)); a harmonic schedule takes it down.
func TestNoiseFloor(t *testing.T) {
	const h, s, eta, n, steps = 2.0, 0.7, 0.2, 1000, 100
	noisy := func(schedule Schedule) (variance float64) {
		for i := range uint64(n) {
			rng := rand.New(rand.NewPCG(7, i))
			theta := []float64{0}
			loss := func(g, th []float64, _ int) (float64, error) {
				g[0] = h*th[0] + s*rng.NormFloat64()
				return h * th[0] * th[0] / 2, nil
			}
			if _, err := (Loop{Method: SGD{Rate: eta, Schedule: schedule}, Objective: loss, Steps: steps}).Train(theta); err != nil {
				t.Fatal(err)
			}
			variance += theta[0] * theta[0] / n
		}
		return variance
	}
	// From 0 the variance after k steps is the fraction 1 - (1-ηh)^2k of it.
	want := eta * s * s / (h * (2 - eta*h))
	if z := (noisy(nil)/want - 1) / math.Sqrt(2.0/n); math.Abs(z) > 5 {
		t.Errorf("variance %.3g standard errors from η s²/(h(2-ηh)) = %v, %d runs", z, want, n)
	}
	if got := noisy(Harmonic(5)); got > want/4 {
		t.Errorf("harmonic schedule leaves the variance %v, constant rate %v", got, want)
	}
}

// Adam on the quadratic: steps of about η at first, whatever the condition;
// with the schedule down to 0 it arrives.
func TestAdamArrives(t *testing.T) {
	theta := []float64{1, -1, 1}
	adam := Adam{Rate: 0.05, Schedule: Cosine(2000, 0)}
	last, err := (Loop{Method: adam, Objective: bowl(1e-3, 1, 1e4), Steps: 2000}).Train(theta)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range theta {
		if math.Abs(v) > 1e-3 {
			t.Errorf("θ[%d] = %v after %d steps, want 0: condition 1e7 must not matter", i, v, last.Step)
		}
	}
}
