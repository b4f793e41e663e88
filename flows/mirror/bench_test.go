package mirror

import "testing"

func BenchmarkBregman(b *testing.B) {
	n := 1000
	beta, x, y := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range beta {
		s := float64(i+1) / float64(n+2)
		beta[i], x[i], y[i] = 0.25+s, s, 0.9*(1-s)+0.05
	}
	psi := BitEntropy(beta...)
	z, w := Gradient(psi, x), Gradient(psi, y)
	for name, f := range map[string]func(){
		"bit entropy": func() { psi.Bregman(x, y) },
		"softplus":    func() { psi.conj.Bregman(z, w) },
		"gradient":    func() { psi.Gradient(z, x) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
}

func BenchmarkStep(b *testing.B) {
	for name, m := range map[string]Method{
		"descent":     Descent{Map: cubeMap, Rule: Fixed(0.1)},
		"search":      Descent{Map: cubeMap, Rule: LineSearch{}},
		"half space":  Descent{Map: cubeMap, Set: HalfSpace{[]float64{1, 1, 0}, 0.6}, Rule: Fixed(0.1)},
		"natural":     Natural{Map: cubeMap, Rule: Fixed(0.1)},
		"accelerated": Accelerated{Map: cubeMap, S: 0.1},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for it, err := range Steps(generic, generic0, m) {
				if err != nil {
					b.Fatal(err)
				}
				if it.K == b.N {
					break
				}
			}
		})
	}
}
