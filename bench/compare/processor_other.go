//go:build !unix

package main

import "time"

var started = time.Now()

// processor returns the wall seconds where the system does not say.
func processor() float64 { return time.Since(started).Seconds() }
