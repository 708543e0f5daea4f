// SPDX-License-Identifier: Apache-2.0
#include "plugin/load/note.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <optional>

#include "plugin/info.h"
#include "plugin/load/module_check.h"
#include "tenon/module.h"

namespace tenon::plugin {

namespace {

constexpr size_t kTextBytesMax = 64 << 10;
constexpr size_t kPluginsMax = 64;
constexpr std::array<std::string_view, 5> kKinds = {"partitioner", "assignor", "codec", "storage",
                                                    "coordination"};

// The part before the first `separator`, which is taken off `text` with it; all if there is none.
std::string_view take_until(std::string_view& text, char separator) {
  const size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

std::optional<uint32_t> number(std::string_view text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); });
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) parts.emplace_back(take_until(list, ','));
  return parts;
}

bool parse_abi(std::string_view line, Note& note) {
  if (take_until(line, ' ') != "abi") return false;
  const auto major = number(take_until(line, '.'));
  const auto minor = number(line);
  if (!major || !minor) return false;
  note.abi_major = *major;
  note.abi_min_minor = *minor;
  return true;
}

// False if the line has a known first word and the rest makes no sense.
bool parse_fact(std::string_view line, Note& note) {
  const std::string_view word = take_until(line, ' ');
  if (word == "sanitizers") note.sanitizers = split(line);
  if (word == "compiler") note.compiler = line;
  if (word == "sdk") note.sdk = line;
  if (std::ranges::find(kKinds, word) == kKinds.end()) return true;
  const std::string_view name = take_until(line, ' ');
  if (name.empty() || line.empty() || line.contains(' ')) return false;
  note.plugins.push_back({std::string(word), std::string(name), std::string(line)});
  return note.plugins.size() <= kPluginsMax;
}

std::vector<std::string> own_sanitizers() {
  std::string_view line = TN_NOTE_SANITIZERS;
  take_until(line, ' ');
  return split(take_until(line, '\n'));
}

std::string list_of(const std::vector<Note::Plugin>& plugins) {
  std::vector<std::string> texts;
  for (const Note::Plugin& one : plugins)
    texts.push_back(fmt::format("{} \"{}\" {}", one.kind, one.name, one.version));
  return fmt::format("{}", fmt::join(texts, ", "));
}

}  // namespace

Result<Note> parse_note(std::string_view text, const std::string& path) {
  const auto refuse = [&](std::string_view reason) {
    return fail(Errc::kPluginRefused, path, reason);
  };
  if (text.size() > kTextBytesMax || !text.ends_with('\0'))
    return refuse("its Tenon note has no proper end");
  text.remove_suffix(1);
  if (!is_printable(text)) return refuse("its Tenon note is not plain text");
  Note note;
  if (!parse_abi(take_until(text, '\n'), note))
    return refuse("its Tenon note does not begin with its ABI");
  // Of another major, the lines may mean something else.
  if (note.abi_major != TN_ABI_MAJOR) return note;
  while (!text.empty()) {
    const std::string_view line = take_until(text, '\n');
    if (!parse_fact(line, note))
      return refuse(fmt::format("its Tenon note has the line \"{}\", which makes no sense", line));
  }
  if (note.plugins.empty()) return refuse("its Tenon note names no plugin");
  return note;
}

Result<Note> read_note(ElfFile& file) {
  const auto texts = file.notes(TN_NOTE_OWNER, TN_NOTE_TYPE);
  if (!texts) return std::unexpected(texts.error());
  if (texts->size() == 1) return parse_note(texts->front(), file.path());
  if (texts->size() > 1)
    return fail(Errc::kPluginRefused, file.path(), "it has more than one Tenon note");
  return fail(Errc::kPluginRefused, file.path(),
              "it has no Tenon note that says what it is: rebuild it with the SDK's TENON_MODULE "
              "(C++) or TN_MODULE (C), or write the note of tenon/module.h");
}

Result<Note> identify(const std::string& location, const std::string& path) {
  auto content = std::make_unique<std::ifstream>(location, std::ios::binary);
  if (!content->is_open()) return fail(Errc::kPluginRefused, path, "it cannot be read");
  auto file = ElfFile::open(std::move(content), path);
  if (!file) return forward(file);
  if (auto checked = file->check_datum(); !checked) return forward(checked);
  auto note = read_note(*file);
  if (!note) return note;
  if (auto checked = check_note(*note, own_sanitizers(), path); !checked) return forward(checked);
  return note;
}

Result<> check_note(const Note& note, const std::vector<std::string>& own_sanitizers,
                    const std::string& path) {
  if (const auto reason = abi_refusal(note.abi_major, note.abi_min_minor))
    return fail(Errc::kPluginRefused, path, *reason);
  const bool have_all = std::ranges::all_of(note.sanitizers, [&](const std::string& one) {
    return std::ranges::find(own_sanitizers, one) != own_sanitizers.end();
  });
  if (have_all) return {};
  return fail(
      Errc::kPluginRefused, path,
      fmt::format("it is built with -fsanitize={} and this Tenon is not: rebuild the plugin "
                  "without it, or Tenon with it",
                  fmt::join(note.sanitizers, ",")));
}

Result<> check_held(const Note& note, std::string_view kind, std::string_view name,
                    const std::string& path) {
  std::vector<std::string> held;
  for (const Note::Plugin& one : note.plugins) {
    if (one.kind == kind && one.name == name) return {};
    held.push_back(fmt::format("{} \"{}\"", one.kind, one.name));
  }
  return fail(Errc::kPluginRefused, path,
              fmt::format("it holds {}, not {} \"{}\"", fmt::join(held, ", "), kind, name));
}

Result<> check_agreement(const Note& note, const tn_module& module, const std::string& path) {
  std::vector<Note::Plugin> plugins;
  for (uint32_t i = 0; i < module.n_descriptors; ++i) {
    const tn_descriptor& one = *module.descriptors[i];
    plugins.push_back({kind_name(one.kind), one.name, one.version});
  }
  const bool same_abi =
      note.abi_major == module.abi_major && note.abi_min_minor == module.abi_min_minor;
  if (same_abi && note.plugins == plugins) return {};
  return fail(Errc::kPluginRefused, path,
              fmt::format("its note says ABI {}.{}, {}; but its tenon_module says ABI {}.{}, {}",
                          note.abi_major, note.abi_min_minor, list_of(note.plugins),
                          module.abi_major, module.abi_min_minor, list_of(plugins)));
}

}  // namespace tenon::plugin
