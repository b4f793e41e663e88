// Command compare times the cases of package bench and prints one JSON line
// each: peer, setting, wall and processor seconds of one run, work, unit and
// check. It does what the peers' scripts do in a round: warm up, then time one
// batch of at least 20 ms, so that neither side gets more tries than the other.
//
//	compare w8 [name ...]
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"time"

	"hopflow/bench"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: compare WORKLOAD [CASE ...], such as: compare w8 distance")
		os.Exit(2)
	}
	found := false
	for _, c := range bench.All() {
		if c.Workload != os.Args[1] || (len(os.Args) > 2 && !slices.Contains(os.Args[2:], c.Name)) {
			continue
		}
		found = true
		line, err := json.Marshal(measure(c))
		if err != nil {
			fmt.Fprintln(os.Stderr, "compare:", err)
			os.Exit(1)
		}
		fmt.Println(string(line))
	}
	if !found {
		fmt.Fprintf(os.Stderr, "compare: no case matches %v; the workloads are listed by: go test -bench . -benchtime 1x ./bench\n", os.Args[1:])
		os.Exit(2)
	}
}

type result struct {
	Peer    string             `json:"peer"`
	Setting string             `json:"setting"`
	Seconds float64            `json:"seconds"`
	CPU     float64            `json:"cpu_seconds"`
	Work    float64            `json:"work"`
	Unit    string             `json:"unit"`
	Check   map[string]float64 `json:"check"`
}

// measure warms the case up, sees how many runs fill 20 ms, and times those.
func measure(c bench.Case) result {
	const atLeast = 0.02
	run, check := c.New()
	run()
	once, _ := times(run, 1)
	batch := max(1, int(math.Round(atLeast/once)))
	wall, cpu := times(run, batch)
	return result{Peer: "hopflow-" + c.Name, Setting: c.Setting, Seconds: wall / float64(batch), CPU: cpu / float64(batch), Work: c.Work, Unit: c.Unit, Check: check()}
}

// times returns the wall and the processor seconds of n runs.
func times(run func(), n int) (wall, cpu float64) {
	start, before := time.Now(), processor()
	for range n {
		run()
	}
	return time.Since(start).Seconds(), processor() - before
}
