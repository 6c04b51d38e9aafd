#pragma once
#include <memory>
#include <optional>
#include <string>

#include "components/component.h"
#include "components/shared/http_server/signature.h"
#include "io/http/server.h"

namespace components {

/// The port of a component that others send to. New arguments open it anew when they change it;
/// while a new address cannot be had the old one is served, and the component is incomplete.
/// Control thread.
class HttpListener {
 public:
  /// `options`: what the arguments do not say, such as the largest body and the late answer. Their
  /// answer_timeout is the longest that the arguments may set.
  HttpListener(io::http::Server::Options options, io::http::DeferredHandler handler);

  /// Whether it was opened by this call.
  bool update(const HttpServerArguments& arguments);
  /// "": a port that could be had.
  const std::string& problem() const { return problem_; }
  Health health() const;
  /// With the real port; only once it was opened.
  const std::string& address() const { return server_->address(); }
  /// As Server::stop().
  void stop();

  /// Senders give up after ten seconds, most of them; they should hear before that to try again.
  static constexpr std::chrono::seconds kAnswerTimeoutMax{9};

 private:
  const io::http::Server::Options options_;
  const io::http::DeferredHandler handler_;
  std::string problem_;
  std::unique_ptr<io::http::Server> server_;
  std::optional<HttpServerArguments> used_;  ///< what it was opened with
};

}  // namespace components
