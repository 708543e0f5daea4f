// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	. "tenon/clients/report"
)

// member is a group's member that polls on a goroutine of its own and commits what it read.
type member struct {
	client  *kgo.Client
	ended   chan struct{}
	changes atomic.Int64 // of what it holds, as it was told
	mutex   sync.Mutex
	held    map[int32]bool
	values  []string
}

func join(group, topic string, options ...kgo.Opt) *member {
	m := &member{ended: make(chan struct{}), held: map[int32]bool{}}
	note := func(holds bool) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(ctx context.Context, client *kgo.Client, partitions map[string][]int32) {
			if !holds {
				client.CommitUncommittedOffsets(ctx)
			}
			m.changes.Add(1)
			m.mutex.Lock()
			defer m.mutex.Unlock()
			for _, partition := range partitions[topic] {
				if holds {
					m.held[partition] = true
				} else {
					delete(m.held, partition)
				}
			}
		}
	}
	m.client = client(append([]kgo.Opt{
		kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.HeartbeatInterval(200 * time.Millisecond),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.BlockRebalanceOnPoll(), kgo.DisableAutoCommit(),
		kgo.OnPartitionsAssigned(note(true)), kgo.OnPartitionsRevoked(note(false)), kgo.OnPartitionsLost(note(false)),
	}, options...)...)
	go m.poll()
	return m
}

func (m *member) poll() {
	defer close(m.ended)
	for {
		fetches := m.client.PollFetches(context.Background())
		if fetches.IsClientClosed() {
			return
		}
		m.mutex.Lock()
		fetches.EachRecord(func(record *kgo.Record) { m.values = append(m.values, string(record.Value)) })
		m.mutex.Unlock()
		m.client.AllowRebalance()
	}
}

func (m *member) holds() int {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return len(m.held)
}

func (m *member) partitions() map[int32]bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return maps.Clone(m.held)
}

func (m *member) read() []string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return append([]string(nil), m.values...)
}

func (m *member) close() {
	m.client.CloseAllowingRebalance()
	<-m.ended
}

func groupChecks() {
	Check("rebalance-cooperative-sticky", func() { rebalance("cooperative", kgo.CooperativeStickyBalancer()) })
	Check("rebalance-range", func() { rebalance("range", kgo.RangeBalancer()) })
	Check("static-member-restarts", staticMember)
	Check("describe-commit-and-delete-groups", groupAdmin)
}

func produceNumbers(topic string, partitions, from, to int) {
	producer := client(kgo.RecordPartitioner(kgo.ManualPartitioner()))
	defer producer.Close()
	for i := from; i < to; i++ {
		record := &kgo.Record{Topic: topic, Partition: int32(i % partitions), Value: fmt.Append(nil, i)}
		producer.Produce(within(), record, func(_ *kgo.Record, err error) {})
	}
	Ok(producer.Flush(within()))
}

func rebalance(name string, balancer kgo.GroupBalancer) {
	topic := newTopic("rebalance-"+name, 4)
	first := join("g-"+name, topic, kgo.Balancers(balancer))
	defer first.close()
	Eventually("the first member has all", func() bool { return first.holds() == 4 })
	produceNumbers(topic, 4, 0, 200)
	Eventually("the first member reads", func() bool { return len(first.read()) == 200 })
	second := join("g-"+name, topic, kgo.Balancers(balancer))
	Eventually("they share", func() bool { return first.holds() == 2 && second.holds() == 2 })
	produceNumbers(topic, 4, 200, 400)
	Eventually("both read", func() bool { return len(first.read())+len(second.read()) == 400 })
	second.close()
	Eventually("the first member has all again", func() bool { return first.holds() == 4 })
	produceNumbers(topic, 4, 400, 500)
	Eventually("the rest is read", func() bool { return distinct(first, second) == 500 })
	Same(500, len(first.read())+len(second.read()), "the number of records read")
}

func distinct(members ...*member) int {
	all := map[string]bool{}
	for _, m := range members {
		for _, value := range m.read() {
			all[value] = true
		}
	}
	return len(all)
}

func staticMember() {
	topic := newTopic("static", 2)
	stays := join("g-static", topic, kgo.InstanceID("one"))
	defer stays.close()
	leaves := join("g-static", topic, kgo.InstanceID("two"))
	Eventually("they share", func() bool { return stays.holds() == 1 && leaves.holds() == 1 })
	leaves.close()
	back := join("g-static", topic, kgo.InstanceID("two"))
	defer back.close()
	Eventually("the member is back", func() bool { return back.holds() == 1 })
	Same(1, stays.holds(), "what the member that stayed holds")
}

func groupAdmin() {
	adm := admin()
	defer adm.Close()
	topic := newTopic("described", 3)
	m := join("g-described", topic)
	Eventually("the member has all", func() bool { return m.holds() == 3 })
	Require(Get(adm.ListGroups(within())).Groups() != nil, "no group is listed")
	described := Get(adm.DescribeGroups(within(), "g-described"))["g-described"]
	Ok(described.Err)
	Same("Stable", described.State, "the state")
	Same(1, len(described.Members), "the number of members")
	deleted, err := adm.DeleteGroup(within(), "g-described")
	fails(errors.Join(err, deleted.Err), kerr.NonEmptyGroup)
	m.close()
	var offsets kadm.Offsets
	offsets.AddOffset(topic, 1, 40, -1)
	Ok(adm.CommitAllOffsets(within(), "g-described", offsets))
	fetched := Get(adm.FetchOffsets(within(), "g-described"))
	one, _ := fetched.Lookup(topic, 1)
	Same(int64(40), one.At, "the committed offset")
	produceNumbers(topic, 3, 0, 150)
	lag := Get(adm.Lag(within(), "g-described"))["g-described"]
	Same(int64(10), lag.Lag[topic][1].Lag, "the lag")
	Get(adm.DeleteGroup(within(), "g-described"))
	Same(0, len(Get(adm.FetchOffsets(within(), "g-described"))), "the offsets of a deleted group")
}
