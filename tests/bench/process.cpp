// SPDX-License-Identifier: Apache-2.0

#include "process.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sched.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tenon::bench {
namespace {

int listen_anywhere(uint16_t& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0 || bind(fd, raw, size) != 0 || listen(fd, 64) != 0) die("no port can be listened on");
  getsockname(fd, raw, &size);
  port = ntohs(address.sin_port);
  return fd;
}

// Reads what the broker says until it names its port; what it says later is lost.
uint16_t port_of(int output) {
  FILE* const lines = fdopen(output, "r");
  char line[4096];
  std::string said;
  while (fgets(line, sizeof line, lines) != nullptr) {
    said += line;
    const char* at = std::strstr(line, "Kafka clients: ");
    if (at == nullptr) continue;
    fclose(lines);
    return static_cast<uint16_t>(std::atoi(std::strrchr(at, ':') + 1));
  }
  die("the broker did not start:\n" + said);
}

}  // namespace

void die(const std::string& why) {
  fmt::print(stderr, "tenon-bench: {}\n", why);
  std::exit(1);
}

void touch_free_memory() {
  constexpr size_t kPieceBytes = 256u << 20;
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t free_bytes = static_cast<size_t>(sysconf(_SC_AVPHYS_PAGES)) * page;
  std::vector<void*> pieces;
  while ((pieces.size() + 1) * kPieceBytes < free_bytes / 10 * 8) {
    void* const at = mmap(nullptr, kPieceBytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) break;
    madvise(at, kPieceBytes, MADV_HUGEPAGE);
    for (size_t i = 0; i < kPieceBytes; i += page) static_cast<volatile uint8_t*>(at)[i] = 1;
    pieces.push_back(at);
  }
  for (void* piece : pieces) munmap(piece, kPieceBytes);
}

Folder::Folder() {
  std::string path = std::filesystem::current_path() / "tenon-bench-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) die("no folder can be made here");
  path_ = path;
}

Folder::~Folder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Process Process::broker(const std::string& binary, const std::vector<std::string>& settings) {
  return start(Folder(), binary, settings);
}

Process Process::restarted(Process broker, const std::string& binary) {
  broker.end();
  return start(std::move(broker.folder_), binary, {});
}

Process Process::start(Folder folder, const std::string& binary,
                       const std::vector<std::string>& settings) {
  std::vector<std::string> words{binary,       "serve",
                                 "--config",   TENON_SOURCE_DIR "/configs/standalone.toml",
                                 "--data-dir", folder.path() + "/data",
                                 "--kafka",    "127.0.0.1:0",
                                 "--http",     "127.0.0.1:0"};
  for (const std::string& setting : settings) words.insert(words.end(), {"--set", setting});
  std::vector<char*> command;
  for (std::string& word : words) command.push_back(word.data());
  command.push_back(nullptr);
  int output[2];
  if (pipe(output) != 0) die("no pipe can be made");
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output[1], STDERR_FILENO);
    close(output[0]);
    close(output[1]);
    execv(binary.c_str(), command.data());
    _exit(127);
  }
  close(output[1]);
  const uint16_t port = port_of(output[0]);
  return Process(std::move(folder), pid, port);
}

Process Process::ideal(const std::function<void(int, const std::string&)>& serve) {
  Folder folder;
  uint16_t port = 0;
  const int listener = listen_anywhere(port);
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve(listener, folder.path());
    _exit(0);
  }
  close(listener);
  return Process(std::move(folder), pid, port);
}

Process::~Process() {
  end();
}

void Process::end() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

double Process::cpu_seconds() const {
  std::ifstream file(fmt::format("/proc/{}/stat", pid_));
  std::string line;
  std::getline(file, line);
  // After the name, which may hold anything but ends with the last bracket; utime is the 12th word.
  std::istringstream words(line.substr(line.rfind(')') + 2));
  std::string word;
  for (int i = 0; i < 11; ++i) words >> word;
  double user = 0;
  double system = 0;
  words >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

void Process::pin(int cpu) const {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  sched_setaffinity(pid_, sizeof set, &set);
}

double Process::rss_mb() const {
  std::ifstream file(fmt::format("/proc/{}/statm", pid_));
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

}  // namespace tenon::bench
