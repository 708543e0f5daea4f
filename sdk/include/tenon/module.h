/* SPDX-License-Identifier: Apache-2.0
 *
 * How a library says what it holds: the datum `tenon_module`, and a note that a host can read
 * without running any of its code. TENON_MODULE (plugin.hpp) makes both in C++; TN_MODULE makes
 * both in C; any other language writes the same bytes.
 *
 * The note is an ELF note in the section ".note.tenon" (type SHT_NOTE, flag A, so that a PT_NOTE
 * segment covers it; aligned to 4 bytes):
 *
 *   uint32_t owner_size = 6, text_size, type = 1
 *   char     owner[8]   = "Tenon", padded with zeros
 *   char     text[text_size], ending in NUL, then zeros up to a multiple of 4
 *
 * The text is UTF-8, one fact to a line, each line ended by '\n':
 *
 *   abi 1.0                      first: the ABI's major, and the oldest minor that will do
 *   partitioner geo 1.2.0        kind, name and version of each descriptor, in the datum's order;
 *                                kinds are partitioner, assignor, codec, storage, coordination
 *   sanitizers address,undefined only if it was built with some
 *   compiler gcc 12.2.0          optional
 *   sdk 1.1.0                    optional
 *
 * A host skips lines that begin with another word. A library whose note and datum disagree is
 * refused. Names are lower case, digits, '-' and '_'; a version has no white space in it.
 */
#ifndef TENON_MODULE_H
#define TENON_MODULE_H

#include "plugin.h"

#define TN_SDK_VERSION "1.1.0"

/* The oldest minor of the ABI that a library works with. A library that cannot do without what a
 * later minor brought defines it, as a plain number, before it includes any header of the SDK. */
#ifndef TN_MIN_MINOR
#define TN_MIN_MINOR 0
#endif

#define TN_NOTE_OWNER "Tenon"
#define TN_NOTE_TYPE 1u

#define TN_TEXT_OF_(x) #x
#define TN_TEXT_OF(x) TN_TEXT_OF_(x)

#ifndef TN_NOTE_ABI
#define TN_NOTE_ABI "abi 1." TN_TEXT_OF(TN_MIN_MINOR) "\n"
#endif

/* --- what it was built with ------------------------------------------------------------------ */

#if defined(__has_feature)
#define TN_HAS_FEATURE(x) __has_feature(x)
#else
#define TN_HAS_FEATURE(x) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || TN_HAS_FEATURE(address_sanitizer)
#define TN_MEMORY_SANITIZER_ "address"
#elif defined(__SANITIZE_THREAD__) || TN_HAS_FEATURE(thread_sanitizer)
#define TN_MEMORY_SANITIZER_ "thread"
#elif TN_HAS_FEATURE(memory_sanitizer)
#define TN_MEMORY_SANITIZER_ "memory"
#endif

/* GCC 12 does not tell; tenon_add_plugin does. */
#if TN_HAS_FEATURE(undefined_behavior_sanitizer) && !defined(TN_UNDEFINED_SANITIZER)
#define TN_UNDEFINED_SANITIZER
#endif

#ifndef TN_NOTE_SANITIZERS
#if defined(TN_MEMORY_SANITIZER_) && defined(TN_UNDEFINED_SANITIZER)
#define TN_NOTE_SANITIZERS "sanitizers " TN_MEMORY_SANITIZER_ ",undefined\n"
#elif defined(TN_MEMORY_SANITIZER_)
#define TN_NOTE_SANITIZERS "sanitizers " TN_MEMORY_SANITIZER_ "\n"
#elif defined(TN_UNDEFINED_SANITIZER)
#define TN_NOTE_SANITIZERS "sanitizers undefined\n"
#else
#define TN_NOTE_SANITIZERS ""
#endif
#endif

#if defined(__clang__)
#define TN_NOTE_COMPILER "compiler clang " __clang_version__ "\n"
#elif defined(__GNUC__)
#define TN_NOTE_COMPILER "compiler gcc " __VERSION__ "\n"
#else
#define TN_NOTE_COMPILER ""
#endif

/* The lines after those of the descriptors. */
#define TN_NOTE_END TN_NOTE_SANITIZERS TN_NOTE_COMPILER "sdk " TN_SDK_VERSION "\n"

/* --- where it lies --------------------------------------------------------------------------- */

/* Kept by the compiler and by the linker's garbage collection, and not padded by a sanitizer. */
#if defined(__clang__)
#define TN_IN_NOTE                                                                         \
  __attribute__((section(".note.tenon"), used, retain, aligned(4), no_sanitize("address"), \
                 no_sanitize("hwaddress")))
#elif defined(__GNUC__)
#define TN_IN_NOTE __attribute__((section(".note.tenon"), used, aligned(4)))
#else
#define TN_IN_NOTE
#endif

/* --- in C ------------------------------------------------------------------------------------ */

/* The line of one descriptor: TN_NOTE_LINE(partitioner, "geo", "1.2.0"). */
#define TN_NOTE_LINE(kind, name, version) TN_TEXT_OF_(kind) " " name " " version "\n"

/* The note of a library whose datum is written by hand; `lines` is one TN_NOTE_LINE after the
 * other, nothing between them. Use it once per library, with a semicolon behind it. */
#define TN_NOTE(lines)                                                                     \
  TN_IN_NOTE static const struct {                                                         \
    uint32_t owner_size, text_size, type;                                                  \
    char owner[8];                                                                         \
    char text[sizeof(TN_NOTE_ABI lines TN_NOTE_END)];                                      \
  } tn_note = {sizeof(TN_NOTE_OWNER), sizeof(TN_NOTE_ABI lines TN_NOTE_END), TN_NOTE_TYPE, \
               TN_NOTE_OWNER, TN_NOTE_ABI lines TN_NOTE_END}

#define TN_KIND_partitioner TN_PARTITIONER
#define TN_KIND_assignor TN_ASSIGNOR
#define TN_KIND_codec TN_CODEC
#define TN_KIND_storage TN_STORAGE
#define TN_KIND_coordination TN_COORDINATION

/* A library that holds one plugin: its descriptor, datum and note. What follows the version are the
 * other members of tn_descriptor, by name. Use it once, with a semicolon behind it:
 *
 *   TN_MODULE(partitioner, "geo", "1.2.0", .about = "By region.", .options = kOptions,
 *             .n_options = TN_COUNT_OF(kOptions), .create = create,
 *             .get_interface = get_interface, .destroy = destroy);
 */
#define TN_MODULE(kind_word, plugin_name, plugin_version, ...)                           \
  TN_NOTE(TN_NOTE_LINE(kind_word, plugin_name, plugin_version));                         \
  static const tn_descriptor tn_only_descriptor = {.struct_size = sizeof(tn_descriptor), \
                                                   .kind = TN_KIND_##kind_word,          \
                                                   .name = plugin_name,                  \
                                                   .version = plugin_version,            \
                                                   __VA_ARGS__};                         \
  static const tn_descriptor* const tn_descriptors[] = {&tn_only_descriptor};            \
  TN_EXPORT const tn_module tenon_module = {.struct_size = sizeof(tn_module),            \
                                            .magic = TN_MAGIC,                           \
                                            .abi_major = TN_ABI_MAJOR,                   \
                                            .abi_min_minor = TN_MIN_MINOR,               \
                                            .n_descriptors = 1,                          \
                                            .descriptors = tn_descriptors}

#define TN_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
