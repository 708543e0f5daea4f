// SPDX-License-Identifier: Apache-2.0

// The checks of franz-go (kgo and kadm): main BOOTSTRAP PARTITIONS_FIXTURE. `run` starts it.
package main

import (
	"context"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	. "tenon/clients/report"
)

var bootstrap string

func main() {
	bootstrap = os.Args[1]
	adminChecks()
	produceChecks(os.Args[2])
	groupChecks()
	consumerProtocolChecks()
	restartChecks()
	Exit()
}

func within() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	time.AfterFunc(time.Minute, cancel)
	return ctx
}

func client(options ...kgo.Opt) *kgo.Client {
	// By default it asks for metadata every five seconds at most: a restarted broker would wait that long.
	all := []kgo.Opt{kgo.SeedBrokers(bootstrap), kgo.MetadataMinAge(100 * time.Millisecond),
		kgo.WithLogger(kgo.BasicLogger(os.Stderr, kgo.LogLevelInfo, nil))}
	return Get(kgo.NewClient(append(all, options...)...))
}

func admin() *kadm.Client {
	return kadm.NewClient(client())
}

func newTopic(name string, partitions int32) string {
	adm := admin()
	defer adm.Close()
	Get(adm.CreateTopic(within(), partitions, 1, nil, name))
	return name
}

// readAll reads a topic from its beginning until there are count records.
func readAll(topic string, count int) []*kgo.Record {
	reader := client(kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	defer reader.Close()
	var all []*kgo.Record
	for ctx := within(); len(all) < count; {
		fetches := reader.PollFetches(ctx)
		Ok(fetches.Err())
		all = append(all, fetches.Records()...)
	}
	Same(count, len(all), "the number of records")
	return all
}
