/* SPDX-License-Identifier: Apache-2.0
 *
 * The assignor example-name: partitions are dealt to the subscribers of their topic in turn. Each
 * topic goes on where the one before it ended, so that equal subscriptions get equally many.
 *
 * assign is a pure function of the group: whoever coordinates, and in whatever order members and
 * topics are listed, the answer is the same. There is no instance, hence nothing to share.
 */
#include <stdlib.h>
#include <string.h>
#include <tenon/assignor.h>
#include <tenon/module.h>

static tn_code fail(tn_error* error, tn_code code, const char* text) {
  error->code = code;
  strcpy(error->message, text);
  return code;
}

static tn_code create(const tn_host* host, const tn_config* config, void** self, tn_error* error) {
  (void)host;
  (void)config;
  (void)error;
  *self = NULL;
  return TN_OK;
}

static void destroy(void* self) {
  (void)self;
}

/* --- order ----------------------------------------------------------------------------------- */

/* A member or a topic, with what it is ordered by. */
typedef struct ranked {
  tn_bytes instance; /* a static member's; data null = none */
  tn_bytes name;
  uint32_t number;
} ranked;

static int compare_bytes(tn_bytes a, tn_bytes b) {
  const size_t common = a.len < b.len ? a.len : b.len;
  const int order = common > 0 ? memcmp(a.data, b.data, common) : 0;
  if (order != 0) return order;
  return (a.len > b.len) - (a.len < b.len);
}

/* Static members first, by instance id, so that one keeps its place when it comes back under a new
 * member id; then by name. */
static int compare(const void* left, const void* right) {
  const ranked *a = left, *b = right;
  if (a->instance.data && b->instance.data) return compare_bytes(a->instance, b->instance);
  if (a->instance.data || b->instance.data) return a->instance.data ? -1 : 1;
  return compare_bytes(a->name, b->name);
}

static void rank(ranked* all, uint32_t n, const tn_bytes* instances, const tn_bytes* names) {
  const tn_bytes none = {NULL, 0};
  for (uint32_t i = 0; i < n; i++) all[i] = (ranked){instances ? instances[i] : none, names[i], i};
  if (n > 0) qsort(all, n, sizeof *all, compare);
}

/* --- the assignment -------------------------------------------------------------------------- */

/* What one call needs to know; each array may be empty, and has a place to spare. */
typedef struct group_plan {
  ranked* members;
  ranked* topics;
  uint32_t* subscriber_at; /* [n_topics + 1] where each topic's subscribers begin and the next's */
  uint32_t* subscribers;   /* members, in their order */
} group_plan;

static void free_plan(group_plan* plan) {
  free(plan->members);
  free(plan->topics);
  free(plan->subscriber_at);
  free(plan->subscribers);
}

/* 0 for want of memory. */
static int allocate_plan(group_plan* plan, const tn_assignor_input* in) {
  const size_t n_subscriptions = in->n_members > 0 ? in->subscription_at[in->n_members] : 0;
  plan->members = malloc(((size_t)in->n_members + 1) * sizeof *plan->members);
  plan->topics = malloc(((size_t)in->n_topics + 1) * sizeof *plan->topics);
  plan->subscriber_at = calloc((size_t)in->n_topics + 2, sizeof *plan->subscriber_at);
  plan->subscribers = malloc((n_subscriptions + 1) * sizeof *plan->subscribers);
  return plan->members && plan->topics && plan->subscriber_at && plan->subscribers;
}

/* Turns the topics of each member into the members of each topic. Counts two places ahead, so that
 * filling, which moves each beginning to its end, leaves topic t's members from subscriber_at[t] to
 * subscriber_at[t + 1] - 1. */
static void list_subscribers(group_plan* plan, const tn_assignor_input* in) {
  const uint32_t n = in->n_members > 0 ? in->subscription_at[in->n_members] : 0;
  for (uint32_t i = 0; i < n; i++) plan->subscriber_at[in->subscriptions[i] + 2]++;
  for (uint32_t t = 1; t < in->n_topics; t++) plan->subscriber_at[t + 1] += plan->subscriber_at[t];
  for (uint32_t i = 0; i < in->n_members; i++) {
    const uint32_t member = plan->members[i].number;
    for (uint32_t s = in->subscription_at[member]; s < in->subscription_at[member + 1]; s++)
      plan->subscribers[plan->subscriber_at[in->subscriptions[s] + 1]++] = member;
  }
}

static tn_code deal(const group_plan* plan, const tn_assignor_input* in, int32_t* owners,
                    tn_error* error) {
  uint32_t turn = 0;
  for (uint32_t i = 0; i < in->n_topics; i++) {
    if (in->stopped(in->stop_ctx)) return fail(error, TN_E_AGAIN, "stopped before the end");
    const uint32_t topic = plan->topics[i].number;
    const uint32_t* subscribers = plan->subscribers + plan->subscriber_at[topic];
    const uint32_t n = plan->subscriber_at[topic + 1] - plan->subscriber_at[topic];
    if (n == 0) continue; /* its partitions stay TN_NOBODY's */
    for (uint32_t p = in->partition_at[topic]; p < in->partition_at[topic + 1]; p++)
      owners[p] = (int32_t)subscribers[turn++ % n];
  }
  return TN_OK;
}

static tn_code assign(void* self, const tn_assignor_input* in, int32_t* owners, tn_error* error) {
  (void)self;
  if (in->stopped(in->stop_ctx)) return fail(error, TN_E_AGAIN, "stopped before the beginning");
  group_plan plan = {0};
  tn_code code = TN_OK;
  if (allocate_plan(&plan, in)) {
    rank(plan.members, in->n_members, in->instance_ids, in->member_ids);
    rank(plan.topics, in->n_topics, NULL, in->topic_names);
    list_subscribers(&plan, in);
    code = deal(&plan, in, owners, error);
  } else {
    code = fail(error, TN_E_AGAIN, "no memory");
  }
  free_plan(&plan);
  return code;
}

/* --- the library ----------------------------------------------------------------------------- */

static const tn_assignor kAssignor = {.struct_size = sizeof(tn_assignor),
                                      .flags = TN_ASSIGNOR_BALANCED | TN_ASSIGNOR_BALANCED_TOPICS,
                                      .assign = assign};

static const void* get_interface(const char* id) {
  return strcmp(id, TN_ASSIGNOR_ID) == 0 ? &kAssignor : NULL;
}

TN_MODULE(assignor, "example-name", "0.1.0", .about = "Subscribers in turn, on over the topics.",
          .create = create, .get_interface = get_interface, .destroy = destroy);
