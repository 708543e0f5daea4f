// SPDX-License-Identifier: Apache-2.0
#include "bridge/client.h"

#include <dlfcn.h>

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <unordered_map>

#include "bridge/callback.h"
#include "bridge/hooks.h"
#include "bridge/load/words.h"

namespace tenon::bridge {

namespace {

// The routes of the clients that run. Never destroyed.
struct Routes {
  std::mutex mutex;
  std::unordered_map<const rd_kafka_t*, std::shared_ptr<Route>> by_client;  // under mutex
};
Routes& routes() {
  static auto* const leaked = new Routes;
  return *leaked;
}

// The file of the bridge itself.
std::string own_path() {
  Dl_info info{};
  char resolved[PATH_MAX];
  const bool known = ::dladdr(reinterpret_cast<const void*>(&own_path), &info) != 0;
  return known && ::realpath(info.dli_fname, resolved) != nullptr ? resolved : "";
}

// Where names are looked up: where the user says, else beside the installed bridge.
std::vector<std::string> directories(const Settings& settings) {
  if (!settings.directory.empty()) return {settings.directory};
  const std::string path = own_path();
  const std::string folder = path.substr(0, path.rfind('/'));
  return {folder.substr(0, folder.rfind('/')) + "/lib/tenon/plugins"};
}

std::string read_property(const RdkafkaApi& api, const rd_kafka_conf_t* conf, const char* name) {
  char value[256];
  size_t size = sizeof value;
  return api.conf_get(conf, name, value, &size) == RD_KAFKA_CONF_OK ? value : "";
}

Log log_of(const RdkafkaApi& api, const rd_kafka_conf_t* conf) {
  const std::string level = read_property(api, conf, "log_level");
  return {read_property(api, conf, "client.id"), level.empty() ? 6 : std::atoi(level.c_str())};
}

}  // namespace

Result<bool> Client::attach(const RdkafkaApi& api, rd_kafka_conf_t* conf) {
  std::unique_ptr<Client> client(new Client(api));
  const Settings settings = with_environment({});
  if (auto resolved = client->resolve(settings); !resolved) return resolved.error();
  return hook(conf, std::move(client));
}

Result<> Client::attach_first(const RdkafkaApi& api, rd_kafka_conf_t* conf) {
  const auto attached = attach(api, conf);
  if (!attached) return attached.error();
  if (*attached && api.conf_get_default_topic_conf(conf) == nullptr)
    api.conf_set_default_topic_conf(conf, api.topic_conf_new());
  return {};
}

Client::~Client() {
  if (!route_) return;
  if (const uint64_t n = instance_ ? instance_->out_of_range() : 0; n > 0) {
    route_->log.write(Severity::kWarning, "the partitioner answered " + std::to_string(n) +
                                              " times with what is no partition");
  }
  {
    const std::lock_guard lock(routes().mutex);
    auto& all = routes().by_client;
    for (auto it = all.begin(); it != all.end();)
      it = it->second == route_ ? all.erase(it) : std::next(it);
  }
  TopicTable::instance().forget(route_.get());
}

Result<> Client::set(std::string_view property, const char* value) {
  Settings changed = settings_;
  if (auto set = set_property(changed, property, value); !set) return set;
  if (auto resolved = resolve(with_environment(changed)); !resolved) return resolved;
  settings_ = std::move(changed);
  return {};
}

// Makes the instance of these settings, or says in pending_ what is still missing. On an error
// everything stays as it was.
Result<> Client::resolve(const Settings& settings) {
  if (settings.plugin.empty()) {
    instance_ = nullptr;
    pending_ = settings.any() ? "tenon.partitioner.plugin is not set" : "";
    return {};
  }
  const auto path = find_library(settings.plugin, directories(settings));
  if (!path) {
    Error error(path.error().code(), "tenon.partitioner.plugin: " + path.error().text());
    // The directory of a name may be given yet.
    const bool final = is_path(settings.plugin) || !settings.directory.empty();
    if (final || error.code() != TN_E_NOT_FOUND) return error;
    instance_ = nullptr;
    pending_ = error.text() + " (tenon.plugin.directory says where to look instead)";
    return {};
  }
  const auto found = open_partitioner(*path, is_path(settings.plugin) ? "" : settings.plugin);
  if (!found)
    return Error(found.error().code(), "tenon.partitioner.plugin: " + found.error().text());
  return make_instance(settings, *found);
}

Result<> Client::make_instance(const Settings& settings, const Found& found) {
  const auto text = settings.options();
  if (!text) return text.error();
  const char* source = settings.config_file.empty() ? "tenon.partitioner.config: "
                                                    : "tenon.partitioner.config.file: ";
  const auto fault = [&](const Error& error) { return Error(error.code(), source + error.text()); };
  const auto pairs = parse_pairs(*text);
  if (!pairs) return fault(pairs.error());
  const auto options = check_options(*found.descriptor, *pairs);
  auto instance = options ? Instance::create(found, *options)
                          : Result<std::shared_ptr<const Instance>>(options.error());
  if (instance) {
    instance_ = *std::move(instance);
    pending_.clear();
    return {};
  }
  if (settings.has_options()) return fault(instance.error());
  // Options may be given yet.
  instance_ = nullptr;
  pending_ = fault(instance.error()).text();
  return {};
}

void Client::install(rd_kafka_conf_t* conf) {
  rd_kafka_topic_conf_t* topic_conf = api_.conf_get_default_topic_conf(conf);
  if (topic_conf == nullptr) {
    topic_conf = api_.topic_conf_new();
    api_.conf_set_default_topic_conf(conf, topic_conf);
  }
  char name[64] = "";
  size_t size = sizeof name;
  const bool named =
      api_.topic_conf_get(topic_conf, "partitioner", name, &size) == RD_KAFKA_CONF_OK;
  route_->other = api_.partitioner(named ? name : "");
  api_.topic_conf_set_partitioner_cb(topic_conf, &choose_partition);
  // Without this, librdkafka places records without a key by itself, in a sticky way.
  if (instance_ && instance_->wants_keyless())
    api_.conf_set(conf, "sticky.partitioning.linger.ms", "0", nullptr, 0);
}

void Client::start(rd_kafka_t* rk, rd_kafka_conf_t* conf) {
  const Settings settings = with_environment(settings_);
  const Log log = log_of(api_, conf);
  if (settings.plugin.empty()) {
    log.write(Severity::kWarning,
              "the bridge is loaded, but tenon.partitioner.plugin is not set: it does nothing");
    return;
  }
  auto route = std::make_shared<Route>();
  route->api = &api_;
  route->instance = instance_;
  route->topics = settings.topic_list();
  route->log = log;
  route->advice = "Start it with LD_PRELOAD=" + own_path();
  route_ = std::move(route);
  install(conf);
  announce(settings, log);
  add_record_hooks(rk, *this);
  const std::lock_guard lock(routes().mutex);
  routes().by_client[rk] = route_;
}

void Client::announce(const Settings& settings, const Log& log) {
  if (!instance_) {
    log.write(Severity::kError, pending_ + ". No record will be sent without its partitioner");
    return;
  }
  const std::string topics =
      settings.topics.empty() ? "" : " for " + join(settings.topic_list(), ", ");
  log.write(Severity::kInfo,
            "partitions are chosen" + topics + " by partitioner " + instance_->description());
}

std::shared_ptr<Route> find_route(const rd_kafka_t* rk) {
  const std::lock_guard lock(routes().mutex);
  const auto it = routes().by_client.find(rk);
  return it == routes().by_client.end() ? nullptr : it->second;
}

}  // namespace tenon::bridge
