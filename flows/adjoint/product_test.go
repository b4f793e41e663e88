package adjoint

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"hopflow/lyapunov/activation"
)

// The products against their definitions, at sizes around those of the tiles.
func TestProducts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		out, in := rapid.IntRange(1, 9).Draw(t, "out"), rapid.IntRange(1, 9).Draw(t, "in")
		batch := rapid.SampledFrom([]int{1, 2, 3, 63, 64, 65, 130}).Draw(t, "batch")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		w, x, a := randomly(rng, out*in), randomly(rng, in*batch), randomly(rng, out*batch)
		y, dx, dw := randomly(rng, out*batch), randomly(rng, in*batch), randomly(rng, out*in)
		wantY, wantDx, wantDw := clone(y), clone(dx), clone(dw)
		for i := range out {
			for j := range in {
				for k := range batch {
					wantY[i*batch+k] += w[i*in+j] * x[j*batch+k]
					wantDx[j*batch+k] += w[i*in+j] * a[i*batch+k]
					wantDw[i*in+j] += a[i*batch+k] * x[j*batch+k]
				}
			}
		}
		var transposed []float64
		if batch > 1 {
			transposed = make([]float64, in*out)
			transpose(transposed, w, out, in)
		}
		addProduct(y, w, x, out, in, batch)
		addTransposed(dx, w, transposed, a, out, in, batch)
		addOuter(dw, a, x, out, in, batch)
		for _, c := range []struct {
			name      string
			got, want []float64
		}{{"w x", y, wantY}, {"wᵀ a", dx, wantDx}, {"a xᵀ", dw, wantDw}} {
			for i, v := range c.got {
				if math.Abs(v-c.want[i]) > 1e-13*float64(batch) {
					t.Fatalf("%s has entry %d = %.17g, want %.17g", c.name, i, v, c.want[i])
				}
			}
		}
	})
}

// Rows of the fast activations have the accuracy of package activation: at
// small arguments, in the tails, below the normal numbers, and for NaN.
func TestRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	us := []float64{0, math.Copysign(0, -1), 1e-320, -1e-300, 1e-18, -1e-9, 0.005, -0.011, 0.3, -0.34, 19, -19.5, 353, -354.5, 371, -373, 740, -746, 1e4, -1e300, math.Inf(1), math.Inf(-1), math.NaN()}
	for range 20000 {
		us = append(us, math.Copysign(math.Exp(9*rng.Float64()-6), rng.Float64()-0.5))
	}
	for _, f := range []activation.Function{activation.NewTanh(1), activation.NewTanh(0.37), activation.NewTanh(2.5), activation.NewLogistic(1), activation.SoftProjection(0.6), foreign} {
		y, d, bare := make([]float64, len(us)), make([]float64, len(us)), make([]float64, len(us))
		rowOf(f)(y, d, us)
		rowOf(f)(bare, nil, us)
		if !same(y, bare) {
			t.Errorf("%#v: other values without derivatives", f)
		}
		for i, u := range us {
			for _, c := range []struct {
				what      string
				got, want float64
			}{{"value", y[i], f.Value(u)}, {"derivative", d[i], f.Deriv(u)}} {
				if math.IsNaN(c.want) && math.IsNaN(c.got) || c.got == c.want {
					continue
				}
				// The functions of package activation round too, and tanh twice.
				if !(math.Abs(c.got-c.want) <= 1e-15*math.Abs(c.want)+1e-320) {
					t.Errorf("%#v: %s %.17g at %g, want %.17g", f, c.what, c.got, u, c.want)
				}
			}
		}
	}
}

func BenchmarkTanhRow(b *testing.B) {
	x, y, d := randomly(rand.New(rand.NewPCG(1, 2)), 64), make([]float64, 64), make([]float64, 64)
	for b.Loop() {
		tanhRow(y, d, x, 1)
	}
	b.ReportMetric(64*float64(b.N)/b.Elapsed().Seconds()/1e6, "M/s")
}
