// SPDX-License-Identifier: Apache-2.0

#include "cli/plugin/check_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/output/json.h"
#include "cli/output/table.h"
#include "cli/output/text.h"

namespace tenon::cli {
namespace {

std::string_view word(Holds holds) {
  switch (holds) {
    case Holds::kYes:
      return "ok";
    case Holds::kNo:
      return "FAIL";
    default:
      return "-";
  }
}

std::string_view json_word(Holds holds) {
  switch (holds) {
    case Holds::kYes:
      return "holds";
    case Holds::kNo:
      return "fails";
    default:
      return "not_applicable";
  }
}

std::string remark(const Verdict& verdict) {
  if (!verdict.text.empty()) return verdict.text;
  return fmt::format("{}", fmt::join(verdict.notes, "; "));
}

std::string milliseconds(double seconds) {
  return fmt::format("{:.0f} ms", seconds * 1000);
}

std::string summary(const CheckReport& report) {
  return fmt::format("{} properties: {} hold, {} {}, {} do not apply\n", report.verdicts.size(),
                     report.count(Holds::kYes), report.count(Holds::kNo),
                     report.count(Holds::kNo) == 1 ? "fails" : "fail",
                     report.count(Holds::kNotApplicable));
}

// How to see the first failure again, where a debugger can look.
std::string again(const CheckReport& report) {
  const auto failed = std::ranges::find(report.verdicts, Holds::kNo, &Verdict::holds);
  if (failed == report.verdicts.end()) return "";
  return fmt::format("Again, alone: tenon plugin check {} --only {} --seed {} --in-process\n",
                     report.path, failed->property, report.seed);
}

// Text for an element or an attribute of XML 1.0, which has no control characters.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string junit_case(const CheckReport& report, const Verdict& verdict) {
  const std::string& owner = verdict.plugin.empty() ? "library" : verdict.plugin;
  const std::string head = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                                       xml(owner), xml(verdict.property), verdict.seconds);
  switch (verdict.holds) {
    case Holds::kYes:
      return head + "/>\n";
    case Holds::kNo:
      return fmt::format("{}>\n      <failure message=\"{}\">seed {}</failure>\n    </testcase>\n",
                         head, xml(verdict.text), report.seed);
    default:
      return fmt::format("{}>\n      <skipped message=\"{}\"/>\n    </testcase>\n", head,
                         xml(verdict.text));
  }
}

}  // namespace

size_t CheckReport::count(Holds holds) const {
  return static_cast<size_t>(std::ranges::count(verdicts, holds, &Verdict::holds));
}

std::string as_text(const CheckReport& report) {
  std::string text = fmt::format("{}, seed {}\n", report.path, report.seed);
  std::string_view owner = "?";
  Table table;
  for (const Verdict& verdict : report.verdicts) {
    if (verdict.plugin != owner) {
      owner = verdict.plugin;
      table.add({});
      table.add({owner.empty() ? "the library" : verdict.plugin});
    }
    table.add({fmt::format("  {:4}  {}", word(verdict.holds), verdict.property),
               milliseconds(verdict.seconds), remark(verdict)});
  }
  text += table.text() + '\n' + summary(report);
  if (!report.stopped.empty())
    text += "Its plugins were not examined: " + printable(report.stopped) + '\n';
  return text + again(report);
}

std::string as_json(const CheckReport& report) {
  JsonWriter json;
  json.begin_object().field("path", report.path).field("seed", std::to_string(report.seed));
  json.field("passed", report.passed()).key("plugins").begin_array();
  for (const std::string& plugin : report.plugins) json.value(plugin);
  json.end_array().key("properties").begin_array();
  for (const Verdict& verdict : report.verdicts) {
    json.begin_object().key("plugin");
    verdict.plugin.empty() ? json.null() : json.value(verdict.plugin);
    json.field("property", verdict.property).field("about", verdict.about);
    json.field("result", json_word(verdict.holds)).field("message", verdict.text);
    json.key("notes").begin_array();
    for (const std::string& note : verdict.notes) json.value(note);
    json.end_array().field("seconds", verdict.seconds).end_object();
  }
  json.end_array().key("stopped");
  report.stopped.empty() ? json.null() : json.value(report.stopped);
  return json.end_object().text() + '\n';
}

std::string as_junit(const CheckReport& report) {
  double seconds = 0;
  std::string cases;
  for (const Verdict& verdict : report.verdicts) {
    seconds += verdict.seconds;
    cases += junit_case(report, verdict);
  }
  size_t tests = report.verdicts.size(), failures = report.count(Holds::kNo);
  if (!report.stopped.empty()) {
    Verdict stopped;
    stopped.property = "can_be_examined";
    stopped.holds = Holds::kNo;
    stopped.text = report.stopped;
    cases += junit_case(report, stopped);
    ++tests;
    ++failures;
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" time=\"{:.3f}\">\n"
      "{}  </testsuite>\n</testsuites>\n",
      xml(report.path), tests, failures, report.count(Holds::kNotApplicable), seconds, cases);
}

}  // namespace tenon::cli
