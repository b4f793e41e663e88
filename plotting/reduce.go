package plotting

import (
	"cmp"
	"image"
	"image/color"
	"slices"
)

// A tolerance is how far, of 255, a channel may move: in a colour that fills an
// area, and in one of the few pixels at the rim of a shape.
type tolerance struct{ area, rim int }

// tolerances are tried in turn. The last one is below what the eye can tell.
var tolerances = []tolerance{{0, 0}, {1, 4}, {1, 8}, {2, 8}, {2, 12}, {2, 16}, {2, 24}, {3, 24}}

// areaShare of the pixels make a colour an area.
const areaShare = 5e-5

// reduce returns the picture with a palette of at most 256 colours, which makes
// its file two to four times smaller. No channel of a pixel moves by more than
// the last of the tolerances; a picture that would need more comes back as it
// is. Opaque pictures only. The result depends on nothing but the pixels.
func reduce(img *image.RGBA) image.Image {
	colours := tally(img)
	for _, t := range tolerances {
		if chosen := cover(colours, t, int(areaShare*float64(len(img.Pix)/4))); chosen != nil {
			return paint(img, colours, chosen)
		}
	}
	return img
}

// A shade is an opaque colour with the number of its pixels.
type shade struct {
	rgb   [3]uint8
	count int
}

// tally lists the colours, the most frequent first.
func tally(img *image.RGBA) []shade {
	index := map[[3]uint8]int{}
	var all []shade
	last := -1
	for k := 0; k < len(img.Pix); k += 4 {
		rgb := [3]uint8(img.Pix[k : k+3])
		if last < 0 || all[last].rgb != rgb {
			i, ok := index[rgb]
			if !ok {
				i = len(all)
				index[rgb] = i
				all = append(all, shade{rgb: rgb})
			}
			last = i
		}
		all[last].count++
	}
	slices.SortFunc(all, func(a, b shade) int {
		return cmp.Or(cmp.Compare(b.count, a.count), slices.Compare(a.rgb[:], b.rgb[:]))
	})
	return all
}

// cover chooses colours, frequent ones first, so that each colour has a chosen
// one within the tolerance; a colour of so many pixels is an area. nil: 256 are
// not enough.
func cover(colours []shade, t tolerance, area int) []shade {
	var chosen []shade
	for _, c := range colours {
		shift := t.rim
		if c.count >= area {
			shift = t.area
		}
		if slices.ContainsFunc(chosen, func(s shade) bool { return apartBy(c, s) <= shift }) {
			continue
		}
		if len(chosen) == 256 {
			return nil
		}
		chosen = append(chosen, c)
	}
	return chosen
}

// apartBy is the largest difference of a channel.
func apartBy(a, b shade) int {
	d := 0
	for k := range a.rgb {
		d = max(d, int(a.rgb[k])-int(b.rgb[k]), int(b.rgb[k])-int(a.rgb[k]))
	}
	return d
}

// paint gives each pixel the nearest of the chosen colours.
func paint(img *image.RGBA, colours, chosen []shade) *image.Paletted {
	var p color.Palette
	for _, s := range chosen {
		p = append(p, color.RGBA{R: s.rgb[0], G: s.rgb[1], B: s.rgb[2], A: 255})
	}
	nearest := make(map[[3]uint8]uint8, len(colours))
	for _, c := range colours {
		best := 0
		for i, s := range chosen {
			if apartBy(c, s) < apartBy(c, chosen[best]) {
				best = i
			}
		}
		nearest[c.rgb] = uint8(best)
	}
	out := image.NewPaletted(img.Rect, p)
	var last [3]uint8
	at, known := uint8(0), false
	for k := range out.Pix {
		rgb := [3]uint8(img.Pix[4*k : 4*k+3])
		if !known || rgb != last {
			last, at, known = rgb, nearest[rgb], true
		}
		out.Pix[k] = at
	}
	return out
}
