// Package geometry holds the Riemannian geometry of the state space of a
// Hopfield network: metrics, Christoffel symbols, geodesics and distances,
// curvature and parallel transport, and the natural gradient.
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
// (ChartGeodesic, ChartExp, ChartLog), and the geodesic equation (8), as an
// initial value problem (Exp, NewRay) and as a boundary value problem (Log and
// Connect by shooting for any Manifold, Collocation for diagonal metrics).
// There are three routes to a distance: [HF] (30), corrected (Tanh.Distance),
// the chart (ChartDistance), and the integral (13b) along a curve (Length).
//
// # Curved manifolds
//
// A metric that is not separable is curved in general. Simplex is the Fisher
// metric of probabilities, of curvature 1/4, Softmax the same manifold in
// logits, Sphere and UnitSphere the sphere in angles and embedded; NewMatrix
// makes a metric of any matrix G(x), NewPullback of a map, NewFisher of a
// family of distributions. Sectional and Gaussian measure curvature, with an
// estimate of the error; Transport and Holonomy show it.
//
//	k, estimate := geometry.Gaussian(geometry.NewSimplex(3), x)
//
// # Descent
//
// NaturalGradient is the flow dx/dt = -G⁻¹∇E of [HF] (2)-(3) and [CH] Theorem
// 2; HiddenGradient and ChartGradient are the same flow in the hidden state
// and in the flat chart, and DescentRate is dE/dt along it. Four Steps
// discretise it: NaturalStep, [HF] (5), which may leave the manifold;
// RetractedStep along a Retraction; HiddenStep, Euler's step of [HF] (1a); and
// ProximalStep, [HF] (56). Iterate repeats any of them:
//
//	tr, err := geometry.Iterate(geometry.NaturalStep(m, e, h), x0, 100)
//
// Indices: Flat lowers one (G v), Sharp raises one (G⁻¹ ξ).
//
// Failure: a point of the wrong length panics. A coordinate outside [0, 1]
// makes a scalar such as a distance NaN, and a geodesic an error that names
// the coordinate. The corners are at finite distance in the tanh metric, and
// their distances are exact. A metric that is not positive definite makes Sharp
// NaN; what returns an error names its least eigenvalue.
//
// Every type is held against the laws that Check functions state: CheckMetric,
// CheckConnection, CheckChart, CheckDistance, CheckGeodesic, CheckManifold,
// CheckTransport, CheckRetraction. They run on your own types too.
//
// Derived in notebooks 09 and 10.
package geometry
