package langevin

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"hopflow/flows/sde"
	"hopflow/lyapunov/landscape"
)

// edge draws numbers with the awkward ones among them.
func edge(lo, hi float64) *rapid.Generator[float64] {
	return rapid.OneOf(rapid.Float64Range(lo, hi), rapid.SampledFrom([]float64{0, lo, hi, 5e-324, math.Nextafter(hi, lo)}))
}

// A turn stays in [0, 1] for any angles that have a length.
func TestTurnStaysInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := edge(0, 1).Draw(t, "x")
		A, B := edge(-1e150, 1e150).Draw(t, "A"), edge(-20, 20).Draw(t, "B")
		if y := turn(x, A, B); !(y >= 0 && y <= 1) {
			t.Fatalf("turn(%v, %v, %v) = %v", x, A, B, y)
		}
	})
}

// The square of the root is S, in any dimension and of any scale.
func TestSquareRoot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "n")
		b := rapid.SliceOfN(rapid.Float64Range(-1, 1), n*n, n*n).Draw(t, "b")
		scale := math.Pow(10, rapid.Float64Range(-80, 80).Draw(t, "scale"))
		rank := rapid.IntRange(0, n).Draw(t, "rank")
		s := make([]float64, n*n)
		for i := range n {
			for j := range n {
				for k := range rank {
					s[i*n+j] += b[i*n+k] * b[j*n+k] * scale
				}
			}
		}
		root := append([]float64(nil), s...)
		squareRoot(root, newEigen(n))
		for i := range n {
			for j := range n {
				var got float64
				for k := range n {
					got += root[i*n+k] * root[k*n+j]
				}
				if !(math.Abs(got-s[i*n+j]) <= 1e-11*scale) {
					t.Fatalf("root of %v: entry (%d, %d) of its square is %v", s, i, j, got)
				}
			}
		}
	})
}

// Blocks and particles of every mobility agree, and with the formula.
func TestDriftOfRandomDynamics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		T := edge(0, 30).Draw(t, "T")
		beta := rapid.SliceOfN(rapid.Float64Range(0.01, 10), 2, 2).Draw(t, "beta")
		x := rapid.SliceOfN(rapid.Float64Range(0, 1), 2, 2).Draw(t, "x")
		s := Machine{Energy: landscape.Himmelblau{}, Beta: beta, Temperature: T}.System()
		g, want, got := make([]float64, 2), make([]float64, 2), make([]float64, 2)
		(landscape.Himmelblau{}).Gradient(g, x)
		for i := range g { // [HF] (58), corrected
			want[i] = 4*beta[i]*T*(1-2*x[i]) - 4*beta[i]*x[i]*(1-x[i])*g[i]
		}
		s.Drift(got, 0, x)
		block := rows(2, 1)
		s.DriftBlock(block, 0, [][]float64{x[:1], x[1:]})
		for i := range g {
			tol := 1e-13 * (1 + math.Abs(g[i])*beta[i] + beta[i]*T)
			if math.Abs(got[i]-want[i]) > tol || math.Abs(block[i][0]-want[i]) > tol {
				t.Fatalf("drift %v, block %v, want %v", got, block, want)
			}
		}
	})
}

// The mean exit time solves its equation: M(x) of an interval is the sum of
// that of a part and the times from its ends.
func TestMeanExitIsAdditive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		T := rapid.Float64Range(0.15, 3).Draw(t, "T")
		well := landscape.NewDoubleWell(rapid.Float64Range(0.2, 1.5).Draw(t, "barrier"), 1)
		l := OnLine(well, func(x float64) float64 { return 1 + 0.5*math.Sin(x) }, T, sde.AntiIto, -4, 4)
		x := rapid.Float64Range(-0.5, 0.5).Draw(t, "x")
		exit := func(x, a, b float64) float64 { return must(l.MeanExit(x, a, b)) }
		p := must(l.Hits(x, -0.6, 0.6))
		got := exit(x, -0.6, 0.6) + p*exit(0.6, -1.3, 1.1) + (1-p)*exit(-0.6, -1.3, 1.1)
		if want := exit(x, -1.3, 1.1); math.Abs(got/want-1) > 1e-11 {
			t.Fatalf("%.15g by parts, %.15g at once", got, want)
		}
	})
}

// What is fed with NaN and Inf says so: an error, a panic with the package's
// name, or NaN.
func TestNonFiniteInput(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for name, f := range map[string]func() float64{
			"ConstantTemperature": func() float64 { return ConstantTemperature(v)(0) },
			"LinearCooling":       func() float64 { return LinearCooling(1, v, 1)(0) },
			"ExponentialCooling":  func() float64 { return ExponentialCooling(1, v, 1)(0) },
			"LogarithmicCooling":  func() float64 { return LogarithmicCooling(v)(0) },
			"EulerExit":           func() float64 { return EulerExit(v, 1, 1) },
			"Temperature":         func() float64 { Dynamics{Energy: flat(1), Temperature: v}.System(); return 0 },
			"Beta":                func() float64 { Machine{Energy: flat(1), Beta: []float64{v}}.System(); return 0 },
			"Friction":            func() float64 { Kinetic{Energy: flat(1), Friction: v}.System(); return 0 },
			"Mass":                func() float64 { Kinetic{Energy: flat(1), Mass: []float64{v}}.System(); return 0 },
			"OnLine":              func() float64 { OnLine(flat(1), nil, v, sde.Ito, 0, 1); return 0 },
			"NewConstant": func() float64 {
				if _, err := NewConstant(mat.NewDense(1, 1, []float64{v})); err == nil {
					return 0
				}
				return math.NaN()
			},
			"Rates": func() float64 {
				if _, err := (Dynamics{Energy: bumpy}).Rates([]float64{v, 0}); err == nil {
					return 0
				}
				return math.NaN()
			},
			"Escape": func() float64 {
				if _, err := (Dynamics{Energy: bumpy, Temperature: 0.1}).Escape([]float64{v, 0}, []float64{0, 0}); err == nil {
					return 0
				}
				return math.NaN()
			},
			"CheckMobility": func() float64 {
				if CheckMobility(entryMobility(v), points2) == nil {
					return 0
				}
				return math.NaN()
			},
			"MeanExit": func() float64 {
				l := OnLine(curve{func(float64) float64 { return v }, func(float64) float64 { return 0 }}, nil, 1, sde.Ito, -1, 1)
				if _, err := l.MeanExit(0, -0.5, 0.5); err == nil {
					return 0
				}
				return math.NaN()
			},
			"End": func() float64 {
				l := OnLine(curve{func(float64) float64 { return v }, func(float64) float64 { return 0 }}, nil, 1, sde.Ito, -1, 1)
				if _, err := l.End(true); err == nil {
					return 0
				}
				return math.NaN()
			},
			"drift": func() float64 {
				var d [2]float64
				paper.System().Drift(d[:], 0, []float64{v, 0.5})
				return d[0]
			},
			"turn": func() float64 { return turn(0.5, v, 0.1) },
		} {
			got, said := func() (got float64, said bool) {
				defer func() {
					if recover() != nil {
						said = true
					}
				}()
				return f(), false
			}()
			if !said && !math.IsNaN(got) {
				t.Errorf("%s of %v is %v in silence", name, v, got)
			}
		}
	}
}

// entryMobility is a mobility with an entry v.
func entryMobility(v float64) *Diagonal {
	return NewDiagonal(2, func(int, float64) float64 { return v }, func(int, float64) float64 { return 0 })
}
