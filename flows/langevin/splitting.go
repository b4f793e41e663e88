package langevin

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"hopflow/flows/sde"
)

// Splitting returns the scheme that takes the parts of the kinetic equation in
// turn, each exactly (Leimkuhler and Matthews 2013):
//
//	A  x += v τ
//	B  v -= ∇E τ/m
//	O  v = e^(-γτ) v + √(T (1 - e^(-2γτ))/m) ξ
//
// where a letter that stands k times in the word lasts τ = h/k each time. A
// word that reads the same both ways, as BAOAB, OBABO, ABOBA, is of weak order
// 2, another of order 1. It panics unless the word is made of these letters and
// has each of A and B, and O if there is friction.
func (k Kinetic) Splitting(word string) sde.Scheme {
	k.masses()
	need := "AB"
	if k.Friction > 0 {
		need = "ABO"
	}
	for _, c := range need {
		if !strings.ContainsRune(word, c) {
			panic(fmt.Sprintf("langevin: splitting %q leaves out %c", word, c))
		}
	}
	if strings.Trim(word, "ABO") != "" {
		panic(fmt.Sprintf("langevin: splitting %q: its letters are A, B and O", word))
	}
	return splitting{k, word}
}

// BAOAB returns Splitting("BAOAB"). In a harmonic well the positions have the
// variance T/k exactly for every stable step, and the error elsewhere is of
// second order with a small constant; for a strong friction it is of fourth.
// The step is stable for h < 2/ω, ω² the largest eigenvalue of ∇²E/m, see
// Kinetic.StepLimit. It takes one gradient a step.
func (k Kinetic) BAOAB() sde.Scheme { return k.Splitting("BAOAB") }

type splitting struct {
	k    Kinetic
	word string
}

// Orders returns 1 for the strong order, and 2 for the weak one if the word is
// symmetric.
func (s splitting) Orders() (strong, weak float64) {
	reverse := []byte(s.word)
	slices.Reverse(reverse)
	if string(reverse) != s.word {
		return 1, 1
	}
	return 1, 2
}

func (s splitting) String() string { return "Kinetic.Splitting(" + s.word + ")" }

func (s splitting) Stepper(system *sde.System, size int) (sde.Stepper, error) {
	mass := s.k.masses()
	n := len(mass)
	if system == nil || system.Dim != 2*n {
		return nil, fmt.Errorf("langevin: %v steps positions and velocities, %d coordinates, and this system is another: use the System() of its Kinetic", s, 2*n)
	}
	seen := rows(n, size)
	for d := range seen {
		for i := range seen[d] {
			seen[d][i] = math.NaN() // equal to no position
		}
	}
	d := Dynamics{Energy: s.k.Energy, Temperature: s.k.Temperature, Schedule: s.k.Schedule}
	return &splittingStepper{
		splitting: s, p: newProcess(d), w: newWorkspace(n), mass: mass, n: n,
		g: rows(n, size), seen: seen,
		count: map[byte]float64{'A': s.times("A"), 'B': s.times("B"), 'O': s.times("O")},
	}, nil
}

func (s splitting) times(letter string) float64 { return float64(strings.Count(s.word, letter)) }

type splittingStepper struct {
	splitting
	p       *process
	w       *workspace
	mass    []float64
	n       int
	g, seen [][]float64 // the last gradients, and where they were taken
	count   map[byte]float64
}

func (s *splittingStepper) Channels() int { return s.n * int(s.count['O']) }

func (s *splittingStepper) Step(t, h float64, x, dw [][]float64) {
	pos, vel := x[:s.n], x[s.n:]
	T := s.p.d.at(t + h/2)
	for i := range len(s.word) {
		letter := s.word[i]
		tau := h / s.count[letter]
		switch letter {
		case 'A':
			for d, v := range vel {
				xd := pos[d][:len(v)]
				for i, vi := range v {
					xd[i] += tau * vi
				}
			}
		case 'B':
			s.kick(pos, vel, tau)
		case 'O':
			s.bath(vel, dw[:s.n], T, tau, h)
			dw = dw[s.n:]
		}
	}
}

// kick changes the velocities by the force, which is evaluated anew if a
// particle has moved since the last time.
func (s *splittingStepper) kick(pos, vel [][]float64, tau float64) {
	g, seen := cut(s.g, len(pos[0])), cut(s.seen, len(pos[0]))
	if !slices.EqualFunc(pos, seen, slices.Equal[[]float64]) {
		s.p.gradients(g, pos, s.w)
		for d := range seen {
			copy(seen[d], pos[d])
		}
	}
	for d, v := range vel {
		c, gd := tau/s.mass[d], g[d][:len(v)]
		for i := range v {
			v[i] -= c * gd[i]
		}
	}
}

// bath couples the velocities to the heat bath for the time tau.
func (s *splittingStepper) bath(vel, dw [][]float64, T, tau, h float64) {
	keep := math.Exp(-s.k.Friction * tau)
	spread := math.Sqrt(-math.Expm1(-2*s.k.Friction*tau) * T)
	for d, v := range vel {
		c := spread / math.Sqrt(s.mass[d]*h) // dw has the variance h
		w := dw[d][:len(v)]
		for i := range v {
			v[i] = keep*v[i] + c*w[i]
		}
	}
}
