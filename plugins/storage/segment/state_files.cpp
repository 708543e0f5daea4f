// SPDX-License-Identifier: Apache-2.0

#include "state_files.h"

#include <array>
#include <charconv>

#include "file_names.h"

namespace tenon::segment {

namespace {

constexpr std::string_view kMagic = "tenon 1 ";
constexpr size_t kTextMax = 256;

std::string text_of(const Services& services, const Checkpoint& point) {
  std::string text(kMagic);
  for (int64_t number :
       {point.base_offset, point.bytes, point.end_offset, point.offset_entries, point.time_entries})
    text += std::to_string(number) + " ";
  return text + std::to_string(services.crc32c(0, text.data(), text.size())) + "\n";
}

// The point whose text this is; compared as a whole, so that nothing but what text_of makes passes.
std::optional<Checkpoint> parse(const Services& services, std::string_view text) {
  if (!text.starts_with(kMagic)) return std::nullopt;
  std::array<int64_t, 5> numbers{};
  const char* at = text.data() + kMagic.size();
  const char* const end = text.data() + text.size();
  for (int64_t& number : numbers) {
    const auto [stop, error] = std::from_chars(at, end, number);
    if (error != std::errc() || stop == end || number < 0) return std::nullopt;
    at = stop + 1;
  }
  const Checkpoint point{numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]};
  return text_of(services, point) == text ? std::optional(point) : std::nullopt;
}

}  // namespace

Result<std::optional<Checkpoint>> load_checkpoint(const Services& services,
                                                  const std::string& path) {
  std::array<uint8_t, kTextMax> buffer;
  Result<size_t> size = copy_file_to(services, path, buffer.data(), buffer.size());
  if (!size && size.error().code() != TN_E_NOT_FOUND) return size.error();
  if (!size || *size > buffer.size()) return std::optional<Checkpoint>();
  return parse(services, ByteView(buffer.data(), *size).text());
}

Result<> store_checkpoint(const Services& services, const std::string& directory,
                          std::string_view name, const Checkpoint& point) {
  return replace_file(services, directory, name, std::string_view(text_of(services, point)));
}

Result<> leave_checkpoint(const Services& services, const std::string& directory,
                          std::string_view name, const Checkpoint& point) {
  Result<File> file = services.fs.open(directory + "/" + std::string(name),
                                       TN_FS_WRITE | TN_FS_CREATE | TN_FS_TRUNCATE);
  if (!file) return file.error();
  const std::string text = text_of(services, point);
  return file->write_at(0, text.data(), text.size());
}

Result<> replace_file(const Services& services, const std::string& directory, std::string_view name,
                      ByteView bytes) {
  const std::string path = directory + "/" + std::string(name);
  const std::string temporary = path + std::string(kTempSuffix);
  Result<File> file = services.fs.open(temporary, TN_FS_WRITE | TN_FS_CREATE | TN_FS_TRUNCATE);
  if (!file) return file.error();
  Result<> done;
  if (!bytes.empty()) done = file->write_at(0, bytes.data(), bytes.size());
  if (done) done = file->sync();
  file->close();
  if (done) done = services.fs.rename(temporary, path);
  if (!done) {
    (void)services.fs.remove(temporary);
    return done;
  }
  return services.fs.sync_directory(directory);
}

Result<size_t> copy_file_to(const Services& services, const std::string& path, uint8_t* dst,
                            size_t cap) {
  Result<File> file = services.fs.open(path, TN_FS_READ);
  if (!file) return file.error();
  // The size of the file that was opened, even if another one has taken its name since.
  Result<size_t> n = file->read_at(0, dst, cap);
  if (!n || *n < cap) return n;
  std::array<uint8_t, 4096> rest;
  for (size_t size = cap;;) {
    Result<size_t> more = file->read_at(size, rest.data(), rest.size());
    if (!more) return more;
    size += *more;
    if (*more < rest.size()) return size;
  }
}

Result<> remove_if_there(const Services& services, const std::string& path) {
  Result<> removed = services.fs.remove(path);
  if (!removed && removed.error().code() == TN_E_NOT_FOUND) return {};
  return removed;
}

}  // namespace tenon::segment
