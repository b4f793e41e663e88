package langevin

import (
	"math"
	"testing"

	"hopflow/flows/sde"
	"hopflow/internal/oracle"
	"hopflow/internal/trials"
	"hopflow/lyapunov/landscape"
	"hopflow/lyapunov/verify"
)

// A turn by R in all directions averages Legendre's polynomials: P_l(cos φ)
// goes to P_l(cos φ) P_l(cos R). With the mean 0 of P_l over x, l >= 1, that
// makes the uniform law stationary for every R.
func TestTurnIsASphere(t *testing.T) {
	legendre := func(l int, z float64) float64 {
		p, q := 1.0, z
		for k := range l {
			p, q = q, (float64(2*k+3)*z*q-float64(k+1)*p)/float64(k+2)
		}
		return p
	}
	const directions = 24
	for _, R := range []float64{1e-9, 0.01, 0.7, 2.9, 3.3, 5, 9.1, 40} {
		for _, x := range []float64{0, 1e-12, 0.03, 0.2, 0.55, 0.9, 1} {
			for l := 1; l <= 6; l++ {
				var mean float64
				for k := range directions {
					sin, cos := math.Sincos(2 * math.Pi * (float64(k) + 0.3) / directions)
					mean += legendre(l, 1-2*turn(x, R*cos, R*sin)) / directions
				}
				if want := legendre(l, 1-2*x) * legendre(l, math.Cos(R)); math.Abs(mean-want) > 1e-13 {
					t.Errorf("R = %g, x = %g, l = %d: mean %.16g, want %.16g", R, x, l, mean, want)
				}
			}
		}
	}
	for r := 0.0; r < 0.6; r += 0.0123 {
		a, b := sincos(r)
		if c, d := math.Sincos(r); math.Abs(a-c) > 2e-16*math.Abs(c) || math.Abs(b-d) > 2e-16 {
			t.Errorf("sincos(%g) = %v, %v, want %v, %v", r, a, b, c, d)
		}
	}
	// cos φ⁺ of the formula, far from the ends, and the digits at an end.
	for _, c := range [][3]float64{{0.3, 0.2, -0.7}, {0.8, -1.1, 0.4}, {0.5, 2, 3}} {
		phi, R := math.Acos(1-2*c[0]), math.Hypot(c[1], c[2])
		want := (1 - math.Cos(phi)*math.Cos(R) + math.Sin(phi)*math.Sin(R)*c[1]/R) / 2
		if got := turn(c[0], c[1], c[2]); math.Abs(got-want) > 1e-15 {
			t.Errorf("turn%v = %v, want %v", c, got, want)
		}
	}
	if got, want := turn(1e-20, 1e-11, 0), math.Pow(math.Sin(math.Asin(1e-10)+0.5e-11), 2); math.Abs(got/want-1) > 1e-13 {
		t.Errorf("near 0: %v, want %v", got, want)
	}
}

// With f = 0 the law stays uniform under the sphere: mean and variance after
// steps of any length.
func TestSphereKeepsTheUniformLaw(t *testing.T) {
	m := Machine{Energy: flat(2), Beta: []float64{0.25, 0.7}, Temperature: 25}
	n := 5000 * trials.Times(t)
	for seed := range seeds {
		e := sde.Ensemble{System: m.System(), Scheme: m.Sphere(), Particles: n, Step: 0.02, Seed: uint64(seed), Start: m.Start()}
		cloud, err := e.Run(0, 0.1)
		if err != nil {
			t.Fatal(err)
		}
		for d := range 2 {
			var m1, m2 float64
			for i := range n {
				z := cloud.X.At(i, d) - 0.5
				m1 += z / float64(n)
				m2 += z * z / float64(n)
			}
			if z := m1 * math.Sqrt(12*float64(n)); !(math.Abs(z) < zmax) {
				t.Errorf("seed %d: mean off by %.4f, z = %.2f", seed, m1, z)
			}
			if z := (m2 - 1./12) * math.Sqrt(180*float64(n)); !(math.Abs(z) < zmax) {
				t.Errorf("seed %d: variance %.5f, want 1/12, z = %.2f", seed, m2, z)
			}
		}
	}
}

// One step has the mean a h and the covariance 2T K h of the machine, to
// O(h^2): the average over the noise by Gauss and Hermite.
func TestSphereIsWeaklyConsistent(t *testing.T) {
	m := Machine{Energy: landscape.Himmelblau{}, Beta: []float64{0.25, 0.6}, Temperature: 25}
	// Nodes ±√(3±√6), weights (3∓√6)/12: exact to degree 7 in a standard normal number.
	r := math.Sqrt(6)
	node := []float64{math.Sqrt(3 - r), -math.Sqrt(3 - r), math.Sqrt(3 + r), -math.Sqrt(3 + r)}
	weight := []float64{(3 + r) / 12, (3 + r) / 12, (3 - r) / 12, (3 - r) / 12}
	x := []float64{0.3, 0.8}
	drift := make([]float64, 2)
	m.System().Drift(drift, 0, x)
	stepper, err := m.Sphere().Stepper(m.System(), 1)
	if err != nil {
		t.Fatal(err)
	}
	moments := func(h float64, d int) (m1, m2 float64) {
		for i, a := range node {
			for j, b := range node {
				at, dw := rows(2, 1), rows(4, 1)
				at[0][0], at[1][0] = x[0], x[1]
				dw[d][0], dw[2+d][0] = a*math.Sqrt(h), b*math.Sqrt(h)
				stepper.Step(0, h, at, dw)
				z := at[d][0] - x[d]
				m1 += weight[i] * weight[j] * z
				m2 += weight[i] * weight[j] * z * z
			}
		}
		return m1, m2
	}
	for d := range 2 {
		k := 4 * m.Beta[d] * x[d] * (1 - x[d])
		var hs, e1, e2 []float64
		for h := 4e-5; h > 2e-6; h /= 2 {
			m1, m2 := moments(h, d)
			hs, e1, e2 = append(hs, h), append(e1, math.Abs(m1-drift[d]*h)), append(e2, math.Abs(m2-2*m.Temperature*k*h))
		}
		for name, e := range map[string][]float64{"mean": e1, "square": e2} {
			if slope, err := verify.FitSlope(hs, e); err != nil || math.Abs(slope.Order-2) > 0.2 {
				t.Errorf("coordinate %d: the error of the %s of a step falls like h^%.2f, %v, want 2", d, name, slope.Order, err)
			}
		}
	}
}

// On one path, Euler-Maruyama with fine steps and the sphere come together like
// h^1/2.
func TestSphereStrongOrder(t *testing.T) {
	m := Machine{Energy: curve{func(x float64) float64 { return 3 * (x - 0.4) * (x - 0.4) }, func(x float64) float64 { return 6 * (x - 0.4) }}, Beta: []float64{0.7}, Temperature: 0.3}
	scheme, err := m.Sphere().Stepper(m.System(), 1)
	if err != nil {
		t.Fatal(err)
	}
	exact, err := sde.Milstein.Stepper(m.System(), 1)
	if err != nil {
		t.Fatal(err)
	}
	const paths, finest, end = 1000, 512, 0.25
	counts := []int{4, 8, 16, 32, 64}
	square := make([]float64, len(counts))
	for p := range paths {
		r := sde.NewStream(11, uint64(p))
		w := make([]float64, 2*finest)
		r.Normals(w)
		scale(w, math.Sqrt(end/finest))
		run := func(s sde.Stepper, n int) float64 {
			x, dw := rows(1, 1), rows(2, 1)
			x[0][0] = 0.5
			h, each := end/float64(n), finest/n
			for k := range n {
				dw[0][0], dw[1][0] = 0, 0
				for i := k * each; i < (k+1)*each; i++ {
					dw[0][0] += w[i]
					dw[1][0] += w[finest+i]
				}
				s.Step(float64(k)*h, h, x, dw[:s.Channels()])
			}
			return x[0][0]
		}
		want := run(exact, finest)
		for i, n := range counts {
			d := run(scheme, n) - want
			square[i] += d * d / paths
		}
	}
	var hs, errs []float64
	for i, n := range counts {
		hs, errs = append(hs, end/float64(n)), append(errs, math.Sqrt(square[i]))
	}
	if slope, err := verify.FitSlope(hs, errs); err != nil || math.Abs(slope.Order-0.5) > 0.3 {
		t.Errorf("strong order %.2f ± %.2f from %d paths, %v, want 0.5", slope.Order, slope.StdErr, paths, err)
	}
}

// One step with given normal numbers, also a thousandth from the wall.
func TestSphereStep(t *testing.T) {
	for _, r := range oracle.Load(t, hf, "hf-sph-") {
		m := Machine{Energy: landscape.Himmelblau{}, Beta: r.Ins("beta"), Temperature: r.In("T")}
		s, err := m.Sphere().Stepper(m.System(), 1)
		if err != nil {
			t.Fatal(err)
		}
		h, at := r.In("h"), r.Ins("x")
		x, dw := [][]float64{{at[0]}, {at[1]}}, make([][]float64, 4)
		for i, z := range append(r.Ins("a"), r.Ins("b")...) {
			dw[i] = []float64{math.Sqrt(h) * z}
		}
		s.Step(0, h, x, dw)
		r.Close(t, "x", []float64{x[0][0], x[1][0]}, 1e-14, true)
	}
}
