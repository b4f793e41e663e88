package plotting

import (
	"fmt"
	"math"
)

// A specimen is a figure of the gallery.
type specimen struct {
	name string
	draw func() Picture
}

// gallery holds each kind of mark on synthetic data.
func gallery() []specimen {
	return []specimen{
		{"lines", lines}, {"band", bandFigure}, {"errorbars", errorBarFigure}, {"scatter", scatterFigure}, {"values", valuesFigure},
		{"histogram", histogramFigure}, {"contour", contourFigure}, {"fill", fillFigure}, {"diverging", divergingFigure},
		{"streamlines", streamFigure}, {"arrows", arrowFigure}, {"convergence", convergenceFigure},
		{"logarithmic", logFigure}, {"multiples", multiplesFigure}, {"shared", sharedFigure}, {"patterns", patternsFigure}, {"tiles", tilesFigure},
		{"text", textFigure}, {"crowded", crowdedFigure}, {"gaps", gapsFigure}, {"faint", faintFigure},
		{"graph", graphFigure}, {"basins", basinsFigure},
	}
}

func curveOf(n int, f func(x float64) float64, lo, hi float64) XY {
	var p XY
	for k := range n {
		x := lo + (hi-lo)*float64(k)/float64(n-1)
		p.X, p.Y = append(p.X, x), append(p.Y, f(x))
	}
	return p
}

// noise is a fixed sequence that looks random, in (0, 1).
func noise(k int) float64 {
	_, f := math.Modf(math.Abs(math.Sin(float64(k+1)*12.9898) * 43758.5453))
	return f
}

func normal(k int) float64 {
	return math.Sqrt(-2*math.Log(noise(2*k)+1e-12)) * math.Cos(2*math.Pi*noise(2*k+1))
}

func lines() Picture {
	f := New("time t (dimensionless)", "state x₁ (dimensionless)")
	for k, beta := range []float64{0.25, 0.5, 1, 2, 4, 8} {
		f.Function(fmt.Sprintf("β = %g", beta), func(x float64) float64 { return math.Exp(-x/6) * math.Cos(x-0.3*float64(k)) / (1 + 0.1*beta) }, 0, 10)
	}
	return f
}

func bandFigure() Picture {
	f := New("time t (s)", "free energy F (nats)")
	mean := curveOf(60, func(t float64) float64 { return -1.2 + math.Exp(-t) }, 0, 5)
	lower, upper := curveOf(60, func(t float64) float64 { return -1.3 + 0.8*math.Exp(-t) }, 0, 5), curveOf(60, func(t float64) float64 { return -1.1 + 1.2*math.Exp(-t) }, 0, 5)
	f.Band("mean ± 2 SE", lower, upper)
	f.Line("mean ± 2 SE", mean)
	f.HLine(-1.2, "−T ln Z")
	return f
}

func errorBarFigure() Picture {
	f := New("position x (dimensionless)", "drift D₁ (per unit of time)")
	f.Function("true drift", func(x float64) float64 { return x - x*x*x }, -1.5, 1.5)
	var p XY
	var se []float64
	for k := range 13 {
		x := -1.5 + 0.25*float64(k)
		p.X, p.Y, se = append(p.X, x), append(p.Y, x-x*x*x+0.1*normal(k)), append(se, 0.1+0.1*x*x)
	}
	f.ErrorBars("estimate ± 1 SE", p, se)
	return f
}

func scatterFigure() Picture {
	f := New("overlap m (dimensionless)", "energy E (dimensionless)")
	for s, name := range []string{"disc", "square", "triangle", "diamond", "triangle down", "cross"} {
		var p XY
		for k := range 18 {
			x := noise(40*s + k)
			p.X, p.Y = append(p.X, x), append(p.Y, -x*x*(1+0.2*float64(s))+0.15*noise(900+40*s+k))
		}
		f.Scatter(name, p)
	}
	return f
}

func valuesFigure() Picture {
	f := New("x₁ (dimensionless)", "x₂ (dimensionless)").Size(520, 400).Equal()
	var p XY
	var v []float64
	for k := range 260 {
		x, y := 0.4*normal(k), 0.25*normal(k+500)
		p.X, p.Y, v = append(p.X, x), append(p.Y, y), append(v, math.Exp(-x*x-4*y*y))
	}
	f.ScatterValues(p, v, "density q(x)")
	return f
}

func histogramFigure() Picture {
	f := New("x (dimensionless)", "density (dimensionless)").Size(600, 340)
	var v []float64
	for k := range 4000 {
		v = append(v, 0.84*normal(k))
	}
	f.Histogram("4000 particles", v, 40)
	f.Function("q ∝ exp(-E/T)", func(x float64) float64 { return math.Exp(-x*x/(2*0.84*0.84)) / math.Sqrt(2*math.Pi) / 0.84 }, -3, 3)
	return f
}

// ripples has a minimum, a maximum and saddles.
func ripples(x, y float64) float64 {
	return 0.6*x*x + 0.9*y*y - 0.8*math.Cos(2.5*x)*math.Cos(2*y)
}

func contourFigure() Picture {
	f := New("x₁ (dimensionless)", "x₂ (dimensionless)").Size(560, 440).Equal()
	f.Contour(GridFunc(ripples, -2, 2, 121, -1.5, 1.5, 91), -0.6, -0.2, 0.2, 0.6, 1, 1.5, 2, 3)
	f.Line("descent", curveOf(40, func(x float64) float64 { return 0.3 + 0.5*x*x*x/3 }, -1.5, 0))
	return f
}

func fillFigure() Picture {
	f := New("x₁ (dimensionless)", "x₂ (dimensionless)").Size(540, 430).Equal()
	f.Fill(GridFunc(func(x, y float64) float64 {
		return math.Hypot(math.Asin(math.Sqrt(x))-0.6, 1.4*(math.Asin(math.Sqrt(y))-0.9))
	}, 0, 1, 81, 0, 1, 81), "distance d_G")
	for _, r := range []float64{0.15, 0.3} {
		var p XY
		for k := range 121 {
			a := 2 * math.Pi * float64(k) / 120
			p.X, p.Y = append(p.X, 0.4+r*math.Cos(a)), append(p.Y, 0.6+r*math.Sin(a))
		}
		f.Line(fmt.Sprintf("r = %.2f", r), p)
	}
	return f
}

func divergingFigure() Picture {
	f := New("x₁ (dimensionless)", "x₂ (dimensionless)").Size(540, 360)
	g := GridFunc(func(x, y float64) float64 { return math.Sin(x) * math.Cos(y) * (1 + 0.3*x) }, -3, 3, 91, -2, 2, 61)
	f.Fill(g, "curl (1/s)").Diverging(0)
	f.Contour(g, -0.4, 0, 0.4, 0.8, 1.2)
	return f
}

func streamFigure() Picture {
	f := New("x₁ (dimensionless)", "x₂ (dimensionless)").Size(560, 430).Equal()
	f.Streamlines("drift", func(x, y float64) (u, v float64) { return y, -x*x*x + x - 0.25*y }, -2, 2, -1.5, 1.5)
	f.Scatter("fixed points", XY{X: []float64{-1, 0, 1}, Y: []float64{0, 0, 0}})
	return f
}

func arrowFigure() Picture {
	f := New("x₁ (dimensionless)", "x₂ (dimensionless)").Size(480, 430).Equal().Range(0, 1, 0, 1)
	f.Arrows("−G⁻¹∇f", func(x, y float64) (float64, float64) { return -x * (1 - x), -0.5 * y * (1 - y) }, 0.04, 0.96, 12, 0.04, 0.96, 12)
	return f
}

func convergenceFigure() Picture {
	f := New("step h (dimensionless)", "error at t = 2 (dimensionless)").Size(560, 380)
	for _, m := range []struct {
		name  string
		order float64
		size  float64
	}{{"Euler", 1, 0.6}, {"Heun", 2, 0.3}, {"RK4", 4, 0.05}, {"strong Euler-Maruyama", 0.5, 2}} {
		var h, e []float64
		for k := range 6 {
			s := 0.2 / math.Pow(2, float64(k))
			h, e = append(h, s), append(e, m.size*math.Pow(s, m.order)*(1+0.1*(noise(k)-0.5)))
		}
		f.Convergence(m.name, h, e)
	}
	return f
}

func logFigure() Picture {
	f := New("dimension n", "time per step (ns)").LogX().LogY().Size(560, 360)
	f.Line("dense", curveOf(9, func(n float64) float64 { return 3 * n * n }, 2, 4000)).Markers()
	f.Line("low rank", curveOf(9, func(n float64) float64 { return 60 * n }, 2, 4000)).Markers()
	return f
}

func multiplesFigure() Picture {
	left := New("x₁ (dimensionless)", "x₂ (dimensionless)").Range(0, 1, 0, 1).Title("state x")
	right := New("θ₁ (dimensionless)", "θ₂ (dimensionless)").Title("flat chart θ")
	for k := range 5 {
		x := curveOf(50, func(t float64) float64 { return 0.9 - 0.8*t*t*float64(k)/4 }, 0.02, 0.98)
		left.Line(fmt.Sprintf("γ%d", k+1), x)
		right.Line(fmt.Sprintf("γ%d", k+1), curveOf(50, func(t float64) float64 { return 1.2 - 0.7*t*float64(k)/4 }, 0.1, 1.5))
	}
	return Grid(1, 2, left, right)
}

func sharedFigure() Picture {
	var figs []*Figure
	for k, temperature := range []float64{0.1, 0.3, 0.7, 1.5} {
		f := New("x (dimensionless)", "density (dimensionless)").Title(fmt.Sprintf("T = %g", temperature))
		f.Function("Gibbs", func(x float64) float64 { return math.Exp(-x*x/(2*temperature)) / math.Sqrt(2*math.Pi*temperature) }, -3, 3)
		f.Function("relaxed", func(x float64) float64 { return 0.2 + 0.1*float64(k) + 0*x }, -3, 3)
		figs = append(figs, f)
	}
	return Grid(2, 2, figs...)
}

func patternsFigure() Picture {
	var figs []*Figure
	for k := range 4 {
		var v []float64
		for i := range 64 {
			s := 1.0
			if (i/8+i%8)%(k+2) == 0 || i%8 == 0 && i < 8*6 {
				s = -1
			}
			v = append(v, s)
		}
		f := New("", "").Title(fmt.Sprintf("sweep %d", k))
		f.Pattern(v, 8)
		figs = append(figs, f)
	}
	return Grid(1, 4, figs...).Size(640, 190)
}

func tilesFigure() Picture {
	f := New("neuron j", "neuron i").Size(440, 360).Equal()
	f.Tiles(GridFunc(func(x, y float64) float64 { return math.Cos(x*y/3) * math.Exp(-math.Abs(x-y)/6) }, 0, 11, 12, 0, 11, 12), "weight Wᵢⱼ").Diverging(0)
	return f
}

func textFigure() Picture {
	f := New("$x_1^2 + \\beta x_{2}$ (10⁻³ mol)", "$\\nabla E \\propto e^{-E/T}$ (dimensionless)").Range(0, 10, 0, 10)
	f.Title("γᵢⱼ, ∂ₜq, Γᵏᵢⱼ, √(γ'ᵀ G γ'), 10⁻¹²")
	for k, s := range []string{"∇ ∝ ∈ ∉ ⊂ ∪ ∩ ∘", "⊘ ⊗ ⊕ ⊙ ⟨x, y⟩ ⊤ ⊥ ∥ ‖x‖", "≪ ≫ ⇒ ↦ → ∼ ∗ ✓ ≤ ≥ ≈ ± × ·", "αβγδεζηθικλμνξπρστυφχψω ΓΔΘΛΞΠΣΦΨΩ", "∂ₜq = ∇·(q∇E) + T Δq, ∫√g dx, ∞, −1.5", "$\\sigma^{-1}(u_i) \\to x^{*}, \\Gamma_{ij}^{k}, f'(x)$"} {
		f.Text(0.3, 1+1.4*float64(k), s)
	}
	f.Text(9.9, 9.9, "inside")
	f.VLine(8, "threshold $T_c$")
	return f
}

func crowdedFigure() Picture {
	f := New("x", "y").Size(640, 360)
	for k := range 7 {
		f.Function(fmt.Sprintf("mode %d", k+1), func(x float64) float64 { return math.Sin(float64(k+1) * x) }, 0, 2*math.Pi)
	}
	return f
}

func gapsFigure() Picture {
	f := New("x (10⁻⁶ m)", "y (V)").Size(560, 320)
	const unit = 1e5
	f.Function("tan, cut", func(x float64) float64 {
		if y := math.Tan(x); math.Abs(y) < 8 {
			return unit * y
		}
		return math.NaN()
	}, -4, 4).Gaps()
	f.Line("steps", XY{X: []float64{-3, -2, math.NaN(), -1, 0, 1, 2}, Y: []float64{4 * unit, 5 * unit, 0, 7 * unit, math.NaN(), -3 * unit, -5 * unit}}).Gaps()
	return f
}

func faintFigure() Picture {
	f := New("time t (dimensionless)", "x(t) (dimensionless)").Size(560, 340).Legend(Outside)
	for p := range 30 {
		x := 1.5
		var path XY
		for k := range 120 {
			path.X, path.Y = append(path.X, float64(k)*0.02), append(path.Y, x)
			x += -0.02*x*2 + 0.12*normal(1000*p+k)
		}
		f.Line("", path).Faint()
	}
	f.Function("mean", func(t float64) float64 { return 1.5 * math.Exp(-2*t) }, 0, 2.4)
	return f
}

// graphFigure is the cube: every edge leads downwards, but for one pair.
func graphFigure() Picture {
	f := New("overlap m (dimensionless)", "energy E (dimensionless)").Size(560, 360)
	var p XY
	var names []string
	var edges [][2]int
	energy := func(i int) float64 { return []float64{0, 1.5, 1, 2.5, 1.2, 2.6, 2.5, 3}[i] }
	for i := range 8 {
		p.X, p.Y = append(p.X, float64(i&1)+0.6*float64(i>>1&1)-0.8*float64(i>>2)), append(p.Y, energy(i))
		names = append(names, fmt.Sprintf("%03b", i))
		for k := range 3 {
			if j := i ^ 1<<k; energy(j) < energy(i) || energy(j) == energy(i) {
				edges = append(edges, [2]int{i, j})
			}
		}
	}
	edges = append(edges, [2]int{0, 1})
	f.Graph(p, edges).Ring("ground state", 0).Names(names...)
	return f
}

// basinsFigure is the synchronous map of eight neurons that store three
// patterns, with a bias.
func basinsFigure() Picture {
	const n = 8
	stored := [][]int{{1, 1, 1, 1, -1, -1, -1, -1}, {1, -1, 1, 1, 1, -1, 1, -1}, {1, 1, -1, 1, -1, 1, 1, -1}}
	next, energy := make([]int, 1<<n), make([]float64, 1<<n)
	spin := func(code, i int) int { return 2*(code>>i&1) - 1 }
	for code := range next {
		for i := range n {
			h := i - 3
			for j := range n {
				if w := stored[0][i]*stored[0][j] + 2*stored[1][i]*stored[1][j] + 3*stored[2][i]*stored[2][j]; i != j {
					h += w * spin(code, j)
				}
			}
			energy[code] -= float64(h*spin(code, i)) / 2 / n
			if h > 0 || h == 0 && spin(code, i) > 0 {
				next[code] |= 1 << i
			}
		}
	}
	f := New("", "").Size(640, 420)
	f.Basins(next).Values(energy, "energy E (dimensionless)")
	return f
}
