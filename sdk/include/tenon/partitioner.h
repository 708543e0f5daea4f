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

/* What a partitioner declares of itself, in tn_partitioner.flags. */
#define TN_PARTITIONER_NEEDS_VALUE 1u   /* reads record.value */
#define TN_PARTITIONER_NEEDS_HEADERS 2u /* reads record.headers */
#define TN_PARTITIONER_STATEFUL 4u      /* equal records may get different partitions */
#define TN_PARTITIONER_WANTS_KEYLESS 8u /* decides for records without a key, too */

/* The topic that the record goes to. Bit p of the bitmap (word p / 64, bit p % 64) is 1 while
 * partition p has a leader; a null bitmap means that all have. */
typedef struct tn_topic_view {
  uint32_t struct_size;
  int32_t n_partitions; /* at least 1 */
  tn_bytes name;
  const uint64_t* available;
  uint64_t epoch; /* rises when the topic's partitions or leaders change */
} tn_topic_view;

typedef struct tn_header {
  tn_bytes key;
  tn_bytes value; /* data null = null value */
} tn_header;

/* A record as the producer gave it. key.data null = no key (an empty key has non-null data). */
typedef struct tn_record {
  uint32_t struct_size;
  uint32_t n_headers;
  tn_bytes key;
  tn_bytes value;
  const tn_header* headers;
  int64_t timestamp_ms;
} tn_record;

/* The functions of "tenon.partitioner/1". */
typedef struct tn_partitioner {
  uint32_t struct_size;
  uint32_t flags;
  /* [any & created] The partition of one record, in [0, n_partitions), or TN_PARTITION_ANY. Must
   * not block, allocate or do I/O. `state` is null, or what new_state returned for the calling
   * thread. */
  int32_t (*partition)(void* self, void* state, const tn_topic_view* topic,
                       const tn_record* record);
  /* [any & created] Optional: per-thread, per-topic state, so that a stateful partitioner needs no
   * atomics. Null on want of memory. */
  void* (*new_state)(void* self);
  void (*free_state)(void* self, void* state);
  /* [any & created] Optional: the host closed a batch on `partition`; a sticky partitioner moves on
   * (KIP-480, KIP-794). */
  void (*on_new_batch)(void* self, void* state, const tn_topic_view* topic, int32_t partition);
} tn_partitioner;

#ifdef __cplusplus
}
#endif
#endif
