/* SPDX-License-Identifier: Apache-2.0
 *
 * Tenon plugin ABI, version 1: what every plugin exports and what the host gives it. Frozen: what
 * is in plugin.h, partitioner.h, codec.h, host.h and module.h stays as it is in every 1.x
 * (sdk/abi.lock is the list). Kinds whose ids begin with "tenon.draft." are not frozen.
 *
 * A plugin is a shared library that exports exactly one symbol, the datum `tenon_module`. The host
 * reads it without calling anything: it names one or more descriptors, each with a kind, a name,
 * the options it takes, and the functions that make an instance. What an instance can do is one
 * table of functions per kind, asked for by id ("tenon.partitioner/1"); see partitioner.h, codec.h,
 * storage.h.
 *
 * Rules that hold for every struct and function of the ABI:
 *   1. A struct that may grow begins with `struct_size`, written by whoever produced it. Members
 * are appended, never moved, removed or reused. A reader looks at a member that ABI 1.0 did not
 *      have only after TN_HAS(). Structs of that kind come by pointer; where they lie in an array
 *      (tn_option), the first one's struct_size is the distance from one to the next.
 *   2. A struct without `struct_size` is a value (tn_bytes, tn_value, tn_header, tn_iovec,
 *      tn_file_info). It never grows.
 *   3. `reserved` is 0. In every word of flags of a struct, the low 16 bits may be ignored by who
 * does not know them; who sees a bit of the high 16 that he does not know refuses what bears it.
 *   4. Data is pointer + length, borrowed for the call unless the comment says otherwise. Names and
 *      texts of descriptors are NUL-terminated UTF-8 and live as long as the library.
 *   5. A function that can fail returns a tn_code, fills the caller's tn_error, and leaves its
 *      other results unspecified. No exception, signal, errno or longjmp crosses the boundary in
 *      either direction. Pointers that a call passes are not null unless the comment allows it.
 *   6. Memory is freed on the side that allocated it.
 *   7. [thread & state] before each function pointer says from which threads and in which state it
 *      is called. Threads:  any = any thread, concurrently;  owner = one thread at a time,
 *      serialised by the host;  main = a thread that loads plugins, one at a time: the program's
 *      first while the broker starts and ends, a worker when a plugin is exchanged. States:  loaded
 *      = whenever the library is;  created = after create has returned TN_OK, until destroy is
 * called; alive = from the beginning of create to the end of destroy.
 *   8. Machines are 64-bit and little-endian; int32_t and pointers have the C compiler's layout.
 *
 * Life: read the note -> open -> check datum -> check options -> create -> use -> destroy.
 * Libraries are never closed. A library may be asked for its datum and for any number of instances.
 * A plugin of any kind but storage may be exchanged while the broker runs: then two versions of it
 * are open, and an instance of the new one is created before that of the old one is destroyed.
 */
#ifndef TENON_PLUGIN_H
#define TENON_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TN_ABI_MAJOR 1u
#define TN_ABI_MINOR 1u
#define TN_MAGIC 0x4e4e4554u /* "TENN", little-endian */

/* True if the struct at `p`, of type `type`, is new enough to have `field` and the field is not
 * null or zero. */
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

/* What a call came to. The numbers are part of the ABI; who gets one that he does not know treats
 * it as TN_E_IO. */
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

/* Bytes that belong to somebody else. `data` may be null only when `len` is 0; a comment says where
 * null has a meaning of its own (a record without a key). A value. */
typedef struct tn_bytes {
  const uint8_t* data;
  size_t len;
} tn_bytes;

/* Where a callee explains a failure. Allocated, sized and zeroed by the caller, valid for the call.
 * Left as it is by a call that succeeds. */
typedef struct tn_error {
  uint32_t struct_size; /* of the caller's struct, all of ABI 1.0's at least */
  tn_code code;         /* what the call returns */
  uint32_t line;        /* from 1, in a text that the plugin itself reads; 0 = none */
  uint32_t column;      /* from 1, in bytes; 0 = none */
  char message[496];    /* one line of UTF-8, NUL-terminated, cut if need be; empty = none */
} tn_error;
#define TN_ERROR_SIZE_1_0 TN_SIZE_TO(tn_error, message)

/* --- options ------------------------------------------------------------------------------- */

typedef uint32_t tn_option_type;
#define TN_OPT_BOOL 1u     /* i64: 0 or 1 */
#define TN_OPT_INT 2u      /* i64, within [min, max] */
#define TN_OPT_FLOAT 3u    /* f64 */
#define TN_OPT_STRING 4u   /* str */
#define TN_OPT_ENUM 5u     /* str, one of choices; i64 is its index */
#define TN_OPT_DURATION 6u /* i64 milliseconds; written "10ms", "5s", "7d" in TOML */
#define TN_OPT_BYTES 7u    /* i64 bytes; written "64KiB", "1GiB" in TOML */
#define TN_OPT_PATH 8u     /* str, as the configuration has it */

#define TN_OPT_REQUIRED 1u /* no default: the configuration must say it */
#define TN_OPT_SECRET 2u   /* never printed */

/* One option that a plugin takes, declared as data: the host checks the configuration against it
 * before it runs any code of the plugin. A host refuses a library with an option type that it does
 * not know. */
typedef struct tn_option {
  uint32_t struct_size; /* the same in all options of a descriptor */
  tn_option_type type;
  const char* name;           /* lower case, digits and '_'; unique in its descriptor; not "path" */
  const char* about;          /* one sentence; null = none */
  const char* default_text;   /* as a user would write it in TOML, strings without quotes; null
                                 with TN_OPT_REQUIRED, or for 0, false and "" */
  int64_t min;                /* INT, DURATION, BYTES: the least value, in the unit of i64 */
  int64_t max;                /* and the greatest; both 0 = unbounded */
  const char* const* choices; /* ENUM: null-terminated list of at least one; else ignored */
  uint32_t flags;             /* TN_OPT_REQUIRED, TN_OPT_SECRET */
  uint32_t reserved;
} tn_option;
#define TN_OPTION_SIZE_1_0 TN_SIZE_TO(tn_option, reserved)

/* The value of one option, borrowed for the call of create. Which member holds it, TN_OPT_... says;
 * the others are 0. A value. */
typedef struct tn_value {
  tn_option_type type; /* that of the option */
  uint32_t reserved;
  int64_t i64;
  double f64;
  tn_bytes str; /* UTF-8, not NUL-terminated */
} tn_value;

/* Checked values, one per declared option and in the same order, defaults filled in. */
typedef struct tn_config {
  uint32_t struct_size;
  uint32_t n_values;      /* tn_descriptor.n_options */
  const tn_value* values; /* null if there are none */
} tn_config;
#define TN_CONFIG_SIZE_1_0 TN_SIZE_TO(tn_config, values)

/* --- host ---------------------------------------------------------------------------------- */

/* Levels of a log line. A host takes what is below for DEBUG and what is above for ERROR. */
#define TN_LOG_DEBUG 1
#define TN_LOG_INFO 2
#define TN_LOG_WARN 3
#define TN_LOG_ERROR 4

/* What the host offers. One per instance, valid until destroy returns; everything else is an
 * extension asked for by id (host.h). */
typedef struct tn_host {
  uint32_t struct_size;
  uint32_t abi_major; /* equals the library's */
  uint32_t abi_minor; /* at least the library's abi_min_minor */
  uint32_t reserved;
  const char* version; /* of Tenon, for people; NUL-terminated */
  void* ctx;           /* the host's own */
  /* [any & alive] Writes one line of UTF-8, `len` bytes without a line's end, to the broker's log,
   * with the instance's name before it. The host may cut it, replace control characters, or drop
   * it. `level` is one of TN_LOG_.... Does not block on I/O. */
  void (*log)(const struct tn_host* host, int32_t level, const char* text, size_t len);
  /* [any & alive] The extension of that id, valid until destroy returns; null if this host has
   * none. The same id gives the same answer for the whole life of the instance. */
  const void* (*get_extension)(const struct tn_host* host, const char* id);
} tn_host;
#define TN_HOST_SIZE_1_0 TN_SIZE_TO(tn_host, get_extension)

/* --- descriptor and module ----------------------------------------------------------------- */

/* One kind of thing that this library makes. Constant; kind and name are unique in the library. */
typedef struct tn_descriptor {
  uint32_t struct_size;
  tn_kind kind;
  const char* name;         /* what a configuration calls it: lower case, digits, '-' and '_' */
  const char* version;      /* of the plugin; semver, without white space */
  const char* vendor;       /* null = not said */
  const char* license;      /* SPDX; null = not said */
  const char* about;        /* one sentence; null = not said */
  const tn_option* options; /* null if there are none */
  uint32_t n_options;       /* 256 at most */
  uint32_t flags;           /* none is known in 1.0 */
  /* [main & loaded] Makes an instance and stores what stands for it in *self; null is fine. `host`
   * may be kept until destroy returns, `config` is borrowed. Starts no thread and does no I/O. On
   * failure leaves nothing behind: TN_E_CONFIG for values that cannot be used together,
   * TN_E_UNSUPPORTED for an extension that the host lacks, TN_E_AGAIN for want of memory. */
  tn_code (*create)(const tn_host* host, const tn_config* config, void** self, tn_error* error);
  /* [any & loaded] The function table of that id, constant and static in the library; null for an
   * id that it does not know. */
  const void* (*get_interface)(const char* id);
  /* [main & created] Ends the instance. Called once for each create that returned TN_OK, with what
   * that stored, after every other call on the instance has returned. */
  void (*destroy)(void* self);
} tn_descriptor;
#define TN_DESCRIPTOR_SIZE_1_0 TN_SIZE_TO(tn_descriptor, destroy)

/* The one exported datum. Constant; it must agree with the library's note (module.h). */
typedef struct tn_module {
  uint32_t struct_size;
  uint32_t magic;         /* TN_MAGIC */
  uint32_t abi_major;     /* TN_ABI_MAJOR; a host of another major refuses the library */
  uint32_t abi_min_minor; /* the oldest minor that this library works with; an older host refuses */
  uint32_t n_descriptors; /* 1 to 64 */
  uint32_t flags;         /* none is known in 1.0 */
  const tn_descriptor* const* descriptors;
} tn_module;
#define TN_MODULE_SIZE_1_0 TN_SIZE_TO(tn_module, descriptors)

#define TN_MODULE_SYMBOL "tenon_module"
TN_EXPORT extern const tn_module tenon_module;

#ifdef __cplusplus
}
#endif
#endif
