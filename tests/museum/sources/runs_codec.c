/* SPDX-License-Identifier: Apache-2.0
 *
 * A museum piece: a codec that writes runs, (length, byte) after (length, byte), with a context
 * that counts its calls. It stands for gzip, so that a host can load it.
 */
#include <stdlib.h>
#include <string.h>
#include <tenon/codec.h>
#include <tenon/module.h>

static tn_code create(const tn_host* host, const tn_config* config, void** self, tn_error* error) {
  (void)host;
  (void)config;
  (void)error;
  *self = NULL;
  return TN_OK;
}

static void* new_context(void* self) {
  (void)self;
  return calloc(1, sizeof(uint64_t));
}

static void free_context(void* self, void* context) {
  (void)self;
  free(context);
}

static size_t bound(void* self, size_t src_len) {
  (void)self;
  return src_len * 2;
}

static tn_code fail(tn_error* error, tn_code code, const char* text) {
  error->code = code;
  strcpy(error->message, text);
  return code;
}

static tn_code compress(void* self, void* context, const tn_bytes* src, size_t n_src, int32_t level,
                        uint8_t* dst, size_t dst_cap, size_t* dst_len, tn_error* error) {
  size_t at = 0;
  (void)self;
  if (context) ++*(uint64_t*)context;
  if (level != TN_LEVEL_OWN) return fail(error, TN_E_INVALID, "runs have no level");
  for (size_t piece = 0; piece < n_src; piece++) {
    for (size_t i = 0; i < src[piece].len; i++) {
      const uint8_t byte = src[piece].data[i];
      if (at > 0 && dst[at - 1] == byte && dst[at - 2] < 255) {
        dst[at - 2]++;
        continue;
      }
      if (dst_cap - at < 2) return fail(error, TN_E_NOSPACE, "no room");
      dst[at] = 1;
      dst[at + 1] = byte;
      at += 2;
    }
  }
  *dst_len = at;
  return TN_OK;
}

static tn_code decompress(void* self, void* context, tn_bytes src, uint8_t* dst, size_t dst_cap,
                          size_t* dst_len, tn_error* error) {
  size_t at = 0;
  (void)self;
  if (context) ++*(uint64_t*)context;
  if (src.len % 2 != 0) return fail(error, TN_E_CORRUPT, "half a run");
  for (size_t i = 0; i < src.len; i += 2) {
    if (src.data[i] == 0) return fail(error, TN_E_CORRUPT, "an empty run");
    if (dst_cap - at < src.data[i]) return fail(error, TN_E_LIMIT, "too long");
    memset(dst + at, src.data[i + 1], src.data[i]);
    at += src.data[i];
  }
  *dst_len = at;
  return TN_OK;
}

static const tn_codec kTable = {.struct_size = sizeof(tn_codec),
                                .wire_id = TN_WIRE_GZIP,
                                .new_context = new_context,
                                .free_context = free_context,
                                .bound = bound,
                                .compress = compress,
                                .decompress = decompress};

static const void* get_interface(const char* id) {
  return strcmp(id, TN_CODEC_ID) == 0 ? &kTable : NULL;
}

static void destroy(void* self) {
  (void)self;
}

TN_MODULE(codec, "runs", "1.0.0", .license = "Apache-2.0", .about = "Runs of equal bytes.",
          .create = create, .get_interface = get_interface, .destroy = destroy);
