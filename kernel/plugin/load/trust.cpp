// SPDX-License-Identifier: Apache-2.0
#include "plugin/load/trust.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace tenon::plugin {

namespace {

// As many as the kernel follows itself.
constexpr int kLinksMax = 40;

using Reason = std::optional<std::string>;  // nothing = fine

// "it", "its folder" or "the folder /opt", and what to give to chmod and chown.
struct Subject {
  std::string words;
  std::string path;
};

Reason judge_owner(const struct stat& status, const Subject& subject, const Trust& trust) {
  if (trust.owners.contains(status.st_uid)) return {};
  return fmt::format(
      "{0} belongs to the user {1}, who is neither root nor the user that Tenon runs as ({2}) and "
      "could replace the plugin: chown {2} {3}",
      subject.words, status.st_uid, ::geteuid(), subject.path);
}

Reason judge_writers(const struct stat& status, const Subject& subject, const Trust& trust) {
  if ((status.st_mode & S_IWOTH) != 0) {
    return fmt::format("{} is writable by everyone, who could replace the plugin: chmod o-w {}",
                       subject.words, subject.path);
  }
  if ((status.st_mode & S_IWGRP) == 0 || trust.groups.contains(status.st_gid)) return {};
  return fmt::format("{} is writable by the group {}, who could replace the plugin: chmod g-w {}",
                     subject.words, status.st_gid, subject.path);
}

// In a sticky directory only the owner of a file, and its own, can replace it.
Reason judge_directory(const struct stat& status, const Subject& subject, const Trust& trust) {
  Reason reason = judge_owner(status, subject, trust);
  if (reason || (status.st_mode & S_ISVTX) != 0) return reason;
  return judge_writers(status, subject, trust);
}

// The way to a file. Keeps every directory of it open, so that ".." is the one that was come from.
class Walk {
 public:
  explicit Walk(const Trust& trust) : trust_(trust) {}

  // Enters every directory of `path`; with `file`, all but the last component, which is then
  // last(). The failed side says why in `where` and `detail` as open_trusted does.
  Result<> go(const std::string& path, bool file);

  const std::string& last() const { return last_; }
  int folder() const { return steps_.back().descriptor.get(); }
  // Without links, as far as it has come.
  std::string real_path() const;
  bool last_is_link() const { return last_is_link_; }

 private:
  struct Step {
    Descriptor descriptor;
    std::string name;
  };

  void prepend(std::string_view path);
  Result<> enter_root(const std::string& path);
  Result<> step(const std::string& name, const std::string& path, bool file);
  Result<> follow(const Descriptor& link, const Subject& subject, const std::string& path);
  Subject subject(const std::string& name) const;

  const Trust& trust_;
  std::vector<Step> steps_;
  std::deque<std::string> pending_;
  std::string last_;
  int links_ = 0;
  bool last_is_link_ = false;
};

std::string join(const std::string& folder, std::string_view name) {
  return folder == "/" ? fmt::format("/{}", name) : fmt::format("{}/{}", folder, name);
}

std::string Walk::real_path() const {
  std::string path;
  for (size_t i = 1; i < steps_.size(); ++i) path += "/" + steps_[i].name;
  return path.empty() ? "/" : path;
}

// Puts the components of `path` before those that are still to go.
void Walk::prepend(std::string_view path) {
  std::deque<std::string> names;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, end);
    if (!name.empty() && name != ".") names.emplace_back(name);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  pending_.insert(pending_.begin(), names.begin(), names.end());
}

Subject Walk::subject(const std::string& name) const {
  const bool is_folder_of_file = pending_.size() == 1;
  std::string path = join(real_path(), name);
  return {.words = is_folder_of_file ? "its folder" : "the folder " + path, .path = path};
}

Result<> Walk::enter_root(const std::string& path) {
  steps_.clear();
  Descriptor root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  struct stat status{};
  if (root.get() < 0 || ::fstat(root.get(), &status) != 0)
    return fail_errno(Errc::kPluginRefused, path, "/ cannot be opened", errno);
  if (Reason reason = judge_directory(status, {"the folder /", "/"}, trust_))
    return fail(Errc::kPluginRefused, path, *reason);
  steps_.push_back({std::move(root), ""});
  return {};
}

Result<> Walk::go(const std::string& path, bool file) {
  if (!path.starts_with('/'))
    return fail(Errc::kPluginRefused, path, "its path must be absolute: begin it with /");
  if (auto entered = enter_root(path); !entered) return entered;
  prepend(path);
  if (file && pending_.empty()) return fail(Errc::kPluginRefused, path, "it is not a regular file");
  while (!pending_.empty()) {
    const std::string name = std::move(pending_.front());
    pending_.pop_front();
    if (auto stepped = step(name, path, file); !stepped) return stepped;
  }
  return {};
}

Result<> Walk::step(const std::string& name, const std::string& path, bool file) {
  if (name == "..") {
    if (steps_.size() > 1) steps_.pop_back();
    return {};
  }
  Descriptor next(::openat(folder(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat status{};
  if (next.get() < 0 || ::fstat(next.get(), &status) != 0) {
    const bool missing = errno == ENOENT || errno == ENOTDIR;
    return fail(missing ? Errc::kPluginMissing : Errc::kPluginRefused, path,
                std::generic_category().message(errno));
  }
  const Subject it = subject(name);
  if (S_ISLNK(status.st_mode)) {
    if (Reason reason = judge_owner(status, {"the link " + it.path, "-h " + it.path}, trust_))
      return fail(Errc::kPluginRefused, path, *reason);
    last_is_link_ |= file && pending_.empty();
    return follow(next, it, path);
  }
  if (file && pending_.empty()) {
    last_ = name;
    return {};
  }
  if (!S_ISDIR(status.st_mode))
    return fail(Errc::kPluginMissing, path, std::generic_category().message(ENOTDIR));
  if (Reason reason = judge_directory(status, it, trust_))
    return fail(Errc::kPluginRefused, path, *reason);
  steps_.push_back({std::move(next), name});
  return {};
}

Result<> Walk::follow(const Descriptor& link, const Subject& subject, const std::string& path) {
  char target[PATH_MAX];
  const ssize_t length = ::readlinkat(link.get(), "", target, sizeof target);
  if (length <= 0 || ++links_ > kLinksMax) {
    return fail(Errc::kPluginRefused, path,
                fmt::format("the link {} cannot be followed: {}", subject.path,
                            links_ > kLinksMax ? "it leads in a circle" : "it leads nowhere"));
  }
  const std::string_view text(target, static_cast<size_t>(length));
  if (text.front() == '/') steps_.resize(1);
  prepend(text);
  return {};
}

bool is_below(const std::string& folder, const std::string& path) {
  return path == folder || folder == "/" ||
         (path.starts_with(folder) && path[folder.size()] == '/');
}

bool is_below_any(const std::string& path, const std::vector<std::string>& folders,
                  const Trust& trust) {
  for (const std::string& folder : folders) {
    Walk walk(trust);
    if (walk.go(folder, false) && is_below(walk.real_path(), path)) return true;
  }
  return false;
}

std::string parent_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

Trust trust_of_program() {
  Trust trust{.owners = {0, ::geteuid()}, .groups = {}};
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  std::filesystem::path way;
  for (const auto& component : program) {
    way /= component;
    struct stat status{};
    if (::lstat(way.c_str(), &status) != 0) break;
    trust.owners.insert(status.st_uid);
    const bool group_writes = (status.st_mode & (S_IWGRP | S_ISVTX)) == S_IWGRP;
    if (group_writes) trust.groups.insert(status.st_gid);
  }
  return trust;
}

}  // namespace

const Trust& Trust::of_program() {
  static const Trust trust = trust_of_program();
  return trust;
}

Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<TrustedFile> open_trusted(const std::string& path, const std::vector<std::string>& folders,
                                 const Trust& trust) {
  Walk walk(trust);
  if (auto gone = walk.go(path, true); !gone) return forward(gone);
  TrustedFile file;
  file.path = join(walk.real_path(), walk.last());
  // A FIFO must not make the opening wait.
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  file.descriptor = Descriptor(::openat(walk.folder(), walk.last().c_str(), kFlags));
  struct stat status{};
  if (file.descriptor.get() < 0 || ::fstat(file.descriptor.get(), &status) != 0)
    return fail_errno(Errc::kPluginRefused, file.path, "it cannot be opened", errno);
  file.state = {.device = status.st_dev,
                .inode = status.st_ino,
                .bytes = status.st_size,
                .changed_ns = status.st_ctim.tv_sec * 1'000'000'000LL + status.st_ctim.tv_nsec};
  if (!S_ISREG(status.st_mode))
    return fail(Errc::kPluginRefused, file.path, "it is not a regular file");
  const Subject it{.words = "it", .path = file.path};
  Reason reason = judge_owner(status, it, trust);
  if (!reason) reason = judge_writers(status, it, trust);
  if (reason) return fail(Errc::kPluginRefused, file.path, *reason);
  std::vector<std::string> allowed = folders;
  allowed.push_back(parent_of(path));
  if (walk.last_is_link() && !is_below_any(walk.real_path(), allowed, trust)) {
    return fail(Errc::kPluginRefused, path,
                fmt::format("it is a link to {0}, outside of the folders that the configuration "
                            "names: say path = \"{0}\", or put the library itself there",
                            file.path));
  }
  return file;
}

bool lies_in(const TrustedFile& file, const std::vector<std::string>& folders, const Trust& trust) {
  return is_below_any(parent_of(file.path), folders, trust);
}

}  // namespace tenon::plugin
