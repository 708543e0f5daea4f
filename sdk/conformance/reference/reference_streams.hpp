// SPDX-License-Identifier: Apache-2.0
//
// Streams that other programs have written, for every codec of the wire: zlib 1.2.13 (by Python's
// zlib, with gzip headers written by hand), snappy 1.1.9 (framed by hand as xerial's Java library
// does), lz4 1.9.4 and zstd 1.5.4 (by python3-lz4 and python3-zstandard). All of them hold
// kReferenceContent, in the framings that Kafka's clients emit.
#pragma once

#include <string>
#include <vector>

#include "tenon/codec.h"

namespace tenon {
inline namespace sdk {
namespace conformance {

struct ReferenceStream {
  int32_t wire_id;
  const char* about;
  const char* hex;
};

inline std::string reference_content() {
  std::string content;
  for (int i = 0; i < 8; i++) content += "order 4711: 3 cups, 2 spoons; ";
  return content;
}

inline const std::vector<ReferenceStream>& reference_streams() {
  static const std::vector<ReferenceStream> kStreams = {
      {1, "one member",
       "1f8b08000000000002ffcb2f4a492d5230313734b4523056482e2d28d6513052282ec8cfcf2bb656c81f76b2008"
       "1b3149ff0000000"},
      {1, "a member with every header field",
       "1f8b081e0000000002ff06006162020078796e0063004597cb2f4a492d5230313734b4523056482e2d28d651305"
       "2282ec8cfcf2bb656c81f76b20081b3149ff0000000"},
      {1, "two members",
       "1f8b08000000000002ffcb2f4a492d5230313734b4523056482e2d28d6513052282ec8cfcf2bb656c8a78a2c00d"
       "6846050640000001f8b08000000000002ffb3523056482e2d28d6513052282ec8cfcf2bb656c82f4a492d523031"
       "3734b4a2ab2c0069556ec78c000000"},
      {2, "bare snappy",
       "f001746f7264657220343731313a203320637570732c20322073706f6f6e733b20fe1e00fe1e00fe1e00461e0"
       "0"},
      {2, "one xerial block",
       "82534e415050590000000001000000010000002df001746f7264657220343731313a203320637570732c2032207"
       "3706f6f6e733b20fe1e00fe1e00fe1e00461e00"},
      {2, "three xerial blocks",
       "82534e41505059000000000100000001000000235a746f7264657220343731313a203320637570732c203220737"
       "06f6f6e733b20ee1e00000000235a746f7264657220343731313a203320637570732c20322073706f6f6e733b20"
       "ee1e00000000233c746f7264657220343731313a203320637570732c20322073706f6f6e733b20761e00"},
      {3, "independent blocks",
       "04224d1860408229000000ff0f6f7264657220343731313a203320637570732c20322073706f6f6e733b201e00b"
       "a506f6e733b2000000000"},
      {3, "linked blocks",
       "04224d1860408229000000ff0f6f7264657220343731313a203320637570732c20322073706f6f6e733b201e00b"
       "a506f6e733b2000000000"},
      {3, "all checksums and the content size",
       "04224d187c40f0000000000000001c29000000ff0f6f7264657220343731313a203320637570732c20322073706"
       "f6f6e733b201e00ba506f6e733b2082b56dd0000000003331af3b"},
      {4, "the content size in the header",
       "28b52ffd20f02d0100f06f7264657220343731313a203320637570732c20322073706f6f6e733b2001003e03a59"
       "c"},
      {4, "a checksum",
       "28b52ffd24f02d0100f06f7264657220343731313a203320637570732c20322073706f6f6e733b2001003e03a59"
       "cee553ed8"},
      {4, "no content size",
       "28b52ffd00582d0100f06f7264657220343731313a203320637570732c20322073706f6f6e733b2001003e03a59"
       "c"},
      {4, "a skippable frame before",
       "502a4d1804000000736b697028b52ffd20f02d0100f06f7264657220343731313a203320637570732c203220737"
       "06f6f6e733b2001003e03a59c"},
  };
  return kStreams;
}

// What the streams of a codec begin with, in hexadecimal.
inline std::string magic_of(int32_t wire_id) {
  switch (wire_id) {
    case TN_WIRE_GZIP:
      return "1f8b08";
    case TN_WIRE_SNAPPY:
      return "82534e4150505900";
    case TN_WIRE_LZ4:
      return "04224d18";
    default:
      return "28b52ffd";
  }
}

inline std::string bytes_of_hex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
