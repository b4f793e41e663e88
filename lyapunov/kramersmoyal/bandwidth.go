package kramersmoyal

import (
	"fmt"
	"math"
)

// A Kernel is the shape of the weights of a kernel regression, as a function of
// u, the distance in bandwidths. In the plane u² = (Δx/h_x)² + (Δy/h_y)².
type Kernel int

const (
	// EpanechnikovKernel is 1 - u² for u < 1, the kernel of least mean squared
	// error (Epanechnikov 1969).
	EpanechnikovKernel Kernel = iota
	// GaussianKernel is exp(-u²/2), cut at u = 6, where it is 1.5e-8.
	GaussianKernel
)

// String returns the name of the kernel.
func (k Kernel) String() string {
	if k == GaussianKernel {
		return "Gaussian"
	}
	return "Epanechnikov"
}

// reach is the u from which on the weight is 0.
func (k Kernel) reach() float64 {
	if k == GaussianKernel {
		return 6
	}
	return 1
}

func (k Kernel) weight(u2 float64) float64 {
	if k == GaussianKernel {
		if u2 > 36 {
			return 0
		}
		return math.Exp(-u2 / 2)
	}
	return max(0, 1-u2)
}

// A Bandwidth is a rule for the widths h of the kernel, one for each coordinate.
// The bias of an estimate grows like h², its variance like 1/h (on the line), so
// that every rule balances the two, and no rule suits every purpose: look at the
// estimate for half and twice the value.
type Bandwidth interface {
	choose(h []float64, e *Estimator) error
	// String names the rule.
	String() string
}

type fixed []float64

// Fixed is the rule that takes the given widths: one for all coordinates, or one
// for each.
func Fixed(h ...float64) Bandwidth { return fixed(h) }

func (f fixed) String() string { return fmt.Sprint("fixed ", []float64(f)) }

func (f fixed) choose(h []float64, e *Estimator) error {
	if len(f) != 1 && len(f) != len(h) {
		return fmt.Errorf("kramersmoyal: %d bandwidths for %d coordinates: give one, or one for each", len(f), len(h))
	}
	for a := range h {
		h[a] = f[min(a, len(f)-1)]
	}
	return nil
}

// Silverman is the rule of thumb of density estimation,
//
//	h_a = A σ_a N^(-1/(n+4)),
//
// σ_a the standard deviation of coordinate a, n the number of coordinates, N
// that of the increments, and A the constant that makes the mean integrated
// squared error of the density least if that is a Gaussian: for the Gaussian
// kernel (4/(n+2))^(1/(n+4)), for Epanechnikov's (8 (n+4) (2√π)^n / c_n)^(1/(n+4)),
// c_n the volume of the unit ball (Silverman 1986, section 4.3.2). It knows
// nothing of the drift. It suits a drift that varies on the scale of σ, and is
// too wide for one with finer structure.
type Silverman struct{}

// String returns "Silverman".
func (Silverman) String() string { return "Silverman" }

func (Silverman) choose(h []float64, e *Estimator) error {
	n := float64(len(h))
	constant := 4 / (n + 2)
	if e.how.Kernel == EpanechnikovKernel {
		ball := [...]float64{2, math.Pi}[len(h)-1]
		constant = 8 * (n + 4) * math.Pow(2*math.Sqrt(math.Pi), n) / ball
	}
	for a := range h {
		sigma, count := e.spread(a)
		if sigma == 0 {
			return fmt.Errorf("kramersmoyal: all %g increments begin in one cell of coordinate %s: the series is constant or the grid too coarse; lay the grid over the data (Series.Box)", count, coordinate(a))
		}
		h[a] = math.Pow(constant/count, 1/(n+4)) * sigma
	}
	return nil
}

// CrossValidated chooses the width from the data: the one for which the drift,
// estimated without an increment, predicts that increment best, on the average
// over all increments (Stone 1974; Fan and Gijbels 1996, section 4.2):
//
//	CV(h) = Σ_k (Δx_k - Δt D1_without_k(x_k))²,  (Δx_k - Δt D1(x_k))/(1 - l_k)
//
// being the error without k, l_k the weight of increment k in the estimate at
// its own place. It tries 24 widths, from one cell to a third of the grid, whose
// ratio in the plane is that of the standard deviations. Its choice varies from
// one series to another, since the noise of an increment is much larger than its
// drift.
type CrossValidated struct{}

// String returns "cross-validated".
func (CrossValidated) String() string { return "cross-validated" }

func (CrossValidated) choose(h []float64, e *Estimator) error {
	if err := (Silverman{}).choose(h, e); err != nil {
		return err
	}
	unit := append([]float64(nil), h...)
	lo, hi := 0.0, math.Inf(1)
	for a := range h {
		axis := e.grid.Axis(a)
		lo = max(lo, axis.Width(0)/unit[a])
		hi = min(hi, (axis.Edge(axis.Len())-axis.Edge(0))/3/unit[a])
	}
	if e.how.Kernel == GaussianKernel { // whose width counts for more than twice
		lo, hi = lo/2, hi/2
	}
	if !(2*lo <= hi) {
		return fmt.Errorf("kramersmoyal: the grid is too coarse to compare bandwidths on: at least 6 cells a coordinate")
	}
	const candidates = 24
	best, at := math.Inf(1), 0.0
	var c Coefficients
	for k := range candidates {
		scale := lo * math.Pow(hi/lo, float64(k)/(candidates-1))
		for a := range h {
			h[a] = scale * unit[a]
		}
		c.begin(e, h)
		if cv := c.crossValidate(); cv < best {
			best, at = cv, scale
		}
	}
	if at == 0 {
		return fmt.Errorf("kramersmoyal: no bandwidth between %.3g and %.3g of Silverman's predicts the increments of every cell: take fewer cells or a longer series", lo, hi)
	}
	for a := range h {
		h[a] = at * unit[a]
	}
	return nil
}
