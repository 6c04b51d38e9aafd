#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "components/shared/http_client/client.h"
#include "components/shared/kubernetes/connection.h"
#include "components/shared/kubernetes/json.h"
#include "components/shared/kubernetes/list_stream.h"
#include "io/backoff.h"
#include "io/loop.h"

namespace components::kubernetes {

/// Which objects of the API: a kind, in one namespace or in all, perhaps only those that selectors
/// choose.
struct Query {
  std::string group = "/api/v1";  ///< "/apis/networking.k8s.io/v1"
  std::string resource;           ///< "pods"
  std::string namespace_{};       ///< empty: all, or the kind is in none
  std::string label_selector{};
  std::string field_selector{};

  /// Path and query of the list.
  std::string target() const;
  /// "pods in namespace x", for messages.
  std::string text() const;
};

/// What a Reflector fills. Called by one thread at a time.
class ObjectSink {
 public:
  virtual ~ObjectSink() = default;
  /// A list begins, perhaps one that was begun before and not ended.
  virtual void begin_list() = 0;
  /// An object of it. False: it is malformed.
  virtual bool list(JsonCursor& in) = 0;
  /// The list is complete: what was not in it is gone.
  virtual void end_list() = 0;
  /// An object was added or changed, or is gone. Tells the version that the watch goes on from.
  virtual bool apply(JsonCursor& in, bool is_deletion, std::string& resource_version) = 0;
  /// Whether the API can be asked has changed.
  virtual void on_problem() = 0;
};

/// Keeps an ObjectSink as the API server has it, on the agent's loop: lists, then watches from that
/// version on. A watch that ends goes on where it ended; one that asks for what the server has
/// forgotten (410) leads to a new list, and the sink keeps what it has until that is complete. What
/// fails is tried again later and later, up to half a minute. Thread safe.
class Reflector : public std::enable_shared_from_this<Reflector> {
 public:
  /// The sink outlives it, or stop() comes before its end. The loop outlives it.
  Reflector(io::Loop& loop, const Connection& connection, Query query, ObjectSink& sink);

  /// Calls the sink, so hold none of its locks. Does nothing after stop().
  void start();
  /// The sink is not called after it returns.
  void stop();

  struct State {
    bool is_synced = false;  ///< a list was complete
    std::string problem;     ///< why the API cannot be asked; empty when it can
    uint64_t failures = 0;
  };
  State state() const;

 private:
  using Clock = std::chrono::steady_clock;
  enum class Doing { list, watch };

  void list() REQUIRES_LOCK(mutex_);
  void watch() REQUIRES_LOCK(mutex_);
  void ask(Doing doing, const std::string& target) REQUIRES_LOCK(mutex_);
  bool on_data(std::string_view piece);
  bool on_event(std::string_view line) REQUIRES_LOCK(mutex_);
  void on_end(const base::Result<io::http::Response>& answer);
  void on_listed() REQUIRES_LOCK(mutex_);
  void on_refusal(const io::http::Response& answer) REQUIRES_LOCK(mutex_);
  void again() REQUIRES_LOCK(mutex_);
  void start_over() REQUIRES_LOCK(mutex_);
  void fail(const std::string& message, std::chrono::seconds at_least = {}) REQUIRES_LOCK(mutex_);
  void watch_for_silence() REQUIRES_LOCK(mutex_);
  void set_problem(std::string problem) REQUIRES_LOCK(mutex_);

  const Query query_;
  const std::string path_;  ///< of the server's URL and the list
  AsyncHttpClient client_;
  ObjectSink& sink_;

  mutable base::Mutex mutex_;
  bool is_stopped_ GUARDED_BY(mutex_) = false;
  State state_ GUARDED_BY(mutex_);
  Doing doing_ GUARDED_BY(mutex_) = Doing::list;
  bool is_any_version_ GUARDED_BY(mutex_) = true;  ///< the server's cache may answer the list
  std::string continue_ GUARDED_BY(mutex_);
  std::string version_ GUARDED_BY(mutex_);
  ListStream list_ GUARDED_BY(mutex_);
  LineStream lines_ GUARDED_BY(mutex_);
  std::string malformed_ GUARDED_BY(mutex_);  ///< why this answer was given up
  Status error_ GUARDED_BY(mutex_);           ///< that a watch ended with
  bool got_data_ GUARDED_BY(mutex_) = false;
  bool was_refused_login_ GUARDED_BY(mutex_) = false;
  Clock::time_point began_ GUARDED_BY(mutex_);
  Clock::time_point deadline_ GUARDED_BY(mutex_);  ///< of the answer's next byte
  std::shared_ptr<io::http::AsyncCall> call_ GUARDED_BY(mutex_);
  io::Backoff backoff_ GUARDED_BY(mutex_);
  io::Timer retry_;
  io::Timer silence_;
};

}  // namespace components::kubernetes
