/* SPDX-License-Identifier: Apache-2.0
 *
 * A museum piece in C: whoever reads a partition goes on reading it; the others go to the
 * subscribers of the topic in turn, by the order of their ids.
 */
#include <stdlib.h>
#include <string.h>
#include <tenon/assignor.h>
#include <tenon/module.h>

static tn_code create(const tn_host* host, const tn_config* config, void** self, tn_error* error) {
  static const char kLine[] = "one after the other";
  (void)config;
  (void)error;
  host->log(host, TN_LOG_INFO, kLine, sizeof kLine - 1);
  *self = malloc(1);
  return *self ? TN_OK : TN_E_AGAIN;
}

static int32_t subscribes(const tn_assignor_input* in, uint32_t member, uint32_t topic) {
  uint32_t i;
  for (i = in->subscription_at[member]; i < in->subscription_at[member + 1]; i++)
    if (in->subscriptions[i] == topic) return 1;
  return 0;
}

static int32_t comes_before(const tn_bytes* a, const tn_bytes* b) {
  const size_t both = a->len < b->len ? a->len : b->len;
  const int order = memcmp(a->data, b->data, both);
  return order < 0 || (order == 0 && a->len < b->len);
}

/* The subscriber whose id comes next after that of `last`, or the first one. */
static int32_t next_reader(const tn_assignor_input* in, uint32_t topic, int32_t last) {
  int32_t next = TN_NOBODY, first = TN_NOBODY;
  uint32_t m;
  for (m = 0; m < in->n_members; m++) {
    const tn_bytes* id = &in->member_ids[m];
    if (!subscribes(in, m, topic)) continue;
    if (first == TN_NOBODY || comes_before(id, &in->member_ids[first])) first = (int32_t)m;
    if (last == TN_NOBODY || !comes_before(&in->member_ids[last], id)) continue;
    if (next == TN_NOBODY || comes_before(id, &in->member_ids[next])) next = (int32_t)m;
  }
  return next == TN_NOBODY ? first : next;
}

static tn_code assign(void* self, const tn_assignor_input* in, int32_t* owners, tn_error* error) {
  uint32_t topic;
  (void)self;
  for (topic = 0; topic < in->n_topics; topic++) {
    int32_t last = TN_NOBODY;
    uint32_t p;
    if (in->stopped(in->stop_ctx)) {
      error->code = TN_E_AGAIN;
      strcpy(error->message, "told to stop");
      return TN_E_AGAIN;
    }
    for (p = in->partition_at[topic]; p < in->partition_at[topic + 1]; p++) {
      const int32_t now = in->current[p];
      if (now != TN_NOBODY && subscribes(in, (uint32_t)now, topic)) {
        owners[p] = now;
      } else {
        last = next_reader(in, topic, last);
        owners[p] = last;
      }
    }
  }
  return TN_OK;
}

static const tn_assignor kTable = {
    .struct_size = sizeof(tn_assignor), .flags = TN_ASSIGNOR_STICKY, .assign = assign};

static const void* get_interface(const char* id) {
  return strcmp(id, TN_ASSIGNOR_ID) == 0 ? &kTable : NULL;
}

static void destroy(void* self) {
  free(self);
}

TN_MODULE(assignor, "in-turn", "1.0.0", .license = "Apache-2.0",
          .about = "Subscribers in turn; who reads goes on reading.", .create = create,
          .get_interface = get_interface, .destroy = destroy);
