// SPDX-License-Identifier: Apache-2.0
//
// Who may decide on a group now: one at a time, first come, first served. What is decided must be
// in the log before the next is decided, because that is decided on what is committed; other groups
// do not wait. A group that nobody decides on costs nothing.
//
// One thread. Whoever waits gets its turn from the event loop, never from inside another's end.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>

#include "base/scheduler.h"
#include "base/task.h"

namespace tenon::groups {

class Lanes {
 public:
  explicit Lanes(Scheduler& scheduler) : scheduler_(scheduler) {}

  // Held while a group is decided on; its end lets the next one in.
  class Turn {
   public:
    Turn(Lanes& lanes, std::string group_id) : lanes_(&lanes), group_id_(std::move(group_id)) {}
    Turn(Turn&& other) noexcept
        : lanes_(std::exchange(other.lanes_, nullptr)), group_id_(std::move(other.group_id_)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (lanes_) lanes_->leave(group_id_);
    }

   private:
    Lanes* lanes_;
    std::string group_id_;
  };

  // Ready at once where nobody is before.
  Future<Turn> take(const std::string& group_id);
  // Does somebody decide on the group?
  bool is_taken(std::string_view group_id) const { return lanes_.contains(group_id); }

 private:
  void leave(const std::string& group_id);

  Scheduler& scheduler_;
  std::map<std::string, std::deque<Promise<Turn>>, std::less<>> lanes_;  // those that wait
};

}  // namespace tenon::groups
