/* SPDX-License-Identifier: Apache-2.0
 *
 * An example in C: a key such as "tenant-7:order-1" goes to one of a few partitions of its tenant,
 * so that a tenant who sends too much slows those down and no others.
 *
 *   [partitioner.tenant]
 *   path = "/path/to/partitioner-tenant.so"
 *   spread = 4
 */
#include <stdlib.h>
#include <string.h>
#include <tenon/module.h>
#include <tenon/partitioner.h>

typedef struct tenant {
  uint32_t spread; /* partitions of one tenant */
} tenant;

static const tn_option kOptions[] = {{.struct_size = sizeof(tn_option),
                                      .type = TN_OPT_INT,
                                      .name = "spread",
                                      .about = "How many partitions a tenant's keys go to.",
                                      .default_text = "4",
                                      .min = 1,
                                      .max = 1000}};

static tn_code create(const tn_host* host, const tn_config* config, void** self, tn_error* error) {
  (void)host;
  (void)error;
  tenant* made = malloc(sizeof *made);
  if (made == NULL) return TN_E_AGAIN;
  made->spread = (uint32_t)config->values[0].i64; /* within its bounds, as declared */
  *self = made;
  return TN_OK;
}

static void destroy(void* self) {
  free(self);
}

/* FNV-1a, 32 bits. */
static uint32_t hash(const uint8_t* data, size_t size) {
  uint32_t sum = 2166136261u;
  for (size_t i = 0; i < size; i++) sum = (sum ^ data[i]) * 16777619u;
  return sum;
}

static int32_t partition(void* self, void* state, const tn_topic_view* topic,
                         const tn_record* record) {
  (void)state;
  const tn_bytes key = record->key;
  if (key.data == NULL) return TN_PARTITION_ANY;
  const uint8_t* colon = key.len > 0 ? memchr(key.data, ':', key.len) : NULL;
  const size_t name = colon != NULL ? (size_t)(colon - key.data) : key.len;
  const uint64_t first = hash(key.data, name);
  const uint32_t turn = hash(key.data, key.len) % ((const tenant*)self)->spread;
  return (int32_t)((first + turn) % (uint32_t)topic->n_partitions);
}

static const tn_partitioner kPartitioner = {.struct_size = sizeof(tn_partitioner),
                                            .partition = partition};

static const void* get_interface(const char* id) {
  return strcmp(id, TN_PARTITIONER_ID) == 0 ? &kPartitioner : NULL;
}

TN_MODULE(partitioner, "tenant", "1.0.0", .vendor = "Example", .license = "Apache-2.0",
          .about = "To a few partitions per tenant.", .options = kOptions,
          .n_options = TN_COUNT_OF(kOptions), .create = create, .get_interface = get_interface,
          .destroy = destroy);
