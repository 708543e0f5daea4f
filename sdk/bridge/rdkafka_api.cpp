// SPDX-License-Identifier: Apache-2.0
#include "bridge/rdkafka_api.h"

#include <dlfcn.h>
#include <link.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace tenon::bridge {

namespace {

// A loaded file, as the dynamic linker knows it.
struct Image {
  void* handle = nullptr;
  std::string path;
};

// The linker's own name for the image finds it again even where the file was loaded by a relative
// path and the directory has changed since. The program itself has the empty name.
Image image_of(const void* address) {
  Dl_info info{};
  link_map* map = nullptr;
  void* found = nullptr;
  if (::dladdr1(address, &info, &found, RTLD_DL_LINKMAP) == 0) return {};
  map = static_cast<link_map*>(found);
  const bool is_program = map == nullptr || map->l_name == nullptr || map->l_name[0] == '\0';
  if (is_program) return {::dlopen(nullptr, RTLD_LAZY), "the program"};
  return {::dlopen(map->l_name, RTLD_LAZY | RTLD_NOLOAD), map->l_name};
}

// Never destroyed: records may be produced while the process ends.
struct Tables {
  std::mutex mutex;
  std::map<void*, std::unique_ptr<RdkafkaApi>> by_image;  // under mutex
};
Tables& tables() {
  static auto* const leaked = new Tables;
  return *leaked;
}

// Looks up one function after the other, and remembers the first that is missing.
class Lookup {
 public:
  explicit Lookup(void* image) : image_(image) {}

  template <class Function>
  void find(Function& function, const char* name) {
    function = reinterpret_cast<Function>(::dlsym(image_, name));
    if (function == nullptr && missing_ == nullptr) missing_ = name;
  }
  const char* missing() const { return missing_; }

 private:
  void* image_;
  const char* missing_ = nullptr;
};

// Fills the table; the name of the first function that is missing, or null.
const char* fill(RdkafkaApi& api, void* image) {
  api.image = image;
  Lookup lookup(image);
  lookup.find(api.conf_get, "rd_kafka_conf_get");
  lookup.find(api.conf_set, "rd_kafka_conf_set");
  lookup.find(api.conf_get_default_topic_conf, "rd_kafka_conf_get_default_topic_conf");
  lookup.find(api.conf_set_default_topic_conf, "rd_kafka_conf_set_default_topic_conf");
  lookup.find(api.conf_interceptor_add_on_conf_set, "rd_kafka_conf_interceptor_add_on_conf_set");
  lookup.find(api.conf_interceptor_add_on_conf_dup, "rd_kafka_conf_interceptor_add_on_conf_dup");
  lookup.find(api.conf_interceptor_add_on_conf_destroy,
              "rd_kafka_conf_interceptor_add_on_conf_destroy");
  lookup.find(api.conf_interceptor_add_on_new, "rd_kafka_conf_interceptor_add_on_new");
  lookup.find(api.interceptor_add_on_send, "rd_kafka_interceptor_add_on_send");
  lookup.find(api.interceptor_add_on_acknowledgement,
              "rd_kafka_interceptor_add_on_acknowledgement");
  lookup.find(api.topic_conf_new, "rd_kafka_topic_conf_new");
  lookup.find(api.topic_conf_get, "rd_kafka_topic_conf_get");
  lookup.find(api.topic_conf_set_partitioner_cb, "rd_kafka_topic_conf_set_partitioner_cb");
  lookup.find(api.topic_name, "rd_kafka_topic_name");
  lookup.find(api.topic_new, "rd_kafka_topic_new");
  lookup.find(api.topic_partition_available, "rd_kafka_topic_partition_available");
  lookup.find(api.msg_partitioner_consistent_random, "rd_kafka_msg_partitioner_consistent_random");
  return lookup.missing();
}

}  // namespace

PartitionerFunction RdkafkaApi::partitioner(const char* name) const {
  const std::string symbol = "rd_kafka_msg_partitioner_" + std::string(name);
  void* found = ::dlsym(image, symbol.c_str());
  if (found == nullptr) return msg_partitioner_consistent_random;
  return reinterpret_cast<PartitionerFunction>(found);
}

Result<const RdkafkaApi*> api_of_caller(const void* address) {
  const Image image = image_of(address);
  if (image.handle == nullptr)
    return Error(TN_E_UNSUPPORTED, "tenon: the library that loads the bridge cannot be found");
  const std::lock_guard lock(tables().mutex);
  auto& table = tables().by_image[image.handle];
  if (table) return table.get();
  auto made = std::make_unique<RdkafkaApi>();
  if (const char* missing = fill(*made, image.handle)) {
    return Error(
        TN_E_UNSUPPORTED,
        std::string("tenon: ") + missing + " is not exported by " + image.path +
            ": librdkafka is older than 1.3, or linked into the program without -rdynamic");
  }
  table = std::move(made);
  return table.get();
}

void* find_function(const void* address, const char* name, const void* except) {
  const Image image = image_of(address);
  void* found = image.handle != nullptr ? ::dlsym(image.handle, name) : nullptr;
  return found == except ? nullptr : found;
}

}  // namespace tenon::bridge
