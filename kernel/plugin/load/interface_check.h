// SPDX-License-Identifier: Apache-2.0
//
// The function tables of the kinds, asked for by id and checked: every function that the handles
// call without asking is there. Main thread.
#pragma once

#include <string>

#include "base/error.h"
#include "tenon/assignor.h"
#include "tenon/codec.h"
#include "tenon/partitioner.h"
#include "tenon/storage.h"

namespace tenon::plugin {

// kPluginRefused, with `path`, when the table is missing, too short or has a hole.
Result<const tn_partitioner*> partitioner_interface(const tn_descriptor& descriptor,
                                                    const std::string& path);
Result<const tn_assignor*> assignor_interface(const tn_descriptor& descriptor,
                                              const std::string& path);
Result<const tn_codec*> codec_interface(const tn_descriptor& descriptor, const std::string& path);
Result<const tn_storage*> storage_interface(const tn_descriptor& descriptor,
                                            const std::string& path);

}  // namespace tenon::plugin
