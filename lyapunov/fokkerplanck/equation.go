package fokkerplanck

import (
	"fmt"
	"math"

	"hopflow/lyapunov"
)

// An Equation is the Fokker-Planck equation of an energy,
//
//	∂p/∂t = (1/μ) ∂_a [μ K^{ab} (ρ ∂_b E + T ∂_b ρ)],   ρ = p/μ,
//
// with p the density with respect to dx. Without LogVolume μ is 1 and this is
// ∂p/∂t = ∇·(K(p ∇E + T ∇p)), [LF] Theorem 6 and [HF] (42), whose stationary
// density is exp(-E/T)/Z. With one it is that of [LF] Theorem 8 on a manifold,
// corrected: p ∝ μ exp(-E/T).
type Equation struct {
	Energy      lyapunov.Energy
	Mobility    Mobility // nil is the identity
	Temperature float64
	// LogVolume is ln μ. RiemannianVolume gives that of the metric K⁻¹, which
	// makes this the Laplace-Beltrami variant [HF] (53). nil is 0.
	LogVolume func(x []float64) float64
}

// A Drift is the Fokker-Planck equation of the Itô equation
//
//	dx = h dt + √(2T) dW,   dW ~ N(0, S dt),
//
// for which no energy is known: ∂p/∂t = ∂_a(-h^a p + T ∂_b (S^{ab} p)). Field
// stores h(x) in dst.
type Drift struct {
	Field       func(dst, x []float64)
	Diffusion   Mobility // S, symmetric; nil is the identity
	Temperature float64
}

// Current says how the antisymmetric part of K is discretised. Either way the
// stationary law is exact and mass is kept.
type Current int

const (
	// Upwind takes the density from the cell that the current leaves: the
	// rates are positive whatever A is, and there is an error of first order,
	// as of an extra diffusion. This is the default.
	Upwind Current = iota
	// Centred takes the mean of both cells, of second order. New refuses it
	// where a rate would be negative: there the free energy may rise.
	Centred
	// CentredSigned is Centred with negative rates let through. Nothing is
	// promised then but mass and the stationary law; the certificates say when
	// the rest fails.
	CentredSigned
)

// Solver says how a step of ImplicitEuler or TwoStage is solved in two and
// three dimensions, and on a circle. Both are positive by construction.
type Solver int

const (
	// Automatic eliminates small grids and iterates on large ones.
	Automatic Solver = iota
	// Elimination factors the banded matrix once per step length, without a
	// subtraction: every entry has its relative accuracy. It stores two
	// numbers per cell and per cell of the band.
	Elimination
	// Multigrid iterates, with memory and time per step of the order of the
	// number of cells.
	Multigrid
)

// Settings are the choices of a discretisation. A nil *Settings, and every zero
// field, is the default.
type Settings struct {
	Rates   Rates   // 0 is ScharfetterGummel
	Current Current // 0 is Upwind
	Method  Method  // nil is ImplicitEuler
	Solver  Solver  // 0 is Automatic
	// Tolerance bounds the error ‖δp‖₁ of one step by the truncation of
	// Exponential, where 0 is 1e-7, on a line 1e-9, or by the iteration of
	// Multigrid, where 0 is 1e-12.
	Tolerance float64
	// Semidefinite accepts zeros in a diagonal S, where the free energy
	// decreases but p need not relax. Off by default.
	Semidefinite bool
}

func (s *Settings) resolved() Settings {
	var out Settings
	if s != nil {
		out = *s
	}
	if out.Method == nil {
		out.Method = ImplicitEuler{}
	}
	if out.Tolerance < 0 || math.IsNaN(out.Tolerance) {
		panic(fmt.Sprintf("fokkerplanck: tolerance is %v, want a positive number", out.Tolerance))
	}
	return out
}

func (s *Settings) tolerance(other float64) float64 {
	if s.Tolerance == 0 {
		return other
	}
	return s.Tolerance
}

// RiemannianVolume returns ln √det G for the metric G whose inverse is the
// symmetric part of k: the LogVolume with which an Equation becomes the
// Laplace-Beltrami variant of [HF] Remark 3,
//
//	(1/√det G) ∇·(√det G ρ G⁻¹ ∇ δF/δρ),   [HF] (53),
//
// stationary at ρ ∝ exp(-E/T) with respect to √det G dx.
func RiemannianVolume(k Mobility) func(x []float64) float64 {
	return func(x []float64) float64 {
		var t tensor
		if t.at(k, x) != nil {
			return math.NaN()
		}
		var det float64
		switch s := &t.s; t.n {
		case 1:
			det = s[0]
		case 2:
			det = s[0]*s[3] - s[1]*s[2]
		default:
			det = s[0]*(s[4]*s[8]-s[5]*s[7]) - s[1]*(s[3]*s[8]-s[5]*s[6]) + s[2]*(s[3]*s[7]-s[4]*s[6])
		}
		return -math.Log(det) / 2
	}
}

// weighted is the energy E - T ln μ, whose Gibbs density with respect to dx is
// that of E with respect to μ dx.
type weighted struct {
	lyapunov.Energy
	T      float64
	volume func(x []float64) float64
}

func (w weighted) Value(x []float64) float64 { return w.Energy.Value(x) - w.T*w.volume(x) }

// Gradient takes the part of ln μ by central differences.
func (w weighted) Gradient(dst, x []float64) {
	w.Energy.Gradient(dst, x)
	for i, keep := range x {
		h := 1e-5 * math.Max(math.Abs(keep), 1e-2)
		x[i] = keep + h
		up := w.volume(x)
		x[i] = keep - h
		dst[i] -= w.T * (up - w.volume(x)) / (2 * h)
		x[i] = keep
	}
}

// effective returns the energy whose Gibbs density is stationary.
func (e Equation) effective() lyapunov.Energy {
	if e.LogVolume == nil {
		return e.Energy
	}
	return weighted{e.Energy, e.Temperature, e.LogVolume}
}
