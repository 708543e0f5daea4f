# SPDX-License-Identifier: Apache-2.0
"""What the journals of a group's members (churn_member.py) say, and what may not be in them.

A tenure is the time in which one member holds one partition. It is cut short when the member is killed in it,
or hears from the broker that it has been evicted; only a tenure that was cut short may leave records behind
that were processed and not committed, and only those may be processed again.

An eviction needs a cause: the member, or the broker, must have stalled (been frozen, or been kept from running
by a busy machine) since the member was last known to be one. A client of a cooperative group can also evict
itself: its commit crosses the answer that begins the next generation, is refused with ILLEGAL_GENERATION, as
Apache Kafka refuses it, and librdkafka lets go of everything and joins anew. No rule rests on how long anything
took: a slow machine makes stalls, which the journals show, and not verdicts.
"""
import collections
import dataclasses
import itertools
import json

# How a client says that its member is no longer one of the group; kafka-python has one word for all reasons.
EVICTED = {"UNKNOWN_MEMBER_ID", "CommitFailedError"}


@dataclasses.dataclass
class Tenure:
    member: str
    partition: int
    began: float
    ended: float = float("inf")
    how: str = "open"  # revoke, lost, killed, or open: the journal ends
    evicted: bool = False
    stalled: bool = False
    offsets: list = dataclasses.field(default_factory=list)
    committed: int = 0  # the next offset, as the broker has acknowledged it last

    @property
    def cut_short(self):
        return self.evicted or self.how == "killed"

    def __str__(self):
        range_ = f"{self.offsets[0]}..{self.offsets[-1]}" if self.offsets else "nothing"
        return (f"{self.member} held {self.partition} from {self.began:.3f} to {self.ended:.3f} ({self.how}"
                f"{', evicted' if self.evicted else ''}{', stalled' if self.stalled else ''}), "
                f"processed {range_}, committed {self.committed}")


class History:
    """The journals of one group, as {member: lines}; who was killed; and [(from, to)] when the broker stalled."""

    def __init__(self, journals, killed=(), broker_stalls=()):
        self.problems, self.tenures, self.owners = [], [], collections.defaultdict(dict)
        self.commits, self.evictions, self.late_commits, self.late = [], [], 0, set()
        self.killed, self.broker_stalls = killed, list(broker_stalls)
        self.stalls, self.known = collections.defaultdict(list), collections.defaultdict(list)
        for member, lines in journals.items():
            # A kill may leave a part of a line.
            self.read(member, [json.loads(line) for line in lines if line.endswith("\n")])

    def read(self, member, events):
        open_ = {}
        for event in events:
            getattr(self, "on_" + event["what"])(member, event, open_)
        if member in self.killed:
            self.end(open_, list(open_), float("inf"), "killed")
        elif not any(event["what"] == "left" for event in events):
            self.problems.append(f"{member} ended by itself: {events[-1:]}")
        self.end(open_, list(open_), float("inf"), "open")

    def on_assign(self, member, event, open_):
        for partition in event["partitions"]:
            open_.setdefault(partition, Tenure(member, partition, event["at"]))
            # A member that was evicted meanwhile knows no generation any more.
            if event["generation"] >= 0:
                self.own(member, event["generation"], partition)

    def own(self, member, generation, partition):
        other = self.owners[generation].setdefault(partition, member)
        if other != member:
            self.problems.append(f"partition {partition} has two owners in generation {generation}: "
                                 f"{other} and {member}")

    def on_got(self, member, event, open_):
        partition, offset = event["partition"], event["offset"]
        if event["value"] != f"{partition}:{offset}":
            self.problems.append(f"{member} got {event['value']} as {partition}/{offset}")
        if partition in open_:
            open_[partition].offsets.append(offset)
        else:
            self.problems.append(f"{member} processed {partition}/{offset}, which it does not hold")

    def on_commit(self, member, event, open_):
        self.known[member].append((event["at"], event["asked"]))
        self.late.discard(member)
        for partition, offset in event["offsets"].items():
            open_[int(partition)].committed = offset
            self.commits.append((event["at"], int(partition), offset))

    def on_refused(self, member, event, open_):
        if event["why"] in EVICTED:
            self.evict(member, event["at"], open_)
        else:
            self.late_commits += 1
            if event["why"] == "ILLEGAL_GENERATION":
                self.late.add(member)

    def on_revoke(self, _, event, open_):
        self.end(open_, event["partitions"], event["at"], "revoke")

    def on_lost(self, member, event, open_):
        self.evict(member, event["at"], open_, by_itself=member in self.late)
        self.late.discard(member)
        self.end(open_, event["partitions"], event["at"], "lost")

    def on_stalled(self, member, event, _):
        self.stalls[member].append((event["since"], event["at"]))

    def on_left(self, *_):
        pass

    def evict(self, member, at, open_, by_itself=False):
        if not by_itself:
            self.evictions.append((member, at))
        for tenure in open_.values():
            tenure.evicted = True

    def end(self, open_, partitions, at, how):
        for partition in partitions:
            tenure = open_.pop(partition)
            tenure.ended, tenure.how = at, how
            tenure.stalled = any(since <= at and to >= tenure.began for since, to in self.stalls_of(tenure.member))
            self.tenures.append(tenure)

    def stalls_of(self, member):
        return self.stalls[member] + self.broker_stalls

    def check(self, produced):
        """All problems; `produced` is {partition: number of records acknowledged}."""
        by_partition = collections.defaultdict(list)
        for tenure in sorted(self.tenures, key=lambda one: one.began):
            by_partition[tenure.partition].append(tenure)
            self.check_tenure(tenure)
            self.check_start(tenure)
        for partition, count in produced.items():
            missing = set(range(count)).difference(*(t.offsets for t in by_partition[partition]))
            if missing:
                self.problems.append(f"{len(missing)} records of partition {partition} were delivered to nobody, "
                                     f"first {min(missing)}")
            for one, other in itertools.combinations(by_partition[partition], 2):
                self.check_pair(one, other)
        self.check_evictions()
        return self.problems

    def check_tenure(self, tenure):
        offsets = tenure.offsets
        if offsets and offsets != list(range(offsets[0], offsets[0] + len(offsets))):
            self.problems.append(f"not each record once and in order: {tenure}")
        if not tenure.cut_short and offsets and tenure.committed != offsets[-1] + 1:
            self.problems.append(f"neither killed nor evicted, and not committed: {tenure}")

    def check_start(self, tenure):
        """Nobody begins before what was acknowledged as committed when it got the partition."""
        known = max((offset for at, partition, offset in self.commits
                     if partition == tenure.partition and at < tenure.began), default=0)
        if tenure.offsets and tenure.offsets[0] < known:
            self.problems.append(f"begins at {tenure.offsets[0]} though {known} was committed: {tenure}")

    def check_pair(self, one, other):
        """`one` began first."""
        if one.member != other.member and other.began < one.ended:
            # One that stalled may have been evicted without having had to hear of it.
            if not any(tenure.cut_short or tenure.stalled for tenure in (one, other)):
                self.problems.append(f"two hold a partition at the same time: {one}; {other}")
        twice = set(one.offsets) & set(other.offsets)
        if not twice:
            return
        if not one.cut_short and not other.cut_short:
            self.problems.append(f"{len(twice)} records twice without a kill or an eviction: {one}; {other}")
        if min(one.committed, other.committed) > min(twice):
            self.problems.append(f"both have committed record {min(twice)}: {one}; {other}")

    def check_evictions(self):
        """A commit that was asked for and acknowledged after a stall shows that the member has survived it."""
        for member, at in self.evictions:
            known = max((asked for acknowledged, asked in self.known[member] if acknowledged <= at), default=0)
            if not any(since <= at and to >= known for since, to in self.stalls_of(member)):
                self.problems.append(f"{member} was evicted by {at:.3f}, and nothing had happened to it "
                                     f"since {known:.3f}")

    def summary(self):
        offsets = [(tenure.partition, offset) for tenure in self.tenures for offset in tenure.offsets]
        return (f"{len(self.owners)} generations, {len({member for member, _ in self.evictions})} heard of their "
                f"eviction, {self.late_commits} commits came too late, {len(offsets)} delivered, "
                f"{len(offsets) - len(set(offsets))} again")
