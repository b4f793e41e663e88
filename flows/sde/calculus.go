package sde

import (
	"fmt"
	"strconv"
)

// String returns the name of the calculus, or its α.
func (c Calculus) String() string {
	switch c {
	case Ito:
		return "Itô"
	case Stratonovich:
		return "Stratonovich"
	case AntiIto:
		return "anti-Itô"
	}
	return "α = " + strconv.FormatFloat(float64(c), 'g', -1, 64)
}

// goName returns the calculus as it is written in a program.
func (c Calculus) goName() string {
	switch c {
	case Ito:
		return "sde.Ito"
	case Stratonovich:
		return "sde.Stratonovich"
	case AntiIto:
		return "sde.AntiIto"
	}
	return fmt.Sprintf("sde.Calculus(%g)", float64(c))
}

// String returns the name of the shape.
func (s Shape) String() string {
	names := []string{"General", "Commutative", "Diagonal", "Additive"}
	if s < 0 || int(s) >= len(names) {
		return fmt.Sprintf("Shape(%d)", int(s))
	}
	return names[s]
}
