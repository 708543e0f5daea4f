/* SPDX-License-Identifier: Apache-2.0
 *
 * Extensions that the host offers to instances through tn_host.get_extension. A plugin that needs
 * one that is missing fails its create with TN_E_UNSUPPORTED and names it. Rules and tags are those
 * of plugin.h; tables grow at their end, so a member that 1.0 did not have is read after TN_HAS().
 */
#ifndef TENON_HOST_H
#define TENON_HOST_H

#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- tenon.clock/1 ------------------------------------------------------------------------- */
#define TN_HOST_CLOCK_ID "tenon.clock/1"
typedef struct tn_host_clock {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* the first argument of every function here */
  /* [any & alive] Milliseconds since 1970-01-01 UTC. May go back. */
  int64_t (*wall_ms)(void* ctx);
  /* [any & alive] Nanoseconds since some moment. Never goes back. */
  int64_t (*monotonic_ns)(void* ctx);
} tn_host_clock;
#define TN_HOST_CLOCK_SIZE_1_0 TN_SIZE_TO(tn_host_clock, monotonic_ns)

/* --- tenon.random/1 ------------------------------------------------------------------------ */
#define TN_HOST_RANDOM_ID "tenon.random/1"
typedef struct tn_host_random {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* the first argument of every function here */
  /* [any & alive] 64 uniform bits, not fit for secrets. May take a lock. */
  uint64_t (*next)(void* ctx);
} tn_host_random;
#define TN_HOST_RANDOM_SIZE_1_0 TN_SIZE_TO(tn_host_random, next)

/* --- tenon.checksum/1 ---------------------------------------------------------------------- */
#define TN_HOST_CHECKSUM_ID "tenon.checksum/1"
typedef struct tn_host_checksum {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any & alive] CRC-32C (RFC 3720, polynomial 0x1edc6f41) of `len` bytes, continuing from `crc`;
   * begin with 0. crc32c(0, "123456789", 9) == 0xe3069283. `data` may be null if `len` is 0. */
  uint32_t (*crc32c)(uint32_t crc, const void* data, size_t len);
} tn_host_checksum;
#define TN_HOST_CHECKSUM_SIZE_1_0 TN_SIZE_TO(tn_host_checksum, crc32c)

/* --- tenon.executor/1 ---------------------------------------------------------------------- */
#define TN_HOST_EXECUTOR_ID "tenon.executor/1"
typedef struct tn_host_executor {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* the first argument of every function here */
  /* [any & alive] Runs fn(arg) once, later, on a thread of the pool for blocking work; never before
   * submit returns on the thread that called it. fn may block and do I/O, and throws nothing. The
   * plugin sees to it that all its jobs have ended before destroy returns. */
  void (*submit)(void* ctx, void (*fn)(void* arg), void* arg);
} tn_host_executor;
#define TN_HOST_EXECUTOR_SIZE_1_0 TN_SIZE_TO(tn_host_executor, submit)

/* --- tenon.fs/1 ---------------------------------------------------------------------------- */
#define TN_HOST_FS_ID "tenon.fs/1"

/* How a file is opened or mapped. A host answers TN_E_INVALID to a flag that it does not know. */
#define TN_FS_READ 1u      /* to read; with WRITE, for both */
#define TN_FS_WRITE 2u     /* to write */
#define TN_FS_CREATE 4u    /* with WRITE: create if missing */
#define TN_FS_EXCLUSIVE 8u /* with CREATE: TN_E_INVALID if it exists */
#define TN_FS_TRUNCATE 16u /* with WRITE: empty it */

/* A piece of memory to write. A value. */
typedef struct tn_iovec {
  const void* data;
  size_t len;
} tn_iovec;

/* What there is at a path. A value. */
typedef struct tn_file_info {
  uint64_t size; /* bytes */
  uint32_t is_directory;
  uint32_t reserved;
  int64_t modified_ms; /* since 1970-01-01 UTC */
} tn_file_info;

/* The file system as a plugin sees it. Paths are absolute and NUL-terminated; file descriptors are
 * the operating system's in a broker, so that the kernel can sendfile from them. Every function may
 * block. Calls on one file are ordered by the caller. Offsets and sizes are bytes. What fails
 * answers TN_E_NOT_FOUND (nothing at that path), TN_E_NOSPACE, TN_E_INVALID or else TN_E_IO. */
typedef struct tn_host_fs {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* the first argument of every function here */
  /* [any & alive] Opens the file for TN_FS_READ, TN_FS_WRITE or both; *fd is to be closed. */
  tn_code (*open)(void* ctx, const char* path, uint32_t flags, int32_t* fd, tn_error* error);
  /* [any & alive] Closes it. Mappings of the file stay. */
  void (*close)(void* ctx, int32_t fd);
  /* [any & alive] Reads up to `len` bytes at `offset`; *n_read less than len only at the end of the
   * file. */
  tn_code (*read_at)(void* ctx, int32_t fd, uint64_t offset, void* dst, size_t len, size_t* n_read,
                     tn_error* error);
  /* [any & alive] Writes all the n pieces at `offset`, one after the other, with as few system
   * calls as possible. After a failure, any part of them may have been written. */
  tn_code (*write_at)(void* ctx, int32_t fd, uint64_t offset, const tn_iovec* pieces, size_t n,
                      tn_error* error);
  /* [any & alive] Makes the file's data and size durable (fdatasync). After a failure, what was
   * written since the last success may be lost, and calling again does not bring it back. */
  tn_code (*sync)(void* ctx, int32_t fd, tn_error* error);
  /* [any & alive] Cuts the file at `size`, or fills it up to there with zeros. */
  tn_code (*truncate)(void* ctx, int32_t fd, uint64_t size, tn_error* error);
  /* [any & alive] Maps [0, size) of the file, shared, for TN_FS_READ or both; `size` is not 0, and
   * the file must be at least that long while mapped. *address is to be unmapped. */
  tn_code (*map)(void* ctx, int32_t fd, size_t size, uint32_t flags, void** address,
                 tn_error* error);
  /* [any & alive] Ends the mapping of map, with the size that it was made with. */
  void (*unmap)(void* ctx, void* address, size_t size);
  /* [any & alive] Fills *info for what is at `path`. */
  tn_code (*info)(void* ctx, const char* path, tn_file_info* info, tn_error* error);
  /* [any & alive] Makes the directory, and those above it that are missing. Fine if it exists. */
  tn_code (*make_directory)(void* ctx, const char* path, tn_error* error);
  /* [any & alive] Calls on_entry(arg, name) on this thread for every name in the directory, in no
   * order, without "." and ".."; `name` is borrowed for that call. */
  tn_code (*list)(void* ctx, const char* path, void (*on_entry)(void* arg, const char* name),
                  void* arg, tn_error* error);
  /* [any & alive] Renames a file or directory, atomically; a file at `to` is replaced. */
  tn_code (*rename)(void* ctx, const char* from, const char* to, tn_error* error);
  /* [any & alive] Removes a file or an empty directory. */
  tn_code (*remove)(void* ctx, const char* path, tn_error* error);
  /* [any & alive] Makes names made, renamed and removed in the directory durable (fsync). */
  tn_code (*sync_directory)(void* ctx, const char* path, tn_error* error);
  /* [any & alive] Optional. Begins to write the file's data to the disk and waits for none of it;
   * what goes wrong is told by the next sync. Worth its while before many files are synced one by
   * one. */
  void (*start_writeback)(void* ctx, int32_t fd);
} tn_host_fs;
#define TN_HOST_FS_SIZE_1_0 TN_SIZE_TO(tn_host_fs, start_writeback)

#ifdef __cplusplus
}
#endif
#endif
