#pragma once
#include <chrono>
#include <functional>
#include <memory>

#include "base/result.h"
#include "io/http/client.h"
#include "io/loop.h"

namespace io::http {

/// A request under way on a loop.
class AsyncCall {
 public:
  virtual ~AsyncCall() = default;
  /// Ends it, from any thread: its on_done gets an error, unless it has been called.
  virtual void cancel() = 0;
  /// From on_data: no more of the body is read, so that the server waits, until resume(), which may
  /// come from any thread. Meanwhile only who holds the call keeps it; let go of, it ends without
  /// on_done.
  virtual void pause() = 0;
  virtual void resume() = 0;
};

/// An HTTP/1.1 client on an event loop. Any number of requests may be under way, each on a
/// connection of its own; a few idle connections are kept for the next ones. A kept connection that
/// the server has closed in the meantime is replaced, as by Client. Thread safe; the callbacks of
/// one client never run at the same time.
class AsyncClient {
 public:
  /// Called once, on a thread of the loop, which it must not block; not at all when the loop ends
  /// first.
  using OnDone = std::function<void(base::Result<Response>)>;
  struct Shared;  ///< with its calls

  /// No I/O happens here. The loop outlives the client and its calls.
  AsyncClient(Loop& loop, Url server, Client::Options options);
  ~AsyncClient();
  AsyncClient(const AsyncClient&) = delete;
  AsyncClient& operator=(const AsyncClient&) = delete;

  /// As Client::send(); the body of the request is copied.
  std::shared_ptr<AsyncCall> send(Request request, std::chrono::milliseconds timeout,
                                  OnDone on_done);
  /// As Client::stream(): `timeout` bounds the time to the head of the answer. on_data is called on
  /// a thread of the loop.
  std::shared_ptr<AsyncCall> stream(Request request, std::chrono::milliseconds timeout,
                                    OnData on_data, OnDone on_done);

 private:
  const std::shared_ptr<Shared> shared_;
};

}  // namespace io::http
