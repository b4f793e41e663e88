package exponential

import (
	"math"
	"math/big"
)

// The split of ln 2/64 into a part of 31 digits, so that n ln2/64 is exact for
// |n| < 2^17, and the rest.
const (
	size    = 64
	perUnit = size / math.Ln2
	high    = 0x1.62e42feep-7
	low     = math.Ln2/size - high
	round   = 3 << 51 // adding it rounds to an integer, in the low bits
	zero    = -746.0  // and below this the exponential is zero
	least   = -708.0  // below it it is subnormal or zero
	most    = 709.78  // ln of the largest float64 is 709.7827
)

// power[i] is 2^(i/64), and powerLow[i] what rounding left of it.
var power, powerLow = func() (high, low [size]float64) {
	root := big.NewFloat(2).SetPrec(160)
	for range 6 {
		root.Sqrt(root)
	}
	p := big.NewFloat(1).SetPrec(160)
	for i := range size {
		high[i], _ = p.Float64()
		low[i], _ = new(big.Float).Sub(p, big.NewFloat(high[i])).Float64()
		p.Mul(p, root)
	}
	return high, low
}()
