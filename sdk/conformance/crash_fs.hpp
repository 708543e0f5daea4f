// SPDX-License-Identifier: Apache-2.0
//
// The tenon.fs/1 extension in memory, with a power switch: what a disk would hold if the machine
// stopped at some operation. And a host that offers it.
//
//   CrashFs fs;
//   CrashHost host(fs);
//   ... use a plugin ...
//   CrashFs after = fs.crash(CrashMode::kMix, seed);   // a new file system; the old one goes on
//
// What a crash keeps: data that was synced; names up to the last sync of their directory. Of the
// rest, kLose keeps nothing and kKeep everything, for now (a killed process). kMix keeps each
// 512-byte sector of unsynced data or not, by the seed, any size between the old and the new, and
// the first so many of the unsynced changes of names (journals keep their order).
//
// One thread. Mappings are copies, for reading only. Directories are taken to exist where a file is
// made.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "conformance/instance.hpp"
#include "conformance/test_host.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

enum class CrashMode { kLose, kKeep, kMix };

class CrashFs {
 public:
  using Content = std::vector<uint8_t>;
  // Asked before each operation, by the name of the member in tn_host_fs: TN_OK to go on, or the
  // code it fails with.
  using Before = std::function<tn_code(const char* operation, const std::string& path)>;

  CrashFs() {
    table_ = {sizeof(table_), 0,    this,     open,   close,          read_at,
              write_at,       sync, truncate, map,    unmap,          info,
              make_directory, list, rename,   remove, sync_directory, start_writeback};
  }
  CrashFs(CrashFs&& other) noexcept : CrashFs() {
    names_ = std::move(other.names_);
    durable_names_ = std::move(other.durable_names_);
    changes_ = std::move(other.changes_);
  }
  CrashFs(const CrashFs&) = delete;
  CrashFs& operator=(const CrashFs&) = delete;

  const tn_host_fs* get() const { return &table_; }
  // As an older host: without the members that came after the first release of tenon.fs/1.
  void hide_optional_members() { table_.struct_size = offsetof(tn_host_fs, start_writeback); }
  void set_before(Before before) { before_ = std::move(before); }
  // A write_at that `before` lets fail writes so many bytes first.
  void set_short_write(size_t bytes) { short_write_bytes_ = bytes; }

  // What is found when the power comes back; or, for kKeep, when the process is started again: then
  // what was not synced can still be lost by the next crash.
  CrashFs crash(CrashMode mode, uint64_t seed) const {
    TestRandom random(seed);
    CrashFs after;
    if (mode == CrashMode::kKeep) {
      copy_to(after);
      return after;
    }
    std::map<std::string, NodePtr> names = durable_names_;
    const size_t kept = mode == CrashMode::kLose ? 0 : random.below(changes_.size() + 1);
    for (size_t i = 0; i < kept; i++) apply(changes_[i], names);
    for (const auto& [path, node] : names) {
      const NodePtr directory = this->node(parent_of(path));
      if (directory && directory->is_directory && names.count(parent_of(path)) == 0) continue;
      auto copy = std::make_shared<Node>();
      copy->is_directory = node->is_directory;
      copy->now = survive(*node, mode, random);
      copy->durable = copy->now;
      after.names_[path] = copy;
    }
    after.durable_names_ = after.names_;
    return after;
  }

  // For tests that damage or look at files.
  bool exists(const std::string& path) const { return names_.count(path) != 0; }
  Content& content(const std::string& path) { return names_.at(path)->now; }
  void erase(const std::string& path) {
    names_.erase(path);
    durable_names_.erase(path);
  }
  std::vector<std::string> paths() const {
    std::vector<std::string> all;
    for (const auto& [path, node] : names_)
      if (!node->is_directory) all.push_back(path);
    return all;
  }
  size_t open_files() const { return open_.size(); }

 private:
  struct Node {
    Content now, durable;
    bool is_directory = false;
  };
  using NodePtr = std::shared_ptr<Node>;
  // A name that appeared (node, no from), moved (from) or went (no node).
  struct Change {
    std::string path, from;
    NodePtr node;
  };
  static constexpr size_t kSector = 512;

  static CrashFs& of(void* ctx) { return *static_cast<CrashFs*>(ctx); }

  static Content survive(const Node& node, CrashMode mode, TestRandom& random) {
    if (mode == CrashMode::kLose || node.now == node.durable) return node.durable;
    const auto [low, high] = std::minmax(node.now.size(), node.durable.size());
    const size_t sizes[] = {low, high, low + random.below(high - low + 1)};
    Content found(sizes[random.below(3)], 0);
    for (size_t at = 0; at < found.size(); at += kSector) {
      const Content& source = random.below(2) == 0 ? node.now : node.durable;
      const size_t end = std::min({at + kSector, found.size(), source.size()});
      if (end > at) std::copy(source.begin() + at, source.begin() + end, found.begin() + at);
    }
    return found;
  }
  // The same file system, sharing nothing.
  void copy_to(CrashFs& other) const {
    std::map<const Node*, NodePtr> copies;
    const auto copy = [&](const NodePtr& node) {
      if (node && !copies[node.get()]) copies[node.get()] = std::make_shared<Node>(*node);
      return node ? copies[node.get()] : nullptr;
    };
    for (const auto& [path, node] : names_) other.names_[path] = copy(node);
    for (const auto& [path, node] : durable_names_) other.durable_names_[path] = copy(node);
    for (const Change& made : changes_)
      other.changes_.push_back({made.path, made.from, copy(made.node)});
  }
  static void apply(const Change& change, std::map<std::string, NodePtr>& names) {
    if (!change.from.empty()) names.erase(change.from);
    if (change.node)
      names[change.path] = change.node;
    else
      names.erase(change.path);
  }
  void change(Change made) {
    apply(made, names_);
    changes_.push_back(std::move(made));
  }
  static std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

  tn_code before(const char* operation, const std::string& path, tn_error* error) {
    const tn_code code = before_ ? before_(operation, path) : TN_OK;
    if (code == TN_OK) return TN_OK;
    return report(error, code, std::string("injected fault in ") + operation + " " + path);
  }
  static tn_code missing(const std::string& path, tn_error* error) {
    return report(error, TN_E_NOT_FOUND, path + ": no such file");
  }
  NodePtr node(const std::string& path) const {
    const auto it = names_.find(path);
    return it == names_.end() ? nullptr : it->second;
  }

  static tn_code open(void* ctx, const char* path, uint32_t flags, int32_t* fd, tn_error* error) {
    CrashFs& self = of(ctx);
    if (const tn_code code = self.before("open", path, error)) return code;
    NodePtr node = self.node(path);
    if (!node && (flags & TN_FS_CREATE) == 0) return missing(path, error);
    if (node && (flags & TN_FS_EXCLUSIVE) != 0) return report(error, TN_E_IO, "the file exists");
    if (!node) {
      node = std::make_shared<Node>();
      self.change({path, "", node});
    }
    if ((flags & TN_FS_TRUNCATE) != 0) node->now.clear();
    *fd = self.next_fd_++;
    self.open_[*fd] = {node, path};
    return TN_OK;
  }
  static void close(void* ctx, int32_t fd) { of(ctx).open_.erase(fd); }
  static tn_code read_at(void* ctx, int32_t fd, uint64_t offset, void* dst, size_t len,
                         size_t* n_read, tn_error* error) {
    const auto& [node, path] = of(ctx).open_.at(fd);
    if (const tn_code code = of(ctx).before("read_at", path, error)) return code;
    const size_t size = node->now.size();
    *n_read = offset >= size ? 0 : std::min<size_t>(len, size - offset);
    if (*n_read > 0) std::memcpy(dst, node->now.data() + offset, *n_read);
    return TN_OK;
  }
  static tn_code write_at(void* ctx, int32_t fd, uint64_t offset, const tn_iovec* pieces, size_t n,
                          tn_error* error) {
    const auto& [node, path] = of(ctx).open_.at(fd);
    const tn_code code = of(ctx).before("write_at", path, error);
    size_t room = code == TN_OK ? SIZE_MAX : of(ctx).short_write_bytes_;
    for (size_t i = 0; i < n && room > 0; i++) {
      const size_t len = std::min(room, pieces[i].len);
      if (node->now.size() < offset + len) node->now.resize(offset + len);
      if (len > 0) std::memcpy(node->now.data() + offset, pieces[i].data, len);
      offset += len;
      room -= len;
    }
    return code;
  }
  static tn_code sync(void* ctx, int32_t fd, tn_error* error) {
    const auto& [node, path] = of(ctx).open_.at(fd);
    if (const tn_code code = of(ctx).before("sync", path, error)) return code;
    node->durable = node->now;
    return TN_OK;
  }
  // Makes nothing durable: what it would have written, the power may still take.
  static void start_writeback(void* ctx, int32_t fd) {
    (void)of(ctx).before("start_writeback", of(ctx).open_.at(fd).second, nullptr);
  }
  static tn_code truncate(void* ctx, int32_t fd, uint64_t size, tn_error* error) {
    const auto& [node, path] = of(ctx).open_.at(fd);
    if (const tn_code code = of(ctx).before("truncate", path, error)) return code;
    node->now.resize(size);
    return TN_OK;
  }
  static tn_code map(void* ctx, int32_t fd, size_t size, uint32_t, void** address,
                     tn_error* error) {
    const auto& [node, path] = of(ctx).open_.at(fd);
    if (const tn_code code = of(ctx).before("map", path, error)) return code;
    if (size > node->now.size())
      return report(error, TN_E_INVALID, "map beyond the end of " + path);
    *address = std::malloc(size);
    std::memcpy(*address, node->now.data(), size);
    return TN_OK;
  }
  static void unmap(void*, void* address, size_t) { std::free(address); }
  static tn_code info(void* ctx, const char* path, tn_file_info* found, tn_error* error) {
    if (const tn_code code = of(ctx).before("info", path, error)) return code;
    const NodePtr node = of(ctx).node(path);
    if (!node) return missing(path, error);
    *found = {node->now.size(), node->is_directory ? 1u : 0u, 0, 0};
    return TN_OK;
  }
  static tn_code make_directory(void* ctx, const char* path, tn_error* error) {
    if (const tn_code code = of(ctx).before("make_directory", path, error)) return code;
    if (of(ctx).node(path)) return TN_OK;
    auto node = std::make_shared<Node>();
    node->is_directory = true;
    of(ctx).change({path, "", node});
    return TN_OK;
  }
  static tn_code list(void* ctx, const char* path, void (*on_entry)(void* arg, const char* name),
                      void* arg, tn_error* error) {
    if (const tn_code code = of(ctx).before("list", path, error)) return code;
    if (!of(ctx).node(path)) return missing(path, error);
    for (const auto& [name, node] : of(ctx).names_)
      if (parent_of(name) == path) on_entry(arg, name.c_str() + std::strlen(path) + 1);
    return TN_OK;
  }
  static tn_code rename(void* ctx, const char* from, const char* to, tn_error* error) {
    if (const tn_code code = of(ctx).before("rename", from, error)) return code;
    const NodePtr node = of(ctx).node(from);
    if (!node) return missing(from, error);
    of(ctx).change({to, from, node});
    return TN_OK;
  }
  static tn_code remove(void* ctx, const char* path, tn_error* error) {
    if (const tn_code code = of(ctx).before("remove", path, error)) return code;
    if (!of(ctx).node(path)) return missing(path, error);
    of(ctx).change({path, "", nullptr});
    return TN_OK;
  }
  static tn_code sync_directory(void* ctx, const char* path, tn_error* error) {
    CrashFs& self = of(ctx);
    if (const tn_code code = self.before("sync_directory", path, error)) return code;
    std::vector<Change> others;
    for (Change& made : self.changes_) {
      if (parent_of(made.path) == path)
        apply(made, self.durable_names_);
      else
        others.push_back(std::move(made));
    }
    self.changes_ = std::move(others);
    return TN_OK;
  }

  tn_host_fs table_{};
  std::map<std::string, NodePtr> names_;
  std::map<std::string, NodePtr> durable_names_;
  std::vector<Change> changes_;  // to names, not yet durable
  std::map<int32_t, std::pair<NodePtr, std::string>> open_;
  int32_t next_fd_ = 1000;
  Before before_;
  size_t short_write_bytes_ = 0;
};

// A TestHost whose files are those of a CrashFs, and one instance of a plugin on it.
class CrashHost {
 public:
  CrashHost(CrashFs& fs, const std::string& plugin, const TestConfig::Texts& texts = {})
      : fs_(fs), descriptor_(*find_descriptor(plugin)) {
    host_ = *inner_.get();
    host_.ctx = this;
    host_.log = log;
    host_.get_extension = get_extension;
    const TestConfig config(descriptor_, texts);
    tn_error error = new_error();
    const tn_code code = descriptor_.create(&host_, config.get(), &self_, &error);
    if (code != TN_OK) throw error_from(code, error);
  }
  ~CrashHost() {
    inner_.run_jobs();
    descriptor_.destroy(self_);
  }
  CrashHost(const CrashHost&) = delete;
  CrashHost& operator=(const CrashHost&) = delete;

  void* self() const { return self_; }
  template <class Table>
  const Table& interface(const char* id) const {
    return *static_cast<const Table*>(descriptor_.get_interface(id));
  }
  CrashFs& fs() { return fs_; }
  size_t run_jobs() { return inner_.run_jobs(); }
  size_t waiting_jobs() { return inner_.waiting_jobs(); }
  TestRandom& random() { return inner_.random(); }
  std::vector<std::string> log_lines() { return inner_.log_lines(); }

 private:
  static void log(const tn_host* host, int32_t level, const char* text, size_t len) {
    const tn_host* inner = static_cast<CrashHost*>(host->ctx)->inner_.get();
    inner->log(inner, level, text, len);
  }
  static const void* get_extension(const tn_host* host, const char* id) {
    auto* self = static_cast<CrashHost*>(host->ctx);
    if (std::string(id) == TN_HOST_FS_ID) return self->fs_.get();
    const tn_host* inner = self->inner_.get();
    return inner->get_extension(inner, id);
  }

  TestHost inner_;
  CrashFs& fs_;
  tn_host host_{};
  const tn_descriptor& descriptor_;
  void* self_ = nullptr;
};

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
