// SPDX-License-Identifier: Apache-2.0

#include "log/state/blob.h"

#include "base/crc32c.h"

namespace tenon::log {
namespace {

constexpr size_t kCrcAt = 2;
constexpr size_t kContentAt = 6;

}  // namespace

BlobWriter::BlobWriter(int16_t version) : bytes_(kContentAt) {
  store_be(bytes_.data(), version);
}

Bytes BlobWriter::finish() {
  store_be(bytes_.data() + kCrcAt, crc32c(0, ByteView(bytes_).subspan(kContentAt)));
  return std::move(bytes_);
}

Result<BlobReader> BlobReader::open(ByteView blob, int16_t version, std::string_view name) {
  if (blob.size() < kContentAt) return fail(Errc::kCorruptData, name, "the blob is cut short");
  if (load_be<int16_t>(blob.data()) != version) {
    return fail(Errc::kCorruptData, name, "the blob has a version that is not known here");
  }
  const ByteView content = blob.subspan(kContentAt);
  if (crc32c(0, content) != load_be<uint32_t>(blob.data() + kCrcAt)) {
    return fail(Errc::kCorruptData, name, "the CRC of the blob does not match its bytes");
  }
  return BlobReader(content);
}

}  // namespace tenon::log
