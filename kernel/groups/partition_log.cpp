// SPDX-License-Identifier: Apache-2.0

#include "groups/partition_log.h"

#include "log/recompress.h"
#include "record/batch.h"
#include "record/validate.h"

namespace tenon::groups {
namespace {

// As good as never. A record that is in the log must not be answered with an error: the groups
// would not take it over and would be found different after a restart. What clients wait for is
// limited by GroupConfig::offsets_commit_timeout_ms.
constexpr auto kAppendTimeout = std::chrono::hours(24 * 365);
constexpr uint64_t kReadBytes = 1 << 20;

// How many bytes of `read` are whole batches, and the offset after the last of them.
struct WholeBatches {
  size_t bytes = 0;
  Offset next;
};

WholeBatches whole_batches(ByteView read, Offset from) {
  WholeBatches whole{.bytes = 0, .next = from};
  while (read.size() - whole.bytes >= record::kHeaderBytes) {
    const record::BatchView batch(read.subspan(whole.bytes));
    if (batch.size_bytes() > read.size() - whole.bytes) break;
    whole.bytes += batch.size_bytes();
    whole.next = Offset{batch.base_offset().value + batch.last_offset_delta() + 1};
  }
  return whole;
}

// The batches as the coordinator reads them: none compressed. What the broker writes it does not
// compress, but an earlier version did where the topic's compression.type asked for it.
Result<> decompress(ByteView batches, const plugin::Codecs* codecs, Bytes& out) {
  const log::Recompression plain{.codecs = codecs, .codec_id = TN_WIRE_NONE};
  record::Limits limits;
  limits.allow_gaps = true;  // compaction leaves some
  limits.check_timestamps = false;
  while (!batches.empty()) {
    const record::BatchView batch(batches);
    batches = batches.subspan(batch.size_bytes());
    if (batch.codec_id() == TN_WIRE_NONE) {
      out.insert(out.end(), batch.bytes().begin(), batch.bytes().end());
    } else if (auto done = log::recompress(batch, plain, limits, out); !done) {
      return done;
    }
  }
  return {};
}

}  // namespace

Task<Result<Offset>> PartitionLog::append(Bytes batch) {
  auto appended = co_await table_.append(topic_, index_, MutableBytes(batch),
                                         {.acks = replication::kAcksAll,
                                          .deadline = scheduler_.clock().now() + kAppendTimeout,
                                          .from_client = false});
  if (!appended) co_return forward(appended);
  co_return appended->base_offset;
}

Task<Result<>> PartitionLog::read_all(std::function<void(ByteView batches)> sink) {
  auto partition = co_await table_.ready(topic_, index_);
  if (!partition) co_return forward(partition);
  const replication::Offsets offsets = (*partition)->offsets();
  const Offset end = offsets.high_watermark;
  for (Offset at = offsets.log_start; at < end;) {
    auto read = (*partition)->log().read(at, end, kReadBytes, true);
    if (!read) co_return forward(read);
    Bytes bytes;
    if (!read->copy_to(bytes)) {
      co_return fail(Errc::kKafkaStorageError, (*partition)->name().text(), "cannot be read");
    }
    const WholeBatches whole = whole_batches(bytes, at);
    if (whole.bytes == 0) {
      co_return fail(Errc::kCorruptData, (*partition)->name().text(),
                     "holds no whole batch at offset " + std::to_string(at.value));
    }
    Bytes plain;
    auto done = decompress(ByteView(bytes).first(whole.bytes), (*partition)->log().codecs(), plain);
    if (!done) co_return fail(done.error().code, (*partition)->name().text(), done.error().detail);
    sink(plain);
    at = whole.next;
  }
  co_return Result<>{};
}

}  // namespace tenon::groups
