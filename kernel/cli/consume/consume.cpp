// SPDX-License-Identifier: Apache-2.0

#include "cli/consume/consume.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "cli/client/errors.h"
#include "cli/consume/reader.h"
#include "cli/consume/record_output.h"
#include "cli/option_checks.h"
#include "cli/output/text.h"
#include "cli/signals.h"

namespace tenon::cli {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kIdleMs = 100;
// How long a run that is to end by itself waits for brokers that went away.
constexpr std::chrono::seconds kAway{10};

struct ConsumeOptions {
  ReaderOptions reader;
  std::vector<std::string> offsets;
  std::string format;
  std::string key_delimiter;
  bool null_word = false;
  bool json = false;
  int64_t count = -1;  // -1 = no limit
};

// One run of the verb, after everything has been set up.
class Consumption {
 public:
  Consumption(const ConsumeOptions& options, Reader& reader, OutputStyle style)
      : reader_(reader),
        output_(std::move(style)),
        left_(options.count),
        ends_by_itself_(options.reader.exit_at_end || options.reader.range.until_ms) {}

  // Until the end of what was asked for, a signal, or a stdout that nobody reads.
  Outcome<> run() {
    while (!signals_.stopped() && readable_ && left_ != 0 && !reader_.finished()) {
      Message message = reader_.next(0);
      if (!message) {
        readable_ = output_.flush() && readable_;
        message = reader_.next(kIdleMs);
      }
      auto taken = message ? take(*message) : on_idle();
      if (!taken) {
        output_.flush();
        return taken;
      }
    }
    output_.flush();
    return {};
  }

 private:
  Outcome<> take(const rd_kafka_message_t& message) {
    if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      reader_.on_partition_end(message);
    } else if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return on_error(message);
    } else if (reader_.wants(message)) {
      readable_ = output_.add(message);
      if (readable_) reader_.done_with(message);
      if (left_ > 0) --left_;
    }
    away_since_.reset();
    return {};
  }

  Outcome<> on_error(const rd_kafka_message_t& message) {
    // A broker that is away comes back; librdkafka tries again by itself.
    if (exit_code_for(message.err) == kUnreachable) return {};
    const std::string what =
        message.rkt ? "topic " + std::string(rd_kafka_topic_name(message.rkt)) : "consuming";
    return std::unexpected(
        reader_.client().failure(message.err, what, rd_kafka_message_errstr(&message)));
  }

  Outcome<> on_idle() {
    if (reader_.client().lost_all_brokers() && !away_since_) {
      away_since_ = Steady::now();
      fmt::print(stderr, "tenon: the brokers went away; waiting for them\n");
    }
    if (!away_since_ || !ends_by_itself_ || Steady::now() - *away_since_ < kAway) return {};
    return std::unexpected(
        reader_.client().failure(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "consuming"));
  }

  const StopSignals signals_;
  Reader& reader_;
  RecordOutput output_;
  int64_t left_;
  bool ends_by_itself_;
  bool readable_ = true;
  std::optional<Steady::time_point> away_since_;
};

Outcome<OutputStyle> style_of(const Shell& shell, const ConsumeOptions& options) {
  std::string format = options.format;
  if (format.empty()) {
    // A percent in the delimiter is no token.
    for (const char c : options.key_delimiter) format += c == '%' ? "%%" : std::string(1, c);
    format = (options.key_delimiter.empty() ? "" : "%k" + format) + "%s\\n";
  }
  auto parsed = RecordFormat::parse(format);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  return OutputStyle{shell.json || options.json, std::move(*parsed),
                     options.null_word ? "NULL" : ""};
}

int run_consume(const Shell& shell, ConsumeOptions options) {
  auto style = style_of(shell, options);
  if (!style) return report(style.error());
  const auto range = parse_range(options.offsets);
  if (!range) return report(range.error());
  options.reader.range = *range;
  const auto reader = options.reader.group.empty() ? open_partitions(shell, options.reader)
                                                   : join_group(shell, options.reader);
  if (!reader) return report(reader.error());
  const auto consumed = Consumption(options, **reader, std::move(*style)).run();
  const auto closed = (*reader)->close();
  if (!consumed) return report(consumed.error());
  return closed ? kDone : report(closed.error());
}

void add_reading_options(CLI::App& verb, ConsumeOptions& options) {
  verb.add_option("TOPIC", options.reader.topics, "Where from")->required()->type_name("");
  verb.add_option(
          "-o,--offset", options.offsets,
          "beginning, end, N, -N (before the end), s@MS, e@MS (from, until a time); with -g: "
          "where a partition without a commit begins")
      ->allow_extra_args(false)
      ->type_name("OFFSET");
  auto* group = verb.add_option("-g,--group", options.reader.group,
                                "Read as a member of this group and commit what was printed")
                    ->type_name("GROUP");
  auto* partition =
      verb.add_option("-p,--partition", options.reader.partition, "Only this partition");
  take_number_from(partition, 0)->excludes(group);
  verb.add_flag("-e,--exit", options.reader.exit_at_end, "Exit at the end of every partition");
  take_number_from(verb.add_option("-c,--count", options.count, "Exit after so many records"), 1);
}

void add_printing_options(CLI::App& verb, ConsumeOptions& options) {
  auto* format =
      verb.add_option("-f,--output", options.format, "The tokens of kcat; default '%s\\n'")
          ->type_name("FORMAT");
  verb.add_flag("-J,--json", options.json, "One JSON object for each record")->excludes(format);
  verb.add_option("-K,--key-delimiter", options.key_delimiter, "Print keys, and this behind them")
      ->excludes(format)
      ->type_name("TEXT");
  verb.add_flag("-Z,--null", options.null_word, "Print NULL for null keys and values");
}

}  // namespace

void add_consume(CLI::App& app, Shell& shell) {
  auto* verb = app.add_subcommand("consume", "Print records");
  auto options = std::make_shared<ConsumeOptions>();
  add_reading_options(*verb, *options);
  add_printing_options(*verb, *options);
  add_client_options(*verb, shell);
  verb->footer(
      "Tokens of -f: %t topic, %p partition, %o offset, %T timestamp in ms, %k key, %s value,\n"
      "%K and %S their lengths, %R length of the value as 4 bytes, %h headers, %%; \\n \\t \\xNN\n"
      "\n"
      "Examples:\n"
      "  tenon consume orders -e\n"
      "  tenon consume orders -o -10 -e -f '%t [%p] @ %o: %k = %s\\n'\n"
      "  tenon consume orders -g billing -c 100\n"
      "  tenon consume orders -o end -J | jq .payload");
  verb->callback([options, &shell] {
    shell.action = [options, &shell] { return run_consume(shell, *options); };
  });
}

}  // namespace tenon::cli
