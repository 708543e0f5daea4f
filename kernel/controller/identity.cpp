// SPDX-License-Identifier: Apache-2.0

#include "controller/identity.h"

#include <fmt/format.h>

#include <charconv>
#include <map>

namespace tenon::controller {

namespace {

constexpr std::string_view kFileName = "meta.properties";
constexpr int kVersion = 1;

using Properties = std::map<std::string, std::string, std::less<>>;

std::string path_in(const std::string& data_directory) {
  return data_directory + "/" + std::string(kFileName);
}

Result<Properties> parse(std::string_view text, const std::string& path) {
  Properties properties;
  for (int line_number = 1; !text.empty(); ++line_number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos)
      return fail(Errc::kCorruptData, fmt::format("{}:{}", path, line_number),
                  "is not a line of the form name=value");
    properties.insert_or_assign(std::string(line.substr(0, equals)),
                                std::string(line.substr(equals + 1)));
  }
  return properties;
}

Result<std::string> take(const Properties& properties, std::string_view name,
                         const std::string& path) {
  const auto found = properties.find(name);
  if (found == properties.end() || found->second.empty())
    return fail(Errc::kCorruptData, path, fmt::format("has no {}", name));
  return found->second;
}

Result<int32_t> take_number(const Properties& properties, std::string_view name,
                            const std::string& path) {
  auto text = take(properties, name, path);
  if (!text) return forward(text);
  int32_t number = 0;
  const char* end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end)
    return fail(Errc::kCorruptData, path, fmt::format("{}={} is not a number", name, *text));
  return number;
}

Result<> check_version(const Properties& properties, const std::string& path) {
  auto version = take_number(properties, "version", path);
  if (!version) return forward(version);
  if (*version != kVersion)
    return fail(
        Errc::kUnsupportedVersion, path,
        fmt::format("is of version {}, and this broker knows version {} only", *version, kVersion));
  return {};
}

}  // namespace

Result<std::optional<Identity>> read_identity(Files& files, const std::string& data_directory) {
  const std::string path = path_in(data_directory);
  const auto there = files.exists(path);
  if (!there) return std::unexpected(there.error());
  if (!*there) return std::nullopt;
  auto bytes = files.read(path);
  if (!bytes) return forward(bytes);
  auto properties = parse(as_text(*bytes), path);
  if (!properties) return forward(properties);
  if (auto known = check_version(*properties, path); !known) return forward(known);
  auto cluster_id = take(*properties, "cluster.id", path);
  if (!cluster_id) return forward(cluster_id);
  auto node_id = take_number(*properties, "node.id", path);
  if (!node_id) return forward(node_id);
  auto directory_text = take(*properties, "directory.id", path);
  if (!directory_text) return forward(directory_text);
  const auto directory_id = Uuid::parse(*directory_text);
  if (!directory_id)
    return fail(Errc::kCorruptData, path,
                fmt::format("directory.id={} is not a uuid", *directory_text));
  return Identity{std::move(*cluster_id), BrokerId{*node_id}, *directory_id};
}

Result<> write_identity(Files& files, const std::string& data_directory, const Identity& identity) {
  const std::string text = fmt::format(
      "# Whose data this is. Written by tenon at the first start; do not edit.\n"
      "version={}\ncluster.id={}\nnode.id={}\ndirectory.id={}\n",
      kVersion, identity.cluster_id, identity.node_id.value, identity.directory_id.text());
  return replace_file(files, data_directory, std::string(kFileName), as_bytes(text));
}

std::string make_cluster_id(Random& random) {
  const uint64_t high = random.next();
  return Uuid::from_random(high, random.next()).text();
}

Result<> check_identity(const Identity& found, const std::string& data_directory, BrokerId node_id,
                        const std::optional<std::string>& cluster_id) {
  if (found.node_id != node_id)
    return fail(
        Errc::kBadConfig, data_directory,
        fmt::format("belongs to node {}, and this is node {}: set node.id = {}, or give this "
                    "node a data directory of its own",
                    found.node_id.value, node_id.value, found.node_id.value));
  if (cluster_id && found.cluster_id != *cluster_id)
    return fail(Errc::kBadConfig, data_directory,
                fmt::format("belongs to the cluster {}, and this is the cluster {}",
                            found.cluster_id, *cluster_id));
  return {};
}

}  // namespace tenon::controller
