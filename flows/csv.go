package flows

import (
	"encoding/csv"
	"io"
	"strconv"
)

// WriteCSV writes the trajectory as comma-separated values: the header t, x0,
// x1, ..., then a line a state, each number with the fewest digits that read
// back as the same float64. It returns the first error of w.
func (tr *Trajectory) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	row := make([]string, 1+tr.Dim())
	row[0] = "t"
	for i := range tr.Dim() {
		row[1+i] = "x" + strconv.Itoa(i)
	}
	if err := out.Write(row); err != nil {
		return err
	}
	for k, t := range tr.T {
		row[0] = strconv.FormatFloat(t, 'g', -1, 64)
		for i, v := range tr.X[k] {
			row[1+i] = strconv.FormatFloat(v, 'g', -1, 64)
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
