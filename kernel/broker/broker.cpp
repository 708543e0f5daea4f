// SPDX-License-Identifier: Apache-2.0

#include "broker/broker.h"

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include "base/log.h"
#include "broker/data_lock.h"
#include "broker/group_plugins.h"
#include "broker/group_routes.h"
#include "broker/plugin_routes.h"
#include "broker/samples.h"
#include "broker/topic_plugins.h"
#include "controller/data_directories.h"
#include "groups/assignment/plugin_assignors.h"
#include "groups/group_directory.h"
#include "handlers/dispatch.h"
#include "handlers/table.h"
#include "http/health.h"
#include "net/listener.h"
#include "net/thread_pool.h"
#include "plugin/host.h"
#include "plugin/watch/crash_book.h"
#include "plugin/watch/last_words.h"

namespace tenon::broker {
namespace {

constexpr auto kDrainTime = std::chrono::seconds(5);
// A start that has come so far is not blamed on a plugin any more.
constexpr auto kSettleTime = std::chrono::seconds(60);
// A storage syncs its logs on up to eight of them; the others are for what else blocks, such as a
// write of the metadata journal.
constexpr size_t kPoolThreads = 12;

// Runs a task of a shard and waits for its result on this thread, which is no shard.
template <class F>
auto run_on(Scheduler& shard, F body) {
  using T = typename detail::TaskValue<std::invoke_result_t<F&>>::Type;
  std::promise<T> promise;
  auto future = promise.get_future();
  shard.post([&body, promise = std::move(promise)]() mutable {
    spawn([](F& run, std::promise<T> done) -> Task<void> { done.set_value(co_await run()); }(
                                               body, std::move(promise)));
  });
  return future.get();
}

net::Endpoint to_net(const config::Endpoint& endpoint) {
  return {.host = endpoint.host, .port = static_cast<uint16_t>(endpoint.port)};
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

size_t shard_count(const config::RuntimeSettings& runtime) {
  if (runtime.threads > 0) return static_cast<size_t>(runtime.threads);
  return std::max<size_t>(1, std::thread::hardware_concurrency());
}

groups::GroupConfig group_config(const config::GroupSettings& from,
                                 const std::vector<std::string>& assignors) {
  config::ConsumerGroupSettings consumer = from.consumer;
  consumer.assignors = offered_assignors(from.consumer.assignors, assignors);
  return {.min_session_timeout_ms = static_cast<int32_t>(from.session_timeout_min_ms),
          .max_session_timeout_ms = static_cast<int32_t>(from.session_timeout_max_ms),
          .initial_rebalance_delay_ms = static_cast<int32_t>(from.initial_rebalance_delay_ms),
          .max_size = from.max_size,
          .offsets_retention_ms = from.offsets_retention_ms,
          .offsets_retention_check_interval_ms = from.offsets_retention_check_interval_ms,
          .offset_metadata_max_bytes = from.offset_metadata_bytes_max,
          .assignor_timeout_ms = static_cast<int32_t>(from.assignor_timeout_ms),
          .consumer = std::move(consumer)};
}

std::vector<wire::ApiKey> advertised_keys() {
  std::vector<wire::ApiKey> keys;
  for (const handlers::Api& api : handlers::apis()) keys.push_back(api.key);
  return keys;
}

}  // namespace

// Members are built in this order and destroyed in reverse.
struct Broker::Rooms {
  config::Settings settings;
  std::vector<DataLock> locks;
  SystemClock clock;
  SystemRandom random;
  controller::PosixFiles files;
  MetricRegistry metrics;
  net::ThreadPool pool{kPoolThreads};
  std::optional<plugin::CrashBook> crash_book;
  std::unique_ptr<plugin::PluginHost> plugins;
  net::ShardSet shards;
  http::HealthChecks live;
  http::HealthChecks ready;
  std::atomic<bool> is_ready{false};
  std::unique_ptr<controller::Journal> journal;
  std::unique_ptr<controller::Controller> controller;
  std::unique_ptr<replication::LogDirectories> directories;
  std::unique_ptr<replication::StorageContext> storage;
  std::unique_ptr<replication::Replicas> replicas;
  std::unique_ptr<groups::PluginAssignors> assignors;
  std::unique_ptr<groups::GroupDirectory> groups;
  std::unique_ptr<handlers::ProducerIds> producer_ids;
  std::unique_ptr<handlers::RequestMetrics> request_metrics;
  handlers::GuardLedger guard_ledger;
  GroupLag group_lag;
  std::unique_ptr<handlers::Services> services;
  std::unique_ptr<http::HttpServer> http;
  std::unique_ptr<net::Listener> listener;

  net::Shard& home() { return shards.at(0); }

  Result<> claim_directories();
  void open_crash_book();
  void settle();
  Result<> load_plugins();
  Result<> open_http();
  Result<> bind_kafka();
  Result<> start_controller();
  void set_strays_aside(const metadata::Image& image);
  Result<> open_logs();
  void build_services();
  metadata::BrokerInfo identity() const;
};

Result<> Broker::Rooms::claim_directories() {
  for (const std::string& dir : settings.storage.data_dirs) {
    std::error_code failed;
    std::filesystem::create_directories(dir, failed);
    if (failed)
      return fail(Errc::kIo, dir, "the data directory cannot be made: " + failed.message());
    auto lock = DataLock::take(dir);
    if (!lock) return forward(lock);
    locks.push_back(std::move(*lock));
  }
  return {};
}

// Without a book, crashes go uncounted; that is no reason not to start.
void Broker::Rooms::open_crash_book() {
  const std::string path = settings.storage.data_dirs.front() + "/plugin-crashes";
  auto opened = plugin::CrashBook::open(path);
  if (!opened) return log_warn("crashes of plugins are not remembered: {}", opened.error().text());
  crash_book.emplace(*std::move(opened));
  crash_book->start();
  plugin::copy_last_words_to(crash_book->fd());
}

// The plugins have served for a while without ending the broker.
void Broker::Rooms::settle() {
  if (crash_book) crash_book->settle();
}

Result<> Broker::Rooms::load_plugins() {
  open_crash_book();
  auto loaded = plugin::PluginHost::load(settings.plugins,
                                         {.clock = &clock,
                                          .random = &random,
                                          .pool = &pool,
                                          .metrics = &metrics,
                                          .crash_book = crash_book ? &*crash_book : nullptr});
  if (!loaded) {
    std::string all;
    for (const auto& problem : loaded.error()) all += (all.empty() ? "" : "\n") + problem.message();
    return fail(Errc::kPluginRefused, "", all);
  }
  plugins = std::move(*loaded);
  if (const auto problem = plugins->codec_problem(settings))
    return fail(Errc::kInvalidConfig, "", problem->message());
  return check_topic_plugins(*plugins, settings.topic.defaults);
}

Result<> Broker::Rooms::open_http() {
  if (settings.http.bind.host.empty()) return {};
  live.add("shards", [] { return http::Health{.ok = true, .text = "the event loop turns"}; });
  ready.add("broker", [this] {
    return http::Health{.ok = is_ready, .text = is_ready ? "serving" : "starting or stopping"};
  });
  http::HttpOptions options{.endpoint = to_net(settings.http.bind), .routes = {}};
  http::add_health_routes(options.routes, live, ready, [this]() -> Task<std::string> {
    if (!is_ready) co_return std::string();
    co_return co_await gather_storage_notes(home(), *replicas);
  });
  http::add_metrics_route(options.routes, metrics, [this]() -> Task<MetricSamples> {
    if (!is_ready) co_return MetricSamples{};
    auto samples = co_await gather_samples(home(), *replicas, *groups, group_lag);
    guard_ledger.sample(samples);
    co_return samples;
  });
  add_plugin_routes(options.routes,
                    {.plugins = *plugins,
                     .pool = pool,
                     .home = home(),
                     .on_swapped = [this](const std::string& kind, const std::string& name) {
                       if (is_ready && kind == "assignor") groups->on_assignor_swapped(name);
                     }});
  add_group_routes(options.routes, {.home = home(),
                                    .groups = [this] { return is_ready ? groups.get() : nullptr; },
                                    .replicas = [this] { return replicas.get(); }});
  auto started = http::HttpServer::start(home(), std::move(options));
  if (!started) return forward(started);
  http = std::move(*started);
  return {};
}

Result<> Broker::Rooms::bind_kafka() {
  const auto& network = settings.network;
  net::ListenerOptions options;
  options.endpoint = to_net(settings.kafka.bind);
  options.limits.frame_bytes_max = static_cast<uint32_t>(network.request_bytes_max);
  options.limits.connection_bytes_max = static_cast<uint64_t>(network.connection_memory_max);
  options.limits.connections_max = static_cast<uint32_t>(network.connections_max);
  options.limits.connections_per_ip_max = static_cast<uint32_t>(network.connections_per_ip_max);
  options.limits.idle_timeout = std::chrono::milliseconds(network.idle_timeout_ms);
  options.budget = std::make_shared<net::MemoryBudget>(static_cast<uint64_t>(network.memory_max));
  options.metrics = &metrics;
  // The port is taken before anything is recovered, so that a taken one is known at once. It is
  // opened when the broker is ready: who comes before is refused by the system, to try again.
  options.handler = [this](net::Shard& shard, net::ConnectionInfo& connection,
                           MutableBytes frame) -> Task<Result<std::optional<OutputChain>>> {
    if (!is_ready.load(std::memory_order_acquire)) {
      return [](const char* why) -> Task<Result<std::optional<OutputChain>>> {
        co_return fail(Errc::kShutdown, "", why);
      }("the broker is stopping");
    }
    return handlers::handle_frame(*services, shard.index(), connection, frame);
  };
  auto bound = net::Listener::bind(shards, std::move(options));
  if (!bound) return forward(bound);
  listener = std::move(*bound);
  return {};
}

metadata::BrokerInfo Broker::Rooms::identity() const {
  metadata::BrokerInfo info;
  info.id = BrokerId{settings.node.id};
  const auto& advertise = settings.kafka.advertise;
  info.host = advertise.host.empty() ? listener->bound().host : advertise.host;
  if (info.host == "0.0.0.0" || info.host == "::") info.host = host_name();
  info.port = advertise.port != 0 ? advertise.port : listener->bound().port;
  if (!settings.node.rack.empty()) info.rack = settings.node.rack;
  return info;
}

void Broker::Rooms::set_strays_aside(const metadata::Image& image) {
  const size_t strays = directories->set_strays_aside(
      [&image](const Uuid& topic) { return image.find(topic) != nullptr; });
  if (strays == 0) return;
  log_warn("{} partitions of deleted topics were still on disk and are kept as *-stray", strays);
}

Result<> Broker::Rooms::start_controller() {
  std::optional<std::string> cluster_id;
  if (!settings.node.cluster_id.empty()) cluster_id = settings.node.cluster_id;
  auto opened = controller::open_data_directories({.files = &files,
                                                   .paths = settings.storage.data_dirs,
                                                   .node_id = BrokerId{settings.node.id},
                                                   .cluster_id = cluster_id,
                                                   .random = &random,
                                                   .scheduler = &home(),
                                                   .pool = &pool});
  if (!opened) return forward(opened);
  journal = std::move(opened->journal);
  controller::ControllerOptions options;
  options.scheduler = &home();
  options.journal = journal.get();
  options.random = &random;
  options.cluster_id = opened->cluster_id;
  options.broker = identity();
  options.topics = {.defaults = settings.topic.defaults,
                    .default_partitions = settings.topic.partitions,
                    .default_replication_factor = settings.topic.replication_factor,
                    .delete_enabled = settings.topic.deletion,
                    .check_config = [this](const config::TopicConfig& config) {
                      return check_topic_plugins(*plugins, config);
                    }};
  options.groups = {.defaults = settings.groups.consumer,
                    .check_options = [this](const config::GroupOptions& of_group) {
                      return check_group_plugins(plugins->assignor_names(), of_group);
                    }};
  controller = std::make_unique<controller::Controller>(std::move(options));
  controller->on_image([this, first = true](std::shared_ptr<const metadata::Image> image) mutable {
    if (std::exchange(first, false)) set_strays_aside(*image);
    replicas->publish(std::move(image));
  });
  return run_on(home(), [this] { return controller->start(); });
}

Result<> Broker::Rooms::open_logs() {
  directories = std::make_unique<replication::LogDirectories>(settings.storage.data_dirs);
  storage = std::make_unique<replication::StorageContext>(replication::StorageContext{
      .self = BrokerId{settings.node.id},
      .pool = pool,
      .directories = *directories,
      .engine = [this](const std::string& name) { return plugins->storage(name); },
      .codecs = plugins->codecs(),
      .topic_defaults = settings.topic.defaults,
      .producer_expiry_ms = settings.log.producer_expiry_ms,
      .partitioner = [this](const std::string& name) { return plugins->partitioner(name); }});
  std::vector<Scheduler*> schedulers;
  for (size_t i = 0; i < shards.size(); ++i) schedulers.push_back(&shards.at(i));
  replicas = std::make_unique<replication::Replicas>(*storage, std::move(schedulers));
  assignors = std::make_unique<groups::PluginAssignors>(groups::PluginAssignors::Parts{
      .pool = pool,
      .clock = clock,
      .find = [this](std::string_view name) { return plugins->assignor(name); },
      .names = plugins->assignor_names()});
  groups = std::make_unique<groups::GroupDirectory>(groups::GroupDirectory::Parts{
      .replicas = *replicas,
      .self = BrokerId{settings.node.id},
      .config = group_config(settings.groups, plugins->assignor_names()),
      .random = random,
      .assignors = *assignors});
  replicas->on_applied([this](size_t shard, const auto& before, const auto& after) {
    groups->on_image(shard, before, after);
    if (shard == 0) guard_ledger.on_image(before, after);
  });
  if (auto started = start_controller(); !started) return started;
  return run_on(home(), [this]() -> Task<Result<>> {
    co_await replicas->settled(home());
    co_return Result<>{};
  });
}

void Broker::Rooms::build_services() {
  producer_ids = std::make_unique<handlers::ProducerIds>(*controller, home());
  request_metrics = std::make_unique<handlers::RequestMetrics>(metrics, advertised_keys());
  const auto slots = static_cast<size_t>(settings.fetch.session_slots) / shards.size();
  std::vector<handlers::FetchSessions> sessions;
  for (size_t i = 0; i < shards.size(); ++i) sessions.emplace_back(slots, i, shards.size());
  services = std::make_unique<handlers::Services>(
      handlers::Services{.settings = settings,
                         .self = BrokerId{settings.node.id},
                         .replicas = *replicas,
                         .controller = *controller,
                         .controller_home = home(),
                         .groups = *groups,
                         .producer_ids = *producer_ids,
                         .metrics = *request_metrics,
                         .guard_ledger = guard_ledger,
                         .random = random,
                         .fetch_sessions = std::move(sessions)});
  replicas->start_periodic(
      {.retention_check = std::chrono::milliseconds(settings.log.retention_check_interval_ms),
       .flush_interval = std::chrono::milliseconds(settings.log.flush_interval_ms)});
  is_ready.store(true, std::memory_order_release);
}

Result<std::unique_ptr<Broker>> Broker::start(config::Settings settings) {
  auto rooms = std::make_unique<Rooms>();
  rooms->settings = std::move(settings);
  if (auto done = rooms->claim_directories(); !done) return forward(done);
  if (auto done = rooms->load_plugins(); !done) return forward(done);
  rooms->shards.start(shard_count(rooms->settings.runtime));
  if (auto done = rooms->open_http(); !done) return forward(done);
  if (auto done = rooms->bind_kafka(); !done) return forward(done);
  if (auto done = rooms->open_logs(); !done) return forward(done);
  rooms->build_services();
  if (auto done = rooms->listener->open(); !done) return forward(done);
  rooms->home().post([rooms = rooms.get()] {
    rooms->home().call_after(kSettleTime, [rooms] { rooms->settle(); });
  });
  return std::unique_ptr<Broker>(new Broker(std::move(rooms)));
}

Broker::Broker(std::unique_ptr<Rooms> rooms) : rooms_(std::move(rooms)) {}
Broker::~Broker() = default;

net::Endpoint Broker::kafka() const {
  return rooms_->listener->bound();
}
net::Endpoint Broker::http() const {
  return rooms_->http ? rooms_->http->bound() : net::Endpoint{};
}

std::string Broker::holdings() const {
  size_t partitions = 0;
  const auto image =
      run_on(rooms_->home(), [this]() -> Task<std::shared_ptr<const metadata::Image>> {
        co_return rooms_->controller->image();
      });
  size_t topics = 0;
  for (const metadata::TopicInfo& topic : image->topics()) {
    ++topics;
    partitions += topic.partitions.size();
  }
  return std::to_string(topics) + " topics, " + std::to_string(partitions) + " partitions";
}

Result<> Broker::stop() {
  Rooms& rooms = *rooms_;
  // A fetch may wait longer than the listener does.
  rooms.replicas->release_waits();
  rooms.listener->stop(kDrainTime);
  rooms.is_ready = false;
  auto closed = run_on(rooms.home(), [&rooms]() -> Task<Result<>> {
    co_await rooms.groups->stop(rooms.home());
    auto logs = co_await rooms.replicas->close(rooms.home());
    auto changes = co_await rooms.controller->drain();
    co_await rooms.journal->drain();
    rooms.settle();
    if (!logs) co_return logs;
    co_return changes;
  });
  if (rooms.http) rooms.http->stop();
  rooms.pool.stop();
  rooms.shards.stop();
  return closed;
}

}  // namespace tenon::broker
