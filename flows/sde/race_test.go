//go:build race

package sde

func init() { raceDetector = true }
