// SPDX-License-Identifier: Apache-2.0
#include "plugin/load/module_check.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace tenon::plugin {
namespace {

tn_code fake_create(const tn_host*, const tn_config*, void**, tn_error*) {
  return TN_OK;
}
const void* fake_interface(const char*) {
  return nullptr;
}
void fake_destroy(void*) {}

class ModuleCheckTest : public testing::Test {
 protected:
  std::string refusal() {
    const auto checked = check_module(module_, "x.so");
    return checked ? "accepted" : checked.error().detail;
  }

  tn_option option_{.struct_size = sizeof(tn_option),
                    .type = TN_OPT_INT,
                    .name = "level",
                    .about = "",
                    .default_text = "1",
                    .min = 0,
                    .max = 0,
                    .choices = nullptr,
                    .flags = 0,
                    .reserved = 0};
  tn_descriptor descriptor_{.struct_size = sizeof(tn_descriptor),
                            .kind = TN_CODEC,
                            .name = "gzip",
                            .version = "1.0.0",
                            .vendor = nullptr,
                            .license = nullptr,
                            .about = nullptr,
                            .options = &option_,
                            .n_options = 1,
                            .flags = 0,
                            .create = fake_create,
                            .get_interface = fake_interface,
                            .destroy = fake_destroy};
  const tn_descriptor* descriptors_[2] = {&descriptor_, &descriptor_};
  tn_module module_{.struct_size = sizeof(tn_module),
                    .magic = TN_MAGIC,
                    .abi_major = TN_ABI_MAJOR,
                    .abi_min_minor = 0,
                    .n_descriptors = 1,
                    .flags = 0,
                    .descriptors = descriptors_};
};

TEST_F(ModuleCheckTest, a_sound_module_is_accepted) {
  EXPECT_EQ(refusal(), "accepted");
}

TEST_F(ModuleCheckTest, another_magic_is_not_a_plugin) {
  module_.magic = 0;
  EXPECT_EQ(refusal(), "its tenon_module does not begin as that of a Tenon plugin");
}

TEST_F(ModuleCheckTest, the_major_must_be_equal_and_the_minor_not_above) {
  module_.abi_major = 2;
  EXPECT_EQ(refusal(),
            "it is built for plugin ABI 2, but this Tenon has plugin ABI 1.1: rebuild it with the "
            "SDK of this Tenon");
  module_.abi_major = 1;
  module_.abi_min_minor = 7;
  EXPECT_EQ(refusal(),
            "it needs plugin ABI 1.7, but this Tenon has 1.1: use a newer Tenon, or rebuild it for "
            "this one");
}

TEST_F(ModuleCheckTest, short_structs_are_refused) {
  module_.struct_size = 8;
  EXPECT_EQ(refusal(), "its tenon_module is too short");
  module_.struct_size = sizeof(tn_module);
  descriptor_.struct_size = 16;
  EXPECT_EQ(refusal(), "a descriptor of it is too short");
  descriptor_.struct_size = sizeof(tn_descriptor);
  option_.struct_size = 8;
  EXPECT_EQ(refusal(), "its options are too short");
}

TEST_F(ModuleCheckTest, a_module_holds_something_and_not_too_much) {
  for (const uint32_t n : {0u, 65u, 0xffffffffu}) {
    module_.n_descriptors = n;
    EXPECT_NE(refusal(), "accepted");
  }
}

TEST_F(ModuleCheckTest, null_and_missing_functions_are_refused) {
  descriptors_[0] = nullptr;
  EXPECT_EQ(refusal(), "one of its descriptors is null");
  descriptors_[0] = &descriptor_;
  descriptor_.destroy = nullptr;
  EXPECT_EQ(refusal(), "its codec \"gzip\" lacks create, get_interface or destroy");
}

TEST_F(ModuleCheckTest, one_thing_is_declared_once) {
  module_.n_descriptors = 2;
  EXPECT_EQ(refusal(), "it declares codec \"gzip\" twice");
}

TEST_F(ModuleCheckTest, names_must_be_fit_for_files_and_toml) {
  for (const char* name : {"", "Gzip", "a/b", "a b", "a.b"}) {
    descriptor_.name = name;
    EXPECT_NE(refusal(), "accepted") << name;
  }
}

TEST_F(ModuleCheckTest, flags_that_must_be_understood_are_refused_and_others_ignored) {
  descriptor_.flags = 1u << 3;
  EXPECT_EQ(refusal(), "accepted");
  descriptor_.flags = 1u << 20;
  EXPECT_NE(refusal().find("flags that this Tenon does not know"), std::string::npos);
  descriptor_.flags = 0;
  option_.flags = 1u << 16;
  EXPECT_NE(refusal().find("\"level\" sets flags"), std::string::npos);
  option_.flags = 0;
  module_.flags = 1u << 31;
  EXPECT_NE(refusal().find("tenon_module sets flags"), std::string::npos);
}

TEST_F(ModuleCheckTest, options_must_make_sense) {
  option_.type = 99;
  EXPECT_NE(refusal().find("is of type 99"), std::string::npos);
  option_.type = TN_OPT_ENUM;
  EXPECT_EQ(refusal(), "its option \"level\" has no choices");
  option_.name = nullptr;
  EXPECT_EQ(refusal(), "one of its options has no proper name");
}

TEST_F(ModuleCheckTest, options_cannot_take_the_names_that_say_which_library_is_meant) {
  for (const char* name : {"path", "sha256"}) {
    option_.name = name;
    EXPECT_NE(refusal().find("has the name that says"), std::string::npos) << name;
  }
}

// An option as a newer SDK might lay it out.
struct LongerOption {
  tn_option known;
  int64_t unknown[2];
};

TEST_F(ModuleCheckTest, options_of_a_newer_sdk_are_stepped_over_by_their_own_length) {
  LongerOption longer[2] = {{option_, {-1, -1}}, {option_, {-1, -1}}};
  for (auto& option : longer) option.known.struct_size = sizeof(LongerOption);
  longer[1].known.name = "second";
  descriptor_.options = &longer[0].known;
  descriptor_.n_options = 2;
  EXPECT_EQ(refusal(), "accepted");
  EXPECT_STREQ(option_at(descriptor_, 1).name, "second");
}

TEST_F(ModuleCheckTest, an_option_is_declared_once) {
  const std::array twice = {option_, option_};
  descriptor_.options = twice.data();
  descriptor_.n_options = 2;
  EXPECT_EQ(refusal(), "it declares the option \"level\" twice");
}

TEST_F(ModuleCheckTest, a_descriptor_is_found_by_kind_and_name) {
  EXPECT_EQ(*find_descriptor(module_, "codec", "gzip", "x.so"), &descriptor_);
  EXPECT_EQ(find_descriptor(module_, "storage", "gzip", "x.so").error().text(),
            "x.so: it holds codec \"gzip\", not storage \"gzip\"");
}

}  // namespace
}  // namespace tenon::plugin
