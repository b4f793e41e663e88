package docker_test

import (
	"fmt"
	"regexp"
	"strings"
)

// instruction is one line of a Dockerfile: its word in capitals, its flags, and the rest with continuations joined.
type instruction struct {
	word  string
	flags []string
	rest  string
}

// parseDockerfile reads what Docker's own reader would: comments dropped (also between continued lines), lines joined.
func parseDockerfile(text string) []instruction {
	var list []instruction
	var open strings.Builder
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if more, ok := strings.CutSuffix(line, `\`); ok {
			open.WriteString(strings.TrimSpace(more) + " ")
			continue
		}
		open.WriteString(line)
		list = append(list, parseInstruction(open.String()))
		open.Reset()
	}
	return list
}

func parseInstruction(line string) instruction {
	word, rest, _ := strings.Cut(line, " ")
	in := instruction{word: strings.ToUpper(word), rest: strings.TrimSpace(rest)}
	for strings.HasPrefix(in.rest, "--") {
		flag, after, _ := strings.Cut(in.rest, " ")
		in.flags = append(in.flags, flag)
		in.rest = strings.TrimSpace(after)
	}
	return in
}

// all gives the instructions with one of the words, in order.
func all(list []instruction, words ...string) []instruction {
	var found []instruction
	for _, in := range list {
		for _, w := range words {
			if in.word == w {
				found = append(found, in)
			}
		}
	}
	return found
}

// last gives the instruction that counts where a later one replaces an earlier one.
func last(list []instruction, word string) (instruction, error) {
	found := all(list, word)
	if len(found) == 0 {
		return instruction{}, fmt.Errorf("Dockerfile: no %s", word)
	}
	return found[len(found)-1], nil
}

var variable = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_]*)=("[^"]*"|\S*)`)

// environment gives the variables of the final image; a later ENV replaces an earlier one.
func environment(list []instruction) map[string]string {
	env := map[string]string{}
	for _, in := range all(list, "ENV") {
		for _, m := range variable.FindAllStringSubmatch(in.rest, -1) {
			env[m[1]] = strings.Trim(m[2], `"`)
		}
	}
	return env
}

// arguments gives the build arguments and their defaults.
func arguments(list []instruction) map[string]string {
	args := map[string]string{}
	for _, in := range all(list, "ARG") {
		name, value, _ := strings.Cut(in.rest, "=")
		args[name] = value
	}
	return args
}
