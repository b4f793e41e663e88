package langevin

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"

	"hopflow/flows/sde"
	"hopflow/lyapunov/verify"
)

// bowed is E = cos 3x + x/2 on the line, in no symmetry with the sides of the
// cube.
type bowed struct{}

func (bowed) Dim() int                  { return 1 }
func (bowed) Value(x []float64) float64 { return math.Cos(3*x[0]) + x[0]/2 }
func (bowed) Gradient(dst, x []float64) { dst[0] = -3*math.Sin(3*x[0]) + 0.5 }

// The weak order of the schemes that stay in the cube, without sampling: u_k(x)
// = <u_{k+1}(x⁺)> over the normal numbers of a step by Gauss and Hermite, from
// u_N = x³, at Chebyshev's points.
func TestWeakOrderInTheCube(t *testing.T) {
	m := Machine{Energy: bowed{}, Beta: []float64{0.6}, Temperature: 0.7}
	for name, scheme := range map[string]sde.Scheme{"sphere": m.Sphere(), "chart": m.Chart()} {
		var h, err []float64
		last := math.NaN()
		for n := 4; n <= 32; n *= 2 {
			u := backward(t, m.System(), scheme, 0.4, n)
			if !math.IsNaN(last) {
				h, err = append(h, 0.4/float64(n)), append(err, math.Abs(u-last))
			}
			last = u
		}
		if e := verify.Order("W", name, h, err, 1, 0.2).Err(); e != nil {
			t.Errorf("%s: %v (differences %v)", name, e, err)
		} else {
			t.Logf("%s: %v", name, err)
		}
	}
}

// backward returns <x³> after n steps to the time t1, from x = 0.2.
func backward(t *testing.T, s *sde.System, scheme sde.Scheme, t1 float64, n int) float64 {
	t.Helper()
	const degree, rule = 24, 24
	z, w := make([]float64, rule), make([]float64, rule)
	quad.Hermite{}.FixedLocations(z, w, math.Inf(-1), math.Inf(1))
	step, err := scheme.Stepper(s, rule*rule)
	if err != nil {
		t.Fatal(err)
	}
	channels, h := step.Channels(), t1/float64(n)
	value := func(x float64) float64 { return x * x * x }
	for range n {
		nodes, values := make([]float64, degree+1), make([]float64, degree+1)
		for k := range nodes {
			nodes[k] = (1 - math.Cos(math.Pi*(float64(k)+0.5)/(degree+1))) / 2
			values[k] = meanAfter(step, channels, h, nodes[k], z, w, value)
		}
		value = barycentric(nodes, values)
	}
	return value(0.2)
}

// meanAfter returns the mean of value after one step from x.
func meanAfter(step sde.Stepper, channels int, h, x float64, z, w []float64, value func(float64) float64) float64 {
	count := len(z)
	if channels == 2 {
		count *= len(z)
	}
	block, dw, weight := [][]float64{make([]float64, count)}, make([][]float64, channels), make([]float64, count)
	for j := range dw {
		dw[j] = make([]float64, count)
	}
	for i := range count {
		block[0][i], weight[i] = x, 1
		for j, k := 0, i; j < channels; j, k = j+1, k/len(z) {
			dw[j][i] = math.Sqrt(2*h) * z[k%len(z)]
			weight[i] *= w[k%len(z)] / math.Sqrt(math.Pi)
		}
	}
	step.Step(0, h, block, dw)
	var sum float64
	for i, y := range block[0] {
		sum += weight[i] * value(y)
	}
	return sum
}

// barycentric interpolates at Chebyshev's points of the first kind.
func barycentric(nodes, values []float64) func(float64) float64 {
	return func(x float64) float64 {
		var top, bottom float64
		for k, node := range nodes {
			if x == node {
				return values[k]
			}
			c := math.Sin(math.Pi*(float64(k)+0.5)/float64(len(nodes))) / (x - node)
			if k%2 == 1 {
				c = -c
			}
			top, bottom = top+c*values[k], bottom+c
		}
		return top / bottom
	}
}
