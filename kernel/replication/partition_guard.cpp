// SPDX-License-Identifier: Apache-2.0

#include "replication/partition_guard.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"

namespace tenon::replication {
namespace {

using config::PartitionerGuard;

constexpr size_t kKeyBytesShown = 40;

tn_bytes as_tn(const std::optional<ByteView>& bytes) {
  if (!bytes) return {nullptr, 0};
  return {bytes->data(), bytes->size()};
}

// A key may be anything, a password's hash or a megabyte: what is shown is short and printable.
std::string shown_key(tn_bytes key) {
  std::string text;
  const size_t shown = std::min(key.len, kKeyBytesShown);
  for (const uint8_t byte : ByteView(key.data, shown)) {
    if (byte == '"' || byte == '\\') {
      text += '\\';
      text += static_cast<char>(byte);
    } else if (byte >= 0x20 && byte < 0x7f) {
      text += static_cast<char>(byte);
    } else {
      fmt::format_to(std::back_inserter(text), "\\x{:02x}", byte);
    }
  }
  return key.len > shown ? text + "..." : text;
}

}  // namespace

std::string GuardFindings::sentence(const MisplacedRecord& record) const {
  return fmt::format("record {} with key \"{}\" belongs to partition {} by partitioner {}, not {}",
                     record.index, record.key, record.belongs_to, partitioner, partition);
}

PartitionGuard::PartitionGuard(TopicPartition name, const Clock& clock)
    : name_(std::move(name)), clock_(clock) {
  topic_ = {.struct_size = sizeof topic_,
            .n_partitions = 0,
            .name = as_tn(as_bytes(name_.topic)),
            .available = nullptr,
            .epoch = 0};
}

void PartitionGuard::set_rules(GuardRules rules) {
  if (rules == rules_) return;
  const MonoTime now = clock_.now();
  std::erase_if(older_, [now](const OlderView& view) { return view.until <= now; });
  if (rules.partitions != topic_.n_partitions) {
    if (topic_.n_partitions > 0) older_.push_back({topic_, now + kGrowthGrace});
    topic_.n_partitions = rules.partitions;
    ++topic_.epoch;
  }
  if (rules.partitioner != rules_.partitioner) {
    state_.reset();
    if (rules.partitioner != nullptr) state_.emplace(rules.partitioner->new_state());
  }
  rules_ = std::move(rules);
  if (on() && rules_.partitioner == nullptr) {
    log_warn("{}: its tenon.partitioner \"{}\" is not loaded: records are {}", name_.text(),
             rules_.name,
             rules_.mode == PartitionerGuard::kReject ? "refused" : "taken without a check");
  }
}

Result<> PartitionGuard::check(const record::BatchView& batch, const Result<ByteView>& records,
                               GuardSink* sink) {
  if (!on() || batch.is_control()) return {};
  if (rules_.partitioner == nullptr) {
    if (rules_.mode == PartitionerGuard::kWarn) return {};
    return fail(Errc::kInvalidConfig, name_.text(),
                "its tenon.partitioner \"" + rules_.name +
                    "\" is not loaded, and tenon.partitioner.guard = reject takes no record "
                    "without it");
  }
  // It was refused when the guard was set; the plugin may have been exchanged since.
  if (rules_.partitioner->stateful()) return {};
  GuardSink unheard;
  GuardSink& found = sink != nullptr ? *sink : unheard;
  if (!records) return verdict_unread(batch, records.error(), found);
  const bool keys_only = !rules_.partitioner->needs_value() && !rules_.partitioner->needs_headers();
  const bool read =
      keys_only ? compare_keys(batch, *records, found) : compare_records(batch, *records, found);
  state_->flush_count();
  if (read) return verdict(batch, found);
  return verdict_unread(
      batch, {Errc::kInvalidRecord, "", "the records of the compressed batch are damaged"}, found);
}

bool PartitionGuard::compare_keys(const record::BatchView& batch, ByteView records,
                                  GuardSink& found) {
  record::KeyReader reader(records);
  std::optional<ByteView> key;
  tn_record shown{};
  shown.struct_size = sizeof shown;
  const int32_t count = batch.count();
  int32_t index = 0;
  for (; index < count && reader.next(key); ++index) {
    if (!key) continue;
    shown.key = as_tn(key);
    compare(index, shown, found);
  }
  return index == count;
}

bool PartitionGuard::compare_records(const record::BatchView& batch, ByteView records,
                                     GuardSink& found) {
  record::RecordReader reader(records);
  record::RecordView record;
  const int32_t count = batch.count();
  int32_t index = 0;
  for (; index < count && reader.next(record); ++index) {
    if (!record.key) continue;
    tn_record shown{};
    shown.struct_size = sizeof shown;
    shown.key = as_tn(record.key);
    shown.value = as_tn(record.value);
    shown.timestamp_ms = batch.base_timestamp() + record.timestamp_delta;
    if (record.header_count > 0) show_headers(record, shown);
    compare(index, shown, found);
  }
  return index == count;
}

void PartitionGuard::show_headers(const record::RecordView& record, tn_record& shown) {
  headers_.clear();
  record::HeaderReader reader(record);
  record::HeaderView header;
  while (reader.next(header)) headers_.push_back({as_tn(header.key), as_tn(header.value)});
  shown.headers = headers_.data();
  shown.n_headers = static_cast<uint32_t>(headers_.size());
}

void PartitionGuard::compare(int32_t index, const tn_record& record, GuardSink& found) {
  const auto said = rules_.partitioner->opinion(*state_, topic_, record);
  if (!said) return;
  ++checked_;
  if (*said == name_.partition || belonged_here(record)) return;
  note(index, record, *said, found);
}

bool PartitionGuard::belonged_here(const tn_record& record) {
  if (older_.empty()) return false;
  const MonoTime now = clock_.now();
  return std::ranges::any_of(older_, [&](const OlderView& older) {
    return now < older.until &&
           rules_.partitioner->opinion(*state_, older.topic, record) == name_.partition;
  });
}

GuardFindings& PartitionGuard::findings(GuardSink& found) const {
  if (!found) {
    found = std::make_unique<GuardFindings>();
    found->partitioner = rules_.name;
    found->partition = name_.partition;
    found->refused = rules_.mode == PartitionerGuard::kReject;
  }
  return *found;
}

void PartitionGuard::note(int32_t index, const tn_record& record, int32_t belongs_to,
                          GuardSink& found) {
  GuardFindings& all = findings(found);
  ++all.misplaced;
  const size_t named_max = all.refused ? GuardFindings::kNamedMax : 1;
  if (all.first.size() < named_max) all.first.push_back({index, belongs_to, shown_key(record.key)});
}

Result<> PartitionGuard::verdict(const record::BatchView& batch, GuardSink& found) const {
  if (!found) return {};
  found->records = batch.count();
  if (!found->refused) return {};
  const std::string others = found->misplaced == 1
                                 ? ""
                                 : fmt::format(" ({} of the batch's {} records are elsewhere)",
                                               found->misplaced, found->records);
  return fail(Errc::kInvalidRecord, name_.text(),
              fmt::format("{}{}: give the producer the topic's partitioner, or set "
                          "tenon.partitioner.guard = warn",
                          found->sentence(found->first.front()), others));
}

Result<> PartitionGuard::verdict_unread(const record::BatchView& batch, const Error& why,
                                        GuardSink& found) const {
  GuardFindings& all = findings(found);
  all.records = batch.count();
  all.unread = why.text();
  if (!all.refused) return {};
  return fail(
      why.code, name_.text(),
      "tenon.partitioner.guard = reject takes no batch that it cannot look into: " + why.text());
}

}  // namespace tenon::replication
