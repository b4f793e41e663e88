package freeenergy

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"

	"hopflow/lyapunov"
)

// An Estimate is a number computed from a sample.
type Estimate struct {
	Value  float64
	StdErr float64 // standard error, from the spread of the sample's terms
	Bias   float64 // of Value, by the comparison with half samples; not subtracted
	N      int     // size of the sample
}

// neighbours is the k of the nearest-neighbour entropy: 1 has twice the noise
// of 4, and more have more bias.
const neighbours = 4

// The terms of neighbours are not independent. On uniform clouds, where the
// terms vary by trigamma(4) each, the estimate varied by 0.449(8)/N, 0.460(10)/N,
// 0.478(17)/N and 0.466(27)/N in one to four dimensions (6000 to 600 clouds of
// 1000 on a torus); locally every smooth density is uniform.
const (
	termVariance  = math.Pi*math.Pi/6 - 1 - 1./4 - 1./9 // trigamma(4)
	noiseVariance = 0.46
)

// CloudEntropy estimates the entropy of the density that the rows of the cloud
// were drawn from, independently, by the distances ε_i to the 4th-nearest
// neighbour (Kozachenko and Leonenko 1987),
//
//	H = ψ(N) - ψ(4) + ln V_n + (n/N) Σ ln ε_i,
//
// V_n the volume of the unit ball, ψ the digamma function.
//
// The estimate has a bias, since the density varies over the distance to a
// neighbour: of order N^(-2/n) for a density smooth on Rⁿ, and there downward,
// N^(-1/n) and upward for one that ends at walls, beside a noise of N^(-1/2), so
// that in many dimensions the bias is what remains. In nats, for N = 500 and
// 4000:
//
//	n            1               2               3
//	Gaussian    -0.002   0.00   -0.025  -0.003  -0.061  -0.027
//	unit cube   +0.004   0.00   +0.057  +0.021  +0.186  +0.090
//
// Coordinates of different spread make it larger: scale them first, and add Σ
// ln(scale) to the entropy.
//
// Bias is its size by halves: if it falls like N^(-1/n), the mean estimate of
// the even and the odd rows exceeds that of all by (2^(1/n) - 1) Bias. That
// number has noise of the size of StdErr, in three dimensions three times that:
// it is there to warn, not to be subtracted.
//
// It is an error if an entry is not finite, if there are fewer than 20 rows, or
// if five rows coincide: then the law has no density.
func CloudEntropy(cloud *mat.Dense) (Estimate, error) {
	return cloudEstimate(cloud, func([]float64) float64 { return 0 }, -1)
}

// CloudFreeEnergy estimates F = <E> - T H of the density that the rows of the
// cloud were drawn from: the mean of E less T times CloudEntropy, with the
// standard error of the two together and the bias of the entropy times -T. It
// fails as CloudEntropy does, and if E is not finite at a row. It panics unless
// T is positive and finite and the dimensions agree.
func CloudFreeEnergy(cloud *mat.Dense, e lyapunov.Energy, T float64) (Estimate, error) {
	checkTemperature(T)
	if _, n := cloud.Dims(); n != e.Dim() {
		panic("freeenergy: length mismatch")
	}
	return cloudEstimate(cloud, e.Value, T)
}

// cloudEstimate returns the estimate of <value> - T H.
func cloudEstimate(cloud *mat.Dense, value func(x []float64) float64, T float64) (Estimate, error) {
	points, err := rows(cloud)
	if err != nil {
		return Estimate{}, err
	}
	n := len(points)
	terms, offset, err := entropyTerms(points)
	if err != nil {
		return Estimate{}, err
	}
	halfBias, err := biasByHalves(points, terms, offset)
	if err != nil {
		return Estimate{}, err
	}
	var mean, square float64
	for i, x := range points {
		v := value(x)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Estimate{}, fmt.Errorf("freeenergy: energy is %v at particle %d, x = %.6g: the cloud left the energy's domain; look for the step that threw it out", v, i, x)
		}
		terms[i] = v - T*(terms[i]+offset)
		mean += (terms[i] - mean) / float64(i+1)
	}
	for _, t := range terms {
		square += (t - mean) * (t - mean)
	}
	variance := square/float64(n-1) + T*T*(noiseVariance-termVariance)
	return Estimate{
		Value: mean, StdErr: math.Sqrt(variance / float64(n)), Bias: -T * halfBias, N: n,
	}, nil
}

func rows(cloud *mat.Dense) ([][]float64, error) {
	n, _ := cloud.Dims()
	if n < 20 {
		return nil, fmt.Errorf("freeenergy: a cloud of %d particles: take at least 20, better thousands", n)
	}
	points := make([][]float64, n)
	for i := range points {
		points[i] = cloud.RawRowView(i)
		for d, v := range points[i] {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("freeenergy: coordinate %d of particle %d is %v: look for the step that lost it", d, i, v)
			}
		}
	}
	return points, nil
}

// entropyTerms returns n ln ε_i for every point and the offset that, added to
// their mean, makes the entropy.
func entropyTerms(points [][]float64) (terms []float64, offset float64, err error) {
	n, dim := float64(len(points)), float64(len(points[0]))
	tree := newKDTree(points)
	terms = make([]float64, len(points))
	best := make([]float64, neighbours+1) // the point itself is the nearest
	for i, x := range points {
		tree.nearest(best, x)
		if best[neighbours] == 0 {
			return nil, 0, fmt.Errorf("freeenergy: particle %d at %.6g coincides with %d others: the cloud has no density there; look for clipping or resampling", i, x, neighbours)
		}
		terms[i] = dim / 2 * math.Log(best[neighbours])
	}
	lg, _ := math.Lgamma(dim/2 + 1)
	return terms, mathext.Digamma(n) - mathext.Digamma(neighbours) + dim/2*math.Log(math.Pi) - lg, nil
}

// biasByHalves compares the entropy with that of the even and the odd rows.
func biasByHalves(points [][]float64, terms []float64, offset float64) (float64, error) {
	whole := offset
	for _, t := range terms {
		whole += t / float64(len(terms))
	}
	halves := 0.0
	for first := range 2 {
		var half [][]float64
		for i := first; i < len(points); i += 2 {
			half = append(half, points[i])
		}
		part, add, err := entropyTerms(half)
		if err != nil {
			return 0, err
		}
		halves += add / 2
		for _, t := range part {
			halves += t / float64(2*len(part))
		}
	}
	return (halves - whole) / (math.Exp2(1/float64(len(points[0]))) - 1), nil
}
