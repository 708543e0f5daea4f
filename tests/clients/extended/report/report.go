// SPDX-License-Identifier: Apache-2.0

// Package report is how a client program in Go talks with `run`; see there for the lines.
package report

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"
)

var (
	failures int
	input    = bufio.NewReader(os.Stdin)
	wanted   = regexp.MustCompile(os.Getenv("TENON_CHECKS"))
)

// Check runs one check and says how it ended. A failure, by Require and its likes, ends only this one.
func Check(name string, body func()) {
	if !wanted.MatchString(name) {
		return
	}
	fmt.Println("RUN", name)
	started := time.Now()
	defer func() {
		seconds := time.Since(started).Seconds()
		if failure := recover(); failure != nil {
			failures++
			reason := strings.Join(strings.Fields(fmt.Sprint(failure)), " ")
			fmt.Printf("FAIL %s %.3f %s\n", name, seconds, reason)
			return
		}
		fmt.Printf("PASS %s %.3f\n", name, seconds)
	}()
	body()
}

// Exit ends the program with the code that `run` expects.
func Exit() {
	if failures > 0 {
		os.Exit(1)
	}
	os.Exit(0)
}

// Restart has the broker killed ("KILL") or stopped ("STOP") and returns when it is up again.
func Restart(how string) {
	fmt.Println(how)
	line, err := input.ReadString('\n')
	Require(err == nil && line == "OK\n", "the broker did not come back")
}

func Require(condition bool, otherwise string, arguments ...any) {
	if !condition {
		panic(fmt.Sprintf(otherwise, arguments...))
	}
}

// Ok fails on an error.
func Ok(err error) {
	if err != nil {
		panic(err)
	}
}

// Get is the value, unless there was an error.
func Get[T any](value T, err error) T {
	Ok(err)
	return value
}

func Same[T comparable](expected, actual T, what string) {
	Require(expected == actual, "%s is %v, not %v", what, actual, expected)
}

// Eventually polls until the condition is true.
func Eventually(what string, condition func() bool) {
	for deadline := time.Now().Add(30 * time.Second); !condition(); time.Sleep(10 * time.Millisecond) {
		Require(time.Now().Before(deadline), "%s did not come true in 30 s", what)
	}
}

// Partition is one line of the partitions fixture: where a key goes among so many partitions.
type Partition struct {
	Key              []byte
	Count, Partition int32
}

// Partitions reads the fixture that `run` names, for these counts.
func Partitions(path string, counts ...int32) []Partition {
	var all []Partition
	for _, line := range strings.Split(string(Get(os.ReadFile(path))), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		var one Partition
		var key string
		Get(fmt.Sscan(line, &key, &one.Count, &one.Partition))
		if key != "-" {
			Get(fmt.Sscanf(key, "%x", &one.Key))
		}
		for _, count := range counts {
			if one.Count == count {
				all = append(all, one)
			}
		}
	}
	Require(len(all) > 100, "the fixture %s has only %d lines of use", path, len(all))
	return all
}
