package verify

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
)

// An Erratum is a formula that is misprinted in its source, executed: what the
// printed form gives, what the corrected form gives, and what a third route
// gives that knows neither.
//
// It stands when |Corrected - Independent| <= Tol and |AsPrinted -
// Independent| > 10 Tol. Evaluate it at a generic point: many misprints vanish
// at 1/2, at β = 1 or at β = 1/4.
type Erratum struct {
	ID          string  // such as "HF-30": source and equation
	Printed     string  // the formula as printed
	Correct     string  // the formula as it should be
	Route       string  // the independent route, in a few words
	AsPrinted   float64 // value of the printed formula; NaN or ±Inf where it has none
	Corrected   float64
	Independent float64
	Tol         float64 // absolute
}

// Err returns nil where the erratum stands, and otherwise an error that says
// whether the correction is wrong or the printed form is not.
func (e Erratum) Err() error {
	switch {
	case !(e.Tol > 0) || math.IsInf(e.Tol, 0):
		return fmt.Errorf("erratum %s: tolerance %g is not positive and finite", e.ID, e.Tol)
	case !(math.Abs(e.Corrected-e.Independent) <= e.Tol):
		return fmt.Errorf("erratum %s: the corrected form gives %.17g and the independent route %.17g: they differ by more than %g", e.ID, e.Corrected, e.Independent, e.Tol)
	case math.Abs(e.AsPrinted-e.Independent) <= 10*e.Tol:
		return fmt.Errorf("erratum %s: the printed form gives %.17g, which is right to 10 times the tolerance %g: no error shows at this point", e.ID, e.AsPrinted, e.Tol)
	}
	return nil
}

// Errata prints every erratum, its three formulas with their values and a
// verdict, on standard output, and panics if one does not stand. The lines are
//
//	erratum ID
//	  printed      formula  value
//	  corrected    formula  value
//	  independent  route    value
//	✓ erratum ID  verdict
func Errata(items ...Erratum) {
	if failed := FprintErrata(os.Stdout, items...); len(failed) > 0 {
		panic(fmt.Sprintf("verify: %d of %d errata do not stand: %s", len(failed), len(items), strings.Join(failed, ", ")))
	}
}

// FprintErrata writes the text of Errata to w and returns the IDs of those
// that do not stand. It panics if there is none, or one without ID.
func FprintErrata(w io.Writer, items ...Erratum) (failed []string) {
	if len(items) == 0 {
		panic("verify: no errata")
	}
	for _, e := range items {
		checkID(e.ID)
		printed := digits(e.AsPrinted, e.Tol)
		valueless := math.IsNaN(e.AsPrinted) || math.IsInf(e.AsPrinted, 0)
		if valueless {
			printed = "none"
		}
		fmt.Fprintf(w, "erratum %s\n", e.ID)
		rows := [][]string{
			{"  printed    ", oneLine(e.Printed), printed},
			{"  corrected  ", oneLine(e.Correct), digits(e.Corrected, e.Tol)},
			{"  independent", oneLine(e.Route), digits(e.Independent, e.Tol)},
		}
		if width(rows) > maxWidth {
			for _, row := range rows {
				row[2] = strings.Repeat(" ", 11) + row[2] // below the formula
			}
			writeTwoLines(w, rows)
		} else {
			writeTable(w, rows)
		}
		verdict := fmt.Sprintf("corrected = independent within %s; as printed it misses by %s", short(e.Tol), short(math.Abs(e.AsPrinted-e.Independent)))
		if valueless {
			verdict = fmt.Sprintf("corrected = independent within %s; as printed it has no value", short(e.Tol))
		}
		if err := e.Err(); err != nil {
			failed = append(failed, e.ID)
			_, verdict, _ = strings.Cut(err.Error(), ": ")
		}
		fmt.Fprintf(w, "%s erratum %s  %s\n", mark(e.Err() == nil), e.ID, verdict)
	}
	return failed
}
