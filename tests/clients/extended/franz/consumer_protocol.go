// SPDX-License-Identifier: Apache-2.0

// Groups of the consumer protocol (KIP-848): the broker assigns, franz-go only says which assignor it wants.
// The broker has members say something every five seconds, so a change of owners takes some. That a static member
// comes back is left to the other clients: franz-go 1.22 goes with epoch -2 but without its instance id, which
// Kafka refuses as well, so that its place is kept until the session times out.

package main

import (
	"errors"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	. "tenon/clients/report"
)

func consumerProtocolChecks() {
	Check("consumer-protocol-rebalance", func() { consumerRebalance("uniform", kgo.StickyBalancer()) })
	Check("consumer-protocol-rebalance-range", func() { consumerRebalance("range", kgo.RangeBalancer()) })
	Check("consumer-protocol-instance-id-in-use", instanceInUse)
	Check("consumer-protocol-regex", consumerRegex)
	Check("consumer-protocol-admin", consumerAdmin)
	Check("online-upgrade-and-downgrade", changeOfProtocol)
	Check("consumer-protocol-kill-9", func() { survives("KILL") })
	Check("consumer-protocol-stop", func() { survives("STOP") })
}

func joinConsumer(group, topic string, options ...kgo.Opt) *member {
	all := []kgo.Opt{kgo.ServerSideBalancer(), kgo.Balancers(kgo.StickyBalancer())}
	return join(group, topic, append(all, options...)...)
}

func describeConsumer(group string) kadm.DescribedConsumerGroup {
	adm := admin()
	defer adm.Close()
	described := Get(adm.DescribeConsumerGroups(within(), group))[group]
	Ok(described.Err)
	return described
}

// share is true when the members have all partitions, each one owner, and every member about as many.
func share(partitions int, members ...*member) bool {
	owners := map[int32]int{}
	for _, m := range members {
		held := m.partitions()
		if len(held) < partitions/len(members) {
			return false
		}
		for partition := range held {
			owners[partition]++
		}
	}
	for _, count := range owners {
		if count > 1 {
			return false
		}
	}
	return len(owners) == partitions
}

// readOn sends numbers up to `to`; the members together must read each once.
func readOn(topic string, partitions, from, to int, members ...*member) {
	produceNumbers(topic, partitions, from, to)
	Eventually("all is read", func() bool { return distinct(members...) == to })
	count := 0
	for _, m := range members {
		count += len(m.read())
	}
	Same(to, count, "the number of records read")
}

func consumerRebalance(assignor string, balancer kgo.GroupBalancer) {
	topic, group := newTopic("protocol-"+assignor, 4), "g-protocol-"+assignor
	first := joinConsumer(group, topic, kgo.Balancers(balancer))
	defer first.close()
	Eventually("the first member has all", func() bool { return first.holds() == 4 })
	readOn(topic, 4, 0, 200, first)
	second := joinConsumer(group, topic, kgo.Balancers(balancer))
	Eventually("they share", func() bool { return share(4, first, second) })
	readOn(topic, 4, 200, 400, first, second)
	described := describeConsumer(group)
	Same(assignor, described.AssignorName, "the assignor")
	Same(2, len(described.Members), "the number of members")
	second.close()
	Eventually("the first member has all again", func() bool { return first.holds() == 4 })
	readOn(topic, 4, 400, 500, first, second)
}

// instanceInUse: an instance id belongs to the member that has it until that leaves.
func instanceInUse() {
	topic := newTopic("protocol-in-use", 2)
	owner := joinConsumer("g-protocol-in-use", topic, kgo.InstanceID("one"))
	defer owner.close()
	Eventually("the owner has all", func() bool { return owner.holds() == 2 })
	thief := client(kgo.ServerSideBalancer(), kgo.Balancers(kgo.StickyBalancer()), kgo.InstanceID("one"),
		kgo.ConsumerGroup("g-protocol-in-use"), kgo.ConsumeTopics(topic))
	defer thief.Close()
	err := thief.PollFetches(within()).Err()
	fails(err, kerr.UnreleasedInstanceID)
	readOn(topic, 2, 0, 20, owner)
}

// consumerRegex has the broker look for the topics: it knows of the second as soon as it is there.
func consumerRegex() {
	newTopic("regex-a", 1)
	newTopic("not-regex-a", 1)
	produceNumbers("regex-a", 1, 0, 1)
	produceNumbers("not-regex-a", 1, 0, 1)
	reader := client(kgo.ServerSideBalancer(), kgo.Balancers(kgo.StickyBalancer()), kgo.ConsumerGroup("g-regex"),
		kgo.ConsumeRegex(), kgo.ConsumeTopics("^regex-[a-c]$"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	defer reader.Close()
	Same("regex-a", readOne(reader), "the topic read first")
	newTopic("regex-b", 1)
	produceNumbers("regex-b", 1, 0, 1)
	Same("regex-b", readOne(reader), "the topic read next")
}

// readOne is the topic of the next record.
func readOne(reader *kgo.Client) string {
	for ctx := within(); ; {
		fetches := reader.PollFetches(ctx)
		Ok(fetches.Err())
		for _, record := range fetches.Records() {
			return record.Topic
		}
	}
}

func listed(types ...string) kadm.ListedGroups {
	adm := admin()
	defer adm.Close()
	return Get(adm.ListGroupsByType(within(), types))
}

func consumerAdmin() {
	adm := admin()
	defer adm.Close()
	topic, group := newTopic("protocol-admin", 3), "g-protocol-admin"
	m := joinConsumer(group, topic, kgo.ClientID("me"))
	Eventually("the member has all", func() bool { return m.holds() == 3 })
	described := describeConsumer(group)
	Same("stable", strings.ToLower(described.State), "the state")
	Same(described.Epoch, described.AssignmentEpoch, "the epoch of the assignment")
	Same(1, len(described.Members), "the number of members")
	one := described.Members[0]
	Same("me", one.ClientID, "the client id")
	Same(described.Epoch, one.MemberEpoch, "the epoch of the member")
	Same(3, len(one.Assignment[topic]), "the number of partitions assigned")
	Require(listed("consumer")[group].Group == group, "not listed as a consumer group")
	Require(listed("classic")[group].Group == "", "listed as a classic group")
	readOn(topic, 3, 0, 30, m)
	var offsets kadm.TopicsSet
	offsets.Add(topic, 0)
	deleted := Get(adm.DeleteOffsets(within(), group, offsets))
	fails(deleted[topic][0], kerr.GroupSubscribedToTopic)
	gone, err := adm.DeleteGroup(within(), group)
	fails(errors.Join(err, gone.Err), kerr.NonEmptyGroup)
	m.close()
	Same("empty", strings.ToLower(describeConsumer(group).State), "the state without members")
	Ok(Get(adm.DeleteOffsets(within(), group, offsets))[topic][0])
	left := Get(adm.FetchOffsets(within(), group))
	_, there := left.Lookup(topic, 0)
	Require(!there, "a deleted offset is there")
	Same(2, len(left[topic]), "the number of offsets left")
	Ok(Get(adm.DeleteGroup(within(), group)).Err)
	Require(listed("consumer")[group].Group == "", "listed though deleted")
}

// changeOfProtocol replaces the classic member of a group by one of the consumer protocol, and back.
func changeOfProtocol() {
	topic, group := newTopic("protocol-change", 4), "g-protocol-change"
	classic := join(group, topic, kgo.Balancers(kgo.CooperativeStickyBalancer()))
	Eventually("the classic member has all", func() bool { return classic.holds() == 4 })
	readOn(topic, 4, 0, 100, classic)
	fresh := joinConsumer(group, topic)
	Eventually("both kinds share", func() bool { return share(4, classic, fresh) })
	Require(listed("consumer")[group].Group == group, "not a consumer group with both kinds of members")
	readOn(topic, 4, 100, 200, classic, fresh)
	classic.close()
	Eventually("the new member has all", func() bool { return fresh.holds() == 4 })
	readOn(topic, 4, 200, 300, classic, fresh)
	again := join(group, topic, kgo.Balancers(kgo.CooperativeStickyBalancer()))
	defer again.close()
	Eventually("both kinds share again", func() bool { return share(4, again, fresh) })
	readOn(topic, 4, 300, 400, classic, fresh, again)
	fresh.close()
	Eventually("the last has all", func() bool { return again.holds() == 4 })
	Require(listed("classic")[group].Group == group, "not a classic group in the end")
	readOn(topic, 4, 400, 500, classic, fresh, again)
}

// survives: members keep what they hold over a restart of the broker, and the group its epoch.
func survives(how string) {
	topic, group := newTopic("protocol-"+strings.ToLower(how), 4), "g-protocol-"+strings.ToLower(how)
	first := joinConsumer(group, topic)
	defer first.close()
	second := joinConsumer(group, topic)
	defer second.close()
	Eventually("they share", func() bool { return share(4, first, second) })
	readOn(topic, 4, 0, 100, first, second)
	epoch, moved := describeConsumer(group).Epoch, first.changes.Load()+second.changes.Load()
	Restart(how)
	readOn(topic, 4, 100, 200, first, second)
	Require(share(4, first, second), "the members do not share")
	Same(epoch, describeConsumer(group).Epoch, "the epoch of the group")
	Same(moved, first.changes.Load()+second.changes.Load(), "the number of changes of owners")
}
