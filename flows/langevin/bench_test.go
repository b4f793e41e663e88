package langevin

import (
	"testing"

	"hopflow/flows/sde"
)

// One step of 256 particles, without the normal numbers.
func BenchmarkStep(b *testing.B) {
	for name, scheme := range map[string]sde.Scheme{
		"EulerMaruyama": sde.EulerMaruyama, "Sphere": paper.Sphere(), "SphereMetropolis": paper.SphereMetropolis(),
		"Chart": paper.Chart(), "MALA": paper.Dynamics().MALA(),
	} {
		b.Run(name, func(b *testing.B) {
			const n = 256
			s, err := scheme.Stepper(paper.System(), n)
			if err != nil {
				b.Fatal(err)
			}
			x, dw := rows(2, n), rows(s.Channels(), n)
			r := sde.NewStream(1)
			for d := range dw {
				r.Normals(dw[d])
				scale(dw[d], 1e-8) // h = 1e-16: they stay inside
			}
			for d := range x {
				for i := range x[d] {
					x[d][i] = 0.3 + 0.4*r.Float64()
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				s.Step(0, 1e-16, x, dw)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/particle")
		})
	}
}
