// SPDX-License-Identifier: Apache-2.0
#include "plugin/load/image.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <span>
#include <vector>

#include "plugin/load/sha256.h"

namespace tenon::plugin {

namespace {

constexpr size_t kPieceBytes = size_t{256} << 10;
constexpr size_t kNameBytesMax = 200;  // memfd_create takes 249
constexpr int kSeals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

#ifdef MFD_EXEC
constexpr unsigned kExecutable = MFD_EXEC;
#else
constexpr unsigned kExecutable = 0x0010;  // Linux 6.3
#endif

// The name is what /proc/PID/maps shows: "/memfd:codec-gzip.so (deleted)".
Descriptor new_memory(const std::string& name) {
  constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  const int fd = ::memfd_create(name.c_str(), kFlags | kExecutable);
  // A kernel that does not know the flag makes executable ones only.
  if (fd < 0 && errno == EINVAL) return Descriptor(::memfd_create(name.c_str(), kFlags));
  return Descriptor(fd);
}

std::unexpected<Error> refuse_errno(const std::string& path, std::string_view what) {
  return fail_errno(Errc::kPluginRefused, path, what, errno);
}

ssize_t read_at(int fd, std::vector<char>& into, off_t offset) {
  ssize_t n = 0;
  do n = ::pread(fd, into.data(), into.size(), offset);
  while (n < 0 && errno == EINTR);
  return n;
}

bool write_all(int fd, std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return true;
}

std::unexpected<Error> refuse_size(const std::string& path) {
  return fail(Errc::kPluginRefused, path,
              fmt::format("it is larger than {} MiB", kImageBytesMax >> 20));
}

// Copies the file and gives the sum of what was written, where nobody else can write.
Result<std::string> fill(const Descriptor& memory, const TrustedFile& file) {
  if (file.state.bytes > static_cast<off_t>(kImageBytesMax)) return refuse_size(file.path);
  Sha256 sum;
  std::vector<char> piece(kPieceBytes);
  size_t copied = 0;
  while (true) {
    const ssize_t n = read_at(file.descriptor.get(), piece, static_cast<off_t>(copied));
    if (n < 0) return refuse_errno(file.path, "it cannot be read");
    if (n == 0) return sum.finish();
    copied += static_cast<size_t>(n);
    if (copied > kImageBytesMax) return refuse_size(file.path);  // it has grown
    const std::span<const char> read(piece.data(), static_cast<size_t>(n));
    if (!write_all(memory.get(), read))
      return refuse_errno(file.path, "there is no memory for a copy of it");
    sum.add(read);
  }
}

}  // namespace

Image::Image(const TrustedFile& file, std::string path)
    : path_(std::move(path)), origin_(file.path), source_(file.state) {}

Image Image::of(const TrustedFile& file) const {
  Image same(file, path_);
  same.sha256_ = sha256_;
  return same;
}

Result<Image> Image::copy(const TrustedFile& file) {
  const std::string name = std::filesystem::path(file.path).filename().string();
  Descriptor memory = new_memory(name.substr(0, kNameBytesMax));
  if (memory.get() < 0)
    return refuse_errno(file.path, "the system gives no memory to load it from (memfd_create)");
  auto sum = fill(memory, file);
  if (!sum) return forward(sum);
  if (::fcntl(memory.get(), F_ADD_SEALS, kSeals) != 0)
    return refuse_errno(file.path, "its copy in memory cannot be sealed");
  Image image(file, fmt::format("/proc/{}/fd/{}", ::getpid(), memory.get()));
  image.memory_ = std::move(memory);
  image.sha256_ = *std::move(sum);
  return image;
}

}  // namespace tenon::plugin
