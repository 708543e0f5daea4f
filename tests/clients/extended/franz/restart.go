// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	. "tenon/clients/report"
)

const (
	numbers    = 30_000
	partitions = 3
)

func restartChecks() {
	Check("kill-9-under-load", func() { underLoad("KILL") })
	Check("stop-under-load", func() { underLoad("STOP") })
}

// underLoad sends numbers while the broker goes away twice: the log must hold each once and in order.
func underLoad(how string) {
	topic := newTopic("load-"+how, partitions)
	reader := join("g-load-"+how, topic)
	defer reader.close()
	producer := client(kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchMaxBytes(2048),
		kgo.ProducerLinger(time.Millisecond))
	defer producer.Close()
	var acknowledged atomic.Int64
	var failed atomic.Value
	go func() {
		for i := range numbers {
			record := &kgo.Record{Topic: topic, Partition: int32(i % partitions), Value: fmt.Append(nil, i)}
			producer.Produce(within(), record, func(_ *kgo.Record, err error) {
				if err != nil {
					failed.Store(err)
				}
				acknowledged.Add(1)
			})
		}
	}()
	for _, share := range []int64{numbers / 3, numbers * 2 / 3} {
		Eventually("a share is acknowledged", func() bool { return acknowledged.Load() >= share })
		Restart(how)
	}
	Eventually("all is acknowledged", func() bool { return acknowledged.Load() == numbers })
	Require(failed.Load() == nil, "a record was refused: %v", failed.Load())
	var next [partitions]int
	for _, record := range readAll(topic, numbers) {
		expected := next[record.Partition]*partitions + int(record.Partition)
		Same(fmt.Sprint(expected), string(record.Value), fmt.Sprintf("the value at offset %d", record.Offset))
		next[record.Partition]++
	}
	Eventually("the group reads all", func() bool { return distinct(reader) == numbers })
}
