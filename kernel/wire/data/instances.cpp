// SPDX-License-Identifier: Apache-2.0
//
// The code of this folder's messages is generated here, once (codec.h).

#include "wire/data/delete_records.h"
#include "wire/data/describe_producers.h"
#include "wire/data/fetch.h"
#include "wire/data/init_producer_id.h"
#include "wire/data/list_offsets.h"
#include "wire/data/offset_for_leader_epoch.h"
#include "wire/data/produce.h"
#include "wire/instantiate.h"

namespace tenon::wire {

TENON_WIRE_API(Produce);
TENON_WIRE_API(Fetch);
TENON_WIRE_API(ListOffsets);
TENON_WIRE_API(InitProducerId);
TENON_WIRE_API(OffsetForLeaderEpoch);
TENON_WIRE_API(DeleteRecords);
TENON_WIRE_API(DescribeProducers);

}  // namespace tenon::wire
