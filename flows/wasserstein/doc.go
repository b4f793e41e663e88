// Package wasserstein moves mass: optimal transport between discrete measures
// on the state space of a Hopfield network, and the free energy's gradient flow
// in the space of probability measures, [HF] section V.
//
// # Exact transport
//
// A Measure is a cloud of points with weights, a Cost the squared distance that
// mass is carried over: SquaredDistance of a metric with a flat chart,
// SquaredEuclidean, SquaredOf any other distance, or a Table. Exact returns the
// Plan of least cost, [HF] (47), with the potentials that prove it, and W2 its
// root:
//
//	a := wasserstein.UniformMeasure(cloud)
//	plan, err := wasserstein.Exact(a, b, wasserstein.SquaredDistance(metric))
//	err = plan.Check(a, b) // marginals, feasibility, complementary slackness
//
// The distance W_G of a flat metric is the Euclidean W₂ of the measures pushed
// forward into the chart, which [HF] does not say. On a line measures are
// sorted, with any convex cost (Convex); elsewhere a network simplex method
// solves the linear programme. Assignment is the case of equal weights.
//
// Squares are full squares here: the factor 1/2 belongs to the proximal step,
// [HF] (54), not to the distance.
//
// # Motion
//
// Displacement lets each pair of a plan move along its geodesic. Its action is
// W_G², [HF] (48), corrected (erratum HF-48a: printed with a factor 1/2).
// Interpolate makes any other motion, which costs more; PathAction needs only
// the measures on the way. CheckMotion states the theorem of Benamou and
// Brenier.
//
// # Entropic transport
//
// Sinkhorn adds ε times an entropy and solves by scaling; Unbalanced lets go of
// marginals at a price, and Divergence takes off what the entropy adds. A
// Kernel is exp(-C/(2ε)) by its products: dense, separable on a grid, or of low
// rank. None returns a plan that has not converged without an error.
//
// # The proximal recursion
//
// The steps of [HF] (54) are taken on the moving, weighted cloud of the source,
// on fixed nodes with the volumes of their cells, or exactly on small supports.
// The first does not reach the stationary law, but one of temperature T +
// ε/(2h); the second does.
//
// # Failure
//
// Data that cannot be transported are errors that name the first point, weight
// or cost to blame and what to do: *MeasureError, *CostError, *CouplingError.
// Weights are never renormalised, and points never dropped, but by Normalized.
// A wrong length panics.
//
// Derived in notebook 13.
package wasserstein
