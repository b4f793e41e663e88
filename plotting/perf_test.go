package plotting

import "testing"

// BenchmarkPNG is what Show does for a figure, the sending left aside.
func BenchmarkPNG(b *testing.B) {
	for _, g := range gallery() {
		switch g.name {
		case "lines", "contour", "fill", "streamlines", "convergence", "multiples":
			b.Run(g.name, func(b *testing.B) {
				for b.Loop() {
					if _, err := encodePNG(g.draw()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
