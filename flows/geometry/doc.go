// Package geometry holds the Riemannian geometry of the state space of a
// Hopfield network: metrics, Christoffel symbols, geodesics and distances.
//
// An activation σ makes the cube a Riemannian manifold with the diagonal
// metric g_ii(x) = 1/σ_i'(σ_i⁻¹(x_i)), [HF] (4). Two types give it:
//
//   - Tanh is the metric of the soft projection, g_ii = 1/(4β_i x_i(1-x_i)),
//     [HF] (24), with everything in closed form. It is the Fisher metric of
//     the binomial family with n = 1/(4β) draws.
//   - Separable is the metric of any activations.
//
// A separable metric is flat, which [HF] does not say: in θ_i = ∫√g_ii dx_i
// the manifold is a Euclidean box. Both types are a Chart: geodesics are
// straight lines in θ, and distances are Euclidean. For the tanh metric
// θ_i = arcsin(√x_i)/√β_i.
//
// There are three routes to a geodesic, and the tests and notebook 10 hold
// them against one another: the closed form (Tanh.Geodesic), the flat chart
// (ChartGeodesic), and the geodesic equation (8), as an initial value problem
// (Exp) and as a boundary value problem (Log by shooting for any Connection,
// Collocation for diagonal ones). There are three routes to a distance: [HF]
// (30), corrected (Tanh.Distance), the chart (ChartDistance), and the integral
// (13b) along a curve (Length).
//
// Indices: Flat lowers one (G v), Sharp raises one (G⁻¹ ξ).
//
// Failure: a point of the wrong length panics. A coordinate outside [0, 1]
// makes a scalar such as a distance NaN, and a geodesic an error that names
// the coordinate. The corners are at finite distance in the tanh metric, and
// their distances are exact.
//
// Derived in notebook 10.
package geometry
