/* SPDX-License-Identifier: Apache-2.0
 *
 * A museum piece in C: records go by the length of their key.
 */
#include <stdlib.h>
#include <string.h>
#include <tenon/module.h>
#include <tenon/partitioner.h>

typedef struct by_length {
  uint64_t factor;
} by_length;

static const tn_option kOptions[] = {{.struct_size = sizeof(tn_option),
                                      .type = TN_OPT_INT,
                                      .name = "factor",
                                      .about = "What a length is multiplied by.",
                                      .default_text = "1",
                                      .min = 1,
                                      .max = 1000}};

static tn_code create(const tn_host* host, const tn_config* config, void** self, tn_error* error) {
  static const char kLine[] = "lengths, please";
  by_length* made = malloc(sizeof *made);
  if (!made) {
    error->code = TN_E_AGAIN;
    strcpy(error->message, "out of memory");
    return TN_E_AGAIN;
  }
  made->factor = (uint64_t)config->values[0].i64;
  host->log(host, TN_LOG_INFO, kLine, sizeof kLine - 1);
  *self = made;
  return TN_OK;
}

static int32_t partition(void* self, void* state, const tn_topic_view* topic,
                         const tn_record* record) {
  const by_length* lengths = self;
  (void)state;
  return (int32_t)(record->key.len * lengths->factor % (uint64_t)topic->n_partitions);
}

static const tn_partitioner kTable = {.struct_size = sizeof(tn_partitioner),
                                      .partition = partition};

static const void* get_interface(const char* id) {
  return strcmp(id, TN_PARTITIONER_ID) == 0 ? &kTable : NULL;
}

static void destroy(void* self) {
  free(self);
}

TN_MODULE(partitioner, "by-length", "1.0.0", .license = "Apache-2.0",
          .about = "By the length of the key.", .options = kOptions,
          .n_options = TN_COUNT_OF(kOptions), .create = create, .get_interface = get_interface,
          .destroy = destroy);
