/* SPDX-License-Identifier: Apache-2.0
 *
 * Extensions that the host offers to instances through tn_host.get_extension. A plugin that needs
 * one that is missing fails its create with TN_E_UNSUPPORTED and names it.
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
  void* ctx;
  int64_t (*wall_ms)(void* ctx);      /* [any] milliseconds since 1970-01-01 UTC */
  int64_t (*monotonic_ns)(void* ctx); /* [any] never goes back */
} tn_host_clock;

/* --- tenon.random/1 ------------------------------------------------------------------------ */
#define TN_HOST_RANDOM_ID "tenon.random/1"
typedef struct tn_host_random {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx;
  uint64_t (*next)(void* ctx); /* [any] uniform 64 bits */
} tn_host_random;

/* --- tenon.checksum/1 ---------------------------------------------------------------------- */
#define TN_HOST_CHECKSUM_ID "tenon.checksum/1"
typedef struct tn_host_checksum {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any] CRC-32C (RFC 3720, polynomial 0x1edc6f41) of `len` bytes, continuing from `crc`; begin
   * with 0. crc32c(0, "123456789", 9) == 0xe3069283. */
  uint32_t (*crc32c)(uint32_t crc, const void* data, size_t len);
} tn_host_checksum;

/* --- tenon.executor/1 ---------------------------------------------------------------------- */
#define TN_HOST_EXECUTOR_ID "tenon.executor/1"
typedef struct tn_host_executor {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx;
  /* [any] Runs fn(arg) once, later, on a thread of the pool for blocking work. Never inline. */
  void (*submit)(void* ctx, void (*fn)(void* arg), void* arg);
} tn_host_executor;

/* --- tenon.fs/1 ---------------------------------------------------------------------------- */
#define TN_HOST_FS_ID "tenon.fs/1"

#define TN_FS_READ 1u
#define TN_FS_WRITE 2u
#define TN_FS_CREATE 4u    /* create if missing */
#define TN_FS_EXCLUSIVE 8u /* with CREATE: fail if it exists */
#define TN_FS_TRUNCATE 16u

typedef struct tn_iovec {
  const void* data;
  size_t len;
} tn_iovec;

typedef struct tn_file_info {
  uint64_t size;
  uint32_t is_directory;
  uint32_t reserved;
  int64_t modified_ms;
} tn_file_info;

/* The file system as a plugin sees it. Paths are absolute and NUL-terminated; file descriptors are
 * the operating system's in a broker, so that the kernel can sendfile from them. Writes are
 * complete or fail. All [any]; calls on one file are ordered by the caller. */
typedef struct tn_host_fs {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx;
  tn_code (*open)(void* ctx, const char* path, uint32_t flags, int32_t* fd, tn_error* error);
  void (*close)(void* ctx, int32_t fd);
  /* Reads up to `len` bytes at `offset`; *n_read less than len only at the end of the file. */
  tn_code (*read_at)(void* ctx, int32_t fd, uint64_t offset, void* dst, size_t len, size_t* n_read,
                     tn_error* error);
  /* Writes all the pieces at `offset`, one after the other, with as few system calls as possible.
   */
  tn_code (*write_at)(void* ctx, int32_t fd, uint64_t offset, const tn_iovec* pieces, size_t n,
                      tn_error* error);
  tn_code (*sync)(void* ctx, int32_t fd, tn_error* error); /* data and size (fdatasync) */
  tn_code (*truncate)(void* ctx, int32_t fd, uint64_t size, tn_error* error);
  /* Maps [0, size) of the file, shared; the file must be at least that long while mapped. */
  tn_code (*map)(void* ctx, int32_t fd, size_t size, uint32_t flags, void** address,
                 tn_error* error);
  void (*unmap)(void* ctx, void* address, size_t size);
  tn_code (*info)(void* ctx, const char* path, tn_file_info* info, tn_error* error);
  tn_code (*make_directory)(void* ctx, const char* path, tn_error* error); /* fine if it exists */
  /* Calls on_entry(arg, name) for every name in the directory, in no order, without "." and "..".
   */
  tn_code (*list)(void* ctx, const char* path, void (*on_entry)(void* arg, const char* name),
                  void* arg, tn_error* error);
  tn_code (*rename)(void* ctx, const char* from, const char* to, tn_error* error); /* replaces */
  tn_code (*remove)(void* ctx, const char* path,
                    tn_error* error); /* a file or an empty directory */
  tn_code (*sync_directory)(void* ctx, const char* path, tn_error* error);
  /* Optional. Begins to write the file's data to the disk and waits for none of it; what goes wrong
   * is told by the next sync. Worth its while before many files are synced one by one. */
  void (*start_writeback)(void* ctx, int32_t fd);
} tn_host_fs;

#ifdef __cplusplus
}
#endif
#endif
