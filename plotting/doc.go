// Package plotting draws the figures of the notebooks: a thin layer over
// gonum/plot with one style sheet.
//
//	fig := plotting.New("t (dimensionless)", "x₁ (dimensionless)")
//	fig.Line("RK4", tr.Component(0))
//	fig.Function("exact", func(t float64) float64 { return math.Exp(-t) }, 0, 2)
//	fig.Alt("Two falling curves of x₁ against t from 0 to 2 that lie on each other: ...")
//	plotting.Show(fig)
//
// # Data
//
// It draws anything with the methods of gonum/plot's XYer (Len, XY) or GridXYZ
// (Dims, X, Y, Z), whoever made it: it knows nothing of energies and flows. XY,
// GridFunc and GridValues make them of slices and functions. Data are copied
// when they are handed over.
//
// # Errors
//
// The first error of a figure sticks; Err returns it, Save returns it, and Show
// panics with it, so that a cell goes red. NaN is an error that names the
// series and the index, unless Gaps says that a hole is meant; an infinity, an
// empty series and a series outside the Range always are errors. No point is
// left out in silence. What no data can cause (two slices of different length)
// is a panic.
//
// # Style
//
// Two series always differ in two channels, colour and dashes or colour and
// marker. The six colours can be told apart with normal, deuteranope and
// protanope vision and have a contrast of 3 on white; the maps Sequential and
// Diverging are monotone in lightness. The tests measure it. The background is
// white, so a figure is a card on a dark page. The legend stands where it
// covers nothing.
//
// Labels are Unicode, typeset with superscripts, subscripts and the symbols of
// mathematics that the fonts lack; between dollars a little TeX is read. Text is
// drawn as outlines, so it is sharp at any angle and needs no font in the
// reader's machine.
//
// # Notebooks
//
// Show sends one PNG with two pixels to a CSS pixel, its size and its
// alternative text, and waits until the kernel has them. Progress wraps a long
// iteration: it ends early on Stop and when its time is over, so that the cell
// still shows its partial figure. The bytes of a figure are the same each time
// on one platform.
package plotting
