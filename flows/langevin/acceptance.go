package langevin

import (
	"math"
	"sync/atomic"
)

// Acceptance counts what a Metropolis scheme proposed and accepted, over all
// steppers made from it. The counts do not depend on the number of workers.
type Acceptance struct{ proposed, accepted atomic.Int64 }

// Accepted returns the share of proposals accepted and their number so far;
// NaN before the first.
func (a *Acceptance) Accepted() (rate float64, proposals int64) {
	n := a.proposed.Load()
	return float64(a.accepted.Load()) / float64(n), n
}

// Reset begins the count anew.
func (a *Acceptance) Reset() {
	a.proposed.Store(0)
	a.accepted.Store(0)
}

func (a *Acceptance) count(proposed, accepted int) {
	a.proposed.Add(int64(proposed))
	a.accepted.Add(int64(accepted))
}

// accepts decides a proposal whose density ratio has the logarithm logRatio,
// with the normal number z for chance: with probability min(1, e^logRatio). A
// NaN, the ratio of a proposal outside the domain, is refused.
func accepts(logRatio, z float64) bool {
	if logRatio >= 0 {
		return true
	}
	uniform := math.Erfc(-z/math.Sqrt2) / 2
	return math.Log(uniform) < logRatio
}
