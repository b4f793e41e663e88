package patterns

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // a format that Image reads
	_ "image/jpeg" // a format that Image reads
	_ "image/png"  // a format that Image reads
	"io"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"
)

var (
	// ErrForeign is wrapped by errors of files that are not images.
	ErrForeign = errors.New("not an image")
	// ErrDamaged is wrapped by errors of images that cannot be read to their end.
	ErrDamaged = errors.New("damaged image")
	// ErrSize is wrapped by errors of images of another size than the first.
	ErrSize = errors.New("images of different sizes")
	// ErrLarge is wrapped by errors of images above the limits.
	ErrLarge = errors.New("image too large")
)

// Limits of one image file, above which nothing is decoded, and of the pixels of a
// whole Set, of 8 bytes each.
const (
	MaxPixels = 1 << 24 // 4096 x 4096
	MaxBytes  = 1 << 26
	MaxValues = 1 << 27
)

// ImageSettings is how Images reads a folder. A nil pointer is the zero value.
type ImageSettings struct {
	// Columns and Rows scale every image to this size, each pixel the mean of what it
	// covers, without keeping proportions. 0: the images' own size, which then has to
	// be one.
	Columns, Rows int
	// Ignore skips files that are not images; otherwise they are an error. Damaged
	// images are one in any case. Names that begin with a dot are always skipped.
	Ignore bool
	// Bright makes bright pixels +1; otherwise dark ones are, as ink.
	Bright bool
	// Limit is the most images that are read, in the order of their names. 0: 10,000.
	Limit int
}

// Images reads the images of a folder (PNG, JPEG and GIF, of which the first frame)
// in the order of their names, as grey patterns named by their files; folders in it
// are not entered. Transparent pixels are white.
//
//	faces, err := patterns.Images(os.DirFS("faces"), &patterns.ImageSettings{Columns: 32, Rows: 32})
//
// Errors name the file: ErrEmpty if there is no image, ErrSize if sizes differ and
// none is given, ErrForeign for a file of another format, ErrDamaged for one that
// breaks off, ErrLarge above MaxPixels, MaxBytes, MaxValues or Limit.
func Images(folder fs.FS, s *ImageSettings) (*Set, error) {
	if s == nil {
		s = &ImageSettings{}
	}
	if s.Columns < 0 || s.Rows < 0 || (s.Columns == 0) != (s.Rows == 0) || s.Columns > MaxPixels || s.Rows > MaxPixels/max(s.Columns, 1) {
		return nil, fmt.Errorf("patterns: images of %d x %d pixels: give both, at most %d together, or neither", s.Columns, s.Rows, MaxPixels)
	}
	names, err := imageNames(folder, s)
	if err != nil {
		return nil, err
	}
	set, first := &Set{}, ""
	for _, name := range names {
		x, cols, err := imageFile(folder, name, s)
		if errors.Is(err, ErrForeign) && s.Ignore {
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(set.X) == 0 {
			set.Columns, first = cols, name
		}
		if len(set.X) > 0 && (cols != set.Columns || len(x) != set.Dim()) {
			return nil, fmt.Errorf("patterns: %w: %s has %d x %d pixels, %s has %d x %d: give Columns and Rows to scale them", ErrSize, first, set.Columns, set.Rows(), name, cols, len(x)/cols)
		}
		count := len(names)
		if s.Ignore {
			count = len(set.X) + 1 // some of the files may be no images
		}
		if count > MaxValues/len(x) {
			return nil, fmt.Errorf("patterns: %w: %d images of %d pixels, %s one of them, at most %d pixels together: give Columns and Rows to scale them", ErrLarge, count, len(x), name, MaxValues)
		}
		set.X, set.Names = append(set.X, x), append(set.Names, name)
	}
	if len(set.X) == 0 {
		return nil, fmt.Errorf("patterns: %w: the folder holds no PNG, JPEG or GIF image among its %d files", ErrEmpty, len(names))
	}
	return set, nil
}

func imageNames(folder fs.FS, s *ImageSettings) ([]string, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, fmt.Errorf("patterns: folder of images: %w: check the path", err)
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	limit := s.Limit
	if limit == 0 {
		limit = 10_000
	}
	if len(names) > limit {
		return nil, fmt.Errorf("patterns: %w: %d files, at most %d: set Limit", ErrLarge, len(names), limit)
	}
	slices.Sort(names)
	return names, nil
}

func imageFile(folder fs.FS, name string, s *ImageSettings) (x []float64, columns int, err error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, 0, fmt.Errorf("patterns: %s: %w", name, err)
	}
	defer f.Close()
	x, columns, err = Image(f, s)
	if err != nil {
		return nil, 0, fmt.Errorf("patterns: %s: %w", path.Base(name), err)
	}
	return x, columns, nil
}

// Image reads one image as a grey pattern, as Images does.
func Image(r io.Reader, s *ImageSettings) (x []float64, columns int, err error) {
	if s == nil {
		s = &ImageSettings{}
	}
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	switch {
	case err != nil:
		return nil, 0, err
	case len(data) > MaxBytes:
		return nil, 0, fmt.Errorf("%w: more than %d bytes", ErrLarge, MaxBytes)
	}
	// The size is known before the memory for it is taken.
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if errors.Is(err, image.ErrFormat) {
		return nil, 0, fmt.Errorf("%w: %v: use PNG, JPEG or GIF, or set Ignore", ErrForeign, err)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %v: replace or remove it", ErrDamaged, err)
	}
	if config.Width < 1 || config.Height < 1 {
		return nil, 0, fmt.Errorf("%w: %d x %d pixels", ErrDamaged, config.Width, config.Height)
	}
	if config.Width > MaxPixels/config.Height {
		return nil, 0, fmt.Errorf("%w: %d x %d pixels, at most %d: scale it down", ErrLarge, config.Width, config.Height, MaxPixels)
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %v: replace or remove it", ErrDamaged, err)
	}
	b := img.Bounds()
	w, h := s.Columns, s.Rows
	if w == 0 || h == 0 {
		w, h = b.Dx(), b.Dy()
	}
	if b.Empty() || b.Dx() > MaxPixels/b.Dy() {
		return nil, 0, fmt.Errorf("%w: its frame has %d x %d pixels", ErrDamaged, b.Dx(), b.Dy())
	}
	x = shrink(grey(img), b.Dx(), b.Dy(), w, h)
	for i, v := range x {
		if !s.Bright {
			v = -v
		}
		x[i] = math.Min(math.Max(v, -1), 1) // rounding of a mean
	}
	return x, w, nil
}

// grey returns 2Y - 1, Y the luma of BT.601 over white, row by row.
func grey(img image.Image) []float64 {
	b := img.Bounds()
	x := make([]float64, 0, b.Dx()*b.Dy())
	for j := b.Min.Y; j < b.Max.Y; j++ {
		for i := b.Min.X; i < b.Max.X; i++ {
			r, g, bl, a := img.At(i, j).RGBA() // times alpha
			y := (0.299*float64(r)+0.587*float64(g)+0.114*float64(bl))/0xffff + 1 - float64(a)/0xffff
			x = append(x, 2*y-1)
		}
	}
	return x
}

// shrink returns means over the rectangles of a w x h grid laid over the picture,
// axis by axis.
func shrink(x []float64, width, height, w, h int) []float64 {
	if w == width && h == height {
		return x
	}
	rows := make([]float64, w*height)
	for j := range height {
		means(rows[j*w:], x[j*width:], width, w, 1)
	}
	out := make([]float64, w*h)
	for i := range w {
		means(out[i:], rows[i:], height, h, w)
	}
	return out
}

// means averages n values, stride apart, over m equal intervals.
func means(dst, src []float64, n, m, stride int) {
	scale := float64(n) / float64(m)
	for k := range m {
		from, to := float64(k)*scale, float64(k+1)*scale
		var sum, weight float64
		for i := int(from); i < n && float64(i) < to; i++ {
			w := math.Min(to, float64(i+1)) - math.Max(from, float64(i))
			sum, weight = sum+w*src[i*stride], weight+w
		}
		dst[k*stride] = sum / weight
	}
}
