// SPDX-License-Identifier: Apache-2.0

#include "cli/produce/produce.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstring>
#include <optional>

#include "cli/client/admin.h"
#include "cli/option_checks.h"
#include "cli/output/json.h"
#include "cli/output/text.h"
#include "cli/plugin_directories.h"
#include "cli/produce/partition_chooser.h"
#include "cli/produce/producer.h"
#include "cli/signals.h"

namespace tenon::cli {
namespace {

using Steady = std::chrono::steady_clock;

struct ProduceOptions {
  std::string topic;
  std::string file = "-";
  LineSyntax syntax;
  std::optional<int32_t> partition;
  PartitionerChoice partitioner;
  std::string plugins;  // a directory; empty = that of the program
  ProducerOptions producer;
  std::vector<std::string> headers;

  bool names_partitioner() const { return !partitioner.plugin.empty(); }
};

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

// A line on a terminal's stderr that is written over and over, at most five times a second.
class Progress {
 public:
  explicit Progress(bool wanted) : wanted_(wanted && isatty(STDERR_FILENO) == 1) {}

  void show(const Tally& tally) {
    if (!wanted_ || Steady::now() < next_) return;
    next_ = Steady::now() + std::chrono::milliseconds(200);
    const double rate = static_cast<double>(tally.bytes) / seconds_since(start_) / 1e6;
    fmt::print(stderr, "\r{} records, {:.1f} MB/s\033[K", tally.delivered, rate);
    shown_ = true;
  }
  void clear() {
    if (std::exchange(shown_, false)) fmt::print(stderr, "\r\033[K");
  }

 private:
  bool wanted_;
  bool shown_ = false;
  Steady::time_point start_ = Steady::now();
  Steady::time_point next_ = start_ + std::chrono::milliseconds(200);
};

// Reads, chooses, sends: what is common to all lines of one run.
class Run {
 public:
  // `chooser` is null when all records go to one partition.
  Run(const ProduceOptions& options, Producer& producer, PartitionChooser* chooser)
      : options_(options), producer_(producer), chooser_(chooser) {
    for (const auto& [name, value] : options.producer.headers)
      headers_.push_back({as_tn(std::string_view(name)), as_tn(std::string_view(value))});
  }

  void send_line(std::string_view line) {
    const LineRecord record = split_line(line, options_.syntax);
    const int64_t now_ms = clock_.wall_ms();
    producer_.send(options_.partition ? *options_.partition : choose(record, now_ms), record,
                   now_ms);
    producer_.poll();
  }

 private:
  static tn_bytes as_tn(const std::optional<std::string_view>& bytes) {
    if (!bytes) return {nullptr, 0};
    return {reinterpret_cast<const uint8_t*>(bytes->empty() ? "" : bytes->data()), bytes->size()};
  }

  int32_t choose(const LineRecord& record, int64_t now_ms) {
    tn_record shown{};
    shown.key = as_tn(record.key);
    shown.value = as_tn(record.value);
    shown.headers = headers_.data();
    shown.n_headers = static_cast<uint32_t>(headers_.size());
    shown.timestamp_ms = now_ms;
    return chooser_->choose(shown);
  }

  const ProduceOptions& options_;
  Producer& producer_;
  PartitionChooser* chooser_;
  std::vector<tn_header> headers_;
  SystemClock clock_;
};

std::string as_json(const ProduceOptions& options, const Tally& tally, double seconds) {
  JsonWriter json;
  json.begin_object().field("topic", options.topic).field("records", tally.delivered);
  json.field("bytes", tally.bytes).field("seconds", seconds).field("failed", tally.failed);
  json.key("first_failure");
  tally.failed > 0 ? json.value(tally.first_reason) : json.null();
  json.key("partitions").begin_array();
  for (size_t i = 0; i < tally.by_partition.size(); ++i) {
    json.begin_object().field("partition", static_cast<int64_t>(i));
    json.field("records", tally.by_partition[i]).end_object();
  }
  json.end_array().end_object();
  return json.text();
}

int print_summary(const Shell& shell, const ProduceOptions& options, const Tally& tally,
                  double seconds) {
  if (shell.json)
    fmt::print("{}\n", as_json(options, tally, seconds));
  else
    fmt::print(stderr, "{} record{}, {} bytes in {:.2f} s\n", tally.delivered,
               tally.delivered == 1 ? "" : "s", tally.bytes, seconds);
  if (tally.failed == 0) return kDone;
  return report(
      {kFailed,
       fmt::format("{} record{} not delivered to {}{}; the first: {}", tally.failed,
                   tally.failed == 1 ? " was" : "s were", options.topic,
                   tally.gave_up ? ", nor any line behind them" : "", tally.first_reason)});
}

Outcome<TopicMetadata> find_topic(const Client& client, const ProduceOptions& options) {
  auto topic = client.topic(options.topic);
  if (!topic || !options.partition) return topic;
  const auto count = std::ssize(topic->partitions);
  if (*options.partition < count) return topic;
  return failed(kNotFound, fmt::format("topic {}: has no partition {}; the last is {}",
                                       options.topic, *options.partition, count - 1));
}

// The partitioner that the topic names (tenon.partitioner), or hash: also where there is no such
// thing, and where we are not allowed to know.
std::string partitioner_of_topic(const Client& client, const std::string& topic) {
  constexpr const char* kDefault = "hash";
  const auto configs = topic_configs(client, topic);
  if (!configs) {
    fmt::print(stderr, "tenon: {}; records go where the partitioner {} puts them\n",
               configs.error().text, kDefault);
    return kDefault;
  }
  const auto named = std::ranges::find(*configs, "tenon.partitioner", &ConfigValue::name);
  return named != configs->end() && named->value && !named->value->empty() ? *named->value
                                                                           : kDefault;
}

Outcome<std::unique_ptr<PartitionChooser>> load_chooser_of_topic(const Client& client,
                                                                 const ProduceOptions& options) {
  PartitionerChoice choice = options.partitioner;
  choice.plugin = partitioner_of_topic(client, options.topic);
  auto chooser = PartitionChooser::load(choice);
  if (chooser) return chooser;
  return failed(chooser.error().exit_code,
                fmt::format("topic {} goes by the partitioner {}: {}", options.topic, choice.plugin,
                            chooser.error().text));
}

bool may_go_on(const std::optional<std::string_view>& line, const StopSignals& signals,
               const Tally& tally) {
  return line && !signals.stopped() && !tally.gave_up;
}

int run_produce(const Shell& shell, const ProduceOptions& options) {
  auto lines = LineReader::open(options.file);
  if (!lines) return report(lines.error());
  Outcome<std::unique_ptr<PartitionChooser>> chooser;
  if (options.names_partitioner()) chooser = PartitionChooser::load(options.partitioner);
  if (!chooser) return report(chooser.error());
  auto producer = Producer::connect(shell, options.producer);
  if (!producer) return report(producer.error());
  const auto topic = find_topic((*producer)->client(), options);
  if (!topic) return report(topic.error());
  const bool topic_decides = !options.partition && !options.names_partitioner();
  if (topic_decides) chooser = load_chooser_of_topic((*producer)->client(), options);
  if (!chooser) return report(chooser.error());
  (*producer)->set_topic(*topic);
  if (*chooser) (*chooser)->set_topic(*topic);

  const StopSignals signals;
  const auto start = Steady::now();
  Run run(options, **producer, chooser->get());
  Progress progress(!lines->from_terminal());
  for (auto line = lines->next(); may_go_on(line, signals, (*producer)->tally());
       line = lines->next()) {
    run.send_line(*line);
    progress.show((*producer)->tally());
  }
  (*producer)->flush();
  progress.clear();
  const int exit_code = print_summary(shell, options, (*producer)->tally(), seconds_since(start));
  if (lines->error() == 0) return exit_code;
  return report({kFailed, fmt::format("{}: cannot be read to its end: {}", options.file,
                                      std::strerror(lines->error()))});
}

// What CLI11 cannot check by itself.
Outcome<ProduceOptions> checked(ProduceOptions options) {
  options.syntax.key_delimiter = unescape(options.syntax.key_delimiter);
  for (const std::string& header : options.headers) {
    const size_t equals = header.find('=');
    if (equals == std::string::npos || equals == 0)
      return failed(kUsage, fmt::format("-H {}: is not name=value", header));
    options.producer.headers.emplace_back(header.substr(0, equals), header.substr(equals + 1));
  }
  options.partitioner.directories = plugin_directories(options.plugins);
  return options;
}

void add_record_options(CLI::App& verb, ProduceOptions& options) {
  verb.add_option("-K,--key-delimiter", options.syntax.key_delimiter,
                  "What stands between key and value; without it lines are values")
      ->type_name("TEXT");
  verb.add_flag("-Z,--null", options.syntax.empty_is_null, "An empty value (or key) is null");
  verb.add_option("-H,--header", options.headers, "A header of every record (repeatable)")
      ->allow_extra_args(false)
      ->type_name("name=value");
  auto* codec = verb.add_option("-z,--codec", options.producer.codec, "How batches are compressed");
  take_one_of(codec, {"none", "gzip", "snappy", "lz4", "zstd"});
  auto* acks =
      verb.add_option("--acks", options.producer.acks,
                      "-1 (default): all in sync, without duplicates; 1: the leader; 0: nobody");
  take_one_of(acks, {"-1", "0", "1"});
}

void add_partition_options(CLI::App& verb, ProduceOptions& options) {
  auto* partition =
      verb.add_option("-p,--partition", options.partition, "Everything to this partition");
  take_number_from(partition, 0);
  verb.add_option("--partitioner", options.partitioner.plugin,
                  "What chooses: hash, crc32, round-robin, sticky, or a library; without it the "
                  "topic's tenon.partitioner, or hash")
      ->excludes(partition)
      ->type_name("NAME|PATH");
  verb.add_option("--partitioner-option", options.partitioner.options,
                  "An option of that plugin (repeatable)")
      ->allow_extra_args(false)
      ->type_name("key=value");
  verb.add_option("--plugins", options.plugins, "Where plugins are looked for by name")
      ->type_name("DIR");
}

}  // namespace

void add_produce(CLI::App& app, Shell& shell) {
  auto* verb = app.add_subcommand("produce", "Send each line of stdin or of a file as a record");
  auto options = std::make_shared<ProduceOptions>();
  verb->add_option("TOPIC", options->topic, "Where to")->required()->type_name("");
  verb->add_option("FILE", options->file, "The lines; - or nothing for stdin")->type_name("");
  add_record_options(*verb, *options);
  add_partition_options(*verb, *options);
  add_client_options(*verb, shell);
  verb->footer(
      "Examples:\n"
      "  echo hello | tenon produce greetings\n"
      "  tenon produce orders orders.txt -K: -z zstd -H source=import\n"
      "  tenon produce orders orders.txt -K: --partitioner crc32\n"
      "  tenon produce orders orders.txt --partitioner ./partitioner-mine.so");
  verb->callback([options, &shell] {
    shell.action = [options, &shell] {
      const auto good = checked(*options);
      return good ? run_produce(shell, *good) : report(good.error());
    };
  });
}

}  // namespace tenon::cli
