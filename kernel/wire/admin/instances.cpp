// SPDX-License-Identifier: Apache-2.0
//
// The code of this folder's messages is generated here, once (codec.h).

#include "wire/admin/alter_configs.h"
#include "wire/admin/api_versions.h"
#include "wire/admin/create_partitions.h"
#include "wire/admin/create_topics.h"
#include "wire/admin/delete_topics.h"
#include "wire/admin/describe_cluster.h"
#include "wire/admin/describe_configs.h"
#include "wire/admin/describe_log_dirs.h"
#include "wire/admin/incremental_alter_configs.h"
#include "wire/admin/metadata.h"
#include "wire/instantiate.h"

namespace tenon::wire {

TENON_WIRE_API(ApiVersions);
TENON_WIRE_API(Metadata);
TENON_WIRE_API(CreateTopics);
TENON_WIRE_API(DeleteTopics);
TENON_WIRE_API(CreatePartitions);
TENON_WIRE_API(DescribeConfigs);
TENON_WIRE_API(AlterConfigs);
TENON_WIRE_API(IncrementalAlterConfigs);
TENON_WIRE_API(DescribeCluster);
TENON_WIRE_API(DescribeLogDirs);

}  // namespace tenon::wire
