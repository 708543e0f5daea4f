// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	. "tenon/clients/report"
)

const records = 500

func produceChecks(fixture string) {
	codecs := []struct {
		name  string
		codec kgo.CompressionCodec
	}{
		{"none", kgo.NoCompression()}, {"gzip", kgo.GzipCompression()}, {"snappy", kgo.SnappyCompression()},
		{"lz4", kgo.Lz4Compression()}, {"zstd", kgo.ZstdCompression()},
	}
	for _, one := range codecs {
		Check("produce-"+one.name, func() { roundTrip(one.name, one.codec) })
	}
	Check("produce-acks-leader-and-none", weakerAcks)
	Check("partitions-as-murmur2-fixture", func() { partitionsOfKeys(fixture) })
	Check("seek-by-offset-and-time", seek)
}

func sample(topic string, i int) *kgo.Record {
	return &kgo.Record{
		Topic: topic, Partition: int32(i % 2), Timestamp: time.UnixMilli(int64(1_000_000 + i)),
		Key: fmt.Append(nil, "key-", i), Value: bytes.Repeat([]byte{'x'}, i),
		Headers: []kgo.RecordHeader{{Key: "n", Value: fmt.Append(nil, i)}, {Key: "empty", Value: []byte{}}},
	}
}

func compare(sent, got *kgo.Record) {
	Require(bytes.Equal(sent.Key, got.Key), "the key is %q", got.Key)
	Require(bytes.Equal(sent.Value, got.Value), "the value is %q", got.Value)
	Same(len(sent.Headers), len(got.Headers), "the number of headers")
	for i, header := range sent.Headers {
		Same(header.Key, got.Headers[i].Key, "the header's key")
		Require(bytes.Equal(header.Value, got.Headers[i].Value), "the header is %q", got.Headers[i].Value)
	}
	Same(sent.Timestamp.UnixMilli(), got.Timestamp.UnixMilli(), "the timestamp")
}

func roundTrip(name string, codec kgo.CompressionCodec) {
	topic := newTopic("codec-"+name, 2)
	producer := client(kgo.ProducerBatchCompression(codec), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerLinger(20*time.Millisecond))
	defer producer.Close()
	var batch []*kgo.Record
	for i := range records {
		batch = append(batch, sample(topic, i))
	}
	Ok(producer.ProduceSync(within(), batch...).FirstErr())
	for _, record := range readAll(topic, records) {
		compare(sample(topic, int(record.Offset)*2+int(record.Partition)), record)
	}
}

func weakerAcks() {
	topic := newTopic("acks", 1)
	for _, acks := range []kgo.Acks{kgo.LeaderAck(), kgo.NoAck()} {
		producer := client(kgo.RequiredAcks(acks), kgo.DisableIdempotentWrite())
		for i := range 50 {
			Ok(producer.ProduceSync(within(), &kgo.Record{Topic: topic, Value: fmt.Append(nil, i)}).FirstErr())
		}
		producer.Close()
	}
	readAll(topic, 100)
}

func partitionsOfKeys(fixture string) {
	producer := client(kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))
	defer producer.Close()
	counts := []int32{2, 7, 12, 64}
	for _, count := range counts {
		newTopic(fmt.Sprint("murmur2-", count), count)
	}
	for _, line := range Partitions(fixture, counts...) {
		if len(line.Key) == 0 {
			continue // franz-go takes an empty key for none
		}
		record := &kgo.Record{Topic: fmt.Sprint("murmur2-", line.Count), Key: line.Key}
		sent := Get(producer.ProduceSync(within(), record).First())
		Same(line.Partition, sent.Partition, fmt.Sprintf("the partition of key %x", line.Key))
	}
}

func seek() {
	noon := time.UnixMilli(1_700_000_000_000)
	timed("sought", 20, noon)
	starts := map[int64]kgo.Offset{
		13: kgo.NewOffset().At(13),
		7:  kgo.NewOffset().AfterMilli(noon.Add(6*time.Minute + time.Second).UnixMilli()),
		19: kgo.NewOffset().AtEnd().Relative(-1),
		0:  kgo.NewOffset().AtStart(),
	}
	for expected, start := range starts {
		reader := client(kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{"sought": {0: start}}))
		fetches := reader.PollFetches(within())
		Ok(fetches.Err())
		Same(expected, fetches.Records()[0].Offset, "the first offset")
		reader.Close()
	}
}
