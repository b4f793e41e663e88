// Command compare times the cases of package bench and prints one JSON line
// each: peer, setting, seconds of one run (the least of several batches),
// work, unit and check.
//
//	compare w8 [name ...]
package main

import (
	"encoding/json"
	"fmt"
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
	Work    float64            `json:"work"`
	Unit    string             `json:"unit"`
	Check   map[string]float64 `json:"check"`
}

// measure runs the case until a batch takes 20 ms, and five such batches.
func measure(c bench.Case) result {
	run, check := c.New()
	run()
	batch := 1
	for {
		if d := seconds(run, batch); d > 0.02 {
			break
		}
		batch *= 2
	}
	best := seconds(run, batch)
	for range 4 {
		best = min(best, seconds(run, batch))
	}
	return result{Peer: "hopflow-" + c.Name, Setting: c.Setting, Seconds: best / float64(batch), Work: c.Work, Unit: c.Unit, Check: check()}
}

func seconds(run func(), times int) float64 {
	start := time.Now()
	for range times {
		run()
	}
	return time.Since(start).Seconds()
}
