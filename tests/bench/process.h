// SPDX-License-Identifier: Apache-2.0
//
// The processes that are measured: a broker, or an ideal loop. Each is a child of this one, listens
// on a free port of 127.0.0.1, keeps its files in a folder of its own, and is killed and swept away
// with its object. Linux only, like what it measures with.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tenon::bench {

// Prints why and exits: a benchmark that cannot go on has nothing to recover.
[[noreturn]] void die(const std::string& why);

// Writes to most of the free memory and gives it back. The first touch of a virtual machine's
// memory makes an append to the page cache five to ten times slower than all later ones.
void touch_free_memory();

// A folder under the working directory, because /tmp may be memory. Removed with its object.
class Folder {
 public:
  Folder();
  Folder(Folder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ~Folder();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class Process {
 public:
  // Starts `command`; it must say "Kafka clients: HOST:PORT" on stderr.
  static Process broker(const std::string& binary, const std::vector<std::string>& settings);
  // Kills the broker, and starts another one on what it has left.
  static Process restarted(Process broker, const std::string& binary);
  // Runs `serve` with a listening socket and the path of a folder in a child.
  static Process ideal(const std::function<void(int listener, const std::string& folder)>& serve);
  Process(Process&& other) noexcept
      : folder_(std::move(other.folder_)),
        pid_(std::exchange(other.pid_, -1)),
        port_(other.port_) {}
  ~Process();

  uint16_t port() const { return port_; }
  // User and system time that it has used so far.
  double cpu_seconds() const;
  double rss_mb() const;
  // Runs on that processor only, from now on.
  void pin(int cpu) const;

 private:
  static Process start(Folder folder, const std::string& binary,
                       const std::vector<std::string>& settings);
  void end();
  Process(Folder folder, pid_t pid, uint16_t port)
      : folder_(std::move(folder)), pid_(pid), port_(port) {}

  Folder folder_;
  pid_t pid_;
  uint16_t port_;
};

}  // namespace tenon::bench
