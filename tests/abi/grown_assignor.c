/* SPDX-License-Identifier: Apache-2.0
 *
 * An assignor that uses what its SDK has: built with this SDK, and with the next one, where what it
 * is given has a member more. The first member reads everything, or the last one, where a plugin
 * that knows of more is given more.
 */
#include <stdlib.h>
#include <string.h>
#include <tenon/assignor.h>
#include <tenon/module.h>

static tn_code create(const tn_host* host, const tn_config* config, void** self, tn_error* error) {
  (void)host;
  (void)config;
  (void)error;
  *self = malloc(1);
  return *self ? TN_OK : TN_E_AGAIN;
}

static tn_code assign(void* self, const tn_assignor_input* in, int32_t* owners, tn_error* error) {
  int32_t reader = 0;
  uint32_t p;
  (void)self;
  (void)error;
#ifdef TN_NEXT_SDK
  if (in->struct_size >= sizeof(tn_assignor_input)) reader = (int32_t)in->n_members - 1;
#endif
  for (p = 0; p < in->n_partitions; p++) owners[p] = reader;
  return TN_OK;
}

static const tn_assignor kTable = {.struct_size = sizeof(tn_assignor), .assign = assign};

static const void* get_interface(const char* id) {
  return strcmp(id, TN_ASSIGNOR_ID) == 0 ? &kTable : NULL;
}

static void destroy(void* self) {
  free(self);
}

TN_MODULE(assignor, PLUGIN_NAME, "1.0.0", .license = "Apache-2.0", .about = "One reads all.",
          .create = create, .get_interface = get_interface, .destroy = destroy);
