#pragma once
#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "components/shared/kubernetes/connection.h"
#include "tests/support/log_sink.h"
#include "tests/support/parallel_server.h"

namespace components::kubernetes::testing {

/// An API server that answers what a test says. The answer to a list is a text by path; watches are
/// held open until the test ends them.
class FakeApi {
 public:
  ClientArguments client() const {
    ClientArguments arguments;
    arguments.api_server.text = "http://" + server_.address();
    arguments.http_client.bearer_token = base::Secret("t0ken");
    return arguments;
  }

  /// What a list of this path gives: "200 OK" or "403 Forbidden", more headers, and the body.
  void set(const std::string& path, std::string body, std::string status = "200 OK",
           std::string headers = {}) {
    base::Lock lock(mutex_);
    answers_[path] = {std::move(status), std::move(headers), std::move(body)};
  }
  /// The list of these objects.
  void set_list(const std::string& path, const std::vector<std::string>& objects, int version = 1) {
    std::string items;
    for (const std::string& object : objects) items += (items.empty() ? "" : ",") + object;
    set(path, R"({"kind":"List","metadata":{"resourceVersion":")" + std::to_string(version) +
                  R"("},"items":[)" + items + "]}\n");
  }
  /// Waits for a watch of this path, and says this on it.
  bool say(const std::string& path, const std::string& text) {
    return with_watch(path, [&](int fd) { support::say(fd, text); });
  }
  bool event(const std::string& path, const std::string& type, const std::string& object) {
    return say(path, R"({"type":")" + type + R"(","object":)" + object + "}\n");
  }
  bool end_watch(const std::string& path) {
    return with_watch(
        path, [](int fd) { ::shutdown(fd, SHUT_RDWR); }, true);
  }
  bool has_watch(const std::string& path) {
    return with_watch(path, [](int) {});
  }
  /// Targets of the requests so far.
  std::vector<std::string> requests() {
    base::Lock lock(mutex_);
    return requests_;
  }
  /// Of those that contain this.
  size_t count(std::string_view part) {
    const auto all = requests();
    return static_cast<size_t>(std::count_if(all.begin(), all.end(), [&](const auto& target) {
      return target.find(part) != target.npos;
    }));
  }

 private:
  struct Answer {
    std::string status, headers, body;
  };

  bool with_watch(const std::string& path, const std::function<void(int)>& use,
                  bool is_over = false) {
    return support::eventually([&] {
      base::Lock lock(mutex_);
      const auto found = watches_.find(path);
      if (found == watches_.end()) return false;
      use(found->second);
      if (is_over) watches_.erase(found);
      return true;
    });
  }
  void talk(int fd) {
    for (std::string head; !(head = support::read_head(fd)).empty();) {
      const size_t begin = head.find(' ') + 1;
      const std::string target = head.substr(begin, head.find(' ', begin) - begin);
      const std::string path = target.substr(0, target.find('?'));
      const bool is_known = head.find("Authorization: Bearer t0ken") != head.npos;
      Answer answer{"404 Not Found", "", "404 page not found"};
      const bool is_watch = target.find("watch=1") != target.npos;
      {
        base::Lock lock(mutex_);
        requests_.push_back(target);
        if (const auto found = answers_.find(is_watch ? path + "?watch" : path);
            found != answers_.end())
          answer = found->second;
        else if (is_watch)
          answer.status = "200 OK";
      }
      if (!is_known) answer = {"401 Unauthorized", "", "{}"};
      if (is_watch && answer.status == "200 OK") return hold(fd, path);
      support::say(fd, fmt::format("HTTP/1.1 {}\r\n{}Content-Length: {}\r\n\r\n{}", answer.status,
                                   answer.headers, answer.body.size(), answer.body));
    }
  }
  void hold(int fd, const std::string& path) {
    support::say(fd, "HTTP/1.1 200 OK\r\n\r\n");
    {
      base::Lock lock(mutex_);
      watches_[path] = fd;
    }
    support::await_close(fd);
  }

  base::Mutex mutex_;
  std::map<std::string, Answer> answers_ GUARDED_BY(mutex_);
  std::map<std::string, int> watches_ GUARDED_BY(mutex_);
  std::vector<std::string> requests_ GUARDED_BY(mutex_);
  support::ParallelServer server_{[this](int fd) { talk(fd); }};
};

/// {"metadata": {...}, MORE}
inline std::string object(const std::string& key, int version, const std::string& more = {},
                          const std::string& meta = {}) {
  const size_t slash = key.find('/');
  const std::string name = slash == key.npos ? key : key.substr(slash + 1);
  std::string out = R"({"metadata":{"name":")" + name + '"';
  if (slash != key.npos) out += R"(,"namespace":")" + key.substr(0, slash) + '"';
  out += R"(,"uid":"uid-)" + name + R"(","resourceVersion":")" + std::to_string(version) + '"';
  if (!meta.empty()) out += "," + meta;
  out += "}";
  if (!more.empty()) out += "," + more;
  return out + "}";
}

}  // namespace components::kubernetes::testing
