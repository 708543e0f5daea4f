/* SPDX-License-Identifier: Apache-2.0
 *
 * Codec plugins: bytes to bytes, bounded. A codec never sees records.
 *
 * The wire has five ids and no room for more (attributes bits 0-2 of a record batch), so a codec
 * says which standard id it implements: 1 gzip, 2 snappy (xerial framing), 3 lz4 (frame), 4 zstd.
 */
#ifndef TENON_CODEC_H
#define TENON_CODEC_H

#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TN_CODEC_ID "tenon.codec/1"

#define TN_WIRE_NONE 0
#define TN_WIRE_GZIP 1
#define TN_WIRE_SNAPPY 2
#define TN_WIRE_LZ4 3
#define TN_WIRE_ZSTD 4

/* As a level: the instance's own, which is its option "level" if it has one. No number that a codec
 * knows is taken for it: -1 is a level of gzip and of zstd. */
#define TN_LEVEL_OWN INT32_MIN

/* The functions of "tenon.codec/1". A `context` is what new_context returned, or null: the call
 * then makes what it needs for itself. `src` and `dst` do not overlap. */
typedef struct tn_codec {
  uint32_t struct_size;
  int32_t wire_id; /* TN_WIRE_GZIP to TN_WIRE_ZSTD */
  uint32_t flags;  /* none is known in 1.0 */
  uint32_t reserved;
  /* [any & created] Optional, but not without free_context: a context that one thread at a time
   * uses for the two calls below. Null on want of memory. */
  void* (*new_context)(void* self);
  /* [any & created] Ends a context, from whichever thread. Every context is ended before destroy.
   */
  void (*free_context)(void* self, void* context);
  /* [any & created] The most bytes that compress writes for `src_len` bytes of input, at any level
   * and however they are cut into pieces. */
  size_t (*bound)(void* self, size_t src_len);
  /* [owner of context & created] Compresses the n_src pieces of `src`, one after the other, as one
   * stream into dst[0, dst_cap). *dst_len is the number of bytes written. `level` is one of the
   * codec's own scale, or TN_LEVEL_OWN. TN_E_NOSPACE when the output does not fit, which needs
   * dst_cap < bound; TN_E_INVALID for a level that the codec has not; TN_E_AGAIN for want of
   * memory. Writes nothing outside dst. */
  tn_code (*compress)(void* self, void* context, const tn_bytes* src, size_t n_src, int32_t level,
                      uint8_t* dst, size_t dst_cap, size_t* dst_len, tn_error* error);
  /* [owner of context & created] Decompresses all of `src`, which may be several streams end to
   * end, into dst[0, dst_cap); *dst_len is the number of bytes written. dst_cap is a hard cap:
   * TN_E_LIMIT if the output would be larger, having written nothing outside dst. TN_E_CORRUPT if
   * src is damaged or truncated, TN_E_AGAIN for want of memory. Time and memory are bounded by
   * src.len and dst_cap, not by what src claims. The host may call again with more room. */
  tn_code (*decompress)(void* self, void* context, tn_bytes src, uint8_t* dst, size_t dst_cap,
                        size_t* dst_len, tn_error* error);
  /* [any & created] Optional: a lower estimate of the decompressed size, in bytes, read from the
   * stream's own header, or 0 if the stream does not say. A hint to size the first buffer by, never
   * to be trusted. */
  size_t (*content_size)(void* self, tn_bytes src);
} tn_codec;
#define TN_CODEC_SIZE_1_0 TN_SIZE_TO(tn_codec, content_size)

#ifdef __cplusplus
}
#endif
#endif
