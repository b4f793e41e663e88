// Package patterns makes the patterns that Hopfield networks store and recall:
// letters rendered from a font, random and correlated families, the images of any
// folder; and spoils them: noise, occlusion, mixtures.
//
// A pattern is a []float64, row by row from the top, of values -1 (paper) and +1
// (ink), or of greys between. Functions return new patterns and leave their
// arguments alone. Whatever is random takes a seed, and pattern k of a family has
// random numbers of its own, keyed by (seed, k): a longer family begins with the
// shorter one.
package patterns
