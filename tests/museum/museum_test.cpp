// SPDX-License-Identifier: Apache-2.0
//
// Loads and runs the plugins of every release of the SDK, through the broker's plugin host, and
// compares with what they answered when they were built. The answers are a text beside the pieces,
// a word and its arguments to a line; "-" is nothing at all:
//
//   partitioner|codec|assignor NAME  the piece that the lines below are about
//   option TOML                 a line of its configuration
//   logs TEXT                   it says this when it is made
//   fails TEXT                  it cannot be made, and says this
//   key KEY N PARTITION         a record with that key, in a topic of N partitions
//   batch KEYS N PARTITIONS     several records in one call, with a state of their own
//   turn N                      a batch of that topic was closed
//   compress HEX HEX            of at most 1000 bytes
//   decompress HEX HEX|corrupt|too-large
//   assign MEMBERS TOPICS READERS    "a:t+u,b:t" read "t:abb-,u:-": what each partition's reader is
//                                    now ("-" nobody) and becomes; names are one letter each
//
// The pieces are for x86-64 and run only there.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "base/log.h"
#include "base/sim_scheduler.h"
#include "plugin/host.h"

namespace tenon::plugin {
namespace {

namespace fs = std::filesystem;

#ifdef __x86_64__
constexpr bool kCanRun = true;
#else
constexpr bool kCanRun = false;
#endif

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream stream(list);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part == "-" ? "" : part);
  return parts;
}

Bytes from_hex(const std::string& hex) {
  Bytes bytes;
  for (size_t i = 0; hex != "-" && i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

std::string to_hex(ByteView bytes) {
  std::string hex;
  for (const uint8_t byte : bytes) hex += fmt::format("{:02x}", byte);
  return hex.empty() ? "-" : hex;
}

// One piece with its configuration, and what it answers to each line.
class Piece {
 public:
  Piece(fs::path folder, std::string kind, std::string name)
      : folder_(std::move(folder)), kind_(std::move(kind)), name_(std::move(name)) {}

  std::string label() const { return kind_ + " " + name_; }
  void add_option(const std::string& line) { options_ += line + "\n"; }

  // What it logged, or why it could not be made.
  const std::string& made() {
    if (!said_) load();
    return *said_;
  }
  std::string key(const std::string& key, int32_t n) {
    made();
    if (!host_) return *said_;
    if (!state_) state_.emplace(partitioner().new_state());
    const tn_record record = record_of(key);
    return std::to_string(partitioner().choose(*state_, topic_of(n), record));
  }
  std::string batch(const std::string& keys, int32_t n) {
    made();
    if (!host_) return *said_;
    const std::vector<std::string> texts = split(keys);
    std::vector<tn_record> records;
    for (const std::string& text : texts) records.push_back(record_of(text));
    std::vector<const tn_record*> pointers;
    for (const tn_record& record : records) pointers.push_back(&record);
    std::vector<int32_t> partitions(records.size());
    Partitioner::State state = partitioner().new_state();
    partitioner().choose_batch(state, topic_of(n), pointers, partitions);
    return fmt::format("{}", fmt::join(partitions, ","));
  }
  void turn(int32_t n) { partitioner().on_new_batch(*state_, topic_of(n), 0); }
  std::string compress(const std::string& hex) {
    made();
    if (!host_) return *said_;
    Bytes out;
    const auto done = codec().compress(from_hex(hex), out);
    return done ? to_hex(out) : done.error().detail;
  }
  std::string decompress(const std::string& hex) {
    made();
    if (!host_) return *said_;
    const auto out = codec().decompress(from_hex(hex), 1000);
    if (out) return to_hex(*out);
    return out.error().code == Errc::kCorruptMessage ? "corrupt" : "too-large";
  }

  std::string assign(const std::string& members, const std::string& topics) {
    made();
    if (!host_) return *said_;
    const std::vector<std::string> member_texts = split(members), topic_texts = split(topics);
    AssignorGroup group;
    for (const std::string& text : topic_texts) {
      group.topics.push_back({.name = std::string_view(text).substr(0, 1),
                              .partitions = static_cast<uint32_t>(text.size() - 2)});
    }
    for (const std::string& text : member_texts) {
      GroupMember& member = group.members.emplace_back();
      member.id = std::string_view(text).substr(0, 1);
      member.generation = 1;
      for (uint32_t t = 0; t < group.topics.size(); ++t) {
        if (text.find(group.topics[t].name, 2) != std::string::npos) member.topics.push_back(t);
        for (uint32_t p = 0; p < group.topics[t].partitions; ++p) {
          if (topic_texts[t][p + 2] == text[0]) member.owned.push_back({t, p});
        }
      }
    }
    const auto readers =
        assignor().assign(group, {.clock = scheduler_.clock(),
                                  .deadline = scheduler_.clock().now() + std::chrono::seconds(1)});
    if (!readers) return readers.error().detail;
    std::string answer;
    for (size_t t = 0; t < readers->size(); ++t) {
      answer += (t > 0 ? "," : "") + std::string(group.topics[t].name) + ":";
      for (const int32_t reader : (*readers)[t]) {
        answer += reader == TN_NOBODY ? '-' : group.members[static_cast<size_t>(reader)].id[0];
      }
    }
    return answer;
  }

 private:
  void load() {
    const std::string path = folder_ / (kind_ + "-" + name_ + ".so");
    const auto read = config::read_text(
        fmt::format("[{}.{}]\npath = \"{}\"\n{}", kind_, name_, path, options_), "museum.toml");
    testing::internal::CaptureStderr();
    auto loaded = PluginHost::load(read.settings.plugins, {&scheduler_.clock(), &random_, nullptr});
    flush_log();
    said_ = testing::internal::GetCapturedStderr();
    if (loaded) {
      host_ = *std::move(loaded);
    } else {
      for (const config::Problem& problem : loaded.error()) *said_ += problem.message() + "\n";
    }
  }
  const Partitioner& partitioner() const { return *host_->partitioner(name_); }
  const Assignor& assignor() const { return *host_->assignor(name_); }
  const Codec& codec() const { return *host_->codecs().find(name_); }

  static tn_record record_of(const std::string& key) {
    tn_record record{};
    record.struct_size = sizeof record;
    const std::string& text = key == "-" ? kEmpty : key;
    record.key = {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
    return record;
  }
  static tn_topic_view topic_of(int32_t n) {
    tn_topic_view topic{};
    topic.struct_size = sizeof topic;
    topic.n_partitions = n;
    return topic;
  }

  static inline const std::string kEmpty;
  fs::path folder_;
  std::string kind_;
  std::string name_;
  std::string options_;
  SimScheduler scheduler_;
  SeededRandom random_{1};
  std::optional<std::string> said_;
  std::unique_ptr<PluginHost> host_;
  std::optional<Partitioner::State> state_;  // before the host in destruction
};

// Reads the answers of one release, line by line, and asks.
class Answers {
 public:
  explicit Answers(fs::path folder) : folder_(std::move(folder)) {}

  void compare() {
    std::ifstream file(folder_ / "answers.txt");
    for (std::string line; std::getline(file, line);) {
      ++number_;
      if (line.empty() || line.starts_with('#')) continue;
      std::istringstream words(line);
      std::string verb;
      words >> verb >> std::ws;
      std::string rest;
      std::getline(words, rest);
      answer(verb, rest);
    }
    EXPECT_GT(compared_, 0) << folder_;
  }

 private:
  void answer(const std::string& verb, const std::string& rest) {
    if (verb == "partitioner" || verb == "codec" || verb == "assignor") {
      piece_ = std::make_unique<Piece>(folder_, verb, rest);
    } else if (verb == "option") {
      piece_->add_option(rest);
    } else if (verb == "logs" || verb == "fails") {
      expect_in(rest, piece_->made());
    } else if (verb == "turn") {
      piece_->turn(std::stoi(rest));
    } else {
      ask(verb, rest);
    }
  }
  void ask(const std::string& verb, const std::string& rest) {
    std::istringstream words(rest);
    std::string input, expected;
    int32_t n = 0;
    words >> input;
    std::string topics;
    if (verb == "assign") words >> topics;
    if (verb == "key" || verb == "batch") words >> n;
    words >> expected;
    ASSERT_FALSE(words.fail()) << place();
    if (verb == "key") expect(expected, piece_->key(input, n));
    if (verb == "batch") expect(expected, piece_->batch(input, n));
    if (verb == "compress") expect(expected, piece_->compress(input));
    if (verb == "decompress") expect(expected, piece_->decompress(input));
    if (verb == "assign") expect(expected, piece_->assign(input, topics));
  }
  void expect(const std::string& expected, const std::string& actual) {
    ++compared_;
    EXPECT_EQ(actual, expected) << place();
  }
  void expect_in(const std::string& expected, const std::string& actual) {
    ++compared_;
    EXPECT_NE(actual.find(expected), std::string::npos) << place() << actual;
  }
  std::string place() const {
    return fmt::format("{}:{}: {}\n", (folder_ / "answers.txt").string(), number_,
                       piece_ ? piece_->label() : "");
  }

  fs::path folder_;
  std::unique_ptr<Piece> piece_;
  int number_ = 0;
  int compared_ = 0;
};

std::vector<fs::path> releases() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(TENON_MUSEUM))
    if (entry.path().filename().string().starts_with("sdk-")) found.push_back(entry.path());
  return found;
}

TEST(Museum, every_piece_still_says_what_it_is) {
  ASSERT_FALSE(releases().empty());
  for (const fs::path& folder : releases()) {
    for (const auto& found : PluginHost::available({folder.string()})) {
      if (kCanRun) {
        ASSERT_TRUE(found.note) << found.note.error().text();
        EXPECT_EQ("sdk-" + found.note->sdk.substr(0, 3), folder.filename());
      } else {
        EXPECT_NE(found.note.error().detail.find("is built for x86_64"), std::string::npos);
      }
    }
  }
}

TEST(Museum, every_piece_still_answers_as_it_did) {
  for (const fs::path& folder : releases()) {
    if (kCanRun) {
      Answers(folder).compare();
    } else {
      printf("%s: its pieces are for x86_64 and run only there\n", folder.c_str());
    }
  }
}

}  // namespace
}  // namespace tenon::plugin
