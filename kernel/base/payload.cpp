// SPDX-License-Identifier: Apache-2.0

#include "base/payload.h"

#include <unistd.h>

#include <cerrno>
#include <memory>

namespace tenon {
namespace {

bool read_fully(int fd, uint64_t offset, MutableBytes into) {
  while (!into.empty()) {
    const ssize_t n = pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    offset += static_cast<uint64_t>(n);
    into = into.subspan(static_cast<size_t>(n));
  }
  return true;
}

}  // namespace

Payload Payload::own(Bytes bytes) {
  Payload payload;
  auto kept = std::make_unique<Bytes>(std::move(bytes));
  payload.bytes = kept->size();
  payload.slices.push_back({.fd = -1, .offset = 0, .length = kept->size(), .data = kept->data()});
  payload.lease = Lease([kept = std::move(kept)] {});
  return payload;
}

bool Payload::copy_to(Bytes& out) const {
  for (const Slice& slice : slices) {
    const size_t at = out.size();
    if (slice.fd < 0) {
      out.insert(out.end(), slice.data, slice.data + slice.length);
      continue;
    }
    out.resize(at + slice.length);
    if (!read_fully(slice.fd, slice.offset, MutableBytes(out).subspan(at))) return false;
  }
  return true;
}

uint64_t OutputChain::size() const {
  uint64_t total = bytes.size();
  for (const Splice& splice : splices) total += splice.payload.bytes;
  return total;
}

bool OutputChain::flatten(Bytes& out) const {
  size_t done = 0;
  for (const Splice& splice : splices) {
    out.insert(out.end(), bytes.begin() + static_cast<ptrdiff_t>(done),
               bytes.begin() + static_cast<ptrdiff_t>(splice.at));
    done = splice.at;
    if (!splice.payload.copy_to(out)) return false;
  }
  out.insert(out.end(), bytes.begin() + static_cast<ptrdiff_t>(done), bytes.end());
  return true;
}

}  // namespace tenon
