// SPDX-License-Identifier: Apache-2.0
//
// Measurements of plugins, as `tenon plugin bench` prints them. Each takes about a second, on the
// calling thread, with the kits' host. Nothing of the kernel is included here; see examination.h.
#pragma once

#include <string>
#include <vector>

#include "cli/plugin/examination.h"

namespace tenon::cli {

struct Figure {
  std::string name;  // "p50"
  double value = 0;
  std::string unit;  // "ns", "MB/s", "x"
};

struct Measurement {
  std::string what;
  std::vector<Figure> figures;  // the same names in every measurement of a plugin
};

// Nanoseconds per record, call by call and in runs, and the same of a murmur2 without a plugin.
std::vector<Measurement> measure_partitioner(const tn_descriptor& descriptor,
                                             const OptionTexts& options);
// Speed each way and ratio, per level, of words and of noise.
std::vector<Measurement> measure_codec(const tn_descriptor& descriptor, const OptionTexts& options);

}  // namespace tenon::cli
