// SPDX-License-Identifier: Apache-2.0

#include "wire/schema_printer.h"

#include <fmt/format.h>

namespace tenon::wire {
namespace {

std::string range_text(VersionRange range) {
  if (range.min > range.max) return "none";
  if (range.max == Spec::kLast) return fmt::format("{}+", range.min);
  if (range.min == range.max) return fmt::format("{}", range.min);
  return fmt::format("{}-{}", range.min, range.max);
}

}  // namespace

std::string SchemaPrinter::struct_name(std::string_view function) {
  // "... [T = tenon::wire::FetchResponse::EpochEndOffset]", or "[with T = ...; ...]" from GCC.
  std::string_view type = function.substr(function.rfind("T = ") + 4);
  type = type.substr(0, type.find_first_of("];"));
  return std::string(type.substr(type.rfind(':') + 1));
}

void SchemaPrinter::open_message(std::string_view name, int key, VersionRange versions,
                                 int16_t flexible_since) {
  const std::string flexible =
      flexible_since == kNeverFlexible ? "none" : fmt::format("{}+", flexible_since);
  out_ = fmt::format(R"({{"name":"{}","key":{},"versions":"{}-{}","flexible":"{}","fields":[)",
                     name, key, versions.min, versions.max, flexible);
  first_ = true;
}

void SchemaPrinter::open_field(std::string_view name, const std::string& type, int tag, Spec spec) {
  out_ += fmt::format(R"({}{{"name":"{}","type":"{}","versions":"{}","nullable":"{}",)",
                      first_ ? "" : ",", name, type, range_text(spec.versions),
                      range_text(spec.null_versions));
  if (tag != kUntagged) out_ += fmt::format(R"("tag":{},)", tag);
  out_ += R"("default":)";
  first_ = false;
}

void SchemaPrinter::open_fields() {
  out_ += R"(,"fields":[)";
  first_ = true;
}

}  // namespace tenon::wire
