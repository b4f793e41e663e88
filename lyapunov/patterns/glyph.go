package patterns

import (
	"fmt"
	"image"
	"image/draw"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// A Font is one of the Go fonts.
type Font int

// The fonts that glyphs are rendered from.
const (
	MonoBold Font = iota // for small sizes
	Mono
	Regular
	Bold
)

func (f Font) data() []byte {
	switch f {
	case MonoBold:
		return gomonobold.TTF
	case Mono:
		return gomono.TTF
	case Regular:
		return goregular.TTF
	case Bold:
		return gobold.TTF
	}
	panic(fmt.Sprintf("patterns: no font %d", int(f)))
}

// GlyphSettings is how Glyphs draws. A nil pointer is the zero value.
type GlyphSettings struct {
	Font  Font    // the zero value is MonoBold
	Grey  bool    // values between -1 and 1 as the font's outline covers pixels; else ±1
	Ink   float64 // least cover that makes a pixel +1 if not Grey, above 0; 0: 0.4
	Space float64 // share of the square left free round the letters, below 1; 0: 0.06, negative: none
}

// MaxGlyph is the largest size of Glyphs, in pixels.
const MaxGlyph = 1024

// Glyphs renders the characters of text as square pictures of size pixels a side,
// one pattern each, named by the character. All have one scale, such that the
// largest fits, and stand in the middle. From about 7 pixels on letters can be told
// apart.
//
// It is an error if there is no character, if one is twice there, has no glyph in
// the font or leaves no ink (a blank; a size of 1 or 2), if the size is not from 1 to
// MaxGlyph, or if Ink or Space is no number of its range.
func Glyphs(text string, size int, s *GlyphSettings) (*Set, error) {
	if s == nil {
		s = &GlyphSettings{}
	}
	if size < 1 || size > MaxGlyph {
		return nil, fmt.Errorf("patterns: glyphs of %d pixels a side, want 1 to %d", size, MaxGlyph)
	}
	if !(s.Ink >= 0) || !(s.Space < 1) {
		return nil, fmt.Errorf("patterns: glyphs with Ink %v and Space %v: want a cover above 0 and a share below 1, or 0 for the defaults", s.Ink, s.Space)
	}
	runes := []rune(text)
	if len(runes) == 0 {
		return nil, fmt.Errorf("patterns: %w: the text is empty", ErrEmpty)
	}
	face, box, err := glyphFace(runes, size, s)
	if err != nil {
		return nil, err
	}
	defer face.Close()
	set := &Set{Columns: size}
	seen := map[rune]bool{}
	for _, r := range runes {
		if seen[r] {
			return nil, fmt.Errorf("patterns: character %q is twice in the text: patterns of a set should differ", r)
		}
		seen[r] = true
		x, err := glyph(face, r, size, box, s)
		if err != nil {
			return nil, err
		}
		set.X, set.Names = append(set.X, x), append(set.Names, string(r))
	}
	return set, nil
}

// glyphFace returns the font at the size at which every character fits, and the
// box that holds them all.
func glyphFace(runes []rune, size int, s *GlyphSettings) (font.Face, fixed.Rectangle26_6, error) {
	parsed, err := opentype.Parse(s.Font.data())
	if err != nil {
		return nil, fixed.Rectangle26_6{}, fmt.Errorf("patterns: font %d: %w", int(s.Font), err)
	}
	at := func(points float64) (font.Face, fixed.Rectangle26_6, error) {
		face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: points, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			return nil, fixed.Rectangle26_6{}, fmt.Errorf("patterns: font at %g points: %w", points, err)
		}
		var box fixed.Rectangle26_6
		for _, r := range runes {
			if k, err := parsed.GlyphIndex(nil, r); err != nil || k == 0 {
				return nil, box, fmt.Errorf("patterns: the font has no glyph for %q (U+%04X): use letters of Latin, Greek or Cyrillic, digits and signs", r, r)
			}
			b, _, ok := face.GlyphBounds(r)
			if !ok || b.Empty() {
				return nil, box, fmt.Errorf("patterns: character %q leaves no ink: leave blanks out", r)
			}
			// Each stands in the middle of its width; heights are common.
			half := (b.Max.X - b.Min.X) / 2
			box = box.Union(fixed.Rectangle26_6{Min: fixed.Point26_6{X: -half, Y: b.Min.Y}, Max: fixed.Point26_6{X: half + 1, Y: b.Max.Y}})
		}
		return face, box, nil
	}
	const large = 512.0
	_, box, err := at(large)
	if err != nil {
		return nil, box, err
	}
	space := s.Space
	if space == 0 {
		space = 0.06
	}
	room := float64(size) * (1 - math.Max(space, 0))
	extent := math.Max(float64(box.Max.X-box.Min.X), float64(box.Max.Y-box.Min.Y)) / 64
	return at(large * room / extent)
}

// glyph draws one character with the common box in the middle.
func glyph(face font.Face, r rune, size int, box fixed.Rectangle26_6, s *GlyphSettings) ([]float64, error) {
	b, _, _ := face.GlyphBounds(r)
	img := image.NewAlpha(image.Rect(0, 0, size, size))
	full := fixed.I(size)
	d := font.Drawer{Dst: img, Src: image.Opaque, Face: face}
	d.Dot = fixed.Point26_6{
		X: (full-(b.Max.X-b.Min.X))/2 - b.Min.X,
		Y: (full-(box.Max.Y-box.Min.Y))/2 - box.Min.Y,
	}
	if dr, mask, mp, _, ok := face.Glyph(d.Dot, r); ok {
		draw.DrawMask(img, dr, image.Opaque, image.Point{}, mask, mp, draw.Over)
	}
	level := s.Ink
	if level == 0 {
		level = 0.4
	}
	x := make([]float64, size*size)
	ink := false
	for i, a := range img.Pix {
		x[i] = 2*float64(a)/255 - 1
		if !s.Grey {
			x[i] = -1
			if float64(a)/255 >= level {
				x[i] = 1
			}
		}
		ink = ink || x[i] > -1
	}
	if !ink {
		return nil, fmt.Errorf("patterns: character %q leaves no ink on %d pixels a side: take more, or a lower Ink", r, size)
	}
	return x, nil
}
