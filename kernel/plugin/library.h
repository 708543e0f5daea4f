// SPDX-License-Identifier: Apache-2.0
//
// Opening shared libraries. A library that was opened stays open until the process ends: code,
// vtables and thread-local destructors of it may be reached from anywhere. What is opened is an
// image, never a file, so that several versions of one plugin live side by side. Any thread.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "plugin/load/image.h"
#include "tenon/plugin.h"

namespace tenon::plugin {

// The datum of the library. Equal content gives the same datum, wherever it was copied from: it is
// opened once. kPluginRefused with the loader's own words.
Result<const tn_module*> open_library(Image image);

// The image of the library that was opened from the file in just this state, if one was: it
// need not be copied and hashed again.
std::optional<Image> open_image(const TrustedFile& file);

// Has a library of that SHA-256 been opened?
bool is_library_open(const std::string& sha256);

}  // namespace tenon::plugin
