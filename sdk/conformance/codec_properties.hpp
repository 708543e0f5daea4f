// SPDX-License-Identifier: Apache-2.0
//
// The properties of codecs: round trips, hard caps, damaged and hostile input, contexts, and the
// framings that Kafka's clients write and read. Properties of one descriptor; see property.hpp. The
// verbs are the CodecKit's.
#pragma once

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "conformance/codec_kit.hpp"
#include "conformance/property.hpp"
#include "conformance/reference/reference_decoders.hpp"
#include "conformance/reference/reference_streams.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {
namespace detail {

// A kit for one check, with the host that it needs.
struct CodecCase {
  explicit CodecCase(const Subject& subject)
      : host(JobMode::kDeferred, subject.seed), kit(host, *subject.descriptor, subject.options) {}

  TestHost host;
  CodecKit kit;
};

inline std::string check_codec_table(Subject& subject) {
  const auto* api = static_cast<const tn_codec*>(subject.descriptor->get_interface(TN_CODEC_ID));
  if (api == nullptr) return "get_interface(\"" TN_CODEC_ID "\") is null";
  if (api->struct_size < TN_CODEC_SIZE_1_0) return "the table is too short";
  if (api->wire_id < TN_WIRE_GZIP || api->wire_id > TN_WIRE_ZSTD)
    return "its wire id " + std::to_string(api->wire_id) + " is none of the wire's, 1 to 4";
  if ((api->flags >> 16) != 0) return "the table has flags that a host must know, and none knows";
  if (api->bound == nullptr || api->compress == nullptr || api->decompress == nullptr)
    return "the table lacks bound, compress or decompress";
  return (api->new_context == nullptr) == (api->free_context == nullptr)
             ? ""
             : "new_context and free_context come together";
}

// 64 MiB: of zeros, of noise, of words.
inline std::string check_large(Subject& subject) {
  constexpr size_t kSize = 64u << 20;
  const CodecCase test(subject);
  Buffer content = make_content(Content::kText, 1u << 20, subject.seed);
  const Buffer noise = make_content(Content::kRandom, 1u << 20, subject.seed);
  content.resize(kSize / 2, 0);
  while (content.size() < kSize - (1u << 20))
    content.insert(content.end(), noise.begin(), noise.end());
  content.insert(content.end(), content.begin(), content.begin() + (1u << 20));
  const std::string wrong = test.kit.check_round_trip(content);
  return wrong.empty() ? "" : "64 MiB: " + wrong;
}

// Ten of the levels that the option "level" allows, the lowest and the highest among them; none if
// there is no such option.
inline std::vector<int32_t> levels_of(const tn_descriptor& descriptor) {
  std::vector<int32_t> levels;
  for (uint32_t i = 0; i < descriptor.n_options; i++) {
    const tn_option& option = option_at(descriptor, i);
    if (std::string("level") != option.name || option.min >= option.max) continue;
    for (int64_t step = 0; step < 10; step++)
      levels.push_back(static_cast<int32_t>(option.min + (option.max - option.min) * step / 9));
  }
  return levels;
}

inline std::string check_levels(Subject& subject) {
  const CodecCase test(subject);
  const std::vector<int32_t> levels = levels_of(*subject.descriptor);
  const Buffer content = make_content(Content::kText, 100000, subject.seed);
  for (const int32_t level : levels) {
    const std::string wrong = test.kit.check_round_trip(content, level);
    if (!wrong.empty()) return "at level " + std::to_string(level) + " " + wrong;
  }
  return levels.empty() ? subject.skip("it has no option \"level\" with bounds") : "";
}

// A stream cut at every byte, each piece at the end of a page.
inline std::string check_input_reading(Subject& subject) {
  const CodecCase test(subject);
  const Buffer content = make_content(Content::kText, 2000, subject.seed);
  const Buffer packed = test.kit.compress(content);
  for (size_t size = 0; size <= packed.size(); size++) {
    const EdgeBuffer edge(ByteView(packed.data(), size));
    (void)test.kit.decompress(edge.view(), content.size(), test.kit.context());
  }
  const EdgeBuffer plain(CodecKit::view(content));
  return test.kit.compress({plain.view()}, test.kit.ample(content.size())).bytes == packed
             ? ""
             : "the same bytes give another stream elsewhere in memory";
}

// VmHWM, which can be set back to what is held now.
inline size_t peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    size_t kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib * 1024;
  }
  return 0;
}
inline void reset_peak() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

// 64 MiB of zeros, wanted in 1 MiB.
inline std::string check_bomb(Subject& subject) {
  constexpr size_t kCap = 1u << 20, kMemoryMax = 32u << 20;
  const CodecCase test(subject);
  const Buffer packed = test.kit.compress(Buffer(64u << 20, 0));
  reset_peak();
  const size_t before = peak_bytes();
  const auto start = std::chrono::steady_clock::now();
  const CodecOutcome out = test.kit.decompress(packed, kCap);
  const auto took = std::chrono::steady_clock::now() - start;
  const size_t grown = peak_bytes() - before;
  if (out.overrun) return "a bomb went past the cap";
  if (out.code != TN_E_LIMIT) return "a bomb is not TN_E_LIMIT: " + out.text;
  if (grown > kMemoryMax)
    return "a bomb with a cap of 1 MiB takes " + std::to_string(grown >> 20) + " MiB of memory";
  return took < std::chrono::seconds(2) ? "" : "a bomb with a cap of 1 MiB takes over 2 seconds";
}

// Each thread with a context of its own, all on one instance; and what needs no context, meanwhile.
inline std::string check_contexts(Subject& subject) {
  const CodecCase test(subject);
  std::atomic<int> wrong{0};
  const auto work = [&](uint64_t number) {
    void* context = test.kit.new_context();
    for (uint64_t round = 0; round < 20; round++) {
      const Buffer content = make_content(Content::kText, 20000 + number, number * 100 + round);
      const CodecOutcome packed = test.kit.compress(
          {CodecKit::view(content)}, test.kit.ample(content.size()), TN_LEVEL_OWN, context);
      const ByteView src = CodecKit::view(packed.bytes);
      (void)test.kit.content_size(packed.bytes);
      if (test.kit.decompress(src, content.size(), context).bytes != content) wrong++;
    }
    test.kit.free_context(context);
  };
  std::vector<std::thread> threads;
  for (uint64_t number = 1; number <= 4; number++) threads.emplace_back(work, number);
  for (std::thread& thread : threads) thread.join();
  return wrong == 0 ? "" : "threads with contexts of their own disturb each other";
}

// A context works after each kind of error as it did before.
inline std::string check_recovery(Subject& subject) {
  const CodecCase test(subject);
  const Buffer content = make_content(Content::kText, 5000, subject.seed);
  const Buffer packed = test.kit.compress(content);
  Buffer damaged = packed;
  for (size_t i = damaged.size() / 3; i < damaged.size() * 2 / 3; i++) damaged[i] ^= 0x5a;
  const auto works = [&] {
    return test.kit.decompress(packed, content.size()).bytes == content &&
           test.kit.compress(content) == packed;
  };
  (void)test.kit.decompress(damaged, content.size());
  if (!works()) return "after a damaged stream, its context does not work as before";
  (void)test.kit.decompress(packed, content.size() / 2);
  if (!works()) return "after a cap that was too low, its context does not work as before";
  (void)test.kit.compress({CodecKit::view(content)}, packed.size() / 2);
  return works() ? "" : "after a destination too small, its context does not work as before";
}

inline std::string check_reference_streams(Subject& subject) {
  const CodecCase test(subject);
  const std::string content = reference_content();
  const Buffer expected(content.begin(), content.end());
  for (const ReferenceStream& stream : reference_streams()) {
    if (stream.wire_id != test.kit.api().wire_id) continue;
    const std::string bytes = bytes_of_hex(stream.hex);
    const CodecOutcome out =
        test.kit.decompress(ByteView(std::string_view(bytes)), expected.size(), test.kit.context());
    if (out.bytes != expected)
      return std::string("a stream of another program is not read (") + stream.about +
             "): " + out.text;
  }
  return "";
}

inline bool has_magic(int32_t wire_id, const Buffer& packed) {
  const std::string magic = bytes_of_hex(magic_of(wire_id));
  return packed.size() >= magic.size() &&
         std::equal(magic.begin(), magic.end(), packed.begin(),
                    [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; });
}

inline std::string check_format(Subject& subject) {
  const CodecCase test(subject);
  const int32_t wire_id = test.kit.api().wire_id;
  if (wire_id < TN_WIRE_GZIP || wire_id > TN_WIRE_ZSTD)
    return subject.skip("its wire id is none of the wire's");
  for (const size_t size : {1u, 1000u, 100000u}) {
    if (!has_magic(wire_id, test.kit.compress(make_content(Content::kText, size))))
      return "a stream does not begin as Kafka's clients expect of wire id " +
             std::to_string(wire_id);
  }
  return "";
}

// What compress made of the content is read by the reference. What compress refuses, or writes in
// another format altogether, other properties say.
inline std::string compare_by_reference(const CodecKit& kit, const Buffer& content, int32_t level) {
  const int32_t wire_id = kit.api().wire_id;
  const CodecOutcome packed =
      kit.compress({CodecKit::view(content)}, kit.ample(content.size()), level);
  if (packed.code != TN_OK || !has_magic(wire_id, packed.bytes)) return "";
  const Decoded out = decode_by_reference(wire_id, CodecKit::view(packed.bytes), content.size());
  if (!out.wrong.empty()) return out.wrong;
  return out.bytes == content ? "" : "other bytes";
}

inline std::string check_foreign_reading(Subject& subject) {
  const CodecCase test(subject);
  const std::string missing = missing_reference(test.kit.api().wire_id);
  if (!missing.empty()) return subject.skip(missing);
  for (const Content content : {Content::kZero, Content::kRandom, Content::kText}) {
    for (const size_t size : {0u, 1u, 100u, 32768u, 65535u, 65537u, 300000u, 1u << 20}) {
      const std::string wrong =
          compare_by_reference(test.kit, make_content(content, size, subject.seed), TN_LEVEL_OWN);
      if (!wrong.empty())
        return "the reference does not read its stream of " + std::to_string(size) +
               " bytes: " + wrong;
    }
  }
  const Buffer content = make_content(Content::kText, 100000, subject.seed);
  for (const int32_t level : levels_of(*subject.descriptor)) {
    const std::string wrong = compare_by_reference(test.kit, content, level);
    if (!wrong.empty())
      return "the reference does not read its stream of level " + std::to_string(level) + ": " +
             wrong;
  }
  return "";
}

inline std::string check_codec_texts(Subject& subject) {
  const CodecCase test(subject);
  const Buffer content = make_content(Content::kText, 1000);
  const Buffer packed = test.kit.compress(content);
  const Buffer cut(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(5));
  const CodecOutcome outcomes[] = {test.kit.decompress(cut, content.size()),
                                   test.kit.decompress(packed, 10),
                                   test.kit.compress({CodecKit::view(content)}, 1)};
  for (const CodecOutcome& out : outcomes)
    if (out.code != TN_OK && out.text.empty())
      return "a call fails with code " + std::to_string(out.code) + " and no text";
  return "";
}

}  // namespace detail

inline Properties codec_properties() {
  return {
      {"has_a_sound_table", "The table is whole and its wire id is one of the wire's",
       detail::check_codec_table},
      {"gives_back_what_it_took", "Round trips of 0 bytes to 1 MiB",
       [](Subject& subject) { return detail::CodecCase(subject).kit.check_round_trips(); }},
      {"gives_back_64_mib", "A round trip of 64 MiB", detail::check_large, 60},
      {"works_at_its_levels", "Round trips at levels that the option \"level\" allows",
       detail::check_levels, 60},
      {"joins_pieces_to_one_stream", "However the input is cut, the stream is whole",
       [](Subject& subject) { return detail::CodecCase(subject).kit.check_pieces(); }},
      {"keeps_its_bound", "compress fits into what bound() asks for",
       [](Subject& subject) { return detail::CodecCase(subject).kit.check_bound(); }},
      {"never_passes_the_cap", "Nothing is written behind the cap, and the code says why",
       [](Subject& subject) { return detail::CodecCase(subject).kit.check_caps(); }},
      {"reads_no_further_than_its_input", "Streams cut at every byte lie at the end of a page",
       detail::check_input_reading},
      {"sees_that_a_stream_was_cut", "A stream cut at any byte is TN_E_CORRUPT",
       [](Subject& subject) { return detail::CodecCase(subject).kit.check_truncation(); }},
      {"survives_damaged_bytes", "Flipped bits and bytes never crash it nor pass the cap",
       [](Subject& subject) { return detail::CodecCase(subject).kit.check_damage(); }},
      {"survives_noise", "Bytes that never were a stream are refused",
       [](Subject& subject) { return detail::CodecCase(subject).kit.check_noise(); }},
      {"stops_a_bomb_at_the_cap", "Time and memory are bounded by the cap", detail::check_bomb},
      {"reads_streams_joined_together", "Two streams in a row are both contents",
       [](Subject& subject) { return detail::CodecCase(subject).kit.check_concatenated(); }},
      {"works_without_a_context", "new_context may have found no memory",
       [](Subject& subject) { return detail::CodecCase(subject).kit.check_without_context(); }},
      {"keeps_contexts_apart", "Four threads, each with a context", detail::check_contexts},
      {"recovers_from_errors", "A context works after an error as before", detail::check_recovery},
      {"estimates_sizes_low", "content_size is never more than the size, and reads no further",
       [](Subject& subject) { return detail::CodecCase(subject).kit.check_content_size(); }},
      {"reads_streams_of_others", "Streams of zlib, snappy, lz4 and zstd themselves",
       detail::check_reference_streams},
      {"writes_the_format_of_kafka", "Streams begin as its wire id asks", detail::check_format},
      {"is_read_by_others", "zlib, snappy, lz4 and zstd themselves read its streams",
       detail::check_foreign_reading},
      {"explains_errors", "A call that fails says why", detail::check_codec_texts},
  };
}

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
