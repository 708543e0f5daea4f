/* SPDX-License-Identifier: Apache-2.0
 *
 * An application as the bridge finds it: a producer that knows librdkafka and nothing of Tenon.
 *
 *   app [option...] [property=value...]
 *
 * Properties are set in their order. Prints `P partition key` for every delivered record, `F error`
 * for every other, and after them `maps N`, the number of librdkafkas in this process, and `opaque
 * kept` or `opaque lost`. A refused property is printed as it was explained, with exit code 2.
 *
 *   --own-conf      the topic gets a configuration of its own     --null-conf  a handle without one
 *   --late-default  a default topic configuration, set last       --dup        rd_kafka_conf_dup
 * first
 *   --batch         rd_kafka_produce_batch                        --keyless    no keys
 *   --empty-key     keys of no bytes                              --fixed P    to partition P
 *   --count N       records (400)       --threads N   from N threads
 *   --topics N      topics (1)          --partitions N  of each (4)
 *   --dead P        partition P has no leader                     --rounds N   N clients, one by
 * one
 *   --at-exit       sends its records from a handler of exit()
 *   --warm          one record to partition 0 of each topic first, so that librdkafka has met the
 * leaders
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kThreadsMax = 64, kTopicsMax = 16, kFlushMs = 20000 };

typedef struct options {
  int own_conf, null_conf, late_default, dup, batch, keyless, empty_key, at_exit, warm;
  int fixed, count, threads, topics, partitions, dead, rounds;
} options;

static options opt = {.fixed = RD_KAFKA_PARTITION_UA,
                      .count = 400,
                      .threads = 1,
                      .topics = 1,
                      .partitions = 4,
                      .dead = -1,
                      .rounds = 1};
static rd_kafka_t* client;
static rd_kafka_topic_t* handles[kTopicsMax];
static int marker; /* what our opaque pointers point at */
static int opaque_lost;

static void delivered(rd_kafka_t* rk, const rd_kafka_message_t* message, void* opaque) {
  (void)rk;
  (void)opaque;
  if (message->_private == &marker) return; /* it only warmed */
  if (message->err)
    printf("F %s\n", rd_kafka_err2name(message->err));
  else
    printf("P %d %.*s\n", message->partition, (int)message->key_len, (const char*)message->key);
  if (opt.own_conf && rd_kafka_topic_opaque(message->rkt) != &marker) opaque_lost = 1;
}

static void set(rd_kafka_conf_t* conf, const char* name, const char* value) {
  char why[512] = "";
  if (rd_kafka_conf_set(conf, name, value, why, sizeof why) == RD_KAFKA_CONF_OK) return;
  printf("refused: %s\n", why);
  exit(2);
}

static int read_switch(const char* argument) {
  const struct {
    const char* name;
    int* target;
  } switches[] = {{"--own-conf", &opt.own_conf},
                  {"--null-conf", &opt.null_conf},
                  {"--late-default", &opt.late_default},
                  {"--dup", &opt.dup},
                  {"--batch", &opt.batch},
                  {"--keyless", &opt.keyless},
                  {"--empty-key", &opt.empty_key},
                  {"--at-exit", &opt.at_exit},
                  {"--warm", &opt.warm}};
  for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
    if (strcmp(argument, switches[i].name) == 0) return *switches[i].target = 1;
  }
  return 0;
}

static int read_number(const char* name, const char* value) {
  const struct {
    const char* name;
    int* target;
  } numbers[] = {{"--fixed", &opt.fixed},     {"--count", &opt.count},
                 {"--threads", &opt.threads}, {"--topics", &opt.topics},
                 {"--dead", &opt.dead},       {"--partitions", &opt.partitions},
                 {"--rounds", &opt.rounds}};
  for (size_t i = 0; value && i < sizeof numbers / sizeof *numbers; i++) {
    if (strcmp(name, numbers[i].name) != 0) continue;
    *numbers[i].target = atoi(value);
    return 1;
  }
  return 0;
}

static rd_kafka_conf_t* make_conf(int argc, char** argv) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  set(conf, "test.mock.num.brokers", "1");
  for (int i = 1; i < argc; i++) {
    if (read_switch(argv[i])) continue;
    if (read_number(argv[i], argv[i + 1])) {
      i++;
      continue;
    }
    char* property = strdup(argv[i]);
    char* equals = strchr(property, '=');
    if (!equals) {
      fprintf(stderr, "app: what is %s?\n", property);
      exit(3);
    }
    *equals = '\0';
    set(conf, property, equals + 1);
    free(property);
  }
  if (opt.late_default) rd_kafka_conf_set_default_topic_conf(conf, rd_kafka_topic_conf_new());
  if (!opt.dup) return conf;
  rd_kafka_conf_t* copy = rd_kafka_conf_dup(conf);
  rd_kafka_conf_destroy(conf);
  return copy;
}

static void topic_name(char* name, int topic) {
  sprintf(name, "topic-%d", topic);
}

static void make_topics(void) {
  rd_kafka_mock_cluster_t* cluster = rd_kafka_handle_mock_cluster(client);
  for (int i = 0; i < opt.topics; i++) {
    char name[32];
    topic_name(name, i);
    rd_kafka_mock_topic_create(cluster, name, opt.partitions, 1);
    if (opt.dead >= 0) rd_kafka_mock_partition_set_leader(cluster, name, opt.dead, -1);
    rd_kafka_topic_conf_t* conf = NULL;
    if (opt.own_conf) {
      conf = rd_kafka_topic_conf_new();
      rd_kafka_topic_conf_set_opaque(conf, &marker);
    }
    handles[i] = NULL;
    if (opt.own_conf || opt.null_conf || opt.batch)
      handles[i] = rd_kafka_topic_new(client, name, conf);
  }
}

static void key_of(int record, char* key, size_t* length) {
  *length = opt.empty_key ? 0 : (size_t)sprintf(key, "key-%d", record);
}

static void send_one(int record) {
  char key[32] = "", name[32];
  size_t length = 0;
  const int topic = record % opt.topics;
  key_of(record, key, &length);
  const void* sent_key = opt.keyless ? NULL : key;
  if (opt.keyless) length = 0;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  if (handles[topic]) {
    if (rd_kafka_produce(handles[topic], opt.fixed, RD_KAFKA_MSG_F_COPY, "value", 5, sent_key,
                         length, NULL) != 0)
      error = rd_kafka_last_error();
  } else {
    topic_name(name, topic);
    error = rd_kafka_producev(client, RD_KAFKA_V_TOPIC(name), RD_KAFKA_V_VALUE("value", 5),
                              RD_KAFKA_V_PARTITION(opt.fixed),
                              RD_KAFKA_V_KEY((void*)(size_t)sent_key, length),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
  }
  if (error) printf("F %s\n", rd_kafka_err2name(error));
}

/* librdkafka delegates all partitions of a topic to their leaders before it sends to one. */
static void warm(void) {
  for (int i = 0; i < opt.topics; i++) {
    char name[32];
    topic_name(name, i);
    rd_kafka_producev(client, RD_KAFKA_V_TOPIC(name), RD_KAFKA_V_PARTITION(0),
                      RD_KAFKA_V_OPAQUE(&marker), RD_KAFKA_V_END);
  }
  rd_kafka_flush(client, kFlushMs);
}

static void send_batch(void) {
  rd_kafka_message_t* messages = calloc((size_t)opt.count, sizeof *messages);
  for (int i = 0; i < opt.count; i++) {
    messages[i].payload = "value";
    messages[i].len = 5;
    messages[i].key = malloc(32);
    key_of(i, messages[i].key, &messages[i].key_len);
  }
  rd_kafka_produce_batch(handles[0], RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, messages,
                         opt.count);
  for (int i = 0; i < opt.count; i++) {
    if (messages[i].err) printf("F %s\n", rd_kafka_err2name(messages[i].err));
    free(messages[i].key);
  }
  free(messages);
}

static void* send_share(void* thread) {
  for (int i = (int)(size_t)thread; i < opt.count; i += opt.threads) send_one(i);
  return NULL;
}

static void send_all(void) {
  pthread_t threads[kThreadsMax];
  if (opt.warm) warm();
  if (opt.batch) {
    send_batch();
  } else if (opt.threads == 1) {
    send_share(NULL);
  } else {
    for (int i = 0; i < opt.threads; i++)
      pthread_create(&threads[i], NULL, send_share, (void*)(size_t)i);
    for (int i = 0; i < opt.threads; i++) pthread_join(threads[i], NULL);
  }
  rd_kafka_flush(client, kFlushMs);
}

static void end(void) {
  for (int i = 0; i < opt.topics; i++) {
    if (handles[i]) rd_kafka_topic_destroy(handles[i]);
  }
  rd_kafka_destroy(client);
}

static void send_at_exit(void) {
  send_all();
  end();
}

/* How many files of that name are mapped into this process. */
static int count_mapped(const char* part) {
  char line[1024], last[1024] = "";
  int files = 0;
  FILE* maps = fopen("/proc/self/maps", "r");
  while (maps && fgets(line, sizeof line, maps)) {
    char* path = strchr(line, '/');
    if (!path || !strstr(path, part) || strcmp(path, last) == 0) continue;
    strcpy(last, path);
    files++;
  }
  if (maps) fclose(maps);
  return files;
}

int main(int argc, char** argv) {
  for (int round = 0; round == 0 || round < opt.rounds; round++) {
    char why[512];
    client = rd_kafka_new(RD_KAFKA_PRODUCER, make_conf(argc, argv), why, sizeof why);
    if (!client) {
      printf("no client: %s\n", why);
      return 4;
    }
    make_topics();
    if (opt.at_exit) {
      send_one(0); /* so that the thread has met the bridge before it ends */
      atexit(send_at_exit);
      return 0;
    }
    send_all();
    end();
  }
  printf("maps %d\nopaque %s\n", count_mapped("librdkafka"), opaque_lost ? "lost" : "kept");
  return 0;
}
