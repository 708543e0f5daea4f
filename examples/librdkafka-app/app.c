/* SPDX-License-Identifier: Apache-2.0
 *
 * A producer as many are: it takes librdkafka's properties from the command line, sends one record
 * per key, and prints where each went. It knows nothing of Tenon.
 *
 *   app [property=value...] -- key...
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

static void delivered(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque) {
  (void)client;
  (void)opaque;
  if (message->err) {
    failures++;
    printf("%.*s: %s\n", (int)message->key_len, (const char*)message->key,
           rd_kafka_err2str(message->err));
  } else {
    printf("%.*s -> %d\n", (int)message->key_len, (const char*)message->key, message->partition);
  }
}

/* Sets the properties before "--"; the index of the first key. */
static int configure(rd_kafka_conf_t* conf, int argc, char** argv) {
  char why[512];
  int i = 1;
  for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
    char* value = strchr(argv[i], '=');
    if (!value) {
      fprintf(stderr, "app: %s is not property=value\n", argv[i]);
      exit(2);
    }
    *value++ = '\0';
    if (rd_kafka_conf_set(conf, argv[i], value, why, sizeof why) != RD_KAFKA_CONF_OK) {
      fprintf(stderr, "app: %s\n", why);
      exit(2);
    }
  }
  return i + 1;
}

int main(int argc, char** argv) {
  char why[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  int key = configure(conf, argc, argv);
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  if (!client) {
    fprintf(stderr, "app: %s\n", why);
    return 2;
  }
  for (; key < argc; key++) {
    rd_kafka_resp_err_t error = rd_kafka_producev(
        client, RD_KAFKA_V_TOPIC("orders"), RD_KAFKA_V_KEY(argv[key], strlen(argv[key])),
        RD_KAFKA_V_VALUE("hello", 5), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (error) {
      failures++;
      fprintf(stderr, "app: %s: %s\n", argv[key], rd_kafka_err2str(error));
    }
  }
  if (rd_kafka_flush(client, 30000) != RD_KAFKA_RESP_ERR_NO_ERROR) failures++;
  rd_kafka_destroy(client);
  return failures == 0 ? 0 : 1;
}
