// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	. "tenon/clients/report"
)

func adminChecks() {
	Check("cluster-and-api-versions", clusterAndVersions)
	Check("life-of-a-topic", lifeOfTopic)
	Check("configs", configs)
	Check("partitions-grow", partitionsGrow)
	Check("list-offsets", listOffsets)
	Check("delete-records", deleteRecords)
}

func fails(err, expected error) {
	Require(errors.Is(err, expected), "failed with %v, not %v", err, expected)
}

func clusterAndVersions() {
	adm := admin()
	defer adm.Close()
	metadata := Get(adm.BrokerMetadata(within()))
	Same(1, len(metadata.Brokers), "the number of brokers")
	Require(metadata.Cluster != "", "no cluster id")
	Same(metadata.Brokers[0].NodeID, metadata.Controller, "the controller")
	for _, broker := range Get(adm.ApiVersions(within())) {
		Ok(broker.Err)
		fetch, ok := broker.KeyMaxVersion(1)
		Require(ok && fetch >= 13, "Fetch is spoken up to %d", fetch)
	}
}

// topics asks with a client of its own, for a client remembers for a while what it was told.
func topics() kadm.TopicDetails {
	adm := admin()
	defer adm.Close()
	return Get(adm.ListTopics(within()))
}

func lifeOfTopic() {
	adm := admin()
	defer adm.Close()
	retention := "86400000"
	made := Get(adm.CreateTopic(within(), 3, 1, map[string]*string{"retention.ms": &retention}, "life"))
	Require(made.ID != kadm.TopicID{}, "the topic id is zero")
	Same(int32(3), made.NumPartitions, "the partitions")
	again, err := adm.CreateTopic(within(), 3, 1, nil, "life")
	fails(errors.Join(err, again.Err), kerr.TopicAlreadyExists)
	listed := topics()
	Require(listed.Has("life"), "not listed")
	Same(made.ID, listed["life"].ID, "the listed id")
	Same(3, len(listed["life"].Partitions), "the listed partitions")
	Get(adm.DeleteTopic(within(), "life"))
	Require(!topics().Has("life"), "still listed")
	none, err := adm.DeleteTopic(within(), "life")
	fails(errors.Join(err, none.Err), kerr.UnknownTopicOrPartition)
	valid := Get(adm.ValidateCreateTopics(within(), 1, 1, nil, "only-asked"))
	Ok(valid.Error())
	Require(!topics().Has("only-asked"), "a validated topic was made")
	bad := Get(adm.CreateTopics(within(), 1, 1, nil, "a b"))
	fails(bad.Error(), kerr.InvalidTopicException)
}

func configs() {
	adm := admin()
	defer adm.Close()
	newTopic("configured", 1)
	set := func(op kadm.IncrementalOp, name string, value *string) error {
		answers := Get(adm.AlterTopicConfigs(within(), []kadm.AlterConfig{{Op: op, Name: name, Value: value}}, "configured"))
		return answers[0].Err
	}
	value := func(name string) *kadm.Config {
		for _, config := range Get(adm.DescribeTopicConfigs(within(), "configured"))[0].Configs {
			if config.Key == name {
				return &config
			}
		}
		panic("no config " + name)
	}
	hour := "3600000"
	Ok(set(kadm.SetConfig, "retention.ms", &hour))
	Same(hour, value("retention.ms").MaybeValue(), "retention.ms")
	Require(len(value("retention.ms").Synonyms) > 1, "no synonyms")
	Ok(set(kadm.DeleteConfig, "retention.ms", nil))
	Same("604800000", value("retention.ms").MaybeValue(), "retention.ms by default")
	many := "many"
	fails(set(kadm.SetConfig, "segment.bytes", &many), kerr.InvalidConfig)
	brokers := Get(adm.DescribeBrokerConfigs(within(), 1))
	Ok(brokers[0].Err)
	Require(len(brokers[0].Configs) > 0, "no broker configs")
}

func partitionsGrow() {
	adm := admin()
	defer adm.Close()
	newTopic("grown", 1)
	Ok(Get(adm.CreatePartitions(within(), 2, "grown")).Error())
	Same(3, len(topics()["grown"].Partitions), "the partitions")
	fewer := Get(adm.UpdatePartitions(within(), 2, "grown"))
	fails(fewer.Error(), kerr.InvalidPartitions)
}

// timed makes a topic of one partition with count records, one a minute from noon on.
func timed(topic string, count int, noon time.Time) {
	newTopic(topic, 1)
	producer := client()
	defer producer.Close()
	for i := range count {
		record := &kgo.Record{Topic: topic, Value: fmt.Append(nil, i), Timestamp: noon.Add(time.Duration(i) * time.Minute)}
		Ok(producer.ProduceSync(within(), record).FirstErr())
	}
}

func offsetOf(listed kadm.ListedOffsets, err error) kadm.ListedOffset {
	Ok(err)
	Ok(listed.Error())
	for _, one := range listed.Offsets().Sorted() {
		found, _ := listed.Lookup(one.Topic, one.Partition)
		return found
	}
	panic("no offset was listed")
}

func listOffsets() {
	adm := admin()
	defer adm.Close()
	noon := time.UnixMilli(1_700_000_000_000)
	timed("timed", 10, noon)
	Same(int64(0), offsetOf(adm.ListStartOffsets(within(), "timed")).Offset, "the start")
	Same(int64(10), offsetOf(adm.ListEndOffsets(within(), "timed")).Offset, "the end")
	Same(int64(10), offsetOf(adm.ListCommittedOffsets(within(), "timed")).Offset, "the committed end")
	after := noon.Add(4*time.Minute + time.Second).UnixMilli()
	Same(int64(5), offsetOf(adm.ListOffsetsAfterMilli(within(), after, "timed")).Offset, "by time")
	newest := offsetOf(adm.ListMaxTimestampOffsets(within(), "timed"))
	Same(int64(9), newest.Offset, "the newest")
	Same(noon.Add(9*time.Minute).UnixMilli(), newest.Timestamp, "the newest timestamp")
}

func deleteRecords() {
	adm := admin()
	defer adm.Close()
	timed("purged", 10, time.Now())
	var upTo kadm.Offsets
	upTo.AddOffset("purged", 0, 6, -1)
	Ok(Get(adm.DeleteRecords(within(), upTo)).Error())
	Same(int64(6), offsetOf(adm.ListStartOffsets(within(), "purged")).Offset, "the start")
	Same(int64(6), readAll("purged", 4)[0].Offset, "the first offset left")
}
