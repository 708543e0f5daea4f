/* SPDX-License-Identifier: Apache-2.0
 *
 * Partitioner plugins: which partition a record goes to.
 *
 * The host calls once per record and checks the answer: it must be a partition of the topic, or
 * TN_PARTITION_ANY, which leaves the choice to the host. The same plugin serves the command line,
 * the broker's guard and librdkafka applications, so it sees a topic and a record, and nothing of
 * sockets, batches or retries.
 */
#ifndef TENON_PARTITIONER_H
#define TENON_PARTITIONER_H

#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TN_PARTITIONER_ID "tenon.partitioner/1"

#define TN_PARTITION_ANY (-1) /* the host picks (sticky) */

/* What a partitioner declares of itself, in tn_partitioner.flags. Without the first two, the host
 * need not fill value and headers. */
#define TN_PARTITIONER_NEEDS_VALUE 1u   /* reads record.value */
#define TN_PARTITIONER_NEEDS_HEADERS 2u /* reads record.headers */
#define TN_PARTITIONER_STATEFUL 4u      /* equal records may get different partitions */
#define TN_PARTITIONER_WANTS_KEYLESS 8u /* decides for records without a key, too */

/* The topic that the record goes to, borrowed for the call. */
typedef struct tn_topic_view {
  uint32_t struct_size;
  int32_t n_partitions;      /* at least 1 */
  tn_bytes name;             /* UTF-8 */
  const uint64_t* available; /* bit p % 64 of word p / 64 is 1 while partition p has a leader; bits
                                past the last partition mean nothing; null = all have one */
  uint64_t epoch;            /* rises when the topic's partitions or leaders change */
} tn_topic_view;
#define TN_TOPIC_VIEW_SIZE_1_0 TN_SIZE_TO(tn_topic_view, epoch)

/* One header of a record. A value. */
typedef struct tn_header {
  tn_bytes key;   /* UTF-8 */
  tn_bytes value; /* data null = null value */
} tn_header;

/* A record as the producer gave it, borrowed for the call. */
typedef struct tn_record {
  uint32_t struct_size;
  uint32_t n_headers;
  tn_bytes key;             /* data null = no key; an empty key has non-null data */
  tn_bytes value;           /* data null = a tombstone */
  const tn_header* headers; /* null if there are none */
  int64_t timestamp_ms;     /* since 1970-01-01 UTC; 0 = not known */
} tn_record;
#define TN_RECORD_SIZE_1_0 TN_SIZE_TO(tn_record, timestamp_ms)

/* The functions of "tenon.partitioner/1". A `state` is null, or what new_state returned; one thread
 * at a time uses it, and always for the same topic. */
typedef struct tn_partitioner {
  uint32_t struct_size;
  uint32_t flags; /* TN_PARTITIONER_... */
  /* [any & created] The partition of one record, in [0, n_partitions), or TN_PARTITION_ANY. Any
   * other answer is a fault of the plugin: the host counts it and picks itself. Called once per
   * record; a record without a key only with TN_PARTITIONER_WANTS_KEYLESS. Unless the flags say
   * STATEFUL, the answer depends on nothing but configuration, topic and record, on any thread and
   * in any process. Must not block, allocate or do I/O. */
  int32_t (*partition)(void* self, void* state, const tn_topic_view* topic,
                       const tn_record* record);
  /* [any & created] Optional, but not without free_state: state for one thread and one topic, so
   * that a stateful partitioner needs no atomics. Null on want of memory, and `state` is then null
   * in the other calls. */
  void* (*new_state)(void* self);
  /* [any & created] Ends a state, which is not null, from whichever thread. Every state is ended
   * before destroy. */
  void (*free_state)(void* self, void* state);
  /* [any & created] Optional: the host closed a batch on `partition`; a sticky partitioner moves on
   * (KIP-480, KIP-794). Must not block, allocate or do I/O. */
  void (*on_new_batch)(void* self, void* state, const tn_topic_view* topic, int32_t partition);
  /* [any & created] Optional: the partitions of n records of one topic, n at least 1, in order,
   * into partitions[0, n): what n calls of partition would have answered, under the same rules.
   * Records come by pointer, because tn_record may grow. */
  void (*partition_batch)(void* self, void* state, const tn_topic_view* topic,
                          const tn_record* const* records, size_t n, int32_t* partitions);
} tn_partitioner;
#define TN_PARTITIONER_SIZE_1_0 TN_SIZE_TO(tn_partitioner, partition_batch)

#ifdef __cplusplus
}
#endif
#endif
