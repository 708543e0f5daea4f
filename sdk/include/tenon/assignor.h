/* SPDX-License-Identifier: Apache-2.0
 *
 * Assignor plugins: which member of a consumer group reads which partition. Frozen since SDK 1.1.
 *
 * An assignor is a pure function. It sees members, what they subscribe to, where they are and what
 * they read now; it never sees the group protocol, generations or offsets. Claims of two members to
 * one partition have been settled by the host before (the higher generation has it).
 *
 * Everything is numbers: members, topics, racks and partitions are counted from 0, and arrays are
 * flat, so that a group of 10,000 members and 100,000 partitions is a dozen pointers and no
 * allocation of its own. The partitions of all topics are numbered together: partition p of topic t
 * is partition_at[t] + p. A list of lists is an array of ends: the topics of member m are
 * subscriptions[subscription_at[m]] to subscriptions[subscription_at[m + 1] - 1].
 *
 * The answer has the shape of the question: one owner per partition. So no partition can have two
 * owners, and what is left to get wrong is small enough to be checked: the host refuses an answer
 * with an owner that is no member, an owner that does not subscribe to the topic, or no owner where
 * somebody subscribes; and keeps the assignment that the group had.
 */
#ifndef TENON_ASSIGNOR_H
#define TENON_ASSIGNOR_H

#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TN_ASSIGNOR_ID "tenon.assignor/1"

#define TN_NOBODY (-1)  /* no member owns the partition */
#define TN_NO_RACK (-1) /* the member did not say where it is */

/* What an assignor promises, in tn_assignor.flags. The conformance kit holds it to that. */
/* Moves no partition without need: as few as its other promises allow. */
#define TN_ASSIGNOR_STICKY 1u
/* Prefers members in a rack that has a replica, where balance allows. */
#define TN_ASSIGNOR_RACK_AWARE 2u
/* Where all subscriptions are equal, no member has two partitions more than another. */
#define TN_ASSIGNOR_BALANCED 4u
/* No subscriber of a topic has two partitions of that topic more than another. */
#define TN_ASSIGNOR_BALANCED_TOPICS 8u

/* A group as the assignor sees it; borrowed for the call. Members and topics come in no order, and
 * the answer must not depend on it: order by instance_ids, member_ids and topic_names. */
typedef struct tn_assignor_input {
  uint32_t struct_size;
  uint32_t n_members;
  uint32_t n_topics;
  uint32_t n_partitions; /* of all topics together */
  uint32_t n_racks;
  uint32_t reserved;

  /* Members. */
  const tn_bytes* member_ids;      /* [n_members], no two alike */
  const tn_bytes* instance_ids;    /* [n_members] group.instance.id; data null = a dynamic member */
  const int32_t* member_racks;     /* [n_members] a rack, or TN_NO_RACK */
  const uint32_t* subscription_at; /* [n_members + 1] */
  const uint32_t* subscriptions;   /* topics, ascending and each once within a member */

  /* Topics. */
  const tn_bytes* topic_names;  /* [n_topics], no two alike */
  const uint8_t* topic_ids;     /* [16 * n_topics] */
  const uint32_t* partition_at; /* [n_topics + 1] */

  /* Partitions. */
  const int32_t* current;       /* [n_partitions] the member that reads it now, or TN_NOBODY */
  const uint32_t* replica_at;   /* [n_partitions + 1]; null = no racks are known */
  const int32_t* replica_racks; /* racks, ascending and each once within a partition */
  const tn_bytes* rack_names;   /* [n_racks], no two alike */

  /* When to give up. The clock is that of "tenon.clock/1", for planning; nobody needs to read it,
   * because stopped() answers yes when the deadline has passed or the host wants no answer any
   * more. Ask before work and about every millisecond. After a yes, return TN_E_AGAIN. */
  int64_t deadline_ns;
  void* stop_ctx;
  /* [the thread of assign & in that call] 0 = go on. */
  int32_t (*stopped)(void* stop_ctx);
} tn_assignor_input;

/* The functions of "tenon.assignor/1". */
typedef struct tn_assignor {
  uint32_t struct_size;
  uint32_t flags;
  /* [owner & created] On a worker thread, one call at a time per instance. Fills owners[0,
   * n_partitions), which is all TN_NOBODY at the call, with members; TN_NOBODY is right only where
   * nobody subscribes. Equal groups get equal answers: no I/O, no randomness, no memory of earlier
   * calls. On failure `owners` does not count. TN_E_AGAIN = stopped; anything else is a fault. */
  tn_code (*assign)(void* self, const tn_assignor_input* input, int32_t* owners, tn_error* error);
} tn_assignor;

#ifdef __cplusplus
}
#endif
#endif
