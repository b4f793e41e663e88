//go:build race

package hopfield

func init() { raceDetector = true }
