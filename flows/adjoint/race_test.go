//go:build race

package adjoint

func init() { raceDetector = true }
