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

/* The functions of "tenon.codec/1". */
typedef struct tn_codec {
  uint32_t struct_size;
  int32_t wire_id; /* 1-4 */
  /* [any & created] Optional: a context that one thread at a time uses for the two calls below. */
  void* (*new_context)(void* self);
  void (*free_context)(void* self, void* context);
  /* [any & created] The most bytes that compress writes for `src_len` bytes of input. */
  size_t (*bound)(void* self, size_t src_len);
  /* [owner of context & created] Compresses the n pieces of `src` as one stream into dst[0,
   * dst_cap). *dst_len is the number of bytes written. Level -1 = the instance's own (option
   * "level"). TN_E_NOSPACE when dst_cap < bound and the output does not fit. */
  tn_code (*compress)(void* self, void* context, const tn_bytes* src, size_t n_src, int32_t level,
                      uint8_t* dst, size_t dst_cap, size_t* dst_len, tn_error* error);
  /* [owner of context & created] Decompresses all of `src`. dst_cap is a hard cap: TN_E_LIMIT if
   * the output would be larger, having written at most dst_cap bytes; TN_E_CORRUPT if src is
   * damaged or truncated. Time and memory are bounded by dst_cap, not by what src claims. */
  tn_code (*decompress)(void* self, void* context, tn_bytes src, uint8_t* dst, size_t dst_cap,
                        size_t* dst_len, tn_error* error);
  /* [any & created] A lower estimate of the decompressed size read from the stream's own header, or
   * 0 if the stream does not say. A hint to size the first buffer by, never to be trusted. */
  size_t (*content_size)(void* self, tn_bytes src);
} tn_codec;

#ifdef __cplusplus
}
#endif
#endif
