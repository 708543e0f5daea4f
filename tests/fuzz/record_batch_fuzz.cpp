// SPDX-License-Identifier: Apache-2.0
//
// Whatever bytes a produce request carries as records: validate() must answer, never read outside
// them, and what it accepts must be readable to the last record. The same bytes as a section that
// was decompressed: the reader of keys sees what the reader of records sees. The first input byte
// chooses the limits, and whether the CRC is put right, so that the search gets behind it.

#include <cstdint>
#include <cstdlib>

#include "record/batch.h"
#include "record/reader.h"
#include "record/validate.h"

namespace {

using namespace tenon;
using namespace tenon::record;

void require(bool holds) {
  if (!holds) std::abort();
}

Limits limits_from(uint8_t choice) {
  Limits limits;
  limits.single_batch = (choice & 1) != 0;
  limits.base_offsets = (choice & 2) != 0 ? BaseOffsets::kZero : BaseOffsets::kRising;
  limits.allow_gaps = (choice & 4) != 0;
  limits.allow_control = limits.allow_transactional = (choice & 8) != 0;
  limits.require_keys = (choice & 16) != 0;
  limits.now_ms = 1'700'000'000'000;
  if ((choice & 32) != 0) limits.timestamp_before_max_ms = limits.timestamp_after_max_ms = 1000;
  return limits;
}

void right_crcs(MutableBytes bytes) {
  while (true) {
    auto found = find_batch(bytes);
    if (!found || !*found) return;
    patch_crc(bytes);
    bytes = bytes.subspan((*found)->size_bytes());
  }
}

void read_all(const BatchView& batch) {
  if (batch.codec_id() != 0) return;
  RecordReader reader(batch.records());
  RecordView record;
  HeaderView header;
  int32_t records = 0;
  while (reader.next(record)) {
    ++records;
    int32_t headers = 0;
    for (HeaderReader of_record(record); of_record.next(header);) ++headers;
    require(headers == record.header_count);
  }
  require(!reader.damaged() && records == batch.count());
}

// A section that was compressed may hold anything. As far as it is readable, both readers see the
// same keys.
void compare_readers(ByteView section) {
  RecordReader reader(section);
  KeyReader keys(section);
  RecordView record;
  std::optional<ByteView> key;
  while (reader.next(record)) {
    require(keys.next(key));
    require(key.has_value() == record.key.has_value());
    require(!key || (key->data() == record.key->data() && key->size() == record.key->size()));
  }
  while (keys.next(key)) {
    require(!key || key->data() + key->size() <= section.data() + section.size());
  }
  require(reader.damaged() || !keys.damaged());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint8_t choice = data[0];
  // A copy of exactly this size, so that a byte too far is seen.
  Bytes bytes(data + 1, data + size);
  compare_readers(bytes);
  if ((choice & 64) != 0) right_crcs(bytes);
  const Limits limits = limits_from(choice);
  auto set = validate(bytes, limits);
  if (!set) return 0;

  int32_t batches = 0;
  for (BatchView batch : Batches(bytes)) {
    ++batches;
    require(batch.crc_holds());
    require(static_cast<int64_t>(batch.size_bytes()) <= limits.max_batch_bytes);
    read_all(batch);
  }
  require(batches == set->batches && batches > 0);
  // What was accepted is accepted again, unchanged.
  require(validate(bytes, limits).has_value());
  return 0;
}
