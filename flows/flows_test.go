package flows

import (
	"bytes"
	"encoding/csv"
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"
)

func swirl(dst []float64, t float64, x []float64) {
	dst[0] = -x[1] + 0.3*t
	dst[1] = x[0] * x[1]
}

var points = []State{{0.7, []float64{0.2, 0.55}}, {-1.1, []float64{-3, 1.4}}}

func TestCheckField(t *testing.T) {
	if err := CheckField(swirl, points); err != nil {
		t.Errorf("a right field fails its laws: %v", err)
	}
	var kept []float64
	calls := 0.0
	for want, f := range map[string]Field{
		"at point 0, t = 0.7, x = [0.2 0.55]": func(dst []float64, t float64, x []float64) { swirl(dst, t, x); dst[0] = math.Inf(1) },
		"component 1 of the field is NaN":     func(dst []float64, t float64, x []float64) { dst[0] = 1 },
		"changed coordinate 1": func(dst []float64, t float64, x []float64) {
			swirl(dst, t, x)
			x[1]++
		},
		"component 0 of the field is -0.34": func(dst []float64, t float64, x []float64) {
			swirl(dst, t, x)
			if calls++; calls == 2 {
				dst[0]++
			}
		},
		"component 1 of the field is 7.11": func(dst []float64, t float64, x []float64) {
			keep := dst[1]
			if swirl(dst, t, x); !math.IsNaN(keep) {
				dst[1] += keep
			} else {
				dst[1] += 7
			}
		},
		"component 0 of the field is 0.2, then 0.2 and NaN": func(dst []float64, t float64, x []float64) {
			if swirl(dst, t, x); kept == nil {
				kept = x
			}
			dst[0] = kept[0]
		},
	} {
		if err := CheckField(f, points); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("CheckField = %v, want an error with %q", err, want)
		}
	}
	mustPanic(t, "flows: nil field", func() { _ = CheckField(nil, points) })
}

func mustPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		if r := recover(); r != want {
			t.Errorf("recovered %v, want %q", r, want)
		}
	}()
	f()
}

func spiral() *Trajectory {
	tr := new(Trajectory)
	x := make([]float64, 3) // reused, as an iterator does
	for k := range 5 {
		t := 0.7 + 0.3*float64(k)
		x[0], x[1], x[2] = math.Exp(-t), 1/t, -t*t
		tr.Append(State{T: t, X: x})
	}
	return tr
}

func TestTrajectory(t *testing.T) {
	tr := spiral()
	if tr.Len() != 5 || tr.Dim() != 3 {
		t.Fatalf("%d states of %d coordinates, want 5 of 3", tr.Len(), tr.Dim())
	}
	if err := tr.Check(); err != nil {
		t.Errorf("a right trajectory fails: %v", err)
	}
	s, last := tr.At(1), tr.Last()
	if s.T != 1 || s.X[1] != 1 || math.Abs(last.T-1.9) > 1e-15 || last.X[1] != 1/last.T {
		t.Errorf("At(1) = %v, Last() = %v", s, last)
	}
	clone := s.Clone()
	if clone.X[0] = 9; s.X[0] == 9 {
		t.Error("Clone shares its coordinates")
	}
	series, orbit := tr.Component(2), tr.Phase(1, 0)
	if series.Len() != 5 || orbit.Len() != 5 {
		t.Errorf("views of %d and %d points, want 5", series.Len(), orbit.Len())
	}
	for k := range 5 {
		if x, y := series.XY(k); x != tr.T[k] || y != tr.X[k][2] {
			t.Errorf("Component(2) at %d is (%g, %g)", k, x, y)
		}
		if x, y := orbit.XY(k); x != tr.X[k][1] || y != tr.X[k][0] {
			t.Errorf("Phase(1, 0) at %d is (%g, %g)", k, x, y)
		}
	}
	tr.Append(State{T: 7, X: []float64{1, 2, 3}})
	if x, y := series.XY(series.Len() - 1); x != 7 || y != 3 {
		t.Errorf("a view does not see the new state: (%g, %g)", x, y)
	}
	mustPanic(t, "flows: length mismatch", func() { tr.Append(State{T: 8, X: []float64{1}}) })
	mustPanic(t, "flows: no such coordinate", func() { tr.Component(3) })
	mustPanic(t, "flows: no such coordinate", func() { tr.Phase(0, -1) })
	mustPanic(t, "flows: empty trajectory", func() { new(Trajectory).Last() })
	if empty := new(Trajectory); empty.Dim() != 0 || empty.Check() != nil || empty.Component(0).Len() != 0 {
		t.Error("an empty trajectory is not right")
	}
}

func TestTrajectoryCheck(t *testing.T) {
	backwards := &Trajectory{T: []float64{2, 0.7, -1}, X: [][]float64{{1}, {2}, {3}}}
	if err := backwards.Check(); err != nil {
		t.Errorf("a trajectory backwards in time fails: %v", err)
	}
	for want, spoil := range map[string]func(tr *Trajectory){
		"6 times and 5 states":           func(tr *Trajectory) { tr.T = append(tr.T, 9) },
		"state 3 has 2 coordinates":      func(tr *Trajectory) { tr.X[3] = tr.X[3][:2] },
		"state 2 is not finite":          func(tr *Trajectory) { tr.X[2][1] = math.NaN() },
		"state 4 is not finite":          func(tr *Trajectory) { tr.T[4] = math.Inf(1) },
		"from 1 to 1 at state 2":         func(tr *Trajectory) { tr.T[2] = tr.T[1] },
		"from 1 to 0.9 at state 2":       func(tr *Trajectory) { tr.T[2] = 0.9 },
		"state 1 is not finite, t = NaN": func(tr *Trajectory) { tr.T[1] = math.NaN() },
		"state 0 is not finite":          func(tr *Trajectory) { tr.X[0][2] = math.Inf(-1) },
	} {
		tr := spiral()
		spoil(tr)
		if err := tr.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Check = %v, want an error with %q", err, want)
		}
	}
}

func TestWriteCSV(t *testing.T) {
	tr := spiral()
	var out bytes.Buffer
	if err := tr.WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != 6 || strings.Join(rows[0], " ") != "t x0 x1 x2" {
		t.Fatalf("rows %v, %v", rows, err)
	}
	for k, row := range rows[1:] {
		for i, want := range append([]float64{tr.T[k]}, tr.X[k]...) {
			if got, err := strconv.ParseFloat(row[i], 64); err != nil || got != want {
				t.Errorf("row %d, column %d reads %q, want %.17g exactly", k, i, row[i], want)
			}
		}
	}
	full := errors.New("disk full")
	if err := tr.WriteCSV(failing{full}); !errors.Is(err, full) {
		t.Errorf("a writer that fails gives %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
