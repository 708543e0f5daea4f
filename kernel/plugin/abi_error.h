// SPDX-License-Identifier: Apache-2.0
//
// What a plugin answered, as an Error of the kernel: one mapping of tn_code, and a tn_error that is
// ready to be filled. Any thread.
#pragma once

#include <string_view>

#include "base/error.h"
#include "tenon/plugin.h"

namespace tenon::plugin {

// An empty tn_error of this host's size, for one call.
tn_error empty_error();

// The kernel's code for `code`, which is not TN_OK. Numbers that no ABI knows are kPluginFailed.
Errc errc_of(tn_code code);

// The plugin's own words, or a sentence for the code when it said nothing. Copes with a message
// that the plugin did not terminate.
std::string_view message_of(tn_code code, const tn_error& error);

// The failed side of any Result. `where` names the instance or the log.
std::unexpected<Error> plugin_failure(tn_code code, std::string_view where, const tn_error& error);

}  // namespace tenon::plugin
