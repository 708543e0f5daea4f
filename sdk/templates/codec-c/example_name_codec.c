/* SPDX-License-Identifier: Apache-2.0
 *
 * The codec example-name: gzip (wire id 1, RFC 1952) over zlib. Put your own implementation in the
 * place of zlib's; the wire's format stays gzip, since clients read and write it.
 *
 * It reads one or more members and writes one. Constant after create; it keeps no contexts, so any
 * thread may call it at any time.
 */
#include <stdlib.h>
#include <string.h>
#include <tenon/codec.h>
#include <tenon/module.h>
#include <zlib.h>

#define GZIP_WINDOW (15 + 16)      /* the largest window; 16 asks for the gzip wrapper */
#define FEED_MAX ((size_t)1 << 30) /* zlib counts in 32 bits */

typedef struct example_name {
  int32_t level;
} example_name;

static const tn_option kOptions[] = {
    {.struct_size = sizeof(tn_option),
     .type = TN_OPT_INT,
     .name = "level",
     .about = "0 stores, 1 is fastest, 9 is smallest.",
     .default_text = "6",
     .min = 0,
     .max = 9},
};

static tn_code fail(tn_error* error, tn_code code, const char* text) {
  error->code = code;
  strcpy(error->message, text);
  return code;
}

static tn_code create(const tn_host* host, const tn_config* config, void** self, tn_error* error) {
  (void)host;
  example_name* made = malloc(sizeof *made);
  if (!made) return fail(error, TN_E_AGAIN, "no memory");
  made->level = (int32_t)config->values[0].i64; /* within its bounds, as declared */
  *self = made;
  return TN_OK;
}

static void destroy(void* self) {
  free(self);
}

static uInt feed_size(size_t size) {
  return (uInt)(size < FEED_MAX ? size : FEED_MAX);
}

/* Above zlib's compressBound for every level, with the 18 bytes of the wrapper. */
static size_t bound(void* self, size_t src_len) {
  (void)self;
  return src_len + (src_len >> 10) + 64;
}

/* What is left of dst, for one call of zlib. */
typedef struct sink {
  uint8_t* next;
  size_t room;
} sink;

/* --- compress -------------------------------------------------------------------------------- */

/* Z_OK for a piece, Z_STREAM_END at the end, Z_BUF_ERROR for want of room. */
static int deflate_piece(z_stream* stream, tn_bytes piece, int flush, sink* out) {
  uint8_t nothing = 0; /* zlib refuses a null pointer, even for no bytes */
  for (;;) {
    stream->next_in = piece.len > 0 ? (Bytef*)piece.data : &nothing;
    stream->avail_in = feed_size(piece.len);
    stream->next_out = out->room > 0 ? out->next : &nothing;
    stream->avail_out = feed_size(out->room);
    const uInt fed = stream->avail_in, offered = stream->avail_out;
    const int status = deflate(stream, flush);
    out->next += offered - stream->avail_out;
    out->room -= offered - stream->avail_out;
    piece.data = piece.len > 0 ? piece.data + (fed - stream->avail_in) : piece.data;
    piece.len -= fed - stream->avail_in;
    if (status != Z_OK && status != Z_BUF_ERROR) return status;
    if (flush == Z_NO_FLUSH && piece.len == 0) return Z_OK;
    if (out->room == 0) return Z_BUF_ERROR;
  }
}

static tn_code compress_pieces(void* self, void* context, const tn_bytes* src, size_t n_src,
                               int32_t level, uint8_t* dst, size_t dst_cap, size_t* dst_len,
                               tn_error* error) {
  (void)context;
  const example_name* me = self;
  const tn_bytes none = {NULL, 0};
  z_stream stream = {0};
  sink out = {dst, dst_cap};
  if (level == TN_LEVEL_OWN) level = me->level;
  if (level < 0 || level > 9) return fail(error, TN_E_INVALID, "the level must be 0 to 9");
  if (deflateInit2(&stream, level, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return fail(error, TN_E_AGAIN, "no memory for a deflate state");
  int status = Z_OK;
  for (size_t i = 0; i < n_src && status == Z_OK; i++)
    status = deflate_piece(&stream, src[i], Z_NO_FLUSH, &out);
  if (status == Z_OK) status = deflate_piece(&stream, none, Z_FINISH, &out);
  deflateEnd(&stream);
  *dst_len = dst_cap - out.room;
  if (status == Z_STREAM_END) return TN_OK;
  return fail(error, TN_E_NOSPACE, "the destination is too small");
}

/* --- decompress ------------------------------------------------------------------------------ */

/* Reads one member, and takes it off the front of *src. */
static tn_code inflate_member(z_stream* stream, tn_bytes* src, sink* out, tn_error* error) {
  for (;;) {
    /* Without room, one more byte of output shows that the cap is passed; a member that is complete
     * needs none. */
    uint8_t beyond = 0;
    const int full = out->room == 0;
    stream->next_in = (Bytef*)src->data;
    stream->avail_in = feed_size(src->len);
    stream->next_out = full ? &beyond : out->next;
    stream->avail_out = full ? 1 : feed_size(out->room);
    const uInt fed = stream->avail_in, offered = stream->avail_out;
    const int status = inflate(stream, Z_NO_FLUSH);
    const uInt consumed = fed - stream->avail_in, produced = offered - stream->avail_out;
    src->data += consumed;
    src->len -= consumed;
    if (full && produced > 0) return fail(error, TN_E_LIMIT, "more output than the cap");
    out->next += full ? 0 : produced;
    out->room -= full ? 0 : produced;
    if (status == Z_STREAM_END) return TN_OK;
    if (status == Z_MEM_ERROR) return fail(error, TN_E_AGAIN, "no memory for a window");
    if (status != Z_OK && status != Z_BUF_ERROR) return fail(error, TN_E_CORRUPT, "damaged data");
    if (consumed == 0 && produced == 0) return fail(error, TN_E_CORRUPT, "the data is cut off");
  }
}

static tn_code decompress(void* self, void* context, tn_bytes src, uint8_t* dst, size_t dst_cap,
                          size_t* dst_len, tn_error* error) {
  (void)self;
  (void)context;
  z_stream stream = {0};
  sink out = {dst, dst_cap};
  tn_code code = TN_OK;
  if (src.len == 0) return fail(error, TN_E_CORRUPT, "no data");
  if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
    return fail(error, TN_E_AGAIN, "no memory for an inflate state");
  while (src.len > 0 && code == TN_OK) {
    inflateReset(&stream);
    code = inflate_member(&stream, &src, &out, error);
  }
  inflateEnd(&stream);
  *dst_len = dst_cap - out.room;
  return code;
}

/* --- the library ----------------------------------------------------------------------------- */

static const tn_codec kCodec = {.struct_size = sizeof(tn_codec),
                                .wire_id = TN_WIRE_GZIP,
                                .bound = bound,
                                .compress = compress_pieces,
                                .decompress = decompress};

static const void* get_interface(const char* id) {
  return strcmp(id, TN_CODEC_ID) == 0 ? &kCodec : NULL;
}

TN_MODULE(codec, "example-name", "0.1.0", .about = "gzip over zlib, to begin with.",
          .options = kOptions, .n_options = TN_COUNT_OF(kOptions), .create = create,
          .get_interface = get_interface, .destroy = destroy);
