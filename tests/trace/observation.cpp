// SPDX-License-Identifier: Apache-2.0

#include "observation.h"

#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

namespace tenon::testing {
namespace {

// Fixed room, because whoever records may not allocate.
template <class T>
class Record {
 public:
  void add(const T& value) {
    const size_t at = count_.fetch_add(1);
    if (at < values_.size()) values_[at] = value;
  }
  void clear() { count_ = 0; }
  std::span<const T> all() const {
    return std::span(values_).first(std::min(count_.load(), values_.size()));
  }

 private:
  std::array<T, 4096> values_{};
  std::atomic<size_t> count_{0};
};

using ThreadName = std::array<char, 16>;

Record<Step> all_steps;
Record<Moved> all_calls;
Record<ThreadName> all_syncs;
std::array<std::atomic<size_t>, static_cast<size_t>(Call::kWake) + 1> call_counts{};
std::atomic<bool> syncs_held{false};
std::atomic<bool> recording{false};
std::atomic<uint64_t> allocation_count{0};
std::atomic<int> calls_running{0};
thread_local bool is_client = false;

void observe(TraceWay way, const char* file) {
  all_steps.add({way, file, static_cast<int>(gettid())});
}

// A client may have its answer before the broker's call that sent it has returned.
void wait_for_calls_to_return() {
  while (calls_running > 0) std::this_thread::yield();
}

template <class F>
ssize_t note(Call call, const void* data, F run) {
  if (is_client) return run();
  ++calls_running;
  const ssize_t bytes = run();
  if (bytes > 0 && recording) {
    all_calls.add({call, static_cast<const uint8_t*>(data), static_cast<size_t>(bytes)});
    ++call_counts[static_cast<size_t>(call)];
  }
  --calls_running;
  return bytes;
}

int note_sync(long number, int fd) {
  ++calls_running;
  syncs_held.wait(true);
  if (recording) {
    ThreadName name{};
    prctl(PR_GET_NAME, name.data());
    all_syncs.add(name);
  }
  const auto outcome = static_cast<int>(syscall(number, fd));
  --calls_running;
  return outcome;
}

}  // namespace

void Observation::begin() {
  wait_for_calls_to_return();
  all_steps.clear();
  all_calls.clear();
  all_syncs.clear();
  for (auto& count : call_counts) count = 0;
  recording = true;
  set_trace_observer(observe);
}

void Observation::end() {
  release_syncs();
  wait_for_calls_to_return();
  set_trace_observer(nullptr);
  recording = false;
}

std::span<const Step> Observation::steps() {
  return all_steps.all();
}

std::vector<Moved> Observation::calls(Call call) {
  std::vector<Moved> found;
  std::ranges::copy_if(all_calls.all(), std::back_inserter(found),
                       [call](const Moved& moved) { return moved.call == call; });
  return found;
}

size_t Observation::count(Call call) {
  return call_counts[static_cast<size_t>(call)];
}

std::vector<std::string> Observation::syncs() {
  std::vector<std::string> threads;
  for (const ThreadName& name : all_syncs.all()) threads.emplace_back(name.data());
  return threads;
}

void Observation::hold_syncs() {
  syncs_held = true;
}

void Observation::release_syncs() {
  syncs_held = false;
  syncs_held.notify_all();
}

std::vector<std::string> Observation::walk() {
  std::vector<std::string> walk;
  for (const Step& step : steps()) {
    walk.push_back((step.way == TraceWay::kIn ? "> " : "< ") + std::string(step.file));
  }
  return walk;
}

size_t Observation::hops() {
  size_t hops = 0;
  for (size_t i = 1; i < steps().size(); ++i) hops += steps()[i].thread != steps()[i - 1].thread;
  return hops;
}

bool Observation::was_received_at(const uint8_t* data, size_t bytes) {
  const auto received = calls(Call::kRecv);
  const uint8_t* const end = data + bytes;
  while (data < end) {
    const auto covers = [data](const Moved& moved) {
      return moved.data <= data && data < moved.data + moved.bytes;
    };
    const auto found = std::ranges::find_if(received, covers);
    if (found == received.end()) return false;
    data = found->data + found->bytes;
  }
  return true;
}

uint64_t Observation::allocations() {
  return allocation_count;
}

void Observation::this_thread_is_a_client() {
  is_client = true;
}

}  // namespace tenon::testing

using tenon::testing::Call;
using tenon::testing::note;
using tenon::testing::note_sync;

extern "C" {

ssize_t recv(int fd, void* into, size_t size, int flags) {
  return note(Call::kRecv, into, [=] { return recvfrom(fd, into, size, flags, nullptr, nullptr); });
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  return note(Call::kSendMessage, message->msg_iov->iov_base,
              [=] { return syscall(SYS_sendmsg, fd, message, flags); });
}

ssize_t sendfile(int socket, int file, off_t* offset, size_t size) noexcept {
  return note(Call::kSendFile, nullptr,
              [=] { return syscall(SYS_sendfile, socket, file, offset, size); });
}

ssize_t pread(int fd, void* into, size_t size, off_t offset) {
  return note(Call::kRead, into, [=] { return syscall(SYS_pread64, fd, into, size, offset); });
}

ssize_t pwritev(int fd, const iovec* pieces, int count, off_t offset) {
  return note(Call::kWrite, pieces->iov_base,
              [=] { return syscall(SYS_pwritev, fd, pieces, count, offset, off_t{0}); });
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  return note(Call::kWrite, bytes, [=] { return syscall(SYS_pwrite64, fd, bytes, size, offset); });
}

ssize_t write(int fd, const void* bytes, size_t size) {
  // Eight bytes go to an eventfd, by which one shard wakes another.
  const Call call = size == sizeof(uint64_t) ? Call::kWake : Call::kWrite;
  return note(call, bytes, [=] { return syscall(SYS_write, fd, bytes, size); });
}

int fdatasync(int fd) {
  return note_sync(SYS_fdatasync, fd);
}

int fsync(int fd) {
  return note_sync(SYS_fsync, fd);
}

}  // extern "C"

void* operator new(size_t size) {
  using namespace tenon::testing;
  if (!is_client) allocation_count.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}
