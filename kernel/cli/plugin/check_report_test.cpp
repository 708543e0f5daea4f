// SPDX-License-Identifier: Apache-2.0

#include "cli/plugin/check_report.h"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

CheckReport sample() {
  Verdict holds{.property = "opens_quietly", .about = "Opens.", .text = {}, .notes = {}};
  Verdict fails{.plugin = "partitioner geo",
                .property = "stays_in_range",
                .about = "In range.",
                .holds = Holds::kNo,
                .text = "7 < 8 & \"more\"\n",
                .notes = {},
                .seconds = 0.25};
  Verdict skipped{.plugin = "partitioner geo",
                  .property = "matches_vectors",
                  .about = "Vectors.",
                  .holds = Holds::kNotApplicable,
                  .text = "no file",
                  .notes = {}};
  return {"/x/geo.so", 42, {"partitioner geo 1.0.0"}, {holds, fails, skipped}, ""};
}

TEST(CheckReport, tells_people_what_failed_and_how_to_see_it_again) {
  EXPECT_EQ(as_text(sample()),
            "/x/geo.so, seed 42\n"
            "\n"
            "the library\n"
            "  ok    opens_quietly    0 ms\n"
            "\n"
            "partitioner geo\n"
            "  FAIL  stays_in_range   250 ms  7 < 8 & \"more\"\\x0a\n"
            "  -     matches_vectors  0 ms    no file\n"
            "\n"
            "3 properties: 1 hold, 1 fails, 1 do not apply\n"
            "Again, alone: tenon plugin check /x/geo.so --only stays_in_range --seed 42 "
            "--in-process\n");
}

TEST(CheckReport, passes_when_nothing_fails) {
  CheckReport report = sample();
  EXPECT_FALSE(report.passed());
  report.verdicts[1].holds = Holds::kYes;
  EXPECT_TRUE(report.passed());
  report.stopped = "it cannot be opened";
  EXPECT_FALSE(report.passed());
}

TEST(CheckReport, json_has_every_property_with_its_result) {
  const std::string json = as_json(sample());
  EXPECT_NE(json.find("{\"plugin\":null,\"property\":\"opens_quietly\",\"about\":\"Opens.\","
                      "\"result\":\"holds\""),
            std::string::npos);
  EXPECT_NE(json.find("\"result\":\"fails\",\"message\":\"7 < 8 & \\\"more\\\"\\n\""),
            std::string::npos);
  EXPECT_NE(json.find("\"result\":\"not_applicable\""), std::string::npos);
}

TEST(CheckReport, junit_escapes_what_xml_does_not_take) {
  const std::string xml = as_junit(sample());
  EXPECT_NE(xml.find("tests=\"3\" failures=\"1\" skipped=\"1\""), std::string::npos);
  EXPECT_NE(xml.find("<failure message=\"7 &lt; 8 &amp; &quot;more&quot;\\x0a\">seed 42<"),
            std::string::npos);
  EXPECT_NE(xml.find("classname=\"library\" name=\"opens_quietly\" time=\"0.000\"/>"),
            std::string::npos);
}

TEST(CheckReport, junit_fails_when_the_examination_stopped) {
  CheckReport report = sample();
  report.stopped = "it cannot be opened";
  EXPECT_NE(as_junit(report).find("tests=\"4\" failures=\"2\""), std::string::npos);
}

}  // namespace
}  // namespace tenon::cli
