/* SPDX-License-Identifier: Apache-2.0
 *
 * The partitioner example-name: records whose keys begin alike go to one partition. The part of the
 * key up to the separator is hashed.
 *
 * Constant after create, so that any thread may call it.
 */
#include <stdlib.h>
#include <string.h>
#include <tenon/module.h>
#include <tenon/partitioner.h>

typedef struct example_name {
  uint8_t separator;
} example_name;

static const tn_option kOptions[] = {
    {.struct_size = sizeof(tn_option),
     .type = TN_OPT_STRING,
     .name = "separator",
     .about = "One character; the key counts up to the first of it.",
     .default_text = ":"},
};

static tn_code fail(tn_error* error, tn_code code, const char* text) {
  error->code = code;
  strcpy(error->message, text);
  return code;
}

static tn_code create(const tn_host* host, const tn_config* config, void** self, tn_error* error) {
  (void)host;
  const tn_bytes separator = config->values[0].str;
  if (separator.len != 1) return fail(error, TN_E_CONFIG, "separator must be one character");
  example_name* made = malloc(sizeof *made);
  if (!made) return fail(error, TN_E_AGAIN, "no memory");
  made->separator = separator.data[0];
  *self = made;
  return TN_OK;
}

static void destroy(void* self) {
  free(self);
}

/* FNV-1a, and the end of MurmurHash3, which spreads keys that differ little. */
static uint32_t hash(const uint8_t* data, size_t size) {
  uint32_t sum = 2166136261u;
  for (size_t i = 0; i < size; i++) sum = (sum ^ data[i]) * 16777619u;
  sum = (sum ^ sum >> 16) * 0x85ebca6bu;
  sum = (sum ^ sum >> 13) * 0xc2b2ae35u;
  return sum ^ sum >> 16;
}

/* A partition in [0, n_partitions), or TN_PARTITION_ANY to leave it to the host. */
static int32_t partition(void* self, void* state, const tn_topic_view* topic,
                         const tn_record* record) {
  (void)state;
  const example_name* me = self;
  const tn_bytes key = record->key;
  if (!key.data) return TN_PARTITION_ANY;
  const uint8_t* end = key.len > 0 ? memchr(key.data, me->separator, key.len) : NULL;
  const size_t size = end ? (size_t)(end - key.data) : key.len;
  return (int32_t)(hash(key.data, size) % (uint32_t)topic->n_partitions);
}

static const tn_partitioner kPartitioner = {.struct_size = sizeof(tn_partitioner),
                                            .partition = partition};

static const void* get_interface(const char* id) {
  return strcmp(id, TN_PARTITIONER_ID) == 0 ? &kPartitioner : NULL;
}

TN_MODULE(partitioner, "example-name", "0.1.0",
          .about = "By the part of the key before a separator.", .options = kOptions,
          .n_options = TN_COUNT_OF(kOptions), .create = create, .get_interface = get_interface,
          .destroy = destroy);
