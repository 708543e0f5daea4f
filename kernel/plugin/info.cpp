// SPDX-License-Identifier: Apache-2.0
#include "plugin/info.h"

#include "plugin/load/module_check.h"

namespace tenon::plugin {

namespace {

std::string text_or_empty(const char* text) {
  return text ? text : "";
}

OptionInfo describe_option(const tn_option& option) {
  OptionInfo info{.name = option.name,
                  .type = option_type_name(option.type),
                  .default_text = text_or_empty(option.default_text),
                  .has_default = option.default_text != nullptr,
                  .required = (option.flags & TN_OPT_REQUIRED) != 0,
                  .secret = (option.flags & TN_OPT_SECRET) != 0,
                  .min = option.min,
                  .max = option.max,
                  .choices = {},
                  .about = text_or_empty(option.about)};
  for (const char* const* choice = option.choices; choice && *choice; ++choice)
    info.choices.emplace_back(*choice);
  return info;
}

}  // namespace

std::string kind_name(tn_kind kind) {
  switch (kind) {
    case TN_PARTITIONER:
      return "partitioner";
    case TN_ASSIGNOR:
      return "assignor";
    case TN_CODEC:
      return "codec";
    case TN_STORAGE:
      return "storage";
    case TN_COORDINATION:
      return "coordination";
    default:
      return "kind " + std::to_string(kind);
  }
}

std::string option_type_name(tn_option_type type) {
  switch (type) {
    case TN_OPT_BOOL:
      return "bool";
    case TN_OPT_INT:
      return "int";
    case TN_OPT_FLOAT:
      return "float";
    case TN_OPT_STRING:
      return "string";
    case TN_OPT_ENUM:
      return "enum";
    case TN_OPT_DURATION:
      return "duration";
    case TN_OPT_BYTES:
      return "bytes";
    case TN_OPT_PATH:
      return "path";
    default:
      return "type " + std::to_string(type);
  }
}

PluginInfo describe(const tn_module& module, uint32_t index, const std::string& path) {
  const tn_descriptor& descriptor = *module.descriptors[index];
  PluginInfo info{.kind = kind_name(descriptor.kind),
                  .name = descriptor.name,
                  .version = descriptor.version,
                  .vendor = text_or_empty(descriptor.vendor),
                  .license = text_or_empty(descriptor.license),
                  .about = text_or_empty(descriptor.about),
                  .path = path,
                  .abi_major = module.abi_major,
                  .abi_min_minor = module.abi_min_minor,
                  .options = {}};
  for (uint32_t i = 0; i < descriptor.n_options; ++i)
    info.options.push_back(describe_option(option_at(descriptor, i)));
  return info;
}

}  // namespace tenon::plugin
