// SPDX-License-Identifier: Apache-2.0
//
// The C++ of the SDK, seen from the host's side of the ABI: a module of several descriptors,
// options, what becomes of exceptions, and the life of a storage log.

#include <gtest/gtest.h>

#include "conformance/library.hpp"
#include "tenon/codec.hpp"
#include "tenon/partitioner.hpp"
#include "tenon/storage.hpp"

namespace tenon {

constexpr const char* kChoices[] = {"red", "green", nullptr};

// Takes one option of every type, and fails as its option "fail" says.
class OptionReader {
 public:
  static constexpr const char* kVendor = "Tenon";
  static constexpr tn_option kOptions[] = {
      bool_option("flag", "A flag.", "true"),
      int_option("number", "A number.", "7", 0, 10),
      float_option("ratio", "A ratio.", "0.5"),
      string_option("fail", "How the constructor fails.", ""),
      enum_option("color", "A colour.", "green", kChoices),
      duration_option("wait", "A duration.", "5s"),
      bytes_option("room", "A size.", "64KiB"),
      path_option("file", "A path.", "/tmp/x"),
  };

  explicit OptionReader(const Options& options) {
    const std::string fail = options.text("fail");
    if (fail == "error") throw Error(TN_E_CONFIG, "no such thing");
    if (fail == "memory") throw std::bad_alloc();
    if (fail == "standard") throw std::runtime_error("oops");
    if (fail == "number") throw 42;
    if (fail == "name") (void)options.integer("nimber");
    if (fail == "type") (void)options.boolean("number");
    all_read_ = options.boolean("flag") && options.integer("number") == 7 &&
                options.number("ratio") == 0.5 && options.text("color") == "green" &&
                options.choice("color") == 1 && options.duration_ms("wait") == 5000 &&
                options.bytes("room") == 65536 && options.text("file") == "/tmp/x";
  }
  int32_t partition(const Topic& topic, const Record& record) const {
    if (record.header_count() > 0) throw std::runtime_error("no headers, please");
    return all_read_ ? topic.size() - 1 : 0;
  }

 private:
  bool all_read_ = false;
};

// Has a function for batches, which fails at a record with headers.
class Batcher {
 public:
  struct State {
    int32_t base = 40;
  };
  int32_t partition(State& state, const Topic&, const Record&) const { return state.base; }
  void partition_batch(State& state, const Topic&, const Records& records,
                       int32_t* partitions) const {
    for (size_t i = 0; i < records.size(); i++) {
      if (records[i].header_count() > 0) throw std::runtime_error("no headers, please");
      partitions[i] = state.base + static_cast<int32_t>(i);
    }
  }
};

// Swallows everything, gives back nothing.
class NullCodec {
 public:
  static constexpr int32_t kWireId = TN_WIRE_GZIP;
  struct Context {};
  size_t bound(size_t) const { return 0; }
  Result<> compress(Context&, const Pieces&, int32_t, Sink&) const { return {}; }
  Result<> decompress(Context&, ByteView, Sink&) const { throw std::runtime_error("no way back"); }
};

// A log that counts its instances and answers flushes as it is told.
class FlushLog {
 public:
  FlushLog() { alive++; }
  ~FlushLog() { alive--; }
  Result<> configure(const tn_log_spec&) { return {}; }
  Result<> close(bool) { return {}; }
  Result<> append(const tn_append&) { return Error(TN_E_NOSPACE, "the disk is full"); }
  Result<> read(const ReadRange& range, tn_read& found) {
    if (range.from < 0) return Error(TN_E_NOT_FOUND, "before the log");
    found.lease = this;
    return {};
  }
  void release(void*) {}
  Result<int64_t> lookup(int64_t timestamp_ms) { return timestamp_ms + 1; }
  void flush(Flushed done) {
    if (answer_flush) done({});
  }
  Result<> truncate(int64_t) { return {}; }
  Result<int64_t> trim(int64_t offset) { return offset; }
  Result<size_t> segments(tn_segment*, size_t) { return size_t{0}; }
  Result<> put_blob(const char*, ByteView) { return {}; }
  Result<size_t> get_blob(const char*, uint8_t*, size_t) { return size_t{10}; }

  static inline int alive = 0;
  static inline bool answer_flush = true;
};

class FlushStorage {
 public:
  static constexpr uint32_t kFlags = TN_STORAGE_DURABLE;
  using Log = FlushLog;
  Result<std::shared_ptr<Log>> open(const tn_log_spec&, tn_log_state&) {
    return std::make_shared<Log>();
  }
};

}  // namespace tenon

TENON_MODULE(tenon::partitioner<tenon::OptionReader>("options", "1.0.0", "Reads options."),
             tenon::partitioner<tenon::Batcher>("batcher", "1.0.0", "Answers in batches."),
             tenon::codec<tenon::NullCodec>("null", "1.0.0", "Does nothing."),
             tenon::storage<tenon::FlushStorage>("flush", "1.0.0", "Flushes."))

namespace tenon::conformance {
namespace {

class PluginTest : public ::testing::Test {
 protected:
  tn_code create_code(const std::string& fail) {
    try {
      const Instance instance(host_, "options", {{"fail", fail}});
    } catch (const Error& error) {
      text_ = error.text();
      return error.code();
    }
    return TN_OK;
  }
  int32_t partition(const Instance& instance, uint32_t n_headers) {
    tn_record record{};
    record.n_headers = n_headers;
    const auto* api = instance.interface<tn_partitioner>(TN_PARTITIONER_ID);
    return api->partition(instance.self(), nullptr, &topic_, &record);
  }

  TestHost host_;
  std::string text_;
  tn_topic_view topic_{sizeof(tn_topic_view), 5, {}, nullptr, 1};
};

TEST_F(PluginTest, a_module_holds_several_descriptors) {
  EXPECT_EQ(check_module(tenon_module), "");
  EXPECT_EQ(tenon_module.n_descriptors, 4u);
  EXPECT_EQ(find_descriptor("null")->kind, TN_CODEC);
  EXPECT_STREQ(find_descriptor("options")->vendor, "Tenon");
  EXPECT_EQ(find_descriptor("options")->n_options, 8u);
}

TEST_F(PluginTest, a_library_with_a_unique_symbol_is_found_out) {
  EXPECT_EQ(check_library(TENON_UNIQUE),
            TENON_UNIQUE " has unique symbols, compile with -fno-gnu-unique or hide them: the_one");
}

TEST_F(PluginTest, a_note_tells_of_every_descriptor) {
  const std::string text = tenon_note.text;
  EXPECT_EQ(text.rfind("abi 1.0\npartitioner options 1.0.0\npartitioner batcher 1.0.0\ncodec null "
                       "1.0.0\nstorage flush 1.0.0\n",
                       0),
            0u)
      << text;
  EXPECT_EQ(text.substr(text.size() - 10), "sdk 1.1.0\n");
  EXPECT_EQ(text.size() + 1, tenon_note.text_size);
  EXPECT_STREQ(tenon_note.owner, "Tenon");
}

TEST_F(PluginTest, options_of_every_type_reach_the_constructor) {
  EXPECT_EQ(partition(Instance(host_, "options"), 0), 4);
}

TEST_F(PluginTest, an_exception_of_the_constructor_becomes_code_and_text) {
  EXPECT_EQ(create_code("error"), TN_E_CONFIG);
  EXPECT_EQ(text_, "no such thing");
  EXPECT_EQ(create_code("memory"), TN_E_AGAIN);
  EXPECT_EQ(create_code("standard"), TN_E_PANIC);
  EXPECT_EQ(text_, "oops");
  EXPECT_EQ(create_code("number"), TN_E_PANIC);
}

TEST_F(PluginTest, asking_for_an_option_that_is_not_there_says_so) {
  EXPECT_EQ(create_code("name"), TN_E_INVALID);
  EXPECT_EQ(text_, "no option is called nimber");
  EXPECT_EQ(create_code("type"), TN_E_INVALID);
}

TEST_F(PluginTest, an_exception_of_partition_is_an_answer_out_of_range) {
  EXPECT_EQ(partition(Instance(host_, "options"), 1), INT32_MIN);
}

class BatchTest : public PluginTest {
 protected:
  std::vector<int32_t> partitions(void* state, uint32_t n_headers) {
    tn_record plain{}, last{};
    last.n_headers = n_headers;
    const tn_record* const records[] = {&plain, &plain, &last};
    std::vector<int32_t> filled(3, -7);
    api_.partition_batch(instance_.self(), state, &topic_, records, 3, filled.data());
    return filled;
  }
  Instance instance_{host_, "batcher"};
  const tn_partitioner& api_ = *instance_.interface<tn_partitioner>(TN_PARTITIONER_ID);
};

TEST_F(BatchTest, a_function_for_batches_is_found_in_the_class) {
  void* state = api_.new_state(instance_.self());
  EXPECT_EQ(partitions(state, 0), (std::vector<int32_t>{40, 41, 42}));
  api_.free_state(instance_.self(), state);
  const Instance other(host_, "options");
  EXPECT_EQ(other.interface<tn_partitioner>(TN_PARTITIONER_ID)->partition_batch, nullptr);
}

TEST_F(BatchTest, an_exception_puts_the_whole_batch_out_of_range) {
  void* state = api_.new_state(instance_.self());
  EXPECT_EQ(partitions(state, 1), std::vector<int32_t>(3, INT32_MIN));
  api_.free_state(instance_.self(), state);
}

TEST_F(BatchTest, without_a_state_the_host_chooses) {
  EXPECT_EQ(partitions(nullptr, 0), std::vector<int32_t>(3, TN_PARTITION_ANY));
}

TEST_F(PluginTest, report_keeps_to_the_callers_struct) {
  tn_error error = new_error();
  error.struct_size = offsetof(tn_error, message) + 4;
  std::memset(error.message, '#', sizeof(error.message));
  EXPECT_EQ(report(&error, TN_E_IO, "longer than that"), TN_E_IO);
  EXPECT_STREQ(error.message, "lon");
  EXPECT_EQ(error.message[4], '#');
  EXPECT_EQ(report(nullptr, TN_E_IO, "nobody listens"), TN_E_IO);
}

TEST_F(PluginTest, a_host_of_another_abi_is_refused) {
  tn_host other = *host_.get();
  other.abi_major = 2;
  void* self = nullptr;
  tn_error error = new_error();
  const tn_descriptor& descriptor = *find_descriptor("null");
  EXPECT_EQ(descriptor.create(&other, nullptr, &self, &error), TN_E_INVALID);
}

class StorageLogTest : public PluginTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(api_.open(storage_.self(), &spec_, &log_, &state_, &error_), TN_OK);
  }
  tn_read read(int64_t offset) {
    tn_read found{};
    code_ = api_.read(log_, offset, 100, 100, 1, &found, &error_);
    return found;
  }
  void flush() {
    api_.flush(
        log_, [](void* arg, tn_code code, const tn_error*) { *static_cast<tn_code*>(arg) = code; },
        &code_);
  }

  Instance storage_{host_, "flush"};
  const tn_storage& api_ = *storage_.interface<tn_storage>(TN_STORAGE_ID);
  tn_log_spec spec_{};
  tn_log_state state_{};
  tn_error error_ = new_error();
  void* log_ = nullptr;
  tn_code code_ = -1;
};

TEST_F(StorageLogTest, lives_until_it_is_closed_and_its_leases_are_released) {
  const tn_read found = read(0);
  EXPECT_EQ(api_.close(log_, 0, &error_), TN_OK);
  EXPECT_EQ(FlushLog::alive, 1);
  api_.release(log_, found.lease);
  EXPECT_EQ(FlushLog::alive, 0);
}

TEST_F(StorageLogTest, errors_come_out_with_their_text) {
  const tn_append batches{};
  EXPECT_EQ(api_.append(log_, &batches, &error_), TN_E_NOSPACE);
  EXPECT_STREQ(error_.message, "the disk is full");
  EXPECT_EQ(read(-1).lease, nullptr);
  EXPECT_EQ(code_, TN_E_NOT_FOUND);
  api_.close(log_, 0, &error_);
}

TEST_F(StorageLogTest, a_flush_is_answered_even_if_the_plugin_drops_it) {
  flush();
  EXPECT_EQ(code_, TN_OK);
  FlushLog::answer_flush = false;
  flush();
  FlushLog::answer_flush = true;
  EXPECT_EQ(code_, TN_E_PANIC);
  api_.close(log_, 0, &error_);
}

TEST_F(StorageLogTest, a_blob_beyond_the_buffer_tells_its_size) {
  size_t size = 0;
  uint8_t small[4];
  EXPECT_EQ(api_.get_blob(log_, "state", small, sizeof(small), &size, &error_), TN_E_NOSPACE);
  EXPECT_EQ(size, 10u);
  int64_t offset = 0;
  EXPECT_EQ(api_.lookup(log_, 41, &offset, &error_), TN_OK);
  EXPECT_EQ(offset, 42);
  api_.close(log_, 0, &error_);
}

}  // namespace
}  // namespace tenon::conformance
