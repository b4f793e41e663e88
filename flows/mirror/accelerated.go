package mirror

import (
	"math"

	"hopflow/flows"
	"hopflow/lyapunov"
)

// Accelerated is accelerated mirror descent, the source's reference [19],
// Algorithm 1: a discretisation, with t = k√s, of the flow AcceleratedFlow,
//
//	x        = λ_k ∇ψ*(z_k) + (1-λ_k) x̃_k,  λ_k = r/(r+k)
//	z_{k+1}  = z_k - (k s/r) ∇f(x)
//	x̃_{k+1} = the projection of x - γ s ∇f(x), in the Euclidean distance.
//
// For convex f with an L-Lipschitz gradient, γ at least the Lipschitz constant
// of ∇ψ*, and s <= 1/(2 L γ), f(x̃_k) - f* <= AcceleratedBound. For BitEntropy
// that constant is max β, for SimplexEntropy at most 1, for Euclidean 1. f
// itself need not decrease at every step.
//
// Iterate.X is x̃, which may lie on the boundary, Iterate.Z is z: not ∇ψ(x̃).
// Iterate.Step is √s, so that the time of a Trajectory is t.
type Accelerated struct {
	Map     Legendre
	Set     Set     // nil: the closure of the domain
	S       float64 // s > 0
	R       float64 // r >= 3 for the bound; 0 means 3
	Gamma   float64 // γ; 0 means 1
	Restart bool    // start over, from x̃ with k = 0, whenever ∇f(x)·(x̃_{k+1} - x̃_k) > 0
}

type accelerated struct {
	descent
	m     Accelerated
	near  Projector // Euclidean, on the set
	dual  []float64 // ∇ψ*(z), projected if there is a set
	y, w  []float64 // x of the formulas; scratch
	round int       // k since the last restart
}

func (m Accelerated) start(f lyapunov.Energy, x0 []float64) (Iterate, stepper, error) {
	it, d, err := begin(f, m.Map, m.Set, x0)
	if err != nil {
		return it, nil, err
	}
	if !(m.S > 0) || math.IsInf(m.S, 0) {
		return it, nil, &Error{ErrStep, 0, -1, m.S, m.S, it.Clone().X}
	}
	m.R, m.Gamma = byDefault(m.R, 3), byDefault(m.Gamma, 1)
	positive("R", m.R)
	positive("Gamma", m.Gamma)
	set := m.Set
	if set == nil {
		set = m.Map.Domain().Closure()
	}
	near, err := set.Projector(Euclidean(len(x0)))
	n := len(x0)
	return it, &accelerated{d, m, near, append(make([]float64, 0, n), it.X...), make([]float64, n), make([]float64, n), 0}, err
}

func (a *accelerated) step(it *Iterate) error {
	k := float64(a.round)
	weight := a.m.R / (a.m.R + k)
	for i, v := range a.dual {
		a.y[i] = weight*v + (1-weight)*it.X[i]
	}
	if err := a.gradient(it, a.y); err != nil {
		return err
	}
	long := k * a.m.S / a.m.R
	for i, g := range a.g {
		a.z[i] = it.Z[i] - long*g
		a.x[i] = a.y[i] - a.m.Gamma*a.m.S*g
	}
	if err := a.near.Project(a.x, a.x); err != nil {
		return err
	}
	copy(a.w, a.z)
	if err := a.land(a.dual, a.w, it, long); err != nil {
		return err
	}
	value := a.f.Value(a.x)
	if notFinite(value) {
		return &Error{ErrEnergy, it.K, -1, value, long, it.Clone().X}
	}
	a.round++
	if a.m.Restart {
		a.restart(it)
	}
	a.commit(it, value, math.Sqrt(a.m.S))
	return nil
}

// restart starts over from a.x if the step went uphill and a.x lies inside the
// domain, where it has a mirror coordinate.
func (a *accelerated) restart(it *Iterate) {
	var along float64
	for i, g := range a.g {
		along += g * (a.x[i] - it.X[i])
	}
	if along > 0 && a.psi.Domain().Check(a.x) == nil {
		a.round = 0
		a.psi.Gradient(a.z, a.x)
		copy(a.dual, a.x)
	}
}

// Flow returns the field of the mirror descent flow in the mirror coordinate,
// [HF] (21): dz/dt = -∇f(∇ψ*(z)), of which Descent is Euler's method. With
// BitEntropy it is (1a), the flow of the hidden state. It panics if the
// dimensions differ.
func Flow(f lyapunov.Energy, psi Legendre) flows.Field {
	n := psi.Dim()
	lengths(n, f.Dim())
	conj, x := psi.Conjugate(), make([]float64, n)
	return func(dst []float64, _ float64, z []float64) {
		conj.Gradient(x, z)
		f.Gradient(dst, x)
		for i := range dst {
			dst[i] = -dst[i]
		}
	}
}

// AcceleratedFlow returns the field of the accelerated flow of [19], (3),
//
//	dx/dt = (r/t)(∇ψ*(z) - x),  dz/dt = -(t/r) ∇f(x),
//
// of the state (x, z) with 2n coordinates. Along it (t²/r)(f(x) - f*) + r
// D(x*, ∇ψ*(z)) does not increase for r >= 2, so that f(x(t)) - f* <= r²
// D(x*, x0)/t². It is singular at t = 0: there dx/dt is given as 0, its value
// for the start x = ∇ψ*(z). It panics if the dimensions differ.
func AcceleratedFlow(f lyapunov.Energy, psi Legendre, r float64) flows.Field {
	n := psi.Dim()
	lengths(n, f.Dim())
	positive("r", r)
	conj := psi.Conjugate()
	return func(dst []float64, t float64, s []float64) {
		dx, dz, x, z := dst[:n], dst[n:], s[:n], s[n:]
		conj.Gradient(dx, z)
		for i := range dx {
			dx[i] -= x[i]
			if t == 0 {
				dx[i] = 0
			} else {
				dx[i] *= r / t
			}
		}
		f.Gradient(dz, x)
		for i := range dz {
			dz[i] *= -t / r
		}
	}
}
