// SPDX-License-Identifier: Apache-2.0
//
// The extension tenon.fs/1 over POSIX. Any thread; no state.
#pragma once

#include "tenon/host.h"

namespace tenon::plugin {

const tn_host_fs& posix_fs();

}  // namespace tenon::plugin
