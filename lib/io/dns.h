#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/loop.h"

namespace io {

/// What name servers are asked for.
enum class DnsType { a, aaaa, srv, mx, ns };

/// One answer.
struct DnsRecord {
  std::string target;  ///< a host without the final dot; of A and AAAA the address
  uint16_t port = 0;   ///< of SRV
};

/// One question to the name servers, on a loop: search domains and servers are those of
/// /etc/resolv.conf, a long answer is asked for over TCP. Thread safe.
class DnsQuery {
 public:
  /// Called once, on a thread of the loop, which it must not block; not at all when the loop ends
  /// first. A name that does not exist, or has no such record, gives no records; servers that do
  /// not answer, or cannot, give an error.
  using OnDone = std::function<void(base::Result<std::vector<DnsRecord>> records)>;

  struct Question {
    std::string name;
    DnsType type = DnsType::a;
    std::string servers = {};  ///< "host:port,..." instead of those of /etc/resolv.conf
  };
  /// The loop outlives it.
  static std::shared_ptr<DnsQuery> ask(Loop& loop, Question question, OnDone on_done);

  virtual ~DnsQuery() = default;
  /// Ends it: on_done gets an error, unless it has been called.
  virtual void cancel() = 0;
};

}  // namespace io
