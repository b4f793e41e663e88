package kramersmoyal

import (
	"math"
	"testing"

	"hopflow/internal/oracle"
)

const records = "testdata/lf.json"

func TestTransitionRecords(t *testing.T) {
	type limits struct {
		p     Process
		x, dt float64
	}
	cases := map[string]func(r oracle.Record) limits{
		"km/ou": func(r oracle.Record) limits {
			return limits{OrnsteinUhlenbeck{r.In("k"), r.In("T")}, r.In("x"), r.In("dt")}
		},
		"km/gbm": func(r oracle.Record) limits {
			return limits{GeometricBrownian{r.In("mu"), r.In("sigma")}, r.In("x"), r.In("dt")}
		},
		"km/compound-poisson": func(r oracle.Record) limits {
			return limits{CompoundProcess(r.In("rate"), Normal(r.In("jump_mean"), r.In("jump_var"))), 0.3, r.In("dt")}
		},
	}
	for prefix, build := range cases {
		for _, r := range oracle.Load(t, records, prefix) {
			c := build(r)
			for n, key := range []string{1: "M1", 2: "M2", 3: "M3", 4: "M4"} {
				if key != "" {
					r.Close(t, key, []float64{c.p.Jump([]float64{c.x}, 0, c.dt).Moment(n)}, 2e-14, true)
				}
			}
			for n, key := range []string{1: "D1", 2: "D2", 3: "D3", 4: "D4"} {
				if _, listed := r.Expected[key]; !listed {
					continue
				}
				d, stderr, err := MomentRate(c.p, []float64{c.x}, 0, c.dt, n)
				if err != nil {
					t.Fatal(err)
				}
				r.Close(t, key, []float64{d}, 1e-9, false)
				if math.Abs(d-r.Want(key)) > stderr+1e-13 {
					t.Errorf("%s %s = %v misses by more than its error estimate %v", r.ID, key, d, stderr)
				}
			}
		}
	}
}

func TestWalkRecords(t *testing.T) {
	coin := Coin(1)
	for _, r := range oracle.Load(t, records, "random-walk/binomial") {
		n := int(r.In("n"))
		a, err := coin.Sum(n)
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "kolmogorov", []float64{a.ToNormal().D}, 2e-14, true)
		rate, err := EsseenRate(coin)
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "asymptotic_1_over_sqrt_2_pi_n", []float64{rate / math.Sqrt(float64(n))}, 1e-15, true)
		r.Close(t, "berry_esseen_bound_0_4748", []float64{BerryEsseen(coin, n)}, 1e-15, true)
	}
	skewed, err := NewSteps([]float64{2, -1}, []float64{1. / 3, 2. / 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range oracle.Load(t, records, "random-walk/skewed") {
		a, err := skewed.Sum(int(r.In("n")))
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "kolmogorov", []float64{a.ToNormal().D}, 2e-13, true)
		r.Close(t, "skewness", []float64{a.Skewness()}, 2e-13, true)
		r.Close(t, "excess_kurtosis", []float64{a.ExcessKurtosis()}, 1e-12, false)
	}
	for _, r := range oracle.Load(t, records, "random-walk/poisson-clock") {
		a := Skellam(r.In("nu_t"))
		r.Close(t, "kolmogorov", []float64{a.ToNormal().D}, 2e-14, true)
		r.Close(t, "P0", []float64{a.At(0)}, 2e-15, true)
		r.Close(t, "excess_kurtosis", []float64{a.ExcessKurtosis()}, 1e-13, false)
	}
}

func TestPoissonTruncationRecord(t *testing.T) {
	for _, r := range oracle.Load(t, records, "km/poisson-truncation") {
		mean := r.In("lambda_t")
		exact := NewPoisson(1, 1, mean).Atoms()
		r.Close(t, "pmf", exact.P[:4], 1e-15, true)
		r.Close(t, "kolmogorov_order2", []float64{exact.Kolmogorov(NormalCDF(mean, mean)).D}, 1e-14, true)
		order3, order4 := TruncateJumps(1, Jump(1), 3), TruncateJumps(1, Jump(1), 4)
		var closed, fourier []float64
		for _, x := range r.Ins("x") {
			p, err := order3.Kernel(x, mean)
			if err != nil {
				t.Fatal(err)
			}
			q, err := order3.fourierKernel(x, mean)
			if err != nil {
				t.Fatal(err)
			}
			closed, fourier = append(closed, p), append(fourier, q)
		}
		r.Close(t, "p3", closed, 1e-13, true)
		r.Close(t, "p3", fourier, 1e-13, false)
		r.Close(t, "growth_k5_order4", []float64{order4.Growth(5)}, 1e-14, true)
	}
}

// quartic is E = x⁴/4.
type quartic struct{}

func (quartic) Dim() int                  { return 1 }
func (quartic) Value(x []float64) float64 { return x[0] * x[0] * x[0] * x[0] / 4 }
func (quartic) Gradient(dst, x []float64) { dst[0] = x[0] * x[0] * x[0] }

func TestLatticeRecords(t *testing.T) {
	for _, r := range oracle.Load(t, records, "b2/lattice") {
		w := &BondWalk{Energy: quartic{}, Mobility: func(x float64) float64 { return 1 + x*x/2 }, Temperature: r.In("T"), Spacing: r.In("delta")}
		x := r.In("x")
		up, down, err := w.Rates(x)
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "w_plus", []float64{up}, 1e-14, true)
		r.Close(t, "w_minus", []float64{down}, 1e-14, true)
		for n, key := range []string{1: "drift", 2: "second"} {
			if key == "" {
				continue
			}
			m, err := w.Moment(n, x)
			if err != nil {
				t.Fatal(err)
			}
			// The two rates cancel to δ of their size.
			r.Close(t, key, []float64{m}, 1e-15/r.In("delta"), true)
		}
		r.Close(t, "second_limit", []float64{2 * w.Temperature * w.Mobility(x)}, 1e-15, true)
		r.Close(t, "drift_limit", []float64{w.DriftLimit(x)}, 1e-12, true)
		w.At = AtStart
		r.Close(t, "drift_limit_start", []float64{w.DriftLimit(x)}, 1e-12, true)
		w.At = AtArrival
		r.Close(t, "drift_limit_arrival", []float64{w.DriftLimit(x)}, 1e-12, true)
	}
}

func TestOffByOneRecord(t *testing.T) {
	for _, r := range oracle.Load(t, records, "random-walk/off-by-one") {
		n := int(r.In("n"))
		right := [2]Window{{1, n}, {n + 1, 2 * n}}
		printed := [2]Window{{0, n}, {n, 2 * n}}
		r.Close(t, "var_ratio", []float64{float64(printed[0].Len()) / float64(right[0].Len())}, 1e-15, true)
		r.Close(t, "corr", []float64{printed[0].Correlation(printed[1])}, 1e-15, true)
		if right[0].Correlation(right[1]) != 0 {
			t.Errorf("%s: adjoining windows share steps", r.ID)
		}
		// n steps of variance 1/n in a time 1.
		step := Coin(math.Sqrt(1 / float64(n)))
		d, err := NewWalk(step, float64(n)).MomentRate([]float64{0}, 0, 2)
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "var_correct", []float64{d}, 1e-15, true)
		r.Close(t, "var_printed", []float64{step.Moment(2)}, 1e-15, true)
	}
}

func TestSeriesRecords(t *testing.T) {
	for _, prefix := range []string{"km/series-converges", "km/series-diverges"} {
		for _, r := range oracle.Load(t, records, prefix) {
			s2 := 0.7
			p, jump := Bell{0, s2}, Normal(0, r.In("r")*s2)
			sums, err := PartialSums(p, jump, 0, 80)
			if err != nil {
				t.Fatal(err)
			}
			var got []float64
			for _, m := range r.Ins("M") {
				got = append(got, sums[2*int(m)]/p.Prob(0))
			}
			r.Close(t, "partial_sums", got, 1e-14, true)
			r.Close(t, "exact", []float64{Bell{0, s2 + r.In("r")*s2}.Prob(0) / p.Prob(0)}, 1e-15, true)
		}
	}
	for _, r := range oracle.Load(t, records, "km/cauchy") {
		sums, err := PartialSums(Cauchy{0, 1}, Jump(r.In("c")), 0, 120)
		if err != nil {
			t.Fatal(err)
		}
		var got []float64
		for _, m := range r.Ins("M") {
			got = append(got, sums[2*int(m)])
		}
		r.Close(t, "partial_sums", got, 2e-15, true)
		r.Close(t, "exact", []float64{Cauchy{r.In("c"), 1}.Prob(0)}, 1e-15, true)
	}
}

// Every record of the files that this package answers for is looked at by a test.
func TestNoRecordIsForgotten(t *testing.T) {
	known := map[string]bool{}
	for _, prefix := range []string{
		"km/ou", "km/gbm", "km/compound-poisson", "km/series-converges", "km/series-diverges", "km/cauchy", "km/poisson-truncation",
		"random-walk/binomial", "random-walk/skewed", "random-walk/poisson-clock", "random-walk/off-by-one", "b2/lattice",
	} {
		for _, r := range oracle.Load(t, records, prefix) {
			known[r.ID] = true
		}
	}
	for _, r := range oracle.Load(t, records, "") {
		if !known[r.ID] {
			t.Errorf("no test looks at %s", r.ID)
		}
	}
}
