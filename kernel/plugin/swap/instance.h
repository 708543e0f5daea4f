// SPDX-License-Identifier: Apache-2.0
//
// A plugin's instance that runs, and where it goes when nobody calls it any more: the last caller
// may be any thread, but destroy belongs to a thread that loads plugins, so the instance waits
// until such a thread comes by.
//
// Threads: handed around and let go of by any; made and swept by one that loads, one at a time.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "plugin/services/instance_host.h"
#include "plugin/watch/call_scope.h"
#include "tenon/plugin.h"

namespace tenon::plugin {

class Instance {
 public:
  // Takes over `self`, which create of `descriptor` made with `host`.
  Instance(std::unique_ptr<InstanceHost> host, const tn_descriptor& descriptor, void* self,
           const Suspect* suspect)
      : host_(std::move(host)), descriptor_(descriptor), self_(self), suspect_(suspect) {}
  ~Instance() {
    const CallScope call(suspect_, "destroy");
    descriptor_.destroy(self_);
  }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  void* self() const { return self_; }
  const tn_descriptor& descriptor() const { return descriptor_; }

 private:
  std::unique_ptr<InstanceHost> host_;
  const tn_descriptor& descriptor_;
  void* self_;
  const Suspect* suspect_;
};

using InstancePointer = std::shared_ptr<Instance>;

// The instances that wait for their end.
class Retired {
 public:
  // `instance` as one that comes here when the last of its holders lets go.
  static InstancePointer keep(const std::shared_ptr<Retired>& retired,
                              std::unique_ptr<Instance> instance);
  // Destroys what has come.
  void sweep();

 private:
  void take(std::unique_ptr<Instance> instance);

  std::mutex mutex_;
  std::vector<std::unique_ptr<Instance>> waiting_;  // under mutex_
};

}  // namespace tenon::plugin
