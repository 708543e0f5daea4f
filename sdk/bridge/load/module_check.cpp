// SPDX-License-Identifier: Apache-2.0
#include "bridge/load/module_check.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "bridge/load/options.h"

namespace tenon::bridge {

namespace {

constexpr uint32_t kDescriptorsMax = 64;
constexpr uint32_t kOptionsMax = 256;
// The high half of a descriptor's flags must be understood; this version knows none.
constexpr uint32_t kMustUnderstand = 0xffff0000;

using Reason = std::string;  // empty = fine

std::string abi_text(uint32_t major, uint32_t minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

bool is_name(const char* text, std::string_view extra) {
  if (text == nullptr || *text == '\0') return false;
  const std::string_view name(text);
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || extra.find(c) != extra.npos;
  });
}

Reason check_abi(const tn_module& module) {
  if (module.magic != TN_MAGIC) return "its tenon_module does not begin as that of a Tenon plugin";
  if (module.struct_size < TN_MODULE_SIZE_1_0) return "its tenon_module is too short";
  if (Reason fault = abi_fault(module.abi_major, module.abi_min_minor); !fault.empty())
    return fault;
  if (module.n_descriptors == 0 || module.n_descriptors > kDescriptorsMax ||
      module.descriptors == nullptr)
    return "it declares " + std::to_string(module.n_descriptors) + " plugins";
  return {};
}

Reason check_option(const tn_option& option, std::set<std::string_view>& seen) {
  if (!is_name(option.name, "_")) return "one of its options has no proper name";
  const std::string called = "its option \"" + std::string(option.name) + "\"";
  if (!seen.insert(option.name).second) return called + " is declared twice";
  if (option.type < TN_OPT_BOOL || option.type > TN_OPT_PATH)
    return called + " is of type " + std::to_string(option.type) + ", which is not known here";
  const bool has_choices = option.choices != nullptr && option.choices[0] != nullptr;
  if (option.type == TN_OPT_ENUM && !has_choices) return called + " has no choices";
  return {};
}

Reason check_declared_options(const tn_descriptor& descriptor) {
  if (descriptor.n_options == 0) return {};
  if (descriptor.n_options > kOptionsMax || descriptor.options == nullptr)
    return "it declares " + std::to_string(descriptor.n_options) + " options";
  const uint32_t stride = descriptor.options->struct_size;
  if (stride < TN_OPTION_SIZE_1_0 || stride % alignof(tn_option) != 0)
    return "its options are too short";
  std::set<std::string_view> seen;
  for (uint32_t i = 0; i < descriptor.n_options; ++i) {
    const tn_option& option = option_at(descriptor, i);
    if (option.struct_size != stride) return "its options are of different lengths";
    if (Reason reason = check_option(option, seen); !reason.empty()) return reason;
  }
  return {};
}

Reason check_descriptor(const tn_descriptor* descriptor) {
  if (descriptor == nullptr) return "one of its descriptors is null";
  if (descriptor->struct_size < sizeof(tn_descriptor)) return "a descriptor of it is too short";
  if (!is_name(descriptor->name, "-_")) return "a plugin in it has no proper name";
  const std::string called = "its plugin \"" + std::string(descriptor->name) + "\"";
  if (descriptor->version == nullptr) return called + " has no version";
  if (descriptor->create == nullptr || descriptor->get_interface == nullptr ||
      descriptor->destroy == nullptr)
    return called + " lacks create, get_interface or destroy";
  if ((descriptor->flags & kMustUnderstand) != 0)
    return called + " sets flags that this bridge does not know and must";
  return check_declared_options(*descriptor);
}

}  // namespace

std::string abi_fault(uint32_t major, uint32_t min_minor) {
  const std::string ours = abi_text(TN_ABI_MAJOR, TN_ABI_MINOR);
  if (major != TN_ABI_MAJOR) {
    return "it is built for plugin ABI " + std::to_string(major) +
           ", but this bridge has plugin ABI " + ours;
  }
  if (min_minor <= TN_ABI_MINOR) return "";
  return "it needs plugin ABI " + abi_text(major, min_minor) + ", but this bridge has " + ours;
}

Result<> check_module(const tn_module& module) {
  Reason reason = check_abi(module);
  for (uint32_t i = 0; reason.empty() && i < module.n_descriptors; ++i)
    reason = check_descriptor(module.descriptors[i]);
  if (!reason.empty()) return Error(TN_E_UNSUPPORTED, reason);
  return {};
}

}  // namespace tenon::bridge
