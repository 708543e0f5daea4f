// SPDX-License-Identifier: Apache-2.0
//
// A file system in memory for tests and simulations, which can stop at any operation as a process
// or a machine does, and then shows what the disk would hold. One thread.
//
//   1. files.crash_at(n): operation n (counted from 1) is done in part, if it is a write, and it
//   and
//      all after it fail.
//   2. auto disk = files.after(Crash::kPowerLoss, seed): what a restart finds.
//
// Between two operations the disk can be full (fail_appends), and any one operation can fail
// (fail_at). A file whose sync has failed is as Linux leaves it: its later syncs succeed, and make
// nothing durable.
//
// What lasts: after a kill, all that was written. After a loss of power, what was synced, of files
// and of directories, each for itself; of the rest, anything from nothing to all of it, by sectors.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "controller/disk/files.h"

namespace tenon::controller {

enum class Crash {
  kKill,           // of the process
  kPowerLoss,      // nothing unsynced lasts
  kPowerLossTorn,  // any sectors of what was unsynced last, and any unsynced names
};

class SimFiles final : public Files {
 public:
  // 0 = never. `torn_bytes` of the write that is interrupted are done.
  void crash_at(uint64_t operation, size_t torn_bytes = 0) {
    crash_at_ = operation;
    torn_bytes_ = torn_bytes;
  }
  // The sync that is operation `operation` or the first after it fails; nothing else does.
  void fail_sync_at(uint64_t operation) { fail_sync_at_ = operation; }
  // Operation `operation` fails, whatever it is; of a write, `torn_bytes` are done.
  void fail_at(uint64_t operation, size_t torn_bytes = 0) {
    fail_at_ = operation;
    torn_bytes_ = torn_bytes;
  }
  // Appends from operation `from` on and before `until` find the disk full, each after
  // `torn_bytes`.
  void fail_appends(uint64_t from, uint64_t until, size_t torn_bytes = 0) {
    full_from_ = from;
    full_until_ = until;
    torn_bytes_ = torn_bytes;
  }
  uint64_t operations() const { return operations_; }
  uint64_t syncs() const { return syncs_; }
  bool crashed() const { return crash_at_ != 0 && operations_ >= crash_at_; }

  std::unique_ptr<SimFiles> after(Crash crash, uint64_t seed = 1) const;

  // The current contents of a file, to look at and to damage.
  Bytes& contents(const std::string& path) { return names_.at(path)->now; }
  std::vector<std::string> paths() const {
    std::vector<std::string> out;
    for (const auto& [path, node] : names_) out.push_back(path);
    return out;
  }

  Result<> make_directories(const std::string&) override { return step("directories"); }
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Result<bool> exists(const std::string& path) override { return names_.contains(path); }
  Result<Bytes> read(const std::string& path) override {
    if (!names_.contains(path)) return fail(Errc::kIo, path, "is not there");
    return names_.at(path)->now;
  }
  Result<std::unique_ptr<AppendFile>> open(const std::string& path, bool create) override;
  Result<> rename(const std::string& from, const std::string& to) override;
  Result<> remove(const std::string& path) override;
  Result<> sync_directory(const std::string& directory) override;

 private:
  struct Node {
    Bytes now;
    Bytes synced;
    Bytes cut;  // as it was before it was shortened, until that is synced
    bool sync_failed = false;
  };
  using Names = std::map<std::string, std::shared_ptr<Node>>;
  class File;

  // Counts an operation; fails when the crash has come.
  Result<> step(const std::string& path) {
    ++operations_;
    if (crashed()) return fail(Errc::kIo, path, "the simulated machine has stopped");
    if (operations_ == fail_at_) return fail(Errc::kIo, path, "the simulated disk failed");
    return {};
  }
  Result<> append_step(const std::string& path) {
    if (auto ok = step(path); !ok) return ok;
    if (operations_ < full_from_ || operations_ >= full_until_) return {};
    return fail(Errc::kNoSpace, path, "cannot be written: the simulated disk is full");
  }
  Result<> sync_step(const std::string& path) {
    if (auto ok = step(path); !ok) return ok;
    ++syncs_;
    if (fail_sync_at_ == 0 || operations_ < fail_sync_at_) return {};
    fail_sync_at_ = 0;
    return fail(Errc::kIo, path, "the simulated disk failed to sync");
  }
  static std::string directory_of(const std::string& path) {
    return path.substr(0, path.find_last_of('/'));
  }
  static Bytes tear(const Node& node, Random& random);

  Names names_;         // as the process sees them
  Names synced_names_;  // as they are on the disk
  uint64_t operations_ = 0;
  uint64_t syncs_ = 0;
  uint64_t crash_at_ = 0;
  uint64_t fail_sync_at_ = 0;
  uint64_t fail_at_ = 0;
  uint64_t full_from_ = 0;
  uint64_t full_until_ = 0;
  size_t torn_bytes_ = 0;
};

class SimFiles::File final : public AppendFile {
 public:
  File(SimFiles& files, std::string path, std::shared_ptr<Node> node)
      : files_(files), path_(std::move(path)), node_(std::move(node)) {}

  Result<> append(ByteView bytes) override {
    const bool before = files_.crashed();
    auto ok = files_.append_step(path_);
    if (!ok && !before) bytes = bytes.first(std::min(bytes.size(), files_.torn_bytes_));
    if (ok || !before) node_->now.insert(node_->now.end(), bytes.begin(), bytes.end());
    return ok;
  }
  Result<> sync() override {
    if (auto ok = files_.sync_step(path_); !ok) {
      node_->sync_failed |= !files_.crashed();
      return ok;
    }
    if (node_->sync_failed) return {};
    node_->synced = node_->now;
    node_->cut.clear();
    return {};
  }
  Result<> truncate(uint64_t bytes) override {
    if (auto ok = files_.step(path_); !ok) return ok;
    if (node_->cut.size() < node_->now.size()) node_->cut = node_->now;
    node_->now.resize(bytes);
    return {};
  }

 private:
  SimFiles& files_;
  std::string path_;
  std::shared_ptr<Node> node_;
};

inline Result<std::vector<std::string>> SimFiles::list(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& [path, node] : names_) {
    if (directory_of(path) == directory) names.push_back(path.substr(directory.size() + 1));
  }
  return names;
}

inline Result<std::unique_ptr<AppendFile>> SimFiles::open(const std::string& path, bool create) {
  if (auto ok = step(path); !ok) return forward(ok);
  if (!create && !names_.contains(path)) return fail(Errc::kIo, path, "is not there");
  if (create && !names_.contains(path)) names_[path] = std::make_shared<Node>();
  if (create) names_[path]->now.clear();
  return std::make_unique<File>(*this, path, names_[path]);
}

inline Result<> SimFiles::rename(const std::string& from, const std::string& to) {
  if (auto ok = step(from); !ok) return ok;
  names_[to] = names_.at(from);
  names_.erase(from);
  return {};
}

inline Result<> SimFiles::remove(const std::string& path) {
  if (auto ok = step(path); !ok) return ok;
  names_.erase(path);
  return {};
}

inline Result<> SimFiles::sync_directory(const std::string& directory) {
  if (auto ok = sync_step(directory); !ok) return ok;
  std::erase_if(synced_names_,
                [&](const auto& name) { return directory_of(name.first) == directory; });
  for (const auto& [path, node] : names_) {
    if (directory_of(path) == directory) synced_names_[path] = node;
  }
  return {};
}

// The synced bytes, and of what differs any sectors, of any moment, up to any length.
inline Bytes SimFiles::tear(const Node& node, Random& random) {
  constexpr size_t kSector = 512;
  const size_t longest = std::max({node.now.size(), node.synced.size(), node.cut.size()});
  const size_t shortest = std::min(node.now.size(), node.synced.size());
  Bytes out = node.synced;
  out.resize(shortest + (longest > shortest ? random.below(longest - shortest + 1) : 0));
  for (size_t from = 0; from < out.size(); from = (from / kSector + 1) * kSector) {
    const size_t to = std::min(out.size(), (from / kSector + 1) * kSector);
    if (random.below(2) == 0) continue;
    const Bytes& source = node.cut.empty() || random.below(2) == 0 ? node.now : node.cut;
    for (size_t at = from; at < std::min(to, source.size()); ++at) out[at] = source[at];
  }
  return out;
}

inline std::unique_ptr<SimFiles> SimFiles::after(Crash crash, uint64_t seed) const {
  auto disk = std::make_unique<SimFiles>();
  // What the system still has in memory outlives the process, and is as unsynced as before.
  if (crash == Crash::kKill) {
    for (const auto& [path, node] : names_) {
      disk->names_[path] = std::make_shared<Node>(*node);
      if (synced_names_.contains(path)) disk->synced_names_[path] = disk->names_[path];
    }
    return disk;
  }
  SeededRandom random(seed);
  Names names = synced_names_;
  if (crash == Crash::kPowerLossTorn) {
    for (const auto& [path, node] : names_) {
      if (random.below(2) == 0) names[path] = node;
    }
    for (const auto& [path, node] : synced_names_) {
      if (!names_.contains(path) && random.below(2) == 0) names.erase(path);
    }
  }
  for (const auto& [path, node] : names) {
    auto left = std::make_shared<Node>();
    left->now = crash == Crash::kPowerLoss ? node->synced : tear(*node, random);
    left->synced = left->now;
    disk->names_[path] = disk->synced_names_[path] = std::move(left);
  }
  return disk;
}

}  // namespace tenon::controller
