// SPDX-License-Identifier: Apache-2.0

#include "handlers/guard_ledger.h"

#include <fmt/format.h>

#include "base/log.h"
#include "metadata/changes.h"

namespace tenon::handlers {
namespace {

bool is_due(std::optional<MonoTime>& told_at, MonoTime now) {
  if (told_at && now - *told_at < GuardLedger::kLineInterval) return false;
  told_at = now;
  return true;
}

}  // namespace

std::string GuardedClient::text() const {
  std::string software(software_name);
  if (!software.empty() && !software_version.empty()) software.append(" ").append(software_version);
  if (software.empty()) software = "software unknown";
  return fmt::format("\"{}\" ({}, {}:{})", client_id.substr(0, GuardLedger::kClientIdBytesMax),
                     software, host, port);
}

void GuardLedger::report(const TopicPartition& partition, const GuardedClient& client,
                         const replication::GuardFindings& found, MonoTime now) {
  const char* const fate = found.refused ? "refused" : "taken";
  if (!found.unread.empty()) {
    if (!count_unread(partition.topic, now)) return;
    log_warn("{}: the partitioner guard cannot look into a batch of client {}, which is {}: {}",
             partition.text(), client.text(), fate, found.unread);
    return;
  }
  const auto misplaced = static_cast<uint64_t>(found.misplaced);
  const auto untold = count(partition.topic, client.client_id, misplaced, now);
  if (!untold) return;
  const std::string more =
      *untold == misplaced
          ? ""
          : fmt::format("; with it, {} records of the client since the last such line", *untold);
  log_warn(
      "{}: client {} has put {} of {} records where they do not belong, and the batch is {}: "
      "{}{}",
      partition.text(), client.text(), misplaced, found.records, fate,
      found.sentence(found.first.front()), more);
}

std::optional<uint64_t> GuardLedger::count(const std::string& topic, std::string_view client_id,
                                           uint64_t misplaced, MonoTime now) {
  client_id = client_id.substr(0, kClientIdBytesMax);
  const std::lock_guard lock(mutex_);
  auto& clients = topics_[topic].clients;
  auto found = clients.find(client_id);
  if (found == clients.end()) {
    const std::string_view name = clients.size() < kClientsMax ? client_id : kOther;
    found = clients.try_emplace(std::string(name)).first;
  }
  Client& client = found->second;
  client.misplaced += misplaced;
  client.untold += misplaced;
  if (!is_due(client.told_at, now)) return std::nullopt;
  return std::exchange(client.untold, 0);
}

bool GuardLedger::count_unread(const std::string& topic, MonoTime now) {
  const std::lock_guard lock(mutex_);
  Topic& entry = topics_[topic];
  ++entry.unread_batches;
  return is_due(entry.unread_told_at, now);
}

void GuardLedger::on_image(const metadata::Image& before, const metadata::Image& after) {
  const std::lock_guard lock(mutex_);
  if (topics_.empty()) return;
  for (const auto& topic : metadata::changes_between(before, after).deleted) {
    topics_.erase(topic->name);
  }
}

void GuardLedger::sample(MetricSamples& samples) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [topic, entry] : topics_) {
    for (const auto& [client_id, client] : entry.clients) {
      samples.add({.name = "tenon_partitioner_guard_mismatches_total",
                   .help = "Records that the topic's partitioner puts on another partition",
                   .type = MetricType::kCounter},
                  {{"topic", topic}, {"client_id", client_id}},
                  static_cast<double>(client.misplaced));
    }
    if (entry.unread_batches == 0) continue;
    samples.add({.name = "tenon_partitioner_guard_unread_batches_total",
                 .help = "Batches that the partitioner guard could not look into",
                 .type = MetricType::kCounter},
                {{"topic", topic}}, static_cast<double>(entry.unread_batches));
  }
}

}  // namespace tenon::handlers
