package bench

import (
	"math"

	"hopflow/flows/sde"
	"hopflow/lyapunov/landscape"
)

// The diffusion machine of [HF] (58): β = 1/4, so that 1/g = x (1-x), T = 25.
const machineT = 25

// machine returns the diffusion machine for Himmelblau's function on the unit
// square, written for blocks of particles as well as for one.
func machine() *sde.System {
	f := landscape.Himmelblau{}
	return &sde.System{
		Dim: 2, Shape: sde.Diagonal,
		Drift: func(dst []float64, _ float64, x []float64) {
			f.Gradient(dst, x)
			for d, v := range x {
				dst[d] = machineT*(1-2*v) - v*(1-v)*dst[d]
			}
		},
		Noise: func(dst []float64, _ float64, x, dw []float64) {
			for d, v := range x {
				dst[d] = math.Sqrt(2*machineT*v*(1-v)) * dw[d]
			}
		},
		DriftBlock:    machineDrift,
		VarianceBlock: machineVariance,
	}
}

func machineDrift(dst [][]float64, _ float64, x [][]float64) {
	x0, x1 := x[0], x[1]
	n := len(x0)
	x1, d0, d1 := x1[:n], dst[0][:n], dst[1][:n]
	for i, v := range x0 {
		w := x1[i]
		X, Y := 10*v-5, 10*w-5 // 1-2v = -X/5, v(1-v) = (25-X²)/100
		XX, YY := X*X, Y*Y
		a, b := XX+Y-11, X+YY-7
		d0[i] = (XX-25)*(0.4*(X*a)+0.2*b) - machineT/5*X
		d1[i] = (YY-25)*(0.2*a+0.4*(Y*b)) - machineT/5*Y
	}
}

func machineVariance(dst [][]float64, _ float64, x [][]float64) {
	for d, xd := range x {
		vd := dst[d][:len(xd)]
		for i, v := range xd {
			vd[i] = 2 * machineT * v * (1 - v)
		}
	}
}

// Ensembles returns the cases of workload w1: 100,000 particles of the
// diffusion machine from the uniform density, 1,000 steps of Euler-Maruyama of
// h = 1e-4, reflected at the sides.
func Ensembles() []Case {
	return []Case{{"w1", "ensemble", "N=100000 steps=1000", 1e8, "particle-steps", ensemble(100_000)}}
}

// The scheme's own law at t = 0.1: mean and standard deviation of f, from 3·10⁶
// particles. (The process itself has 24.99: h is large.)
const (
	meanF, meanErr = 26.454, 0.015
	spreadF        = 25.95
)

// ensemble prepares a run of so many particles. Its error is the distance of
// the mean of f from the scheme's law, in standard errors.
func ensemble(particles int) func() (func(), func() map[string]float64) {
	return func() (func(), func() map[string]float64) {
		e := sde.Ensemble{
			System: machine(), Boundary: sde.Reflecting([]float64{0, 0}, []float64{1, 1}),
			Particles: particles, Step: 1e-4, Seed: 1, Start: sde.Uniform([]float64{0, 0}, []float64{1, 1}),
		}
		var cloud *sde.Cloud
		return func() {
				var err error
				if cloud, err = e.Run(0, 0.1); err != nil {
					panic(err)
				}
			}, func() map[string]float64 {
				f, n := landscape.Himmelblau{}, float64(particles)
				var x, y, mean float64
				for i := range particles {
					p := cloud.X.RawRowView(i)
					x, y, mean = x+p[0]/n, y+p[1]/n, mean+f.Value(p)/n
				}
				z := math.Abs(mean-meanF) / math.Hypot(spreadF/math.Sqrt(n), meanErr)
				return map[string]float64{"error": z, "mean_x": x, "mean_y": y, "mean_f": mean}
			}
	}
}
