// SPDX-License-Identifier: Apache-2.0

#include "wire/schema_printer.h"

#include <gtest/gtest.h>

namespace tenon::wire {
namespace {

struct Example {
  static constexpr std::string_view kName = "Example";
  static constexpr ApiKey kApiKey = ApiKey::kFetch;
  static constexpr VersionRange kVersions{1, 4};
  static constexpr int16_t kFlexibleSince = 3;

  struct Leader {
    int32_t id = -1;

    template <class V>
    void fields(V& v) {
      v.field("Id", id);
    }
  };

  std::optional<std::string> name{};
  std::vector<Leader> leaders{};
  bool ready = true;

  template <class V>
  void fields(V& v) {
    v.field("Name", name, between(0, 2).nullable(1, 2));
    v.field("Leaders", leaders, since(2));
    v.tagged(5, "Ready", ready, since(3), true);
  }
};

TEST(schema_printer, prints_a_message_as_a_line_of_json) {
  EXPECT_EQ(SchemaPrinter::print<Example>(),
            R"({"name":"Example","key":1,"versions":"1-4","flexible":"3+","fields":[)"
            R"({"name":"Name","type":"string","versions":"0-2","nullable":"1-2","default":null},)"
            R"({"name":"Leaders","type":"[]Leader","versions":"2+","nullable":"none","default":[],)"
            R"("fields":[{"name":"Id","type":"int32","versions":"0+","nullable":"none",)"
            R"("default":-1}]},)"
            R"({"name":"Ready","type":"bool","versions":"3+","nullable":"none","tag":5,)"
            R"("default":true}]})");
}

}  // namespace
}  // namespace tenon::wire
