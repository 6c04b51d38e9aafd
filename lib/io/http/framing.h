#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/http/message.h"
#include "io/http/url.h"

/// HTTP/1.1 as a client writes and reads it. Pure: whoever has the bytes does the I/O.
namespace io::http {

/// Takes the next piece of a body; false ends the call.
using OnData = std::function<bool(std::string_view piece)>;

/// Request line and headers, up to the empty line. With `proxy` they are for a proxy, with its
/// login: one that forwards the request, whose target then holds scheme and host, or, for CONNECT,
/// makes a tunnel, and gets no login of the server. Fails when something would break the framing.
base::Result<std::string> request_head(const Request& request, const Url& server, const Url* proxy);

/// host:port, the port always there: what CONNECT asks a proxy for.
std::string authority_of(const Url& server);

/// The least that ends a chunked body, "0\r\n\r\n". Beast, which has read a part of it and asked
/// for more, asserts that it gets so much.
inline constexpr size_t kLastChunkBytes = 5;

/// Reads one answer from bytes as they come.
class ResponseReader {
 public:
  struct Options {
    bool has_no_body = false;         ///< the answer to HEAD or CONNECT
    size_t body_bytes_max = 0;        ///< of a body that is kept, and of one piece of a stream
    bool cuts_body = false;           ///< one that is kept ends there, instead of an error
    const OnData* on_data = nullptr;  ///< takes the body of a 2xx answer; outlives the reader
  };

  explicit ResponseReader(const Options& options);
  ~ResponseReader();
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;

  /// Takes the next bytes, at least one. An error is final.
  base::Result<void> feed(std::string_view bytes);
  /// The peer has ended its side. An error unless that is where the body ends.
  base::Result<void> finish();

  bool has_head() const;
  /// The answer is whole, or on_data has had enough.
  bool is_done() const;
  /// After the whole answer: another request may follow on the connection.
  bool is_reusable() const;
  /// Status, headers and the body that on_data did not take.
  Response take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace io::http
