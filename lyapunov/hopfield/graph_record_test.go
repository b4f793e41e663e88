package hopfield

import (
	"slices"
	"testing"

	"hopflow/internal/oracle"
)

func TestTableRecords(t *testing.T) {
	for _, r := range oracle.Load(t, discreteRecords, "nh.disc.table") {
		d, o := recordNet(t, r), recordOrder(r)
		g, err := d.Graph(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := r.Expected["next"]; ok {
			checkSyncTable(t, r, g)
		} else {
			checkAsyncTable(t, r, g)
		}
		basins := recordInts(r, "basin_sizes")
		for k, a := range g.Attractors {
			if a.Basin != basins[k] {
				t.Errorf("%s: basin %d has %d states, want %d", r.ID, k, a.Basin, basins[k])
			}
		}
		checkRunsAgree(t, r.ID, d, g)
	}
}

// checkPath holds the states on the way against the graph and the energies.
func checkPath(t *testing.T, id string, d *Discrete, g *Graph, s *Settled) {
	t.Helper()
	sweeps := s.Sweeps
	if s.Period > 1 {
		sweeps += s.Period
	}
	if len(s.Path) != sweeps+1 || s.Path[sweeps].Distance(Pack(s.State)) != 0 {
		t.Errorf("%s: a path of %d states over %d sweeps", id, len(s.Path), sweeps)
	}
	for k := range s.Path[1:] {
		if g.Next[s.Path[k].Code()] != int(s.Path[k+1].Code()) {
			t.Errorf("%s: sweep %d of the path leaves the graph", id, k)
		}
	}
	k, e := s.Trace()
	if last := len(k) - 1; k[last] != float64(last) || e[0] != d.Energy(s.Path[0].State()) || e[last] != d.Energy(s.State) {
		t.Errorf("%s: the energies go from %v to %v", id, e[0], e[last])
	}
}

func recordInts(r oracle.Record, key string) (n []int) {
	for _, v := range r.Wants(key) {
		n = append(n, int(v))
	}
	return n
}

func checkSyncTable(t *testing.T, r oracle.Record, g *Graph) {
	t.Helper()
	if want := recordInts(r, "next"); !slices.Equal(g.Next, want) {
		t.Errorf("%s: next is %v, want %v", r.ID, g.Next, want)
	}
	cycles := r.Expected["attractors"].([]any)
	if len(cycles) != len(g.Attractors) {
		t.Fatalf("%s: %d attractors, want %d", r.ID, len(g.Attractors), len(cycles))
	}
	periods := recordInts(r, "periods")
	for k, a := range g.Attractors {
		want := recordInts(oracle.Record{ID: r.ID, Expected: map[string]any{"cycle": cycles[k]}}, "cycle")
		if !slices.Equal(a.Codes, want) || a.Period() != periods[k] {
			t.Errorf("%s: attractor %d is %v of period %d, want %v", r.ID, k, a.Codes, a.Period(), want)
		}
	}
	of, steps := recordInts(r, "attractor_of"), recordInts(r, "transient")
	for code := range g.Next {
		if int(g.Of[code]) != of[code] || int(g.Steps[code]) != steps[code] {
			t.Errorf("%s: state %d goes to attractor %d in %d steps, want %d in %d", r.ID, code, g.Of[code], g.Steps[code], of[code], steps[code])
		}
	}
}

func checkAsyncTable(t *testing.T, r oracle.Record, g *Graph) {
	t.Helper()
	if want := recordInts(r, "attractors"); !slices.Equal(g.Fixed(), want) || len(g.Cycles()) > 0 {
		t.Fatalf("%s: fixed points %v and %d cycles, want %v", r.ID, g.Fixed(), len(g.Cycles()), want)
	}
	var energies []float64
	for _, a := range g.Attractors {
		energies = append(energies, a.Energy)
	}
	r.Close(t, "energies", energies, 0x1p-60, true)
	final, sweeps, flips := recordInts(r, "final_of"), recordInts(r, "sweeps_with_a_flip"), recordInts(r, "flips")
	for code := range g.Next {
		if got := g.Ends(code).Codes[0]; got != final[code] || int(g.Steps[code]) != sweeps[code] || int(g.Flips[code]) != flips[code] {
			t.Errorf("%s: state %d ends in %d after %d sweeps and %d flips, want %d, %d, %d", r.ID, code, got, g.Steps[code], g.Flips[code], final[code], sweeps[code], flips[code])
		}
	}
}

// checkRunsAgree holds Run from every state against the graph.
func checkRunsAgree(t *testing.T, id string, d *Discrete, g *Graph) {
	t.Helper()
	for code := range g.Next {
		s, err := d.Run(g.State(code), g.Order())
		if err != nil {
			t.Fatalf("%s: state %d: %v", id, code, err)
		}
		a := g.Ends(code)
		if s.Period != a.Period() || s.Sweeps != int(g.Steps[code]) || s.Flips != int(g.Flips[code]) || !slices.Contains(a.Codes, g.Code(s.State)) {
			t.Errorf("%s: the run from %d ends in %d with period %d after %d sweeps and %d flips, the graph has %+v, %d, %d",
				id, code, g.Code(s.State), s.Period, s.Sweeps, s.Flips, a, g.Steps[code], g.Flips[code])
		}
		for k, x := range s.Cycle {
			if want := s.Cycle[(k+1)%len(s.Cycle)]; g.Next[g.Code(x)] != g.Code(want) {
				t.Errorf("%s: the cycle from %d does not follow the graph", id, code)
			}
		}
		checkPath(t, id, d, g, s)
		if len(s.Cycle) != s.Period || !slices.Equal(s.Cycle[0], s.State) {
			t.Errorf("%s: a cycle of %d states, period %d", id, len(s.Cycle), s.Period)
		}
	}
}
