package wasserstein

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
	"hopflow/lyapunov/exponential"
	"hopflow/lyapunov/freeenergy"
)

// EffectiveTemperature returns T + ε/(2h): the temperature of the Gibbs weights
// that the entropic recursion tends to on a fixed support, when nothing is done
// about the entropy of the plan. With a = hT/ε the stationary weights satisfy w =
// z ⊙ Γz, z = (ξ ⊘ w)^a, ξ = exp(-f/T); where √ε is small against the scale of f,
// Γz ≈ c n_s z, n_s the density of the points with respect to the Riemannian
// volume, and
//
//	w ∝ ξ^(2a/(1+2a)) n_s^(1/(1+2a)),   T (1+2a)/(2a) = T + ε/(2h).
//
// At T = 25, ε = 0.1 and h = 1e-4, those of [HF], it is 525. It is NaN unless T
// >= 0, ε >= 0 and h > 0.
func EffectiveTemperature(T, eps, h float64) float64 {
	if !(T >= 0 && eps >= 0 && h > 0) {
		return math.NaN()
	}
	return T + eps/(2*h)
}

// Exponents returns the powers of exp(-f/T) and of the density n_s of the points
// in the stationary weights of the entropic recursion: 2a/(1+2a), the slope that
// FitGibbs finds on even points, and 1/(1+2a), a = hT/ε. They are NaN unless h,
// T and ε are positive.
func (p JKO) Exponents() (gibbs, crowding float64) {
	if !(p.Step > 0 && p.Temperature > 0 && p.Epsilon > 0) {
		return math.NaN(), math.NaN()
	}
	a := p.Step * p.Temperature / p.Epsilon
	return 1 / (1 + 1/(2*a)), 1 / (1 + 2*a)
}

// Predicted returns the weights that the theory of EffectiveTemperature predicts
// on points with the given density n_s, of any scale; nil is that of even points.
// It is an error if the numbers of p mean nothing, there are no points or points
// of another dimension, f is not finite at a point, or a density is not positive.
// It panics unless there is a density for each point.
func (p JKO) Predicted(x *mat.Dense, crowding []float64) ([]float64, error) {
	if err := p.check(true); err != nil {
		return nil, err
	}
	if x == nil || x.IsEmpty() {
		return nil, &MeasureError{Reason: ErrEmpty, Index: -1}
	}
	n, dim := x.Dims()
	if dim != p.Energy.Dim() {
		return nil, &CostError{Reason: ErrDimension, Row: dim, Column: p.Energy.Dim()}
	}
	if crowding != nil {
		if len(crowding) != n {
			panic(fmt.Sprintf("wasserstein: length mismatch: %d densities for %d points", len(crowding), n))
		}
		if i := notPositive(crowding); i >= 0 {
			return nil, &MeasureError{Reason: ErrWeight, Index: i, Value: crowding[i]}
		}
	}
	w := make([]float64, n)
	if err := p.energies(w, 0, x.RawRowView); err != nil {
		return nil, err
	}
	gibbs, power := p.Exponents()
	top := math.Inf(-1)
	for i, f := range w {
		w[i] = -gibbs * f / p.Temperature
		if crowding != nil {
			w[i] += power * math.Log(crowding[i])
		}
		top = math.Max(top, w[i])
	}
	total := exponential.Row(w, w, 1, -top)
	for i := range w {
		w[i] /= total
	}
	return w, nil
}

// Crowding returns the density of points in the flat chart, smoothed by Γ,
//
//	n_s(x_i) = Σ_j Γ_ij/(N (2πε)^(n/2)):
//
// what the weights of a Cloud follow where ε is large. It is an error if ε is not
// positive, or a point has no finite flat coordinates.
func Crowding(chart geometry.Chart, x *mat.Dense, eps float64) ([]float64, error) {
	k, err := CloudKernel(chart, x, x, eps)
	if err != nil {
		return nil, err
	}
	n, dim := x.Dims()
	ones, out := make([]float64, n), make([]float64, n)
	fill(ones, 1)
	k.Apply(out, ones)
	scale := float64(n) * math.Pow(2*math.Pi*eps, float64(dim)/2)
	for i := range out {
		out[i] /= scale
	}
	return out, nil
}

// Stationary returns the weights that the entropic recursion of [HF] leaves as
// they are, on the fixed points x: w = z ⊙ Γz, z = (ξ ⊘ w)^a with sum 1. They are
// not Gibbs weights; see EffectiveTemperature. The equation is iterated as
//
//	ln z ← ln z + ω (α ln ξ - α ln Γz - ln z),  α = a/(1+a), ω = 2/(2+α),
//
// whose errors fall by at least three in each pass, since the derivative of ln Γz
// is a stochastic matrix with eigenvalues in [0, 1]. It is an error if that does
// not come below the Tolerance, two points coincide, or as for Cloud.
func (p JKO) Stationary(x *mat.Dense) ([]float64, error) {
	if err := p.check(true); err != nil {
		return nil, err
	}
	if x == nil || x.IsEmpty() {
		return nil, &MeasureError{Reason: ErrEmpty, Index: -1}
	}
	if err := p.checkStart(UniformMeasure(x)); err != nil {
		return nil, err
	}
	k, err := CloudKernel(p.Chart, x, x, p.Epsilon)
	if err != nil {
		return nil, err
	}
	n, _ := x.Dims()
	f, logz, g := make([]float64, n), make([]float64, n), make([]float64, n)
	if err := p.energies(f, 0, x.RawRowView); err != nil {
		return nil, err
	}
	a := p.Step * p.Temperature / p.Epsilon
	alpha := a / (1 + a)
	omega, change := 2/(2+alpha), math.Inf(1)
	it := 0
	for ; it < p.maxIterations() && change > p.tolerance()/100; it++ {
		last := change
		k.LogApply(g, logz)
		change = 0
		for i, l := range logz {
			d := omega * (-alpha*f[i]/p.Temperature - alpha*g[i] - l)
			logz[i] += d
			change = math.Max(change, math.Abs(d))
		}
		if change <= p.tolerance() && change >= last {
			break // rounding
		}
	}
	if !(change <= p.tolerance()) {
		return nil, &StepError{Reason: ErrInner, Point: -1, Value: change, Bound: p.tolerance(), Iterations: it}
	}
	k.LogApply(g, logz)
	top := math.Inf(-1)
	for i, l := range logz {
		g[i] += l
		top = math.Max(top, g[i])
	}
	total := exponential.Row(g, g, 1, -top)
	for i := range g {
		g[i] /= total
	}
	return g, nil
}

// SquaredDensity returns ∫ q² dx, and q² divided by it: the density that a cloud
// distributed as q has when the values q(x_i) are taken for the masses of its
// points, as a weighted scatter plot suggests. For a Gibbs density that is the one
// at half the temperature.
func SquaredDensity(q *freeenergy.Density) (total float64, squared *freeenergy.Density) {
	squared = q.Clone()
	for i, v := range q.P {
		squared.P[i] = v * v
		total += v * v * q.Grid.Volume(i)
	}
	for i := range squared.P {
		squared.P[i] /= total
	}
	return total, squared
}
