#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "io/http/server.h"
#include "telemetry/log_batch.h"
#include "tests/support/log_store.h"

/// A stand-in for Loki: takes pushes, remembers and counts the lines, checks numbered ones, and
/// fails on request. Used by tests as a class and as a program (receiver_main.cc).
///
///     POST /loki/api/v1/push              protobuf+snappy or JSON, each also gzipped; answers 204
///     POST /ctl?mode=M[&for=SECONDS]      M: ok, an HTTP status, stall (until the next of these),
///          [&retry_after=SECONDS]         drop (close the connection), lostack (take the lines,
///          [&match=TEXT] [&page=1]        answer 500), partial (take the lines that do not match,
///                                         answer 400), slow (take the lines, answer 204 after
///                                         300 ms); match: only pushes with a line that holds
///                                         the text; page: answer a status with HTML, as proxies do
///     POST /reset                         forgets all lines and counts
///     GET  /stats                         counts as JSON
///     GET  /lines[?limit=N][&match=TEXT]  the newest lines, oldest of them first, as JSON
///     GET  /ready                         200
///     GET  /loki/api/v1/...               counts and lines of what was pushed: query_api.h
namespace support {

class Receiver {
 public:
  struct Options {
    std::string address = "127.0.0.1:0";
    size_t lines_kept = 10000;
    bool print = false;  ///< each line with its labels to stdout
    io::http::Server::Options server;
    /// Answers a whole push instead of the mode, unless the status is 2xx: then it is taken.
    std::function<io::http::Response(const telemetry::LogBatch&, size_t body_bytes)> judge;
  };
  struct Line {
    int64_t timestamp_ns = 0;
    std::map<std::string, std::string> labels;
    std::map<std::string, std::string> metadata;
    std::string tenant;
    std::string text;
  };
  struct Stats {
    uint64_t requests = 0;  ///< pushes of any fate
    uint64_t refused = 0;   ///< pushes answered with another status than 2xx, stalled or dropped
    uint64_t malformed = 0;
    uint64_t lines = 0;
    uint64_t bytes = 0;  ///< of lines
    uint64_t streams = 0;
    // Lines with "seq=" and 12 digits:
    uint64_t numbered = 0;
    uint64_t distinct = 0;
    uint64_t repeated = 0;
    uint64_t out_of_order = 0;  ///< a new number below the last one of its stream
    uint64_t missing = 0;       ///< numbers between the least and the greatest that did not come
    std::vector<uint64_t> missing_first;  ///< the first ten of them
  };

  static base::Result<std::unique_ptr<Receiver>> start(Options options);
  static base::Result<std::unique_ptr<Receiver>> start() { return start(Options()); }
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  const std::string& address() const { return server_->address(); }
  /// Where to push to.
  std::string url() const { return "http://" + address() + "/loki/api/v1/push"; }

  /// As POST /ctl; `lasts` zero means until the next call. False for a mode that is none.
  bool set_mode(std::string_view mode, std::chrono::milliseconds lasts = {},
                std::string retry_after = "", std::string match = "", bool page = false);
  void reset();
  Stats stats() const;
  std::vector<Line> lines() const;
  /// Headers of the newest push.
  io::http::Headers last_headers() const;
  /// Waits until the condition holds, asked after each push; false when `timeout` has passed.
  bool wait_for(const std::function<bool(const Stats&)>& condition,
                std::chrono::milliseconds timeout = std::chrono::seconds(20)) const;

 private:
  enum class Kind { ok, status, stall, drop, lostack, partial, slow };
  struct Mode {
    Kind kind = Kind::ok;
    int status = 204;
    std::string retry_after;
    std::string match;
    bool page = false;
    std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max();
  };
  struct Stream {
    uint64_t last = 0;
    bool has_numbers = false;
  };

  explicit Receiver(Options options) : options_(std::move(options)) {}
  io::http::Response answer(const io::http::Request& request);
  io::http::Response push(const io::http::Request& request);
  io::http::Response control(const io::http::Request& request);
  io::http::Response lines_response(const io::http::Request& request) const;
  std::vector<StoredLine> stored(const std::string& tenant) const;
  Kind current_kind() REQUIRES_LOCK(mutex_);
  void take(const telemetry::LogBatch& batch, const std::string& tenant) REQUIRES_LOCK(mutex_);
  void check_number(Stream& stream, std::string_view line) REQUIRES_LOCK(mutex_);
  Stats stats_locked() const REQUIRES_LOCK(mutex_);

  Options options_;
  mutable base::Mutex mutex_;
  mutable base::Condition changed_;
  Mode mode_ GUARDED_BY(mutex_);
  uint64_t mode_number_ GUARDED_BY(mutex_) = 0;  // Of mode_: how many were set before.
  bool stopping_ GUARDED_BY(mutex_) = false;
  Stats stats_ GUARDED_BY(mutex_);
  io::http::Headers last_headers_ GUARDED_BY(mutex_);
  std::deque<Line> lines_ GUARDED_BY(mutex_);
  std::map<std::string, Stream> streams_ GUARDED_BY(mutex_);  // By labels and tenant.
  std::vector<bool> seen_ GUARDED_BY(mutex_);                 // By number.
  std::unique_ptr<io::http::Server> server_;                  // Last: its threads use the rest.
};

}  // namespace support
