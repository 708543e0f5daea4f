// SPDX-License-Identifier: Apache-2.0

#include "net/connection/reply_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <random>
#include <string>

namespace tenon::net {
namespace {

using Status = ReplyWriter::Status;

// A writer on one end of a socket pair, a file of random bytes, and what should arrive.
class ReplyWriterTest : public testing::Test {
 protected:
  ReplyWriterTest() : file_(std::tmpfile()), contents_(1u << 20) {
    signal(SIGPIPE, SIG_IGN);
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    socket_ = ends[0];
    peer_ = ends[1];
    std::mt19937 random(3);
    for (auto& byte : contents_) byte = static_cast<uint8_t>(random());
    EXPECT_EQ(pwrite(fileno(file_), contents_.data(), contents_.size(), 0),
              static_cast<ssize_t>(contents_.size()));
  }
  ~ReplyWriterTest() override {
    close(socket_);
    if (peer_ >= 0) close(peer_);
    std::fclose(file_);
  }

  Payload of_file(std::vector<std::pair<uint64_t, uint64_t>> ranges) {
    Payload payload;
    for (const auto& [offset, length] : ranges) {
      payload.slices.push_back({fileno(file_), offset, length, nullptr});
      payload.bytes += length;
    }
    payload.lease = Lease([this] { ++leases_dropped_; });
    return payload;
  }
  void push(std::string_view bytes, std::vector<OutputChain::Splice> splices, uint64_t charge = 0) {
    OutputChain chain;
    chain.bytes.assign(bytes.begin(), bytes.end());
    chain.splices = std::move(splices);
    Bytes length(4);
    store_be<int32_t>(length.data(), static_cast<int32_t>(chain.size()));
    expected_.insert(expected_.end(), length.begin(), length.end());
    ASSERT_TRUE(chain.flatten(expected_));
    writer_.push(std::move(chain), charge);
  }
  void push_file(std::vector<std::pair<uint64_t, uint64_t>> ranges) {
    std::vector<OutputChain::Splice> splices;
    splices.push_back({4, of_file(std::move(ranges))});
    push("headtail", std::move(splices));
  }

  Status write_once() { return writer_.write(socket_, {64u << 10, staging_, turn_bytes_}); }
  void read_some(size_t bytes) {
    Bytes into(bytes);
    const ssize_t n = recv(peer_, into.data(), into.size(), 0);
    if (n > 0) arrived_.insert(arrived_.end(), into.begin(), into.begin() + n);
  }
  // Writes and reads in turn until all is sent.
  void write_all(size_t read_bytes) {
    for (Status status = write_once(); status != Status::kDone; status = write_once()) {
      ASSERT_NE(status, Status::kFailed) << writer_.error().text();
      read_some(read_bytes);
    }
    while (arrived_.size() < expected_.size()) read_some(1u << 20);
    ASSERT_TRUE(arrived_ == expected_);
  }

  std::FILE* file_;
  Bytes contents_;
  int socket_ = -1;
  int peer_ = -1;
  Bytes staging_ = Bytes(128u << 10);
  uint64_t turn_bytes_ = 1u << 20;
  int leases_dropped_ = 0;
  Bytes expected_;
  Bytes arrived_;
  ReplyWriter writer_;
};

TEST_F(ReplyWriterTest, sends_replies_in_order_with_their_lengths) {
  push("first", {});
  push("", {});
  push("third", {});
  write_all(1);
  EXPECT_TRUE(writer_.empty());
}

TEST_F(ReplyWriterTest, sends_small_and_large_slices_of_files_as_they_are) {
  push_file({{10, 1000}, {5000, 20}, {100'000, 500'000}, {1, 64u << 10}, {0, 3}});
  write_all(300'000);
  EXPECT_EQ(leases_dropped_, 1);
}

TEST_F(ReplyWriterTest, sends_more_small_slices_than_fit_in_one_call) {
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (uint64_t i = 0; i < 1000; ++i) ranges.emplace_back(i * 7, 1 + i % 900);
  push_file(ranges);
  push_file(ranges);
  write_all(100'000);
}

TEST_F(ReplyWriterTest, sends_all_to_a_reader_of_odd_portions) {
  for (int i = 0; i < 5; ++i) push_file({{0, 60'000}, {7, 300'000}, {50, 63'000}});
  write_all(7919);
}

TEST_F(ReplyWriterTest, uses_sendfile_for_what_does_not_fit_in_staging) {
  staging_.resize(100);
  push_file({{0, 101}, {0, 100}, {3, 50}, {4, 60}});
  write_all(1000);
}

TEST_F(ReplyWriterTest, stops_when_its_turn_is_over) {
  turn_bytes_ = 1000;
  push_file({{0, 100'000}});
  EXPECT_EQ(write_once(), Status::kTurnOver);
  EXPECT_LE(writer_.take_sent(), 3000u);
  write_all(100'000);
}

TEST_F(ReplyWriterTest, counts_memory_and_releases_charges_as_replies_leave) {
  push(std::string(100, 'x'), {}, 11);
  push(std::string(2u << 20, 'y'), {}, 22);
  EXPECT_EQ(writer_.memory(), 100u + (2u << 20));
  EXPECT_EQ(write_once(), Status::kBlocked);
  EXPECT_EQ(writer_.replies(), 1u);
  EXPECT_EQ(writer_.take_released(), 11u);
  write_all(1u << 20);
  EXPECT_EQ(writer_.take_released(), 22u);
  EXPECT_EQ(writer_.memory(), 0u);
}

TEST_F(ReplyWriterTest, fails_when_a_file_is_shorter_than_its_slice) {
  for (const uint64_t length : {100u, 100'000u}) {
    ReplyWriter writer;
    OutputChain chain;
    chain.splices.push_back({0, of_file({{contents_.size() - 10, length}})});
    writer.push(std::move(chain), 5);
    Status status = Status::kDone;
    do {
      status = writer.write(socket_, {64u << 10, staging_, turn_bytes_});
    } while (status != Status::kFailed && !writer.empty());
    EXPECT_EQ(status, Status::kFailed);
    EXPECT_EQ(writer.error().code, Errc::kKafkaStorageError);
    writer.clear();
    EXPECT_EQ(writer.take_released(), 5u);
  }
}

TEST_F(ReplyWriterTest, fails_when_the_peer_is_gone) {
  close(std::exchange(peer_, -1));
  push("too late", {});
  EXPECT_EQ(write_once(), Status::kFailed);
  EXPECT_EQ(writer_.error().code, Errc::kIo);
}

}  // namespace
}  // namespace tenon::net
