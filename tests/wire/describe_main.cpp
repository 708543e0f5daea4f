// SPDX-License-Identifier: Apache-2.0
//
// wire_describe schema: every message as one line of JSON (wire/schema_printer.h).
// wire_describe golden: every message and version as bytes, for tests/fixtures/wire_golden.txt:
//   <message> <version> <style> <hex>
// where style is `full` (every field set) or `bare` (a default-constructed message).

#include <fmt/format.h>

#include <cstdio>
#include <string_view>

#include "wire/catalog.h"
#include "wire/codec.h"
#include "wire/schema_printer.h"
#include "wire/testing/filler.h"

namespace tenon::wire {
namespace {

template <class M>
void print_golden(M message, int16_t version, std::string_view style) {
  fmt::print("{} {} {} ", M::kName, version, style);
  for (const uint8_t byte : encode_bytes<M>(std::move(message), version))
    fmt::print("{:02x}", byte);
  fmt::print("\n");
}

template <class M>
void print_golden_of_all_versions() {
  for (int16_t version = M::kVersions.min; version <= M::kVersions.max; ++version) {
    Filler filler(static_cast<uint64_t>(version), version, Filler::Style::kFull);
    print_golden<M>(filler.make<M>(), version, "full");
    print_golden<M>(M{}, version, "bare");
  }
}

int run(std::string_view what) {
  if (what == "schema") {
    for_each_message([]<class M>() { fmt::print("{}\n", SchemaPrinter::print<M>()); });
    return 0;
  }
  if (what == "golden") {
    for_each_message([]<class M>() { print_golden_of_all_versions<M>(); });
    return 0;
  }
  fmt::print(stderr, "usage: wire_describe schema|golden\n");
  return 2;
}

}  // namespace
}  // namespace tenon::wire

int main(int argc, char** argv) {
  return tenon::wire::run(argc == 2 ? argv[1] : "");
}
