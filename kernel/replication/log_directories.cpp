// SPDX-License-Identifier: Apache-2.0

#include "replication/log_directories.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>

#include "base/log.h"

namespace tenon::replication {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kStraySuffix = "-stray";
constexpr const char* kMetadataFile = "partition.metadata";

// The topic id that the directory says it belongs to; nullopt when it does not say.
std::optional<Uuid> owner_of(const fs::path& directory) {
  std::ifstream file(directory / kMetadataFile);
  std::string line;
  while (std::getline(file, line)) {
    constexpr std::string_view kKey = "topic_id: ";
    if (line.starts_with(kKey)) return Uuid::parse(std::string_view(line).substr(kKey.size()));
  }
  return std::nullopt;
}

Result<> sync_path(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail_errno(Errc::kKafkaStorageError, path.native(), "cannot be opened", errno);
  const int failed = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  if (failed == 0) return {};
  return fail_errno(Errc::kKafkaStorageError, path.native(), "cannot be synced", failed);
}

Result<> write_owner(const fs::path& directory, const Uuid& topic_id) {
  const fs::path target = directory / kMetadataFile;
  const fs::path temporary = directory / "partition.metadata.tmp";
  {
    std::ofstream file(temporary, std::ios::trunc);
    file << "version: 0\ntopic_id: " << topic_id.text() << "\n";
    if (!file.flush()) {
      return fail(Errc::kKafkaStorageError, temporary.native(), "cannot be written");
    }
  }
  if (auto synced = sync_path(temporary); !synced) return synced;
  std::error_code failed;
  fs::rename(temporary, target, failed);
  if (failed) return fail(Errc::kKafkaStorageError, target.native(), failed.message());
  return sync_path(directory);
}

// "7" of "<topic>-7".
std::string index_of(const fs::path& directory) {
  const std::string name = directory.filename().native();
  return name.substr(name.rfind('-') + 1);
}

// Moves the directory of a topic that is gone out of the way. Its new name does without the
// topic's, which may be as long as a file's name can be.
Result<> set_aside(const fs::path& directory, const Uuid& owner) {
  const fs::path aside = directory.parent_path() /
                         (owner.text() + "-" + index_of(directory) + std::string(kStraySuffix));
  std::error_code failed;
  fs::rename(directory, aside, failed);
  if (failed) return fail(Errc::kKafkaStorageError, directory.native(), failed.message());
  log_warn("{}: belongs to a topic that is gone (id {}); kept as {}", directory.native(),
           owner.text(), aside.native());
  return {};
}

}  // namespace

LogDirectories::LogDirectories(std::vector<std::string> data_dirs)
    : data_dirs_(std::move(data_dirs)) {
  for (const std::string& dir : data_dirs_) partitions_[dir] = 0;
}

std::string LogDirectories::emptiest() {
  const std::lock_guard lock(mutex_);
  const std::string* best = &data_dirs_.front();
  for (const std::string& dir : data_dirs_) {
    if (partitions_[dir] < partitions_[*best]) best = &dir;
  }
  ++partitions_[*best];
  return *best;
}

bool LogDirectories::hold(const std::string& partition) {
  const std::lock_guard lock(mutex_);
  return held_.insert(partition).second;
}

void LogDirectories::give_up(const std::string& partition) {
  const std::lock_guard lock(mutex_);
  held_.erase(partition);
}

Result<std::string> LogDirectories::place(const TopicPartition& name, const Uuid& topic_id) {
  if (!hold(name.text())) {
    return fail(Errc::kInUse, name.text(), "a deleted topic of that name is still being removed");
  }
  auto found = find_or_make(name, topic_id);
  if (!found) give_up(name.text());
  return found;
}

Result<std::string> LogDirectories::find_or_make(const TopicPartition& name, const Uuid& topic_id) {
  for (const std::string& dir : data_dirs_) {
    const fs::path path = fs::path(dir) / name.text();
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) continue;
    const auto owner = owner_of(path);
    if (owner && *owner != topic_id) {
      if (auto moved = set_aside(path, *owner); !moved) return forward(moved);
      continue;
    }
    // Nothing was ever acknowledged in a directory without the file: it is written first.
    if (!owner) {
      if (auto written = write_owner(path, topic_id); !written) return forward(written);
    }
    const std::lock_guard lock(mutex_);
    ++partitions_[dir];
    return path.native();
  }
  return make(emptiest(), name, topic_id);
}

Result<std::string> LogDirectories::make(const std::string& data_dir, const TopicPartition& name,
                                         const Uuid& topic_id) {
  const fs::path path = fs::path(data_dir) / name.text();
  std::error_code failed;
  fs::create_directory(path, failed);
  if (failed) return fail(Errc::kKafkaStorageError, path.native(), failed.message());
  if (auto written = write_owner(path, topic_id); !written) return forward(written);
  if (auto synced = sync_path(data_dir); !synced) return forward(synced);
  return path.native();
}

size_t LogDirectories::set_strays_aside(const std::function<bool(const Uuid&)>& is_known) {
  size_t strays = 0;
  for (const std::string& dir : data_dirs_) {
    std::error_code ignored;
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(dir, ignored)) paths.push_back(entry.path());
    for (const fs::path& path : paths) {
      if (path.native().ends_with(kStraySuffix)) continue;
      const auto owner = owner_of(path);
      if (owner && !is_known(*owner) && set_aside(path, *owner)) ++strays;
    }
  }
  return strays;
}

void LogDirectories::release(const std::string& directory) {
  const fs::path path(directory);
  const std::lock_guard lock(mutex_);
  held_.erase(path.filename().native());
  auto& count = partitions_[path.parent_path().native()];
  if (count > 0) --count;
}

void LogDirectories::forget(const std::string& directory) {
  std::error_code failed;
  fs::remove_all(directory, failed);
  if (failed) {
    log_warn("{}: what is left of a deleted partition cannot be removed: {}", directory,
             failed.message());
  }
  release(directory);
}

}  // namespace tenon::replication
