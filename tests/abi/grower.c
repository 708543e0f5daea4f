/* SPDX-License-Identifier: Apache-2.0
 *
 * A partitioner that uses what its SDK has: built with this SDK, and with the next one, where the
 * host and the table of a partitioner have a function more. Its answer says what it found: 1 for a
 * host of ABI 1.0, what the host answers for a later one; its option is added.
 */
#include <stdlib.h>
#include <string.h>
#include <tenon/module.h>
#include <tenon/partitioner.h>

typedef struct grower {
  const tn_host* host;
  int32_t added;
} grower;

/* Two, so that the second is found only by who knows how far apart they lie. */
static const tn_option kOptions[] = {{.struct_size = sizeof(tn_option),
                                      .type = TN_OPT_STRING,
                                      .name = "unused",
                                      .about = "Nothing."},
                                     {.struct_size = sizeof(tn_option),
                                      .type = TN_OPT_INT,
                                      .name = "added",
                                      .about = "Added to every answer.",
                                      .default_text = "100"}};

static tn_code create(const tn_host* host, const tn_config* config, void** self, tn_error* error) {
  grower* made = malloc(sizeof *made);
  (void)error;
  if (!made) return TN_E_AGAIN;
  made->host = host;
  made->added = (int32_t)config->values[1].i64;
  host->log(host, TN_LOG_INFO, PLUGIN_NAME, strlen(PLUGIN_NAME));
  *self = made;
  return TN_OK;
}

static int32_t partition(void* self, void* state, const tn_topic_view* topic,
                         const tn_record* record) {
  const grower* it = self;
  (void)state;
  (void)record;
#ifdef TN_NEXT_SDK
  if (TN_HAS(it->host, tn_host, next_answer))
    return (it->host->next_answer(it->host) + it->added) % topic->n_partitions;
#endif
  return (1 + it->added) % topic->n_partitions;
}

#ifdef TN_NEXT_SDK
static int32_t next_partition(void* self) {
  (void)self;
  return 7;
}
#endif

static const tn_partitioner kTable = {.struct_size = sizeof(tn_partitioner),
#ifdef TN_NEXT_SDK
                                      .next_partition = next_partition,
#endif
                                      .partition = partition};

static const void* get_interface(const char* id) {
  return strcmp(id, TN_PARTITIONER_ID) == 0 ? &kTable : NULL;
}

static void destroy(void* self) {
  free(self);
}

TN_MODULE(partitioner, PLUGIN_NAME, "1.0.0", .about = "Says what it found.", .options = kOptions,
          .n_options = TN_COUNT_OF(kOptions), .create = create, .get_interface = get_interface,
          .destroy = destroy);
