#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the churn test would find: forged journals, each with one thing that may not be, and what may be."""
import json
import unittest

from churn_history import History


def line(at, what, **more):
    return json.dumps({"at": at, "what": what, **more}) + "\n"


def assign(at, generation=1):
    return line(at, "assign", generation=generation, partitions=[0])


def got(at, *offsets):
    return "".join(line(at, "got", partition=0, offset=offset, value=f"0:{offset}") for offset in offsets)


def commit(at, offset, asked=None):
    return line(at, "commit", offsets={"0": offset}, asked=asked or at)


def refused(at, why="UNKNOWN_MEMBER_ID"):
    return line(at, "refused", offsets={"0": 1}, why=why)


def revoke(at):
    return line(at, "revoke", partitions=[0])


def lost(at):
    return line(at, "lost", partitions=[0])


def stalled(since, at):
    return line(at, "stalled", since=since)


LEFT = line(90, "left")
# a reads 0 and 1 and gives the partition back; b reads 2.
A = (assign(1), got(2, 0, 1), commit(3, 2), revoke(3.1), LEFT)
B = (assign(4, 2), got(5, 2), commit(6, 3), revoke(9), LEFT)
# Reads 1 again, and 2.
HEIR = (assign(8, 2), got(8, 1, 2), commit(8.5, 3), revoke(9), LEFT)


class HistoryCase(unittest.TestCase):
    def problems(self, a, b, produced=3, **more):
        journals = {name: "".join(journal).splitlines(keepends=True) for name, journal in (("a", a), ("b", b))}
        return History(journals, **more).check({0: produced})

    def fine(self, a, b, **more):
        self.assertEqual(self.problems(a, b, **more), [])

    def finds(self, words, a, b, **more):
        found = self.problems(a, b, **more)
        self.assertEqual([problem for problem in found if words in problem], found[:1] or ["nothing"], found)


class Delivery(HistoryCase):
    def test_a_polite_change_of_owners_is_fine(self):
        self.fine(A, B)

    def test_a_record_that_nobody_got_is_found(self):
        self.finds("1 records of partition 0 were delivered to nobody, first 3", A, B, produced=4)

    def test_a_partition_that_nobody_had_is_found(self):
        self.finds("3 records of partition 0 were delivered to nobody, first 0", (LEFT,), (LEFT,))

    def test_a_record_that_is_skipped_is_found(self):
        skips = assign(1), got(2, 0), got(2, 2), commit(3, 3), revoke(3.1), LEFT
        reads_on = assign(4, 2), got(5, 3), commit(6, 4), revoke(9), LEFT
        self.assertIn("not each record once and in order", self.problems(skips, reads_on, 4)[0])
        self.assertIn("1 records of partition 0 were delivered to nobody, first 1",
                      self.problems(skips, reads_on, 4)[1])

    def test_a_record_that_comes_twice_to_one_member_is_found(self):
        self.finds("not each record once and in order", (assign(1), got(2, 0, 0, 1), *A[2:]), B)

    def test_another_record_than_the_one_of_the_offset_is_found(self):
        other = line(5, "got", partition=0, offset=2, value="0:7")
        self.finds("b got 0:7 as 0/2", A, (B[0], other, *B[2:]))

    def test_a_record_of_a_partition_that_was_given_back_is_found(self):
        self.finds("a processed 0/2, which it does not hold", (*A[:4], got(3.2, 2), LEFT), B)

    def test_an_end_without_having_committed_is_found(self):
        self.finds("neither killed nor evicted, and not committed", (*A[:2], commit(3, 1), revoke(3.1), LEFT), B)

    def test_a_member_that_ends_by_itself_is_found(self):
        self.finds("a ended by itself", A[:4], B)


class Again(HistoryCase):
    DEAD = assign(1), got(2, 0), commit(2.1, 1), got(2.2, 1)

    def test_what_a_killed_member_had_not_committed_may_come_again(self):
        self.fine(self.DEAD, HEIR, killed={"a"})

    def test_a_line_that_a_kill_has_cut_off_is_none(self):
        self.fine((*self.DEAD, got(2.3, 2)[:-9]), HEIR, killed={"a"})

    def test_what_an_evicted_member_had_not_committed_may_come_again(self):
        self.fine((*self.DEAD, stalled(2.3, 9), lost(9.1), LEFT), HEIR)
        self.fine((*self.DEAD, stalled(2.3, 9), refused(9.1), revoke(9.2), LEFT), HEIR)

    def test_what_had_been_committed_may_not(self):
        self.finds("begins at 1 though 2 was committed", (*self.DEAD, commit(2.3, 2)), HEIR, killed={"a"})

    def test_what_another_commits_may_not_be_committed_again(self):
        # The answer to the first was noted late, so that only both together tell.
        late = *self.DEAD, commit(8.2, 2)
        self.finds("both have committed record 1", late, HEIR, killed={"a"})

    def test_nothing_comes_again_after_a_polite_end(self):
        found = self.problems((*self.DEAD, revoke(7), LEFT), HEIR)
        self.assertIn("neither killed nor evicted, and not committed", found[0])
        self.assertIn("1 records twice without a kill or an eviction", found[1])

    def test_nothing_comes_again_because_a_member_has_only_stalled(self):
        found = self.problems((*self.DEAD, stalled(2.3, 6), revoke(7), LEFT), HEIR)
        self.assertIn("1 records twice without a kill or an eviction", found[1])

    def test_nothing_comes_again_because_a_commit_was_too_late_for_its_generation(self):
        late = *self.DEAD, refused(2.3, "ILLEGAL_GENERATION"), revoke(7), LEFT
        self.assertIn("1 records twice without a kill or an eviction", self.problems(late, HEIR)[1])

    def test_a_commit_that_was_too_late_and_is_made_up_for_is_fine(self):
        self.fine((*A[:2], refused(2.5, "REBALANCE_IN_PROGRESS"), *A[2:]), B)


class Owners(HistoryCase):
    def test_two_in_a_generation_are_found(self):
        self.finds("partition 0 has two owners in generation 1: a and b", A, (assign(4, 1), *B[1:]))

    def test_two_in_a_generation_are_found_whatever_has_happened_to_them(self):
        stalls = assign(1), got(2, 0, 1), commit(3, 2), stalled(3, 20), lost(20), LEFT
        self.finds("partition 0 has two owners in generation 1: a and b", stalls, (assign(4, 1), *B[1:]))

    def test_two_at_the_same_time_are_found(self):
        self.finds("two hold a partition at the same time", (*A[:3], revoke(4.5), LEFT), B)

    def test_an_evicted_member_that_does_not_know_it_yet_is_fine(self):
        self.fine((*A[:3], stalled(3, 20), lost(20), LEFT), B)

    def test_the_journal_of_a_killed_member_does_not_say_that_it_has_the_partition_no_more(self):
        self.fine(A[:3], B, killed={"a"})


class Evictions(HistoryCase):
    EVICTED = *A[:3], lost(3.1), LEFT

    def test_one_without_a_cause_is_found(self):
        self.finds("a was evicted by 3.100, and nothing had happened to it", self.EVICTED, B)
        self.finds("a was evicted by 3.100, and nothing had happened to it",
                   (*A[:3], refused(3.1), revoke(3.2), LEFT), B)

    def test_a_stall_of_the_member_is_a_cause(self):
        self.fine((*A[:3], stalled(3, 20), lost(20), LEFT), B)

    def test_a_stall_of_the_broker_is_a_cause(self):
        self.fine(self.EVICTED, B, broker_stalls=[(2.9, 3.05)])

    def test_a_commit_that_was_too_late_is_one_for_a_client_that_lets_go_by_itself(self):
        self.fine((assign(1), got(2, 0, 1), commit(3, 2), refused(3.05, "ILLEGAL_GENERATION"), lost(3.1), LEFT), B)

    def test_a_commit_that_was_too_late_and_is_made_up_for_is_none(self):
        late = assign(1), got(2, 0, 1), refused(2.5, "ILLEGAL_GENERATION"), commit(3, 2), lost(3.1), LEFT
        self.finds("a was evicted by 3.100, and nothing had happened to it", late, B)

    def test_a_commit_that_was_too_late_is_none_for_what_the_broker_does_later(self):
        late = *self.EVICTED[:3], refused(3.05, "ILLEGAL_GENERATION"), refused(3.1), revoke(3.2), LEFT
        self.finds("a was evicted by 3.100, and nothing had happened to it", late, B)

    def test_a_stall_of_another_is_none(self):
        self.finds("a was evicted by 3.100", self.EVICTED, (stalled(2.9, 3.05), *B))

    def test_a_stall_that_the_member_has_survived_is_none(self):
        survived = assign(1), got(2, 0, 1), stalled(2.1, 2.5), commit(3, 2, asked=2.6), lost(3.1), LEFT
        self.finds("a was evicted by 3.100", survived, B)

    def test_a_commit_that_was_on_its_way_before_the_stall_is_no_sign_of_survival(self):
        frozen = assign(1), got(2, 0, 1), stalled(2.1, 2.9), commit(3, 2, asked=2.05), lost(3.1), LEFT
        self.fine(frozen, B)


if __name__ == "__main__":
    unittest.main()
