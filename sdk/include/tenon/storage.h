/* SPDX-License-Identifier: Apache-2.0
 *
 * Storage plugins: a log's bytes. Append, read, look up, truncate, trim, flush, recover.
 *
 * A draft, as its id says: unlike plugin.h it may change in any release, and then gets another id.
 * A plugin built for another draft is refused, for it has no interface of the new id.
 *
 * A log is a sequence of record batches (magic 2, Kafka's on-disk format), each with a base offset
 * and a last offset, rising, gaps allowed. The kernel assigns offsets, decides on retention and
 * compaction, and knows leaders, producers and transactions; a storage plugin knows none of them.
 *
 * Threads: calls on one log that change it (append, truncate, trim, configure, close) come from one
 * owner at a time. The owner is a thread that serves many logs: append, trim, flush and configure
 * leave the waiting for a disk to the host's executor. put_blob comes from a thread that may wait,
 * beside the owner's calls but close, one at a time; read, release, lookup, segments and get_blob
 * may come at the same time from other threads; flush completions may come from any thread. A
 * completion is called exactly once, never under a lock of the plugin.
 */
#ifndef TENON_STORAGE_H
#define TENON_STORAGE_H

#include "host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TN_STORAGE_ID "tenon.draft.storage/1"

/* Capabilities, in tn_storage.flags. */
#define TN_STORAGE_DURABLE 1u   /* after a successful flush the bytes survive a power cut */
#define TN_STORAGE_FD_SLICES 2u /* reads may answer with file descriptors */

/* How a log is to be laid out. The kernel passes the topic's configuration. */
typedef struct tn_log_spec {
  uint32_t struct_size;
  uint32_t reserved;
  const char* directory; /* absolute; created if missing; belongs to this log alone */
  const char* name;      /* "orders-0", for messages */
  int64_t segment_bytes;
  int64_t segment_ms;
  int64_t index_interval_bytes;
  int64_t index_bytes_max; /* of one index file */
  int64_t start_offset;    /* where an empty new log begins */
} tn_log_spec;

/* What open found. */
typedef struct tn_log_state {
  uint32_t struct_size;
  uint32_t was_clean;   /* 1 if the log was closed in order: nothing had to be recovered */
  int64_t start_offset; /* first offset that can be read */
  int64_t end_offset;   /* the next offset to be written */
  int64_t bytes;
  int64_t truncated_bytes; /* torn or damaged tail that recovery cut off */
} tn_log_state;

/* One or more whole record batches to append, already validated, their offsets assigned. */
typedef struct tn_append {
  uint32_t struct_size;
  uint32_t n_pieces;
  const tn_iovec* pieces; /* the bytes, in order; a piece is one or more whole batches */
  int64_t base_offset;    /* of the first batch; must be the log's end offset or greater */
  int64_t last_offset;    /* of the last batch */
  int64_t max_timestamp_ms;
  int64_t max_timestamp_offset; /* last offset of the batch that has max_timestamp_ms */
} tn_append;

/* Bytes of a log: in a file (fd >= 0: [offset, offset + len)) or in memory (fd == -1: data). */
typedef struct tn_slice {
  int32_t fd;
  uint32_t reserved;
  uint64_t offset;
  uint64_t len;
  const uint8_t* data;
} tn_slice;

#define TN_READ_SLICES_MAX 8

/* What a read found: whole batches except perhaps the last, which max_bytes may cut. The slices
 * stay valid, whatever happens to the log, until release(lease). */
typedef struct tn_read {
  uint32_t struct_size;
  uint32_t n_slices;
  tn_slice slices[TN_READ_SLICES_MAX];
  uint64_t bytes;
  void* lease; /* null = nothing to release */
} tn_read;

typedef struct tn_segment {
  int64_t base_offset;
  int64_t end_offset; /* next segment's base, or the log's end */
  int64_t bytes;
  int64_t max_timestamp_ms; /* -1 when the segment is empty */
} tn_segment;

/* [any & created] Completion of a flush, from whichever thread; perhaps before flush returns. */
typedef void (*tn_flushed)(void* arg, tn_code code, const tn_error* error);

/* The functions of "tenon.draft.storage/1". `log` is what open returned. */
typedef struct tn_storage {
  uint32_t struct_size;
  uint32_t flags;
  /* [any & created] Opens or creates a log and recovers it: the longest valid prefix by CRC is
   * kept, a torn tail is cut, indexes are rebuilt where they are missing or wrong. */
  tn_code (*open)(void* self, const tn_log_spec* spec, void** log, tn_log_state* state,
                  tn_error* error);
  /* [owner & created] Ends the use of a log. `remove` = 1 deletes everything of it; 0 flushes it
   * and marks it clean. Leases that are still held stay valid. */
  tn_code (*close)(void* log, uint32_t remove, tn_error* error);
  /* [owner & created] Appends; readable at once, durable after a later flush. One write. On failure
   * nothing was appended. Rolls to a new segment first if the batches would not fit or it is time.
   */
  tn_code (*append)(void* log, const tn_append* batches, tn_error* error);
  /* [any & created] Reads from the batch that holds `offset` (or the next one after a gap), up to
   * max_bytes; at least the whole first batch when `whole_first` is 1. Stops before `end_offset`:
   * no batch whose base offset is >= end_offset. TN_E_NOT_FOUND if offset is outside the log; zero
   * bytes at its end. */
  tn_code (*read)(void* log, int64_t offset, int64_t end_offset, uint64_t max_bytes,
                  uint32_t whole_first, tn_read* result, tn_error* error);
  /* [any & created] */
  void (*release)(void* log, void* lease);
  /* [any & created] The base offset of the first batch whose max timestamp is >= timestamp_ms.
   * TN_E_NOT_FOUND if there is none. */
  tn_code (*lookup)(void* log, int64_t timestamp_ms, int64_t* batch_offset, tn_error* error);
  /* [owner & created] Makes everything appended so far durable. The completion may come before
   * flush returns. After a failed flush the log refuses appends: what the page cache still holds of
   * it can no longer be trusted. */
  void (*flush)(void* log, tn_flushed done, void* arg);
  /* [owner & created] Drops every batch whose last offset is >= offset, durably. The log then ends
   * behind the last batch that is left, or where the segment that held `offset` begins; an offset
   * before the log's start makes it empty, and begin there. */
  tn_code (*truncate)(void* log, int64_t offset, tn_error* error);
  /* [owner & created] May drop whole segments that end at or before `offset`, and rolls the active
   * segment first when all of it goes; *start_offset is the first offset that is left. What has to
   * be synced for it is, by the next flush at the latest; a crash before may bring back what was
   * dropped, never with a hole. */
  tn_code (*trim)(void* log, int64_t offset, int64_t* start_offset, tn_error* error);
  /* [any & created] Fills up to `cap` segments, oldest first; *n is how many there are. */
  tn_code (*segments)(void* log, tn_segment* segments, size_t cap, size_t* n, tn_error* error);
  /* [one at a time & created] Replaces the small named blob of this log, atomically and durably. */
  tn_code (*put_blob)(void* log, const char* name, tn_bytes bytes, tn_error* error);
  /* [any & created] Copies the blob into dst; *len is its size even if that is more than cap
   * (TN_E_NOSPACE). TN_E_NOT_FOUND if there is none. */
  tn_code (*get_blob)(void* log, const char* name, uint8_t* dst, size_t cap, size_t* len,
                      tn_error* error);
  /* [owner & created] The topic's configuration has changed: from now on the log is laid out by
   * `spec`, of which only the layout counts, not directory, name and start_offset. When to roll is
   * decided by it from the next append on; what concerns indexes may begin with the next segment.
   * On failure the log goes on as before. */
  tn_code (*configure)(void* log, const tn_log_spec* spec, tn_error* error);
} tn_storage;

#ifdef __cplusplus
}
#endif
#endif
