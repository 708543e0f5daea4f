// SPDX-License-Identifier: Apache-2.0
//
// The one who may change the cluster: makes, alters and deletes topics, hands out producer ids and
// registers the broker. Every change is validated against the newest image, written to the journal
// as metadata records, and, when it is durable, published as a new image and then answered.
//
// Owned by the broker, after its Journal. Lives on one scheduler: all calls and callbacks are on
// its thread (elsewhere: call_on), and it must outlive the tasks it returned.
//
// Changes are pipelined: one is validated against the image as it will be when all before it are
// committed (the pending image), so that many clients' changes share one fsync, and none has to be
// undone. Only if the journal refuses one (a full disk), all that came after it fail with it; the
// next change is validated against what was committed, and tried.
//
// Invariants
//   1. The published image never goes back, and holds committed changes only.
//   2. A change is answered after the image that holds it was published.
//   3. Pending images are in the order of their journal entries; the last one is what new changes
//      are validated against.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "base/task.h"
#include "controller/configs/group_plans.h"
#include "controller/journal.h"
#include "controller/requests.h"
#include "controller/topics/topic_rules.h"
#include "metadata/image.h"
#include "metadata/records.h"

namespace tenon::controller {

struct ControllerOptions {
  Scheduler* scheduler = nullptr;
  Journal* journal = nullptr;
  Random* random = nullptr;
  std::string cluster_id;
  // The broker that this controller speaks for, as clients reach it. Its epoch and incarnation are
  // the controller's to set.
  metadata::BrokerInfo broker;
  TopicPolicy topics;
  GroupPolicy groups;
  // A snapshot is made when the journal has grown by this much since the last.
  uint64_t snapshot_after_bytes = 16 << 20;
};

class Controller {
 public:
  using ImageListener = std::function<void(std::shared_ptr<const metadata::Image>)>;
  static constexpr int32_t kProducerIdBlockSize = 1000;

  explicit Controller(ControllerOptions options);
  ~Controller();
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  // Called with the current image at once if start() has replayed it, and with each later one. Any
  // number of listeners; they are called in the order in which they came, before the change is
  // answered.
  void on_image(ImageListener listener);

  // Replays the journal, becomes the leader under a new epoch, registers the broker, publishes.
  // kCorruptData if the journal's entries cannot be understood. Once, before any other call.
  Task<Result<>> start();

  // The newest committed image; null before start().
  std::shared_ptr<const metadata::Image> image() const { return image_; }
  // The epoch under which this controller writes; 0 before start().
  int32_t epoch() const { return leadership_.epoch; }

  // As Kafka's CreateTopics. Each topic succeeds or fails on its own; those that succeed become
  // visible together. Errors: kInvalidTopic, kTopicAlreadyExists, kInvalidPartitions,
  // kInvalidReplicationFactor, kInvalidReplicaAssignment, kInvalidConfig, kInvalidRequest (a name
  // twice in the request), kPolicyViolation (too many partitions), and of the journal
  // kKafkaStorageError, kNotController.
  Task<Results<CreatedTopic>> create_topics(std::vector<NewTopic> topics,
                                            CreateTopicsOptions options = {});
  Task<Result<CreatedTopic>> create_topic(NewTopic topic, CreateTopicsOptions options = {});

  // As Kafka's DeleteTopics. kUnknownTopicOrPartition, kUnknownTopicId, kInvalidRequest,
  // kTopicDeletionDisabled.
  Task<Results<DeletedTopic>> delete_topics(std::vector<TopicToDelete> topics);
  Task<Result<DeletedTopic>> delete_topic(TopicToDelete topic);

  // As Kafka's CreatePartitions. kUnknownTopicOrPartition, kInvalidPartitions,
  // kInvalidReplicaAssignment, kInvalidRequest, kPolicyViolation.
  Task<Results<>> create_partitions(std::vector<MorePartitions> topics, bool validate_only = false);

  // As Kafka's IncrementalAlterConfigs (KIP-339) for topics; all changes of one topic or none.
  // kUnknownTopicOrPartition, kInvalidConfig, kInvalidRequest.
  Task<Results<>> alter_topic_configs(std::vector<TopicConfigChanges> topics,
                                      bool validate_only = false);

  // The same for groups, which need not be there. kInvalidConfig, kInvalidRequest.
  Task<Results<>> alter_group_configs(std::vector<GroupConfigChanges> groups,
                                      bool validate_only = false);

  // kProducerIdBlockSize ids that were never given out and never will be again, not even after a
  // kill at any moment.
  Task<Result<ProducerIdBlock>> allocate_producer_ids();

  // Resolves when all changes asked for before are durable or have failed.
  Task<Result<>> drain();

 private:
  using ImagePtr = std::shared_ptr<const metadata::Image>;
  using Records = std::vector<metadata::Record>;

  Result<> replay_snapshot();
  Task<Result<>> register_broker();
  // The image that new changes are validated against.
  const metadata::Image& pending() const { return pending_.empty() ? *image_ : *pending_.back(); }
  // Why no change can be accepted now, or success.
  Result<> check_writable() const;
  // Plans a request on the pending image, commits the plan's records, answers its results.
  template <class T, class PlanFunction>
  Task<Results<T>> change(size_t parts, PlanFunction plan);
  // Writes the records as one journal entry; returns when they are durable and published. Without
  // records: when all changes before are, because an answer may rest on them.
  Task<Result<>> commit(Records records);
  void on_entries(std::span<const Entry> entries);
  void replay_entries(std::span<const Entry> entries);
  void publish();
  void snapshot_if_grown();

  ControllerOptions options_;
  std::vector<ImageListener> listeners_;
  ImagePtr image_;                // committed
  std::deque<ImagePtr> pending_;  // one for each entry that is on its way to the disk
  Leadership leadership_;         // ours; epoch 0 until we were elected
  bool published_ = false;
  std::optional<Error> stopped_;  // why nothing can be written any more
  // Shared with the task that waits for the snapshot, which may outlive the controller.
  std::shared_ptr<bool> snapshot_under_way_ = std::make_shared<bool>(false);
};

}  // namespace tenon::controller
