package fokkerplanck

import (
	"fmt"
	"math"
	"slices"
)

// generator merges the links into bonds and checks the rates.
func (a *assembler) generator() (*Generator, error) {
	n := a.grid.Len()
	g := &Generator{
		grid: a.grid, temperature: a.temperature, settings: a.settings, peclet: a.peclet,
		exit: make([]float64, n), volume: make([]float64, n), logpi: make([]float64, n),
		band: a.grid.Dim() == 1 && !a.grid.Axis(0).IsPeriodic(),
	}
	for i := range g.volume {
		g.volume[i] = a.grid.Volume(i)
	}
	links := a.sorted()
	for k := 0; k < len(links); {
		l := links[k]
		for k++; k < len(links) && links[k].i == l.i && links[k].j == l.j; k++ {
			m := links[k]
			l.out, l.back = l.out+m.out, l.back+m.back
			l.currentOut, l.currentBack = l.currentOut+m.currentOut, l.currentBack+m.currentBack
		}
		b, err := a.bond(l)
		if err != nil {
			return nil, err
		}
		g.signed = g.signed || b.out < 0 || b.back < 0
		g.bonds = append(g.bonds, b)
		g.exit[b.i] += b.out
		g.exit[b.j] += b.back
	}
	g.bonds = slices.Clip(g.bonds)
	return g, nil
}

// sorted returns the links by i, then j: by counting, since a cell has few.
func (a *assembler) sorted() []link {
	at := make([]int, a.grid.Len()+1)
	for _, l := range a.links {
		at[l.i+1]++
	}
	for i := range a.grid.Len() {
		at[i+1] += at[i]
	}
	out := make([]link, len(a.links))
	begin := slices.Clone(at)
	for _, l := range a.links {
		k := at[l.i]
		at[l.i]++
		for ; k > begin[l.i] && out[k-1].j > l.j; k-- {
			out[k] = out[k-1]
		}
		out[k] = l
	}
	return out
}

// bond adds the current of a link to its rates.
func (a *assembler) bond(l link) (bond, error) {
	b := bond{l.i, l.j, l.out, l.back}
	if a.settings.Current == Upwind {
		b.out += max(l.currentOut, 0)
		b.back += max(-l.currentBack, 0)
	} else {
		b.out += l.currentOut / 2
		b.back -= l.currentBack / 2
	}
	for _, w := range []float64{b.out, b.back} {
		if math.IsNaN(w) || math.IsInf(w, 0) {
			return b, fmt.Errorf("fokkerplanck: a rate is %v between the cells %s and %s with %v rates: the energy changes by too many T over one cell; refine the grid, or use ScharfetterGummel", w, a.where(int(l.i)), a.where(int(l.j)), a.settings.Rates)
		}
		if w < 0 && a.settings.Current == Centred {
			return b, fmt.Errorf("fokkerplanck: a centred current makes the rate %.4g negative between the cells %s and %s: use Upwind, refine the grid, or ask for CentredSigned, which promises no decrease", w, a.where(int(l.i)), a.where(int(l.j)))
		}
	}
	return b, nil
}
