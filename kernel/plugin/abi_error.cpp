// SPDX-License-Identifier: Apache-2.0
#include "plugin/abi_error.h"

#include <cstring>

namespace tenon::plugin {

namespace {

std::string_view sentence_for(tn_code code) {
  switch (code) {
    case TN_E_INVALID:
      return "the plugin calls an argument invalid";
    case TN_E_CONFIG:
      return "the plugin cannot use its configuration";
    case TN_E_IO:
      return "a read or a write failed";
    case TN_E_CORRUPT:
      return "the bytes are damaged";
    case TN_E_FENCED:
      return "a newer epoch has taken over";
    case TN_E_AGAIN:
      return "it cannot be done now";
    case TN_E_NOSPACE:
      return "there is no space left";
    case TN_E_UNSUPPORTED:
      return "the plugin does not support this";
    case TN_E_PANIC:
      return "a bug inside the plugin was caught at its boundary";
    case TN_E_NOT_FOUND:
      return "there is nothing of that name or at that position";
    case TN_E_LIMIT:
      return "the output would pass its limit";
    default:
      return "the plugin answered with a code that this version does not know";
  }
}

}  // namespace

tn_error empty_error() {
  tn_error error{};
  error.struct_size = sizeof error;
  return error;
}

Errc errc_of(tn_code code) {
  switch (code) {
    case TN_E_CONFIG:
      return Errc::kBadConfig;
    case TN_E_IO:
      return Errc::kIo;
    case TN_E_CORRUPT:
      return Errc::kCorruptData;
    case TN_E_FENCED:
      return Errc::kFenced;
    case TN_E_NOSPACE:
      return Errc::kNoSpace;
    case TN_E_UNSUPPORTED:
      return Errc::kPluginRefused;
    case TN_E_LIMIT:
      return Errc::kTooLarge;
    default:
      return Errc::kPluginFailed;
  }
}

std::string_view message_of(tn_code code, const tn_error& error) {
  const size_t length = strnlen(error.message, sizeof error.message);
  return length > 0 ? std::string_view(error.message, length) : sentence_for(code);
}

std::unexpected<Error> plugin_failure(tn_code code, std::string_view where, const tn_error& error) {
  return fail(errc_of(code), where, message_of(code, error));
}

}  // namespace tenon::plugin
