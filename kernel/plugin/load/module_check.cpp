// SPDX-License-Identifier: Apache-2.0
#include "plugin/load/module_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "plugin/info.h"

namespace tenon::plugin {

namespace {

constexpr uint32_t kDescriptorsMax = 64;
constexpr uint32_t kOptionsMax = 256;
// The high half of every word of flags must be understood; this version knows none.
constexpr uint32_t kMustUnderstand = 0xffff0000;

using Reason = std::optional<std::string>;  // nothing = fine

// Names become file names and TOML keys.
bool is_name(const char* text, std::string_view extra) {
  if (!text || !*text) return false;
  return std::ranges::all_of(std::string_view(text), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || extra.contains(c);
  });
}

Reason check_head(const tn_module& module) {
  if (module.magic != TN_MAGIC) return "its tenon_module does not begin as that of a Tenon plugin";
  if (Reason reason = abi_refusal(module.abi_major, module.abi_min_minor)) return reason;
  if (module.struct_size < TN_MODULE_SIZE_1_0) return "its tenon_module is too short";
  if ((module.flags & kMustUnderstand) != 0)
    return "its tenon_module sets flags that this Tenon does not know and must";
  if (module.n_descriptors == 0 || module.n_descriptors > kDescriptorsMax || !module.descriptors)
    return fmt::format("it declares {} plugins", module.n_descriptors);
  return {};
}

Reason check_option(const tn_option& option, std::set<std::string_view>& seen) {
  if (!is_name(option.name, "_")) return "one of its options has no proper name";
  if (!seen.insert(option.name).second)
    return fmt::format("it declares the option \"{}\" twice", option.name);
  if (std::string_view(option.name) == "path")
    return "its option \"path\" has the name that says where a plugin is";
  if (std::string_view(option.name) == "sha256")
    return "its option \"sha256\" has the name that says which library a plugin is";
  const bool is_enum = option.type == TN_OPT_ENUM;
  const bool has_choices = option.choices && option.choices[0];
  if (option.type < TN_OPT_BOOL || option.type > TN_OPT_PATH) {
    return fmt::format("its option \"{}\" is of type {}, which this Tenon does not know",
                       option.name, option.type);
  }
  if ((option.flags & kMustUnderstand) != 0) {
    return fmt::format("its option \"{}\" sets flags that this Tenon does not know and must",
                       option.name);
  }
  if (is_enum && !has_choices) return fmt::format("its option \"{}\" has no choices", option.name);
  return {};
}

Reason check_options(const tn_descriptor& descriptor) {
  if (descriptor.n_options == 0) return {};
  if (descriptor.n_options > kOptionsMax || !descriptor.options)
    return fmt::format("it declares {} options", descriptor.n_options);
  const uint32_t stride = descriptor.options->struct_size;
  if (stride < TN_OPTION_SIZE_1_0 || stride % alignof(tn_option) != 0)
    return "its options are too short";
  std::set<std::string_view> seen;
  for (uint32_t i = 0; i < descriptor.n_options; ++i) {
    const tn_option& option = option_at(descriptor, i);
    if (option.struct_size != stride) return "its options are of different lengths";
    if (Reason reason = check_option(option, seen)) return reason;
  }
  return {};
}

Reason check_descriptor(const tn_descriptor* descriptor) {
  if (!descriptor) return "one of its descriptors is null";
  if (descriptor->struct_size < TN_DESCRIPTOR_SIZE_1_0) return "a descriptor of it is too short";
  if (!is_name(descriptor->name, "-_")) return "a plugin in it has no proper name";
  const auto about_it = [&](std::string_view what) {
    return fmt::format("its {} \"{}\" {}", kind_name(descriptor->kind), descriptor->name, what);
  };
  if (descriptor->kind < TN_PARTITIONER || descriptor->kind > TN_COORDINATION)
    return about_it("is of a kind that this Tenon does not know");
  if (!descriptor->version) return about_it("has no version");
  if (!descriptor->create || !descriptor->get_interface || !descriptor->destroy)
    return about_it("lacks create, get_interface or destroy");
  if ((descriptor->flags & kMustUnderstand) != 0)
    return about_it("sets flags that this Tenon does not know and must");
  return check_options(*descriptor);
}

Reason check_descriptors(const tn_module& module) {
  std::set<std::pair<tn_kind, std::string_view>> seen;
  for (uint32_t i = 0; i < module.n_descriptors; ++i) {
    const tn_descriptor* descriptor = module.descriptors[i];
    if (Reason reason = check_descriptor(descriptor)) return reason;
    if (!seen.emplace(descriptor->kind, descriptor->name).second) {
      return fmt::format("it declares {} \"{}\" twice", kind_name(descriptor->kind),
                         descriptor->name);
    }
  }
  return {};
}

}  // namespace

std::optional<std::string> abi_refusal(uint32_t major, uint32_t min_minor) {
  if (major != TN_ABI_MAJOR) {
    return fmt::format(
        "it is built for plugin ABI {}, but this Tenon has plugin ABI {}.{}: rebuild it with the "
        "SDK of this Tenon",
        major, TN_ABI_MAJOR, TN_ABI_MINOR);
  }
  if (min_minor <= TN_ABI_MINOR) return std::nullopt;
  return fmt::format(
      "it needs plugin ABI {}.{}, but this Tenon has {}.{}: use a newer Tenon, or rebuild it for "
      "this one",
      major, min_minor, TN_ABI_MAJOR, TN_ABI_MINOR);
}

Result<> check_module(const tn_module& module, const std::string& path) {
  Reason reason = check_head(module);
  if (!reason) reason = check_descriptors(module);
  if (reason) return fail(Errc::kPluginRefused, path, *reason);
  return {};
}

Result<const tn_descriptor*> find_descriptor(const tn_module& module, std::string_view kind,
                                             std::string_view name, const std::string& path) {
  std::vector<std::string> held;
  for (uint32_t i = 0; i < module.n_descriptors; ++i) {
    const tn_descriptor* descriptor = module.descriptors[i];
    const std::string its_kind = kind_name(descriptor->kind);
    if (its_kind == kind && descriptor->name == name) return descriptor;
    held.push_back(fmt::format("{} \"{}\"", its_kind, descriptor->name));
  }
  return fail(Errc::kPluginRefused, path,
              fmt::format("it holds {}, not {} \"{}\"", fmt::join(held, ", "), kind, name));
}

const tn_option& option_at(const tn_descriptor& descriptor, uint32_t index) {
  const auto* first = reinterpret_cast<const char*>(descriptor.options);
  const size_t stride = descriptor.options->struct_size;
  return *reinterpret_cast<const tn_option*>(first + index * stride);
}

}  // namespace tenon::plugin
