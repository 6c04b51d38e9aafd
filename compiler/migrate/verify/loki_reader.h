#pragma once
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "compiler/migrate/verify/countable.h"
#include "io/http/client.h"

namespace compiler::migrate::verify {

/// URL and credentials of a Loki.
struct LokiAccess {
  io::http::Url url;  ///< its target is the prefix of all paths, without a slash at the end
  std::string user;
  base::Secret password;
  base::Secret bearer_token;
  std::string tenant;  ///< X-Scope-OrgID; empty: none is sent
  io::tls::Options tls;
};

/// Reads the base URL (the URL that lines are pushed to will do), and credentials from the
/// environment variables that Loki's own command line knows: LOKI_USERNAME, LOKI_PASSWORD,
/// LOKI_BEARER_TOKEN, LOKI_ORG_ID, LOKI_CA_CERT_PATH, LOKI_CLIENT_CERT_PATH, LOKI_CLIENT_KEY_PATH.
base::Result<LokiAccess> loki_access(std::string_view url);

/// From `begin` to `end`, nanoseconds since 1970.
struct TimeRange {
  int64_t begin_ns = 0;
  int64_t end_ns = 0;
};

/// Asks a Loki, one question at a time, with GET only. For one thread.
class LokiReader {
 public:
  struct Limits {
    std::chrono::milliseconds timeout{30000};    ///< of one question
    size_t answer_bytes_max = size_t{16} << 20;  ///< a longer answer is an error
  };
  LokiReader(LokiAccess access, Limits limits);

  /// Whether the Loki is there and lets us read.
  base::Result<void> probe(const TimeRange& range, std::stop_token stop);
  /// Lines that a query finds.
  base::Result<uint64_t> lines(const LineQuery& query, const TimeRange& range,
                               std::stop_token stop);
  /// Streams that a selector finds.
  base::Result<uint64_t> streams(std::string_view selector, const TimeRange& range,
                                 std::stop_token stop);

 private:
  base::Result<std::string> get(const std::string& path, std::stop_token stop);

  LokiAccess access_;
  Limits limits_;
  io::http::Client client_;
};

}  // namespace compiler::migrate::verify
