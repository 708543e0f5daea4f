// SPDX-License-Identifier: Apache-2.0
//
// How the groups ask an assignor: what it is given, what comes back, and the door to the plugins.
//
// Assigning is slow work (a thousand members, ten thousand partitions, somebody else's code), so it
// is done on a worker: the input is a value of its own, with the image of the cluster to read
// topics and racks from, and whoever asked is answered on its own scheduler.
//
// An answer that arrives is an assignment: every partition of a subscribed topic has one reader,
// who subscribes to the topic. What a plugin says otherwise is an error, and nobody sees it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/scheduler.h"
#include "base/task.h"
#include "groups/assignment/partitions.h"
#include "metadata/image.h"

namespace tenon::groups {

// A group at the moment of the question.
struct AssignmentInput {
  struct Member {
    std::string id;
    std::optional<std::string> instance_id;  // of a static member
    std::string rack;                        // "" = it does not say
    std::vector<std::string> topics;         // those that do not exist are passed over
    std::string regex;                       // "" = none; read by re2, held against whole names
    Partitions owned;
    int32_t generation = -1;  // in which it owns them; the higher claim counts
  };
  std::vector<Member> members;
  std::shared_ptr<const metadata::Image> image;
};

struct Assignment {
  std::vector<Partitions> by_member;  // as in AssignmentInput::members
  // Which topics each expression of the members stands for, in the order of their names.
  std::map<std::string, std::vector<std::string>> topics_of_regex;
  // Stands for the subscribed topics as they were: ids, names, partitions, racks. Never zero.
  int64_t metadata_hash = 0;
};

class Assignors {
 public:
  virtual ~Assignors() = default;

  // Is there an assignor of this name?
  virtual bool has(std::string_view name) const = 0;
  virtual std::vector<std::string> names() const = 0;

  // Asks the assignor, and answers on `home`, which is the caller's. kPluginMissing: there is none
  // of this name. kPluginFailed: it failed, or its answer is no assignment of the group; the text
  // says what is wrong. kTimeout: it has given up, because `budget` is over. An assignor that does
  // not give up is not interrupted: the caller has a timer of its own.
  virtual Future<Result<Assignment>> assign(Scheduler& home, std::string name,
                                            AssignmentInput input, Duration budget) = 0;
};

}  // namespace tenon::groups
