// SPDX-License-Identifier: Apache-2.0

// The checks of sarama: main BOOTSTRAP. `run` starts it. Sarama speaks the highest version
// that its configured release knows, so each release stands for another set of versions.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/IBM/sarama"

	. "tenon/clients/report"
)

const records = 200

var brokers []string

func main() {
	brokers = os.Args[1:2]
	for _, version := range []sarama.KafkaVersion{sarama.V1_0_0_0, sarama.V2_1_0_0, sarama.V3_6_0_0, sarama.MaxVersion} {
		Check("admin-as-"+version.String(), func() { admin(version) })
		Check("group-as-"+version.String(), func() { group(version) })
	}
	for _, codec := range []sarama.CompressionCodec{sarama.CompressionNone, sarama.CompressionGZIP,
		sarama.CompressionSnappy, sarama.CompressionLZ4, sarama.CompressionZSTD} {
		Check("produce-"+codec.String(), func() { roundTrip(codec) })
	}
	Exit()
}

func config(version sarama.KafkaVersion) *sarama.Config {
	c := sarama.NewConfig()
	c.Version = version
	c.Producer.Return.Successes = true
	c.Producer.Idempotent, c.Producer.RequiredAcks, c.Net.MaxOpenRequests = true, sarama.WaitForAll, 1
	c.Consumer.Offsets.Initial = sarama.OffsetOldest
	c.Consumer.Offsets.AutoCommit.Enable = false
	// Commits share the connection of the fetches and wait behind them.
	c.Consumer.MaxWaitTime = 20 * time.Millisecond
	return c
}

func newTopic(name string, partitions int32) string {
	adm := Get(sarama.NewClusterAdmin(brokers, config(sarama.MaxVersion)))
	defer adm.Close()
	Ok(adm.CreateTopic(name, &sarama.TopicDetail{NumPartitions: partitions, ReplicationFactor: 1}, false))
	return name
}

func admin(version sarama.KafkaVersion) {
	adm := Get(sarama.NewClusterAdmin(brokers, config(version)))
	defer adm.Close()
	topic, retention := "admin-"+version.String(), "3600000"
	Ok(adm.CreateTopic(topic, &sarama.TopicDetail{NumPartitions: 2, ReplicationFactor: 1,
		ConfigEntries: map[string]*string{"retention.ms": &retention}}, false))
	Same(int32(2), Get(adm.ListTopics())[topic].NumPartitions, "the partitions")
	Ok(adm.CreatePartitions(topic, 3, nil, false))
	described := Get(adm.DescribeTopics([]string{topic}))
	Same(3, len(described[0].Partitions), "the partitions")
	entries := Get(adm.DescribeConfig(sarama.ConfigResource{Type: sarama.TopicResource, Name: topic,
		ConfigNames: []string{"retention.ms"}}))
	Same(retention, entries[0].Value, "retention.ms")
	nodes, controller, err := adm.DescribeCluster()
	Ok(err)
	Same(nodes[0].ID(), controller, "the controller")
	Ok(adm.DeleteTopic(topic))
}

// reader is the handler of a group's member: it notes what it reads and marks it.
type reader struct {
	mutex  sync.Mutex
	values []string
}

func (r *reader) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (r *reader) Cleanup(sarama.ConsumerGroupSession) error { return nil }
func (r *reader) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for message := range claim.Messages() {
		r.mutex.Lock()
		r.values = append(r.values, string(message.Value))
		r.mutex.Unlock()
		session.MarkMessage(message, "")
		session.Commit()
	}
	return nil
}

func (r *reader) count() int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return len(r.values)
}

// consume runs a member of the group until `enough`.
func consume(version sarama.KafkaVersion, name, topic string, enough func(*reader) bool) *reader {
	member := Get(sarama.NewConsumerGroup(brokers, name, config(version)))
	defer member.Close()
	ctx, cancel := context.WithCancel(context.Background())
	handler, ended := &reader{}, make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			if member.Consume(ctx, []string{topic}, handler) != nil {
				time.Sleep(50 * time.Millisecond)
			}
		}
	}()
	Eventually("the member reads", func() bool { return enough(handler) })
	cancel()
	<-ended
	return handler
}

func group(version sarama.KafkaVersion) {
	topic := newTopic("group-"+version.String(), 2)
	name := "g-" + version.String()
	produceNumbers(version, topic, 0, 100)
	consume(version, name, topic, func(r *reader) bool { return r.count() == 100 })
	produceNumbers(version, topic, 100, 150)
	again := consume(version, name, topic, func(r *reader) bool { return r.count() >= 50 })
	Same(50, again.count(), "the number of records after a commit")
	adm := Get(sarama.NewClusterAdmin(brokers, config(version)))
	defer adm.Close()
	offsets := Get(adm.ListConsumerGroupOffsets(name, map[string][]int32{topic: {0, 1}}))
	Same(int64(75), offsets.GetBlock(topic, 0).Offset, "the committed offset")
	described := Get(adm.DescribeConsumerGroups([]string{name}))
	Same("Empty", described[0].State, "the state")
}

func produceNumbers(version sarama.KafkaVersion, topic string, from, to int) {
	settings := config(version)
	settings.Producer.Partitioner = sarama.NewManualPartitioner
	producer := Get(sarama.NewSyncProducer(brokers, settings))
	defer producer.Close()
	for i := from; i < to; i++ {
		_, _, err := producer.SendMessage(&sarama.ProducerMessage{Topic: topic, Partition: int32(i % 2),
			Value: sarama.StringEncoder(fmt.Sprint(i))})
		Ok(err)
	}
}

func sample(topic string, i int) *sarama.ProducerMessage {
	return &sarama.ProducerMessage{
		Topic: topic, Timestamp: time.UnixMilli(int64(1_000_000 + i)), Key: sarama.StringEncoder(fmt.Sprint("key-", i)),
		Value:   sarama.ByteEncoder(bytes.Repeat([]byte{'x'}, i)),
		Headers: []sarama.RecordHeader{{Key: []byte("n"), Value: fmt.Append(nil, i)}},
	}
}

func roundTrip(codec sarama.CompressionCodec) {
	topic := newTopic("codec-"+codec.String(), 1)
	settings := config(sarama.V2_1_0_0)
	settings.Producer.Compression = codec
	producer := Get(sarama.NewSyncProducer(brokers, settings))
	defer producer.Close()
	var batch []*sarama.ProducerMessage
	for i := range records {
		batch = append(batch, sample(topic, i))
	}
	Ok(producer.SendMessages(batch))
	consumer := Get(sarama.NewConsumer(brokers, settings))
	defer consumer.Close()
	partition := Get(consumer.ConsumePartition(topic, 0, sarama.OffsetOldest))
	defer partition.Close()
	for i := range records {
		got, sent := <-partition.Messages(), sample(topic, i)
		Same(int64(i), got.Offset, "the offset")
		Same(fmt.Sprint("key-", i), string(got.Key), "the key")
		Require(bytes.Equal(got.Value, Get(sent.Value.Encode())), "the value is %q", got.Value)
		Same(fmt.Sprint(i), string(got.Headers[0].Value), "the header")
		Same(sent.Timestamp.UnixMilli(), got.Timestamp.UnixMilli(), "the timestamp")
	}
}
