// SPDX-License-Identifier: Apache-2.0
//
// Bytes to messages and back: the two functions that the rest of the kernel calls. They are
// declared here and instantiated in one .cpp per folder (data/, groups/, admin/, records/), so
// that including a message costs its struct and nothing more.
//
// Any thread; no state. Decoding trusts nothing: lengths and counts are held against the bytes
// that are there before anything is allocated, and memory stays within a fixed factor of the input.
#pragma once

#include <type_traits>

#include "base/bytes.h"
#include "base/error.h"
#include "base/payload.h"
#include "wire/schema.h"

namespace tenon::wire {

// What a message is decoded from: a message that holds views into the frame (ProduceRequest) says
// `using Input = MutableBytes`, and the frame must then outlive it. All others copy what they keep.
template <class M>
struct InputOf {
  using Type = ByteView;
};
template <class M>
  requires requires { typename M::Input; }
struct InputOf<M> {
  using Type = typename M::Input;
};

// Requests may have bytes left over, which are ignored, as Apache Kafka ignores them: librdkafka
// 2.0 sends some behind ListGroups version 4 and OffsetFetch version 7.
template <class M>
inline constexpr bool kMayHaveMore = M::kName.ends_with("Request");

// The message in `body`, which it fills to the last byte unless kMayHaveMore<M>.
// kUnsupportedVersion outside M::kVersions; kMalformed, with the field's name, for anything that
// this version does not allow.
template <class M>
Result<M> decode(typename InputOf<M>::Type body, int16_t version);

// Appends the message. `version` must be in M::kVersions. Fields that the version does not have
// are left out. Payloads are moved into the chain, not copied. A string longer than a Kafka string
// can be (32767 bytes) is cut, which only a text of our own making can be: decode refuses them.
template <class M>
void encode(M message, int16_t version, OutputChain& out);

// The same in one piece. Payloads of memory are copied; those of files must be readable.
template <class M>
Bytes encode_bytes(M message, int16_t version);

// For what is stored or carried with its version in front, an int16: consumer protocol blobs, keys
// and values of __consumer_offsets. A type that says kForwardCompatible is read by its newest known
// version when the bytes come from a newer one, and may then, and only then, leave bytes over.
template <class M>
Result<M> decode_versioned(ByteView bytes);
template <class M>
Bytes encode_versioned(M message, int16_t version);

}  // namespace tenon::wire
