package patterns

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io/fs"
	"math"
	"strings"
	"testing"
	"testing/fstest"
)

// picture is white but for one quarter of ink.
func picture(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for j := range h {
		for i := range w {
			img.Set(i, j, color.White)
			if i < w/2 && j < h/2 {
				img.Set(i, j, color.Black)
			}
		}
	}
	return img
}

func encoded(format string, img image.Image) []byte {
	var b bytes.Buffer
	var err error
	switch format {
	case "png":
		err = png.Encode(&b, img)
	case "jpeg":
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 100})
	case "gif":
		err = gif.Encode(&b, img, nil)
	}
	if err != nil {
		panic(err)
	}
	return b.Bytes()
}

func TestImages(t *testing.T) {
	folder := fstest.MapFS{
		"b.png":         {Data: encoded("png", picture(8, 6))},
		"a.jpg":         {Data: encoded("jpeg", picture(8, 6))},
		"c.gif":         {Data: encoded("gif", picture(8, 6))},
		".hidden":       {Data: []byte("x")},
		"deeper/no.png": {Data: encoded("png", picture(3, 3))},
	}
	s, err := Images(folder, nil)
	if err != nil || s.Check() != nil {
		t.Fatal(err, s)
	}
	if strings.Join(s.Names, " ") != "a.jpg b.png c.gif" || s.Columns != 8 || s.Rows() != 6 {
		t.Errorf("%v, %d x %d", s.Names, s.Columns, s.Rows())
	}
	for k, x := range s.X {
		if math.Abs(x[0]-1) > 0.02 || math.Abs(x[7]+1) > 0.02 || math.Abs(x[47]+1) > 0.02 {
			t.Errorf("%s: corners %v %v %v", s.Name(k), x[0], x[7], x[47])
		}
	}
	bright := must(Images(folder, &ImageSettings{Bright: true}))
	if bright.X[1][0] != -1 || bright.X[1][7] != 1 {
		t.Error("Bright does not turn the greys")
	}
	// Scaling keeps means: to a quarter, up, and by no whole number.
	for _, size := range [][2]int{{4, 3}, {2, 2}, {16, 12}, {5, 4}, {1, 1}, {7, 3}} {
		small := must(Images(folder, &ImageSettings{Columns: size[0], Rows: size[1]}))
		if small.Columns != size[0] || small.Rows() != size[1] || small.Check() != nil {
			t.Fatal(small.Columns, small.Rows(), small.Check())
		}
		var mean float64
		for _, v := range small.X[1] {
			mean += v / float64(len(small.X[1]))
		}
		if math.Abs(mean+0.5) > 1e-12 {
			t.Errorf("%v: mean %v, want -1/2", size, mean)
		}
	}
	// Green is brighter than red, and red than blue, by BT.601.
	hues := image.NewNRGBA(image.Rect(0, 0, 3, 1))
	for i, c := range []color.NRGBA{{R: 255, A: 255}, {G: 255, A: 255}, {B: 255, A: 255}} {
		hues.Set(i, 0, c)
	}
	y, _, err := Image(bytes.NewReader(encoded("png", hues)), &ImageSettings{Bright: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0.299, 0.587, 0.114} {
		if math.Abs(y[i]-(2*want-1)) > 1e-12 {
			t.Errorf("hue %d has the grey %v, want %v", i, y[i], 2*want-1)
		}
	}
	// Transparent is white.
	clear := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	clear.Set(1, 0, color.NRGBA{A: 128})
	x, cols, err := Image(bytes.NewReader(encoded("png", clear)), nil)
	if err != nil || cols != 2 || x[0] != -1 || math.Abs(x[1]) > 0.01 {
		t.Errorf("transparent pixels: %v, %v", x, err)
	}
}

func TestImagesRefuse(t *testing.T) {
	one, two := encoded("png", picture(4, 4)), encoded("png", picture(4, 5))
	wide := encoded("png", picture(512, 256))
	text := []byte("a text")
	for name, c := range map[string]struct {
		files map[string][]byte
		s     *ImageSettings
		is    error
		want  string
	}{
		"empty":              {nil, nil, ErrEmpty, "among its 0 files"},
		"foreign":            {map[string][]byte{"a.png": one, "notes.txt": text}, nil, ErrForeign, "notes.txt"},
		"all text":           {map[string][]byte{"notes.txt": text}, &ImageSettings{Ignore: true}, ErrEmpty, "among its 1 files"},
		"sizes":              {map[string][]byte{"a.png": one, "b.png": two}, nil, ErrSize, "a.png has 4 x 4 pixels, b.png has 4 x 5"},
		"truncated":          {map[string][]byte{"a.png": one[:len(one)-20]}, nil, ErrDamaged, "a.png: damaged image"},
		"breaks off, Ignore": {map[string][]byte{"a.png": two, "b.png": one[:len(one)/2]}, &ImageSettings{Ignore: true}, ErrDamaged, "b.png"},
		"header":             {map[string][]byte{"a.png": one[:12]}, &ImageSettings{Ignore: true}, ErrDamaged, "a.png"},
		"no pixels":          {map[string][]byte{"a.png": hugePNG(0, 3)}, nil, ErrDamaged, "a.png"},
		"empty file":         {map[string][]byte{"a.png": nil}, nil, ErrForeign, "a.png"},
		"huge":               {map[string][]byte{"a.png": hugePNG(1<<20, 1<<20)}, nil, ErrLarge, "1048576 x 1048576"},
		"many":               {map[string][]byte{"a.png": one, "b.png": one}, &ImageSettings{Limit: 1}, ErrLarge, "set Limit"},
		"half":               {map[string][]byte{"a.png": one}, &ImageSettings{Columns: 3}, nil, "give both"},
		"scale":              {map[string][]byte{"a.png": one}, &ImageSettings{Columns: 1 << 13, Rows: 1 << 13}, nil, "at most 16777216"},
	} {
		folder := fstest.MapFS{}
		for file, data := range c.files {
			folder[file] = &fstest.MapFile{Data: data}
		}
		_, err := Images(folder, c.s)
		if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	folder := fstest.MapFS{"a.png": {Data: one}, "notes.txt": {Data: text}, "b.png": {Data: two}}
	if s, err := Images(folder, &ImageSettings{Columns: 2, Rows: 2, Ignore: true}); err != nil || s.Len() != 2 {
		t.Errorf("two images and a text: %v", err)
	}
	// Together too many pixels: told at the first image.
	folder = fstest.MapFS{}
	for k := range 1025 {
		folder[fmt.Sprintf("%04d.png", k)] = &fstest.MapFile{Data: wide}
	}
	if _, err := Images(folder, nil); !errors.Is(err, ErrLarge) || !strings.Contains(err.Error(), "1025 images of 131072 pixels, 0000.png one of them") {
		t.Errorf("a thousand large images: %v", err)
	}
	if _, err := Images(missing{}, nil); err == nil || !strings.Contains(err.Error(), "check the path") {
		t.Errorf("no folder: %v", err)
	}
}

// missing is a folder that does not exist.
type missing struct{}

func (missing) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// hugePNG is a header that promises that many pixels.
func hugePNG(w, h uint32) []byte {
	chunk := []byte{'I', 'H', 'D', 'R', byte(w >> 24), byte(w >> 16), byte(w >> 8), byte(w), byte(h >> 24), byte(h >> 16), byte(h >> 8), byte(h), 8, 2, 0, 0, 0}
	sum := crc32.ChecksumIEEE(chunk)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return append(out, byte(sum>>24), byte(sum>>16), byte(sum>>8), byte(sum))
}

// Whatever the bytes are: an error, or greys in [-1, 1] that fill their rows.
func FuzzImage(f *testing.F) {
	for _, format := range []string{"png", "jpeg", "gif"} {
		data := encoded(format, picture(5, 3))
		f.Add(data, 0, 0)
		f.Add(data[:len(data)/2], 4, 4)
	}
	f.Add(hugePNG(1<<31, 1<<31), 0, 0)
	f.Add(hugePNG(0, 3), 2, 2)
	f.Add([]byte{}, -1, 7)
	f.Fuzz(func(t *testing.T, data []byte, columns, rows int) {
		folder := fstest.MapFS{"a": &fstest.MapFile{Data: data}}
		s, err := Images(folder, &ImageSettings{Columns: columns % 64, Rows: rows % 64})
		if err != nil {
			return
		}
		if err := s.Check(); err != nil {
			t.Error(err)
		}
	})
}
