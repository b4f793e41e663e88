package verify

import (
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
)

// A Claim is a number that was computed, beside the number that it has to be.
// It holds when |Got - Want| <= Tol max(1, |Want|) - a relative tolerance for
// large numbers, an absolute one for small - or, where Absolute is set, when
// |Got - Want| <= Tol. A NaN never holds, and neither does a tolerance that is
// not positive and finite.
type Claim struct {
	ID       string // such as "HF-29.a": source, equation, letter
	What     string // the statement, in one line
	Got      float64
	Want     float64
	Tol      float64
	Absolute bool // Tol is absolute also where |Want| > 1

	kind kind // equality, unless the claim is made by Bound or True
}

type kind int

const (
	equal  kind = iota // |Got - Want| within Tol
	atMost             // Got <= Want
	truth              // Got is 1 for true
)

// Equal claims that got agrees with want to tol, as a Claim does.
func Equal(id, what string, got, want, tol float64) Claim {
	return Claim{ID: id, What: what, Got: got, Want: want, Tol: tol}
}

// Bound claims value <= limit. A NaN does not hold.
func Bound(id, what string, value, limit float64) Claim {
	return Claim{ID: id, What: what, Got: value, Want: limit, kind: atMost}
}

// True claims a statement that is not a number, such as "the energy never
// rises".
func True(id, what string, ok bool) Claim {
	c := Claim{ID: id, What: what, Want: 1, kind: truth}
	if ok {
		c.Got = 1
	}
	return c
}

// Err returns nil where the claim holds, and otherwise an error with both
// numbers and the tolerance.
func (c Claim) Err() error {
	if c.holds() {
		return nil
	}
	return fmt.Errorf("claim %s: %s: %s", c.ID, c.What, strings.Join(c.columns(), ", "))
}

func (c Claim) holds() bool {
	switch c.kind {
	case atMost:
		return c.Got <= c.Want
	case truth:
		return c.Got == 1
	}
	return c.Tol > 0 && !math.IsInf(c.Tol, 0) && c.miss() <= c.Tol
}

// miss is the error in the units of Tol.
func (c Claim) miss() float64 {
	d := math.Abs(c.Got - c.Want)
	if !c.Absolute {
		d /= math.Max(1, math.Abs(c.Want))
	}
	return d
}

// Must prints the claims as a table on standard output and panics if one of
// them fails, so that a notebook's cell goes red and its run stops.
//
// The lines of the table are, with columns padded and two or more spaces
// between them,
//
//	✓ claim ID  statement  got G  want W  error ≤ E  tol T
//	✓ claim ID  statement  got G  at most L
//	N claims: H hold, F fail
//
// with ✗ for a claim that fails. Where a line would be wider than a notebook's
// output, the numbers of each claim stand on a line of their own below it. Numbers are printed to the digits that the
// tolerance speaks of and errors as the next power of ten, so that the text is
// the same wherever the last bits differ.
func Must(claims ...Claim) {
	if failed := Fprint(os.Stdout, claims...); len(failed) > 0 {
		panic(fmt.Sprintf("verify: %d of %d claims fail: %s", len(failed), len(claims), strings.Join(failed, ", ")))
	}
}

// Fprint writes the table of Must to w and returns the IDs of the claims that
// fail. It panics if there is no claim, or one without ID: a check that checks
// nothing is a mistake.
func Fprint(w io.Writer, claims ...Claim) (failed []string) {
	if len(claims) == 0 {
		panic("verify: no claims")
	}
	rows := make([][]string, len(claims))
	for i, c := range claims {
		checkID(c.ID)
		rows[i] = append([]string{mark(c.holds()) + " claim " + c.ID, oneLine(c.What)}, c.columns()...)
		if !c.holds() {
			failed = append(failed, c.ID)
		}
	}
	if width(rows) > maxWidth {
		writeTwoLines(w, rows)
	} else {
		writeTable(w, rows)
	}
	fmt.Fprintf(w, "%d %s: %d hold, %d fail\n", len(claims), plural("claim", len(claims)), len(claims)-len(failed), len(failed))
	return failed
}

// columns are the numbers of a claim as Must prints them.
func (c Claim) columns() []string {
	switch c.kind {
	case atMost:
		got := "got " + digits(c.Got, 1e-3)
		if math.Abs(c.Got) < 1e-9 { // rounding noise differs between machines
			got = "got ≤ " + powerOfTen(math.Abs(c.Got))
		}
		return []string{got, "at most " + short(c.Want)}
	case truth:
		return []string{fmt.Sprint("got ", c.Got == 1), "want true"}
	}
	miss := "error ≤ " + powerOfTen(c.miss())
	if !c.holds() {
		miss = "error " + short(c.miss())
	}
	return []string{"got " + digits(c.Got, c.Tol), "want " + digits(c.Want, c.Tol), miss, "tol " + short(c.Tol)}
}

func checkID(id string) {
	if id == "" || strings.ContainsAny(id, " \t\n") {
		panic("verify: a claim or erratum needs an ID without blanks, such as HF-29.a")
	}
}

func mark(ok bool) string {
	if ok {
		return "✓"
	}
	return "✗"
}

func plural(noun string, n int) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// oneLine folds blanks, so that two spaces part columns and nothing else.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// digits prints x to the significant digits that a tolerance tol can vouch
// for: at 1e-12 those are 12. Between 3 and 12 are shown, so that a sum with
// its last bits in another order prints the same text.
func digits(x, tol float64) string {
	n := 3
	if tol > 0 {
		n = max(3, min(12, int(math.Round(-math.Log10(tol)))))
	}
	if x == 0 || math.Abs(x) < math.Min(tol, 1e-15) {
		return "0"
	}
	return strings.Replace(strconv.FormatFloat(x, 'g', n, 64), "e-0", "e-", 1)
}

// powerOfTen rounds an error up to a power of ten, from 1e-15 on.
func powerOfTen(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return short(x)
	}
	return short(math.Pow(10, math.Max(-15, math.Ceil(math.Log10(x)))))
}

func short(x float64) string {
	return strings.Replace(strconv.FormatFloat(x, 'g', 2, 64), "e-0", "e-", 1)
}
