// SPDX-License-Identifier: Apache-2.0

#include "controller/disk/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace tenon::controller {

namespace {

std::unexpected<Error> io_error(const std::string& path, std::string_view detail) {
  const int saved = errno;
  const Errc code = saved == ENOSPC || saved == EDQUOT ? Errc::kNoSpace : Errc::kIo;
  return fail_errno(code, path, detail, saved);
}

// Closes a descriptor at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

class PosixAppendFile final : public AppendFile {
 public:
  PosixAppendFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  Result<> append(ByteView bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return io_error(path_, "cannot be written");
      bytes = bytes.subspan(static_cast<size_t>(written));
    }
    return {};
  }
  // fdatasync also makes the new length durable, which is all of the metadata that reading needs.
  Result<> sync() override {
    if (::fdatasync(fd_.get()) != 0) return io_error(path_, "cannot be made durable (fdatasync)");
    return check_name();
  }
  Result<> truncate(uint64_t bytes) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(bytes)) != 0)
      return io_error(path_, "cannot be shortened");
    return {};
  }

 private:
  // A file that was removed, or whose directory was, takes bytes as before, and they are lost.
  Result<> check_name() const {
    struct stat ours{};
    struct stat named{};
    if (::fstat(fd_.get(), &ours) != 0) return io_error(path_, "cannot be looked up");
    if (::stat(path_.c_str(), &named) != 0) return io_error(path_, "has vanished while in use");
    if (ours.st_dev == named.st_dev && ours.st_ino == named.st_ino) return {};
    return fail(Errc::kIo, path_, "was replaced by another file while in use");
  }

  Descriptor fd_;
  std::string path_;
};

}  // namespace

Result<> PosixFiles::make_directories(const std::string& path) {
  for (size_t end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1)) {
    if (::mkdir(path.substr(0, end).c_str(), 0755) != 0 && errno != EEXIST)
      return io_error(path, "cannot be made");
  }
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return io_error(path, "cannot be made");
  return {};
}

Result<std::vector<std::string>> PosixFiles::list(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), ::closedir);
  if (!open) return io_error(directory, "cannot be listed");
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  if (errno != 0) return io_error(directory, "cannot be listed");
  std::ranges::sort(names);
  return names;
}

Result<bool> PosixFiles::exists(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return io_error(path, "cannot be looked up");
}

Result<Bytes> PosixFiles::read(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (fd.get() < 0 || ::fstat(fd.get(), &status) != 0) return io_error(path, "cannot be opened");
  Bytes bytes(static_cast<size_t>(status.st_size));
  size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(fd.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error(path, "cannot be read");
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

Result<std::unique_ptr<AppendFile>> PosixFiles::open(const std::string& path, bool create) {
  const int flags = O_WRONLY | O_APPEND | O_CLOEXEC | (create ? O_CREAT | O_TRUNC : 0);
  const int fd = ::open(path.c_str(), flags, 0644);
  if (fd < 0) return io_error(path, "cannot be opened for writing");
  return std::make_unique<PosixAppendFile>(fd, path);
}

Result<> PosixFiles::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return io_error(from, "cannot be renamed to " + to);
  return {};
}

Result<> PosixFiles::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return io_error(path, "cannot be removed");
  return {};
}

Result<> PosixFiles::sync_directory(const std::string& directory) {
  const Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0)
    return io_error(directory, "cannot be made durable (fsync)");
  return {};
}

Result<> write_file(Files& files, const std::string& path, ByteView bytes) {
  // A new one, so that no earlier failure to sync it can hide.
  if (auto gone = files.remove(path); !gone) return gone;
  auto file = files.open(path, true);
  if (!file) return forward(file);
  if (auto done = (*file)->append(bytes); !done) return done;
  return (*file)->sync();
}

Result<> replace_file(Files& files, const std::string& directory, const std::string& name,
                      ByteView bytes) {
  const std::string path = directory + "/" + name;
  const std::string temporary = path + ".tmp";
  auto done = write_file(files, temporary, bytes);
  if (done) done = files.rename(temporary, path);
  if (done) return files.sync_directory(directory);
  // On a full disk, it would keep space from others.
  if (auto gone = files.remove(temporary); !gone)
    done.error().detail += "; the file could not be removed";
  return done;
}

}  // namespace tenon::controller
