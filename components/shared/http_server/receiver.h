#pragma once
#include <string>
#include <utility>

#include "components/component.h"
#include "components/shared/http_server/listener.h"

namespace components {

/// A component that others send to over HTTP: a port, and behind it an `Inbox`, which makes batches
/// of requests, passes them on and answers. Of its Arguments it has the block `http`; an Inbox has
///
///     static constexpr std::string_view kTakes;           what comes, for the log: "samples"
///     static constexpr size_t kRequestBytesMax;
///     static io::http::Response late_answer();             to who waited too long
///     explicit Inbox(const base::metrics::Scope&);
///     base::Result<void> update(const Arguments&);         may fail, and is called again then
///     void take(const io::http::Request&, std::string body, const io::http::Reply&);  any thread
///     void begin_stop();  void stop();                     as its outbox has them
template <class Arguments, class Inbox>
class HttpReceiver final : public ComponentOf<Arguments> {
 public:
  HttpReceiver(Context context, const Arguments& arguments)
      : context_(std::move(context)),
        first_(arguments),
        inbox_(context_.metrics),
        listener_(server_options(), [this](const io::http::Request& request, std::string body,
                                           const io::http::Reply& reply) {
          inbox_.take(request, std::move(body), reply);
        }) {}

  base::Result<void> start() override { return update(first_); }
  void drain(Component::Clock::time_point) override { inbox_.begin_stop(); }
  /// The server is last: who waits hears from the inbox what became of the request.
  void stop() override {
    inbox_.stop();
    listener_.stop();
  }
  bool is_incomplete() const override { return !listener_.problem().empty(); }
  Health health() const override { return listener_.health(); }

 protected:
  base::Result<void> update(const Arguments& arguments) override {
    if (auto updated = inbox_.update(arguments); !updated) return updated;
    if (listener_.update(arguments.http))
      context_.log.info("listening for {} at {}", Inbox::kTakes, listener_.address());
    return {};
  }

 private:
  static constexpr int kThreads = 2;
  /// Of all requests that are being received.
  static constexpr size_t kBodiesBytesMax = 128 << 20;

  static io::http::Server::Options server_options() {
    io::http::Server::Options options;
    options.threads = kThreads;
    options.body_bytes_max = Inbox::kRequestBytesMax;
    options.bodies_bytes_max = kBodiesBytesMax;
    options.answer_timeout = HttpListener::kAnswerTimeoutMax;
    options.late_answer = Inbox::late_answer();
    return options;
  }

  const Context context_;
  const Arguments first_;
  Inbox inbox_;
  HttpListener listener_;
};

}  // namespace components
