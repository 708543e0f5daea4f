/* SPDX-License-Identifier: Apache-2.0
 *
 * Tenon plugin ABI, version 1: what every plugin exports and what the host gives it.
 *
 * A plugin is a shared library that exports exactly one symbol, the datum `tenon_module`. The host
 * reads it without calling anything: it names one or more descriptors, each with a kind, a name,
 * the options it takes, and the functions that make an instance. What an instance can do is one
 * table of functions per kind, asked for by id ("tenon.partitioner/1"); see partitioner.h, codec.h,
 * storage.h.
 *
 * Rules that hold for every struct and function of the ABI:
 *   1. Every struct begins with `struct_size`, written by whoever produced it. Members are
 *      appended, never moved, removed or reused. A reader looks at a member only after TN_HAS().
 *   2. Data is pointer + length, borrowed for the call unless the comment says otherwise. Names and
 *      texts of descriptors are NUL-terminated UTF-8 and live as long as the library.
 *   3. A function that can fail returns a tn_code and may fill the caller's tn_error. No exception,
 *      signal, errno or longjmp crosses the boundary in either direction.
 *   4. Memory is freed on the side that allocated it.
 *   5. [thread & state] before each function pointer says from which threads and in which state it
 *      is called:  any = any thread, concurrently;  owner = one thread at a time, serialised by the
 *      host;  main = a thread that loads plugins, one at a time: the program's first while the
 *      broker starts and ends, a worker when a plugin is exchanged. States: loaded, created.
 *
 * Life: open -> check datum -> check options -> create -> use -> destroy. Libraries are never
 * closed. A partitioner or a codec may be exchanged while the broker runs: then two versions of a
 * library are open, and an instance of the new one is created before that of the old is destroyed.
 */
#ifndef TENON_PLUGIN_H
#define TENON_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TN_ABI_MAJOR 1u
#define TN_ABI_MINOR 0u
#define TN_MAGIC 0x4e4e4554u /* "TENN", little-endian */

/* True if the struct at `p` is new enough to have `field` and the field is not null or zero. */
#define TN_HAS(p, type, field) \
  ((p)->struct_size >= offsetof(type, field) + sizeof((p)->field) && (p)->field)

/* How much of a struct there is up to the end of `field`. A reader that wants no more than that
 * accepts every struct_size from it on: TN_X_SIZE_1_0 is the size that a struct had in ABI 1.0. */
#define TN_SIZE_TO(type, field) (offsetof(type, field) + sizeof(((type*)0)->field))

#if defined(__GNUC__)
#define TN_EXPORT __attribute__((visibility("default")))
#else
#define TN_EXPORT
#endif

/* What a call came to. The numbers are part of the ABI. */
typedef int32_t tn_code;
#define TN_OK 0            /* done */
#define TN_E_INVALID 1     /* an argument breaks the contract of the call */
#define TN_E_CONFIG 2      /* an option's value cannot be used */
#define TN_E_IO 3          /* the operating system refused a read or a write */
#define TN_E_CORRUPT 4     /* the bytes are not what they claim to be */
#define TN_E_FENCED 5      /* a newer epoch has taken over */
#define TN_E_AGAIN 6       /* cannot be done now; the same call may succeed later */
#define TN_E_NOSPACE 7     /* the destination is too small, or the disk is full */
#define TN_E_UNSUPPORTED 8 /* this plugin does not do that */
#define TN_E_PANIC 9       /* a bug inside the plugin, caught at the boundary */
#define TN_E_NOT_FOUND 10  /* nothing of that name or at that position */
#define TN_E_LIMIT 11      /* the output would pass the caller's hard limit */

/* What a plugin decides. */
typedef uint32_t tn_kind;
#define TN_PARTITIONER 1u
#define TN_ASSIGNOR 2u
#define TN_CODEC 3u
#define TN_STORAGE 4u
#define TN_COORDINATION 5u

/* Bytes that belong to somebody else. `data` may be null only when `len` is 0, or where null is
 * given a meaning (a record without a key). */
typedef struct tn_bytes {
  const uint8_t* data;
  size_t len;
} tn_bytes;

/* Where a plugin explains a failure. Allocated and sized by the caller; the callee fills `message`
 * (NUL-terminated, cut if need be). `line`/`column` point into the plugin's own input, or are 0. */
typedef struct tn_error {
  uint32_t struct_size;
  tn_code code;
  uint32_t line;
  uint32_t column;
  char message[496];
} tn_error;

/* --- options ------------------------------------------------------------------------------- */

typedef uint32_t tn_option_type;
#define TN_OPT_BOOL 1u     /* i64: 0 or 1 */
#define TN_OPT_INT 2u      /* i64, within [min, max] */
#define TN_OPT_FLOAT 3u    /* f64 */
#define TN_OPT_STRING 4u   /* str */
#define TN_OPT_ENUM 5u     /* str, one of choices; i64 is its index */
#define TN_OPT_DURATION 6u /* i64 milliseconds; written "10ms", "5s", "7d" in TOML */
#define TN_OPT_BYTES 7u    /* i64 bytes; written "64KiB", "1GiB" in TOML */
#define TN_OPT_PATH 8u     /* str */

#define TN_OPT_REQUIRED 1u /* no default: the configuration must say it */
#define TN_OPT_SECRET 2u   /* never printed */

/* One option that a plugin takes, declared as data: the host checks the configuration against it
 * before it runs any code of the plugin. `default_text` is what a user would write in TOML; null
 * with TN_OPT_REQUIRED, or for "empty". */
typedef struct tn_option {
  uint32_t struct_size;
  tn_option_type type;
  const char* name;  /* snake_case */
  const char* about; /* one sentence */
  const char* default_text;
  int64_t min, max;           /* INT, DURATION, BYTES; both 0 = unbounded */
  const char* const* choices; /* ENUM: null-terminated list */
  uint32_t flags;
  uint32_t reserved;
} tn_option;
#define TN_OPTION_SIZE_1_0 TN_SIZE_TO(tn_option, reserved)

/* The value of one option. Strings are borrowed for the call of create. */
typedef struct tn_value {
  tn_option_type type;
  uint32_t reserved;
  int64_t i64;
  double f64;
  tn_bytes str;
} tn_value;

/* Checked values, one per declared option and in the same order, defaults filled in. */
typedef struct tn_config {
  uint32_t struct_size;
  uint32_t n_values;
  const tn_value* values;
} tn_config;

/* --- host ---------------------------------------------------------------------------------- */

#define TN_LOG_DEBUG 1
#define TN_LOG_INFO 2
#define TN_LOG_WARN 3
#define TN_LOG_ERROR 4

/* What the host offers. One per instance, alive until destroy returns; everything else is an
 * extension asked for by id (host.h), null if this host has none. */
typedef struct tn_host {
  uint32_t struct_size;
  uint32_t abi_major, abi_minor;
  uint32_t reserved;
  const char* version; /* of Tenon, for people */
  void* ctx;           /* the host's own */
  /* [any & created] Writes one line to the broker's log, with the instance's name before it. */
  void (*log)(const struct tn_host* host, int32_t level, const char* text, size_t len);
  /* [any & created] */
  const void* (*get_extension)(const struct tn_host* host, const char* id);
} tn_host;

/* --- descriptor and module ----------------------------------------------------------------- */

/* One kind of thing that this library makes. */
typedef struct tn_descriptor {
  uint32_t struct_size;
  tn_kind kind;
  const char* name;    /* what a configuration calls it: lower case, digits, '-' */
  const char* version; /* semver */
  const char* vendor;
  const char* license; /* SPDX */
  const char* about;   /* one sentence */
  const tn_option* options;
  uint32_t n_options;
  uint32_t flags; /* low 16 bits may be ignored by a host; an unknown high bit means: refuse */
  /* [main & loaded] Makes an instance. No threads, no I/O. On failure leaves nothing behind. */
  tn_code (*create)(const tn_host* host, const tn_config* config, void** self, tn_error* error);
  /* [any & loaded] The function table of that id, static in the library, or null. */
  const void* (*get_interface)(const char* id);
  /* [main & created] Called once, after every other call on the instance has returned. */
  void (*destroy)(void* self);
} tn_descriptor;
#define TN_DESCRIPTOR_SIZE_1_0 TN_SIZE_TO(tn_descriptor, destroy)

/* The one exported datum. */
typedef struct tn_module {
  uint32_t struct_size;
  uint32_t magic;         /* TN_MAGIC */
  uint32_t abi_major;     /* must equal the host's */
  uint32_t abi_min_minor; /* the oldest host minor that this library works with */
  uint32_t n_descriptors;
  uint32_t flags;
  const tn_descriptor* const* descriptors;
} tn_module;
#define TN_MODULE_SIZE_1_0 TN_SIZE_TO(tn_module, descriptors)

#define TN_MODULE_SYMBOL "tenon_module"
TN_EXPORT extern const tn_module tenon_module;

#ifdef __cplusplus
}
#endif
#endif
