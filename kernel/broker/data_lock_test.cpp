// SPDX-License-Identifier: Apache-2.0

#include "broker/data_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace tenon::broker {
namespace {

class DataLockTest : public ::testing::Test {
 protected:
  DataLockTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tenon-lock-XXXXXX").native();
    directory_ = mkdtemp(pattern.data());
  }
  ~DataLockTest() override { std::filesystem::remove_all(directory_); }

  // A process that holds the lock until it is killed.
  pid_t start_holder() {
    int ready[2];
    EXPECT_EQ(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
      const auto lock = DataLock::take(directory_);
      const char answer = lock ? 'y' : 'n';
      if (write(ready[1], &answer, 1) == 1) pause();
      _exit(0);
    }
    char answer = 0;
    EXPECT_EQ(read(ready[0], &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
    close(ready[0]);
    close(ready[1]);
    return child;
  }
  std::string lock_file() const {
    std::ifstream file(directory_ + "/.lock");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string directory_;
};

TEST_F(DataLockTest, the_file_says_the_holders_pid) {
  const auto lock = DataLock::take(directory_);
  ASSERT_TRUE(lock);
  EXPECT_EQ(lock_file(), std::to_string(getpid()) + "\n");
}

TEST_F(DataLockTest, a_second_broker_is_refused_with_the_pid_of_the_first) {
  const pid_t holder = start_holder();
  const auto refused = DataLock::take(directory_);
  kill(holder, SIGKILL);
  waitpid(holder, nullptr, 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kInUse);
  EXPECT_NE(refused.error().text().find("process " + std::to_string(holder) + ";"),
            std::string::npos);
  EXPECT_NE(refused.error().text().find(directory_), std::string::npos);
}

TEST_F(DataLockTest, a_killed_holder_holds_nothing) {
  const pid_t holder = start_holder();
  kill(holder, SIGKILL);
  waitpid(holder, nullptr, 0);
  EXPECT_TRUE(DataLock::take(directory_));
  EXPECT_EQ(lock_file(), std::to_string(getpid()) + "\n");
}

TEST_F(DataLockTest, the_lock_ends_with_its_owner_wherever_it_was_moved) {
  auto lock = DataLock::take(directory_);
  ASSERT_TRUE(lock);
  {
    const DataLock moved = std::move(*lock);
    EXPECT_FALSE(DataLock::take(directory_));
  }
  EXPECT_TRUE(DataLock::take(directory_));
}

TEST_F(DataLockTest, a_directory_that_is_not_there_cannot_be_used) {
  const auto refused = DataLock::take(directory_ + "/missing");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kIo);
}

}  // namespace
}  // namespace tenon::broker
