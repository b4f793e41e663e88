package hopfield

// A BranchCurve is what is drawn of a branch of equilibria, or of a part of it: a
// number for each equilibrium, over the parameter that it is followed in. It is an
// XYer of gonum/plot.
type BranchCurve struct {
	// Stable says that the equilibria of the curve are stable, but for one that it
	// may share with its neighbour at the end where a branch has been cut.
	Stable bool
	X, Y   []float64
}

// Len returns the number of points.
func (c *BranchCurve) Len() int { return len(c.X) }

// XY returns point i.
func (c *BranchCurve) XY(i int) (x, y float64) { return c.X[i], c.Y[i] }
