// SPDX-License-Identifier: Apache-2.0
#include "bridge/instance.h"

#include <cstdio>

#include "bridge/host_extensions.h"

namespace tenon::bridge {

namespace {

constexpr const char* kVersion = TENON_VERSION;
// A plugin may speak before the client exists whose log_level would say.
constexpr int kPluginLevel = 6;

Severity severity_of(int32_t level) {
  if (level <= TN_LOG_DEBUG) return Severity::kDebug;
  if (level == TN_LOG_INFO) return Severity::kInfo;
  return level == TN_LOG_WARN ? Severity::kWarning : Severity::kError;
}

void host_log(const tn_host* host, int32_t level, const char* text, size_t len) {
  static_cast<const Instance*>(host->ctx)->log_of_plugin(severity_of(level), {text, len});
}

const void* host_extension(const tn_host*, const char* id) {
  return id != nullptr ? find_extension(id) : nullptr;
}

}  // namespace

Instance::Instance(Found found, std::string options)
    : found_(std::move(found)),
      options_(std::move(options)),
      log_("rdkafka", kPluginLevel),
      host_{sizeof(tn_host), TN_ABI_MAJOR, TN_ABI_MINOR, 0,
            kVersion,        this,         &host_log,    &host_extension} {}

Instance::~Instance() {
  if (self_ != nullptr) found_.descriptor->destroy(self_);
}

Result<std::shared_ptr<const Instance>> Instance::create(const Found& found,
                                                         const CheckedOptions& options) {
  std::shared_ptr<Instance> made(new Instance(found, options.summary));
  const tn_config config = options.view();
  tn_error error = new_error();
  const tn_code code = found.descriptor->create(&made->host_, &config, &made->self_, &error);
  if (code != TN_OK) {
    made->self_ = nullptr;
    error.message[sizeof error.message - 1] = '\0';
    return Error(code, found.path + ": partitioner \"" + found.descriptor->name +
                           "\" could not be made: " + error_from(code, error).text());
  }
  return std::shared_ptr<const Instance>(std::move(made));
}

bool Instance::wants_keyless() const {
  return (found_.functions->flags & TN_PARTITIONER_WANTS_KEYLESS) != 0;
}

std::string Instance::description() const {
  return std::string(found_.descriptor->name) + " " + found_.descriptor->version + " (" +
         found_.path + ")" + (options_.empty() ? ", no options given" : " with " + options_);
}

void Instance::log_of_plugin(Severity severity, std::string_view text) const noexcept {
  char speaker[96];
  const int length =
      std::snprintf(speaker, sizeof speaker, "partitioner %.64s: ", found_.descriptor->name);
  log_.write(severity, text, length > 0 ? speaker : "");
}

void Instance::count_out_of_range(const Log& log, int32_t answer,
                                  int32_t n_partitions) const noexcept {
  if (out_of_range_.fetch_add(1, std::memory_order_relaxed) > 0) return;
  char text[256];
  const int length = std::snprintf(
      text, sizeof text,
      "partitioner %s answered %d for a topic of %d partitions: such records go to a random "
      "partition that has a leader. Said once; ask the plugin's author",
      found_.descriptor->name, answer, n_partitions);
  if (length > 0) log.write(Severity::kWarning, {text, static_cast<size_t>(length)});
}

}  // namespace tenon::bridge
