// SPDX-License-Identifier: Apache-2.0

#include "cli/plugin/examination.h"

#include <fmt/format.h>

#include <chrono>

#include "cli/plugin/isolation.h"
#include "conformance/kits.hpp"

namespace tenon::cli {
namespace {

namespace kit = sdk::conformance;
using Clock = std::chrono::steady_clock;

constexpr int kOpenSecondsMax = 20;

// What a child reports: texts, each behind its length and a colon.
std::string pack(const std::vector<std::string>& texts) {
  std::string packed;
  for (const std::string& text : texts) packed += fmt::format("{}:{}", text.size(), text);
  return packed;
}

std::vector<std::string> unpack(std::string_view packed) {
  std::vector<std::string> texts;
  while (!packed.empty()) {
    const size_t colon = packed.find(':');
    const auto size = static_cast<size_t>(std::stoul(std::string(packed.substr(0, colon))));
    texts.emplace_back(packed.substr(colon + 1, size));
    packed.remove_prefix(colon + 1 + size);
  }
  return texts;
}

// {what is wrong, why it does not apply, notes...}
std::vector<std::string> examine_here(const kit::Property& property, kit::Subject subject) {
  std::vector<std::string> found = {kit::examine(property, subject), subject.not_applicable};
  found.insert(found.end(), subject.notes.begin(), subject.notes.end());
  return found;
}

std::vector<std::string> examine_apart(const kit::Property& property, const kit::Subject& subject) {
  const auto work = [&] { return pack(examine_here(property, subject)); };
  const Isolated result = run_isolated(work, property.seconds_max);
  if (result.reported) return unpack(result.report);
  std::string wrong = "the process " + result.ended;
  if (!result.output.empty()) wrong += "; it printed: " + result.output;
  return {wrong, ""};
}

Verdict judge(const ExaminationSettings& settings, const kit::Property& property,
              const kit::Subject& subject) {
  const auto start = Clock::now();
  const std::vector<std::string> found =
      settings.in_process ? examine_here(property, subject) : examine_apart(property, subject);
  Verdict verdict;
  verdict.property = property.name;
  verdict.about = property.about;
  verdict.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  verdict.text = found[0].empty() ? found[1] : found[0];
  if (!found[0].empty()) {
    verdict.holds = Holds::kNo;
  } else if (!found[1].empty()) {
    verdict.holds = Holds::kNotApplicable;
  }
  verdict.notes.assign(found.begin() + 2, found.end());
  return verdict;
}

std::vector<Verdict> judge_all(const ExaminationSettings& settings,
                               const kit::Properties& properties, const kit::Subject& subject) {
  std::vector<Verdict> verdicts;
  for (const kit::Property& property : properties) {
    if (settings.wants(property.name)) verdicts.push_back(judge(settings, property, subject));
  }
  return verdicts;
}

void append_once(std::vector<PropertyName>& names, const kit::Properties& properties) {
  for (const kit::Property& property : properties) {
    const auto same = [&](const PropertyName& one) { return one.name == property.name; };
    if (std::ranges::none_of(names, same)) names.push_back({property.name, property.about});
  }
}

kit::Subject subject_of(const ExaminationSettings& settings) {
  kit::Subject subject;
  subject.path = settings.path;
  subject.seed = settings.seed;
  subject.vectors = settings.vectors;
  return subject;
}

// Why the library cannot be opened and its datum read, or "".
std::string open_trial(const std::string& path) {
  const tn_module* module = kit::find_module(path);
  if (module) return kit::check_module(*module);
  const char* reason = ::dlerror();
  return reason ? reason : "it has no datum";
}

// "address,undefined" of the line of that word in a note's text, or "".
std::string sanitizers_of(std::string_view note) {
  constexpr std::string_view kWord = "sanitizers ";
  size_t at = note.starts_with(kWord) ? 0 : note.find("\nsanitizers ");
  if (at == std::string_view::npos) return "";
  if (note[at] == '\n') at++;
  at += kWord.size();
  return std::string(note.substr(at, note.find('\n', at) - at));
}

}  // namespace

std::string foreign_sanitizers(const std::string& path) {
  try {
    for (const kit::ElfNote& note : kit::ElfImage(path).notes(".note.tenon")) {
      const std::string names = sanitizers_of(note.content);
      if (!names.empty() && names != sanitizers_of(TN_NOTE_SANITIZERS)) return names;
    }
  } catch (const sdk::Error&) {  // a property says so
  }
  return "";
}

std::vector<PropertyName> all_properties() {
  std::vector<PropertyName> names;
  append_once(names, kit::library_properties());
  append_once(names, kit::properties_of_all());
  for (tn_kind kind = TN_PARTITIONER; kind <= TN_COORDINATION; ++kind)
    append_once(names, kit::properties_of_kind(kind));
  return names;
}

std::vector<Verdict> examine_library(const ExaminationSettings& settings) {
  return judge_all(settings, kit::library_properties(), subject_of(settings));
}

const tn_module* open_examined(const ExaminationSettings& settings, std::string& reason) {
  if (settings.in_process) {
    reason = open_trial(settings.path);
  } else {
    const auto work = [&] { return open_trial(settings.path); };
    const Isolated trial = run_isolated(work, kOpenSecondsMax);
    reason = trial.reported ? trial.report : "opening it, the process " + trial.ended;
  }
  if (!reason.empty()) return nullptr;
  const kit::CapturedOutput quiet;  // what a constructor prints is no part of the report
  return kit::find_module(settings.path);
}

std::vector<Verdict> examine_plugin(const ExaminationSettings& settings, const tn_module& module,
                                    const tn_descriptor& descriptor, const OptionTexts& options) {
  kit::Subject subject = subject_of(settings);
  subject.module = &module;
  subject.descriptor = &descriptor;
  subject.options = options;
  return judge_all(settings, kit::properties_of(descriptor), subject);
}

}  // namespace tenon::cli
