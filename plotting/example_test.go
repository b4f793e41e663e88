package plotting_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"

	"hopflow/plotting"
)

// A figure outside a notebook is written to a file; in one, plotting.Show
// displays it.
func Example() {
	fig := plotting.New("t (s)", "height (m)")
	fig.Function("free fall", func(t float64) float64 { return 20 - 9.81*t*t/2 }, 0, 2)
	fig.HLine(0, "ground")
	fig.Alt("A falling parabola of height against time from 0 to 2 s: from 20 m it reaches the ground just after 2 s.")

	dir, err := os.MkdirTemp("", "figures-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	fmt.Println(fig.Save(filepath.Join(dir, "fall.png")))
	// Output: <nil>
}

// A hole in the data is an error until it is said to be meant.
func ExampleSeries_Gaps() {
	data := plotting.XY{X: []float64{0, 1, 2, 3}, Y: []float64{1, 2, math.NaN(), 3}}

	fig := plotting.New("x", "y")
	fig.Line("measured", data)
	fmt.Println(fig.Err())

	fig = plotting.New("x", "y")
	fig.Line("measured", data).Gaps()
	fmt.Println(fig.Err())
	// Output:
	// plotting: line "measured": y at index 2 is NaN; look where it comes from, or call Gaps() if the line is meant to break there
	// <nil>
}

// Level lines over a filled map of the same function.
func ExampleFigure_Contour() {
	bowl := plotting.GridFunc(func(x, y float64) float64 { return x*x + 2*y*y }, -1, 1, 81, -1, 1, 81)
	fig := plotting.New("x₁ (dimensionless)", "x₂ (dimensionless)").Size(480, 420).Equal()
	fig.Fill(bowl, "energy E (dimensionless)")
	fig.Contour(bowl, 0.25, 0.5, 1, 2)
	fmt.Println(fig.Err())
	// Output: <nil>
}

// A contour level that is not there is an error, not an empty picture.
func ExampleFigure_Contour_level() {
	bowl := plotting.GridFunc(func(x, y float64) float64 { return x*x + y*y }, -1, 1, 81, -1, 1, 81)
	fig := plotting.New("x", "y")
	fig.Contour(bowl, 3)
	fmt.Println(fig.Err())
	// Output: plotting: contour level 3: the grid spans 0 to 2; choose a level in between
}

// The error of the trapezoidal rule falls with the square of the step.
func ExampleFigure_Convergence() {
	var steps, errs []float64
	for n := 4; n <= 64; n *= 2 {
		h, sum := 1/float64(n), 0.0
		for k := range n {
			sum += h / 2 * (math.Exp(h*float64(k)) + math.Exp(h*float64(k+1)))
		}
		steps, errs = append(steps, h), append(errs, math.Abs(sum-(math.E-1)))
	}
	fig := plotting.New("step h (dimensionless)", "error (dimensionless)")
	fig.Convergence("trapezoid", steps, errs) // the legend says: trapezoid, slope 2.00
	fmt.Println(fig.Err())
	// Output: <nil>
}

// Panels with equal labels share their axes.
func ExampleGrid() {
	var panels []*plotting.Figure
	for _, temperature := range []float64{0.2, 0.7} {
		f := plotting.New("x (dimensionless)", "density (dimensionless)").Title(fmt.Sprintf("T = %g", temperature))
		f.Function("Gibbs", func(x float64) float64 {
			return math.Exp(-x*x/(2*temperature)) / math.Sqrt(2*math.Pi*temperature)
		}, -3, 3)
		panels = append(panels, f)
	}
	fmt.Println(plotting.Grid(1, 2, panels...).Err())
	// Output: <nil>
}

// A long loop ends on Stop, after 30 seconds, or after the time it is given.
func ExampleProgressOf() {
	count := func(yield func(int) bool) {
		for k := 1; yield(k) && k < 1000; k++ {
		}
	}
	sum := 0
	for k := range plotting.ProgressOf(count, 1000, "summing") {
		sum += k
	}
	fmt.Println(sum)
	// Output: 500500
}
