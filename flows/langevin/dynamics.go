package langevin

import (
	"math"

	"hopflow/flows/sde"
	"hopflow/lyapunov"
	"hopflow/lyapunov/fokkerplanck"
)

// Dynamics is the Langevin equation of an energy,
//
//	dx = [T div K + T K ∂ln μ - K ∇E] dt + √(2T) S^(1/2) dW   (Itô),
//
// K = S + A, (div K)^a = Σ_b ∂_b K^{ab}: [LF] Theorem 8 with the antisymmetric
// part that its proof allows, and on a manifold with the drift that it leaves
// out (errata LF-8). Its density with respect to dx obeys fokkerplanck.Equation
// and is stationary at
//
//	p ∝ μ exp(-E/T).
//
// The drift T div K is part of the Itô form wherever K depends on x: without
// it the stationary density of a line is exp(-E/T)/K.
type Dynamics struct {
	Energy lyapunov.Energy
	// Mobility is K. nil is the identity.
	//
	// A Mobility may have methods of BlockMobility, which make the System
	// faster, and of RootMobility, which tell it the shape of the noise.
	Mobility lyapunov.Mobility
	// Temperature is T >= 0; 0 is the flow dx/dt = -K ∇E.
	Temperature float64
	// Schedule is a temperature that depends on time, in place of Temperature.
	Schedule Schedule
	// LogVolume is ln μ for a density exp(-E/T) with respect to μ dx. nil is 0.
	LogVolume func(x []float64) float64
	// VolumeGradient stores ∂ln μ in dst. nil: by differences of LogVolume.
	VolumeGradient func(dst, x []float64)
}

// A BlockMobility acts on many particles at once: row d of a block is
// coordinate d of all of them.
type BlockMobility interface {
	lyapunov.Mobility
	// DriftBlock stores T div K(x) - K(x) ξ in dst, which may be xi.
	DriftBlock(dst, x, xi [][]float64, T float64)
	// SqrtBlock stores c S(x)^(1/2) w in dst, which may be w.
	SqrtBlock(dst, x, w [][]float64, c float64)
}

// A DiagonalMobility is S = diag(k_i(x_i)) and knows its entries for many
// particles at once, so that Euler-Maruyama makes their noise in one pass.
type DiagonalMobility interface {
	RootMobility
	// EntryBlock stores c k_i(x_i) in dst, which does not overlap x. Its Shape is
	// sde.Diagonal.
	EntryBlock(dst, x [][]float64, c float64)
}

// A RootMobility knows how its square root S^(1/2) changes with x.
type RootMobility interface {
	lyapunov.Mobility
	// Shape says what schemes may count on.
	Shape() sde.Shape
	// SqrtDeriv stores Σ_i v_i ∂_i S(x)^(1/2) w in dst.
	SqrtDeriv(dst, x, v, w []float64)
}

// A BlockEnergy has a gradient for many particles at once: x[d][i] is
// coordinate d of particle i.
type BlockEnergy interface {
	lyapunov.Energy
	// GradientBlock stores ∇E at every particle in dst, which does not overlap x.
	GradientBlock(dst, x [][]float64)
}

// noiseFactor is the only place where √(2T) is written.
func noiseFactor(T float64) float64 { return math.Sqrt(2 * T) }

// descend stores T div - kxi in dst, which may be either of the others: the
// only place where the minus sign of -K ∇E is written, but for the fused loops
// of BlockMobility, which the tests hold against it.
func descend(dst, div, kxi []float64, T float64) {
	for i := range dst {
		dst[i] = T*div[i] - kxi[i]
	}
}

// mustMean panics unless the dynamics have their parts.
func (d Dynamics) mustMean() {
	if d.Energy == nil {
		panic("langevin: dynamics without an energy")
	}
	if d.Energy.Dim() < 1 {
		panic("langevin: an energy without coordinates")
	}
	notNegative("temperature", d.Temperature)
	if d.Schedule != nil && d.Temperature != 0 {
		panic("langevin: dynamics with a Temperature and a Schedule: leave one out")
	}
	if d.VolumeGradient != nil && d.LogVolume == nil {
		panic("langevin: a VolumeGradient without its LogVolume")
	}
	if k, ok := d.Mobility.(interface{ Dim() int }); ok && k.Dim() != d.Energy.Dim() {
		length(make([]float64, k.Dim()), d.Energy.Dim())
	}
}

// at returns T(t), NaN where a schedule is negative or infinite.
func (d Dynamics) at(t float64) float64 {
	if d.Schedule == nil {
		return d.Temperature
	}
	if T := d.Schedule(t); T >= 0 && !math.IsInf(T, 0) {
		return T
	}
	return math.NaN()
}

// System returns the stochastic differential equation. The particle forms and
// the block forms of the drift and the noise are the same functions. Shape and
// NoiseDeriv are filled in where the mobility is a RootMobility, as all of this
// package are. A gradient or a mobility that is not finite makes the drift so,
// which the schemes report with the particle; a temperature of a Schedule that
// is negative or infinite makes drift and noise NaN.
//
// It panics if the temperature is negative or not finite, if both Temperature
// and Schedule are given, or if the dimensions differ.
func (d Dynamics) System() *sde.System {
	d.mustMean()
	p := newProcess(d)
	s := &sde.System{Dim: p.n, Drift: p.drift, Noise: p.noise, DriftBlock: p.driftBlock, NoiseBlock: p.noiseBlock}
	if k := rootOf(p.k); k != nil {
		s.Shape = k.Shape()
		s.NoiseDeriv = func(dst []float64, t float64, x, v, dw []float64) {
			k.SqrtDeriv(dst, x, v, dw)
			scale(dst, noiseFactor(d.at(t)))
		}
		if k, ok := k.(DiagonalMobility); ok {
			s.VarianceBlock = func(dst [][]float64, t float64, x [][]float64) {
				c := noiseFactor(d.at(t))
				k.EntryBlock(dst, x, c*c)
			}
		}
	}
	return s
}

// rootOf returns the part of a mobility that knows its square root, or nil: an
// antisymmetric part makes no noise.
func rootOf(k lyapunov.Mobility) RootMobility {
	if r, ok := k.(*Rotated); ok {
		k = r.Mobility
	}
	root, _ := k.(RootMobility)
	return root
}

// Equation returns the Fokker-Planck equation that the density of these
// dynamics obeys, for the grids of package fokkerplanck. It panics as System
// does, and if there is a Schedule: the equation of a grid has one temperature.
func (d Dynamics) Equation() fokkerplanck.Equation {
	d.mustMean()
	if d.Schedule != nil {
		panic("langevin: Equation of dynamics with a Schedule: a grid has one temperature")
	}
	e := fokkerplanck.Equation{Energy: d.Energy, Temperature: d.Temperature, LogVolume: d.LogVolume}
	if d.Mobility != nil {
		e.Mobility = d.Mobility
	}
	return e
}

// logDensity returns ln μ - E/T, the logarithm of the stationary density but
// for a constant.
func (d Dynamics) logDensity(x []float64, T float64) float64 {
	v := -d.Energy.Value(x) / T
	if d.LogVolume != nil {
		v += d.LogVolume(x)
	}
	return v
}

func scale(x []float64, c float64) {
	for i := range x {
		x[i] *= c
	}
}
