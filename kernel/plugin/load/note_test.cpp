// SPDX-License-Identifier: Apache-2.0
#include "plugin/load/note.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

#include "plugin/testing_folder.h"

namespace tenon::plugin {
namespace {

using Names = std::vector<std::string>;

// --- the text
// -------------------------------------------------------------------------------------

class NoteTextTest : public testing::Test {
 protected:
  static std::string refusal(const std::string& text) {
    const auto note = parse_note(text + '\0', "x.so");
    return note ? "accepted" : note.error().detail;
  }
};

TEST_F(NoteTextTest, every_fact_is_read) {
  const std::string text =
      "abi 1.7\npartitioner geo 1.2.0\ncodec zip 0.1.0-rc.1\nsanitizers address,undefined\n"
      "compiler gcc 12.2.0\nsdk 1.0.0\n";
  const auto note = parse_note(text + '\0', "x.so");
  ASSERT_TRUE(note) << note.error().text();
  EXPECT_EQ(note->abi_major, 1u);
  EXPECT_EQ(note->abi_min_minor, 7u);
  EXPECT_EQ(note->plugins, (std::vector<Note::Plugin>{{"partitioner", "geo", "1.2.0"},
                                                      {"codec", "zip", "0.1.0-rc.1"}}));
  EXPECT_EQ(note->sanitizers, (Names{"address", "undefined"}));
  EXPECT_EQ(note->compiler, "gcc 12.2.0");
  EXPECT_EQ(note->sdk, "1.0.0");
}

TEST_F(NoteTextTest, facts_of_a_later_sdk_are_skipped) {
  EXPECT_EQ(refusal("abi 1.0\nlicence MIT\n\ncodec zip 1\nmood\n"), "accepted");
}

TEST_F(NoteTextTest, lines_of_another_major_are_not_looked_at) {
  EXPECT_EQ(refusal("abi 2.0\ncodec {zip}\n"), "accepted");
}

TEST_F(NoteTextTest, it_begins_with_the_abi) {
  for (const char* text : {"", "\n", "codec zip 1\n", "abi\n", "abi 1\n", "abi 1.\n", "abi -1.0\n",
                           "abi 1.0x\n", "abi 99999999999.0\n", "abi  1.0\n"})
    EXPECT_EQ(refusal(text), "its Tenon note does not begin with its ABI") << text;
}

TEST_F(NoteTextTest, a_plugin_has_a_name_and_a_version) {
  EXPECT_EQ(refusal("abi 1.0\ncodec zip\n"),
            "its Tenon note has the line \"codec zip\", which makes no sense");
  EXPECT_NE(refusal("abi 1.0\ncodec  1\n"), "accepted");
  EXPECT_NE(refusal("abi 1.0\ncodec zip 1 2\n"), "accepted");
  EXPECT_EQ(refusal("abi 1.0\nsdk 1.0.0\n"), "its Tenon note names no plugin");
}

// It is shown on terminals.
TEST_F(NoteTextTest, it_is_plain_text_with_an_end) {
  EXPECT_EQ(refusal("abi 1.0\ncodec zip \x1b[31m\n"), "its Tenon note is not plain text");
  EXPECT_EQ(refusal("abi 1.0\ncodec zip \xc2\x9b\n"), "its Tenon note is not plain text");
  EXPECT_EQ(refusal(std::string("abi 1.0\n\0codec", 14)), "its Tenon note is not plain text");
  EXPECT_EQ(parse_note("abi 1.0\ncodec zip 1\n", "x.so").error().text(),
            "x.so: its Tenon note has no proper end");
  EXPECT_NE(refusal("abi 1.0\ncodec zip 1\n" + std::string(1 << 16, '\n')), "accepted");
}

TEST_F(NoteTextTest, it_names_at_most_64_plugins) {
  std::string text = "abi 1.0\n";
  for (int i = 0; i < 64; ++i) text += "codec zip 1\n";
  EXPECT_EQ(refusal(text), "accepted");
  EXPECT_NE(refusal(text + "codec zip 1\n"), "accepted");
}

// --- what it rules out
// ------------------------------------------------------------------------------

class NoteCheckTest : public testing::Test {
 protected:
  std::string refusal(const Names& own_sanitizers = {}) const {
    const auto checked = check_note(note_, own_sanitizers, "x.so");
    return checked ? "accepted" : checked.error().detail;
  }

  Note note_{.abi_major = 1,
             .abi_min_minor = 0,
             .plugins = {{"codec", "zip", "1.0.0"}, {"partitioner", "geo", "1.0.0"}},
             .sanitizers = {},
             .compiler = {},
             .sdk = {}};
};

TEST_F(NoteCheckTest, another_major_and_a_newer_minor_are_refused) {
  EXPECT_EQ(refusal(), "accepted");
  note_.abi_min_minor = TN_ABI_MINOR + 1;
  EXPECT_NE(refusal().find("use a newer Tenon"), std::string::npos);
  note_.abi_major = 2;
  EXPECT_NE(refusal().find("is built for plugin ABI 2"), std::string::npos);
}

TEST_F(NoteCheckTest, a_sanitizer_that_the_program_lacks_is_refused) {
  note_.sanitizers = {"address", "undefined"};
  EXPECT_EQ(refusal(),
            "it is built with -fsanitize=address,undefined and this Tenon is not: rebuild the "
            "plugin without it, or Tenon with it");
  EXPECT_NE(refusal({"undefined"}), "accepted");
  EXPECT_EQ(refusal({"address", "undefined"}), "accepted");
}

TEST_F(NoteCheckTest, a_plugin_is_held_or_told_what_is_held_instead) {
  EXPECT_TRUE(check_held(note_, "partitioner", "geo", "x.so"));
  EXPECT_EQ(check_held(note_, "codec", "geo", "x.so").error().detail,
            "it holds codec \"zip\", partitioner \"geo\", not codec \"geo\"");
}

// --- the file
// ---------------------------------------------------------------------------------------

class NoteFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream stream(fixture_path("partitioner-fixed.so"), std::ios::binary);
    good_.assign(std::istreambuf_iterator<char>(stream), {});
  }
  static Result<Note> read(const std::string& content) {
    auto file = ElfFile::open(std::make_unique<std::istringstream>(content), "x.so");
    if (!file) return forward(file);
    return read_note(*file);
  }
  static std::string refusal(const std::string& content) {
    const auto note = read(content);
    return note ? "accepted" : note.error().detail;
  }
  // Calls change(header) for every program header of type PT_NOTE.
  std::string with_notes(auto change) const {
    std::string content = good_;
    Elf64_Ehdr header;
    std::memcpy(&header, content.data(), sizeof header);
    for (size_t i = 0; i < header.e_phnum; ++i) {
      char* at = content.data() + header.e_phoff + i * sizeof(Elf64_Phdr);
      Elf64_Phdr segment;
      std::memcpy(&segment, at, sizeof segment);
      if (segment.p_type == PT_NOTE) change(segment);
      std::memcpy(at, &segment, sizeof segment);
    }
    return content;
  }
  // The library with a number in the header of its Tenon note replaced: 0 = size of the owner,
  // 4 = size of the text, 8 = type.
  std::string with_note_field(size_t field, uint32_t value) const {
    std::string content = good_;
    const size_t owner = content.find(std::string("Tenon\0\0\0abi ", 12));
    std::memcpy(&content[owner - 12 + field], &value, sizeof value);
    return content;
  }

  std::string good_;
};

TEST_F(NoteFileTest, a_plugin_says_what_it_is) {
  const auto note = read(good_);
  ASSERT_TRUE(note) << note.error().text();
  EXPECT_EQ(note->plugins, (std::vector<Note::Plugin>{{"partitioner", "fixed", "1.2.3"}}));
  EXPECT_EQ(note->sdk, "1.1.0");
}

TEST_F(NoteFileTest, a_library_without_a_note_is_told_how_to_get_one) {
  const std::string none = with_notes([](Elf64_Phdr& segment) { segment.p_type = PT_NULL; });
  EXPECT_TRUE(refusal(none).starts_with("it has no Tenon note")) << refusal(none);
  EXPECT_TRUE(refusal(with_note_field(8, 2)).starts_with("it has no Tenon note"));
}

TEST_F(NoteFileTest, two_notes_are_one_too_many) {
  const std::string twice = with_notes([](Elf64_Phdr& segment) { segment.p_align = 4; });
  std::string content = twice;
  Elf64_Ehdr header;
  std::memcpy(&header, content.data(), sizeof header);
  std::string table = content.substr(header.e_phoff, header.e_phnum * sizeof(Elf64_Phdr));
  header.e_phoff = content.size();
  header.e_phnum *= 2;
  std::memcpy(content.data(), &header, sizeof header);
  EXPECT_EQ(refusal(content + table + table), "it has more than one Tenon note");
}

TEST_F(NoteFileTest, a_file_cut_at_any_byte_is_refused) {
  const size_t end = good_.find(std::string("Tenon\0\0\0abi ", 12)) + 8;
  for (size_t length = 0; length < end; ++length)
    EXPECT_NE(refusal(good_.substr(0, length)), "accepted") << length;
}

TEST_F(NoteFileTest, lying_sizes_are_refused) {
  for (const uint32_t size : {0x7fffffffu, 0xffffffffu, 0xfffffffdu, 4096u}) {
    EXPECT_NE(refusal(with_note_field(0, size)), "accepted") << size;
    EXPECT_NE(refusal(with_note_field(4, size)), "accepted") << size;
  }
  for (const uint64_t size : {uint64_t{1} << 21, uint64_t{1} << 40, ~uint64_t{0}}) {
    EXPECT_EQ(refusal(with_notes([&](Elf64_Phdr& segment) { segment.p_filesz = size; })),
              "its notes are damaged");
    EXPECT_EQ(refusal(with_notes([&](Elf64_Phdr& segment) { segment.p_offset = size; })),
              "its notes are damaged");
  }
}

TEST_F(NoteFileTest, lying_program_header_tables_are_refused) {
  Elf64_Ehdr header;
  std::memcpy(&header, good_.data(), sizeof header);
  header.e_phoff = ~uint64_t{0} - 8;
  std::memcpy(good_.data(), &header, sizeof header);
  EXPECT_EQ(refusal(good_), "its program header table is damaged");
}

TEST_F(NoteFileTest, any_byte_of_its_headers_and_note_may_be_damaged) {
  const size_t end = good_.find(std::string("Tenon\0\0\0abi ", 12)) + 100;
  for (size_t at = 0; at < end; ++at) {
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string damaged = good_;
      damaged[at] = value;
      refusal(damaged);  // whatever it says, it returns
    }
  }
}

}  // namespace
}  // namespace tenon::plugin
