package kramersmoyal

import (
	"fmt"
	"math"
)

// MaxOrder is the largest order n of moments and expansions: 170! is the last
// factorial below the largest float64.
const MaxOrder = 170

// MomentsFromCumulants returns the moments M_0 = 1, M_1, … of the law with the
// cumulants κ_1, κ_2, …; cumulants[0], which is 0 for a law, is not looked at:
//
//	M_{n+1} = Σ_k C(n, k) κ_{k+1} M_{n-k}.
//
// It panics beyond MaxOrder.
func MomentsFromCumulants(cumulants []float64) []float64 {
	if len(cumulants) == 0 {
		return nil
	}
	last := len(cumulants) - 1
	checkOrders(1, []int{last})
	m := make([]float64, last+1)
	m[0] = 1
	for n := range last {
		c := 1.0 // C(n, k)
		for k := 0; k <= n; k++ {
			m[n+1] += c * cumulants[k+1] * m[n-k]
			c = c * float64(n-k) / float64(k+1)
		}
	}
	return m
}

// CumulantsFromMoments is the inverse of MomentsFromCumulants. It panics unless
// moments[0] is 1 within 1e-12, and beyond MaxOrder.
func CumulantsFromMoments(moments []float64) []float64 {
	if len(moments) == 0 {
		return nil
	}
	if !(math.Abs(moments[0]-1) <= 1e-12) {
		panic(fmt.Sprintf("kramersmoyal: the moment of order 0 is %v, want 1", moments[0]))
	}
	last := len(moments) - 1
	checkOrders(1, []int{last})
	kappa := make([]float64, last+1)
	for n := range last {
		kappa[n+1] = moments[n+1]
		c := 1.0
		for k := range n {
			kappa[n+1] -= c * kappa[k+1] * moments[n-k]
			c = c * float64(n-k) / float64(k+1)
		}
	}
	return kappa
}

// checkOrders panics unless there is one order for each coordinate, none
// negative, and their sum at most MaxOrder. It returns the sum.
func checkOrders(dim int, orders []int) (total int) {
	if len(orders) != dim {
		panic(fmt.Sprintf("kramersmoyal: %d orders of a moment in %d dimensions: give one for each coordinate, as in Moment(2, 1) for <ε_0² ε_1>", len(orders), dim))
	}
	for _, n := range orders {
		if n < 0 {
			panic(fmt.Sprintf("kramersmoyal: order %d of a moment is negative", n))
		}
		total += n
	}
	if total > MaxOrder {
		panic(fmt.Sprintf("kramersmoyal: order %d of a moment, at most %d", total, MaxOrder))
	}
	return total
}

// A box numbers the multi-indices β <= α, the first coordinate fastest.
type box struct {
	top    []int
	stride []int
	size   int
}

func newBox(alpha []int) box {
	b := box{top: alpha, stride: make([]int, len(alpha)), size: 1}
	for i, a := range alpha {
		b.stride[i] = b.size
		if b.size > 1<<24/(a+1) {
			panic(fmt.Sprintf("kramersmoyal: a moment of the orders %v has too many below it: take lower orders", alpha))
		}
		b.size *= a + 1
	}
	return b
}

// coords stores the multi-index with number k in beta.
func (b box) coords(beta []int, k int) {
	for i := range beta {
		beta[i] = k / b.stride[i] % (b.top[i] + 1)
	}
}

// index returns the number of beta.
func (b box) index(beta []int) (k int) {
	for i, n := range beta {
		k += n * b.stride[i]
	}
	return k
}

// jointMoment returns M_α of the law in several dimensions with the joint
// cumulants κ, by
//
//	M_{γ+e_i} = Σ_{β<=γ} C(γ, β) κ_{β+e_i} M_{γ-β},
//
// which has only positive terms where the cumulants are positive.
func jointMoment(kappa func(orders []int) float64, alpha []int) float64 {
	b := newBox(alpha)
	n := len(alpha)
	k := make([]float64, b.size) // the cumulants up to α
	gamma, beta := make([]int, n), make([]int, n)
	for at := 1; at < b.size; at++ {
		b.coords(beta, at)
		k[at] = kappa(beta)
	}
	m := make([]float64, b.size)
	m[0] = 1
	for at := 1; at < b.size; at++ {
		b.coords(gamma, at)
		i := firstPositive(gamma)
		gamma[i]--
		below := newBox(gamma)
		for j := range below.size {
			below.coords(beta, j)
			c := 1.0
			for d := range n {
				c *= binomial(gamma[d], beta[d])
			}
			rest := at - b.stride[i] - b.index(beta)
			m[at] += c * k[b.index(beta)+b.stride[i]] * m[rest]
		}
	}
	return m[b.size-1]
}

func firstPositive(alpha []int) int {
	for i, a := range alpha {
		if a > 0 {
			return i
		}
	}
	return -1
}

// binomial returns C(n, k), exact while it is below 2^53.
func binomial(n, k int) float64 {
	c := 1.0
	for j := range min(k, n-k) {
		c = c * float64(n-j) / float64(j+1)
	}
	return math.Round(c)
}
