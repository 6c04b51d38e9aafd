#include "components/shared/http_client/client.h"

#include <utility>

namespace components {

using io::http::Client;
using io::http::Headers;
using io::http::OnData;
using io::http::Request;
using io::http::Response;
using io::http::Url;

namespace {

base::Result<Client::Options> cut_at(base::Result<Client::Options> options, size_t bytes_max) {
  if (!options) return options;
  options->body_bytes_max = bytes_max;
  options->cuts_body = true;
  return options;
}

}  // namespace

HttpClient::HttpClient(Url server, std::shared_ptr<HttpSettings> settings)
    : HttpClient(std::move(server), settings, settings->options()) {}

HttpClient::HttpClient(Url server, std::shared_ptr<HttpSettings> settings, size_t answer_bytes_max)
    : HttpClient(std::move(server), settings, cut_at(settings->options(), answer_bytes_max)) {}

HttpClient::HttpClient(Url server, std::shared_ptr<HttpSettings> settings,
                       base::Result<Client::Options> options)
    : server_(std::move(server)), settings_(std::move(settings)), options_(std::move(options)) {
  if (options_) client_.emplace(server_, *options_);
}

base::Result<Response> HttpClient::call(const Request& request, const OnData* on_data,
                                        std::chrono::milliseconds timeout,
                                        const std::stop_token& stop) {
  const Exchange exchange{request, on_data, Clock::now() + timeout, stop};
  lacked_login_ = true;
  if (!client_) return tl::unexpected(options_.error());
  const bool is_local = server_.scheme == Url::Scheme::unix_socket;
  for (bool is_again = false;; is_again = true) {
    auto login = is_local ? base::Result<Headers>(Headers()) : settings_->headers(timeout, stop);
    if (!login) return tl::unexpected(login.error());
    auto response = follow(exchange, *login);
    lacked_login_ = false;
    if (is_again || is_local || !response || response->status != 401 || !settings_->renew(*login))
      return response;
    lacked_login_ = true;
  }
}

base::Result<Response> HttpClient::follow(const Exchange& exchange, const Headers& login) {
  Url at = server_;
  at.target = exchange.request.target;
  for (int redirects = 0;; ++redirects) {
    Request request = exchange.request;
    request.target = at.target;
    if (at.same_origin(server_)) request.headers = with_headers(request.headers, login);
    Client& client = client_for(at);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(exchange.until - Clock::now());
    auto response = exchange.on_data != nullptr
                        ? client.stream(request, left, *exchange.on_data, exchange.stop)
                        : client.send(request, left, exchange.stop);
    const bool may_follow = settings_->arguments().follow_redirects && redirects < kRedirectsMax;
    if (!response || !may_follow) return response;
    auto next = redirect_of(request, at, *response);
    if (!next) return response;
    at = std::move(*next);
  }
}

Client& HttpClient::client_for(const Url& url) {
  if (url.same_origin(server_)) return *client_;
  if (!elsewhere_ || !elsewhere_->server.same_origin(url) ||
      elsewhere_->server.authorization != url.authorization)
    elsewhere_.reset(new Elsewhere{url, Client(url, *options_)});
  return elsewhere_->client;
}

std::optional<Url> redirect_of(const Request& request, const Url& at, const Response& response) {
  const bool is_read = request.method == "GET" || request.method == "HEAD";
  switch (response.status) {
    case 301:
    case 302:
    case 303:
      if (!is_read) return std::nullopt;
      break;
    case 307:
    case 308:
      break;
    default:
      return std::nullopt;
  }
  const std::string_view place = io::http::find(response.headers, "Location");
  if (place.empty() || at.scheme == Url::Scheme::unix_socket) return std::nullopt;
  auto next = io::http::resolve_link(at, place);
  if (!next || next->scheme == Url::Scheme::unix_socket) return std::nullopt;
  if (at.scheme == Url::Scheme::https && next->scheme == Url::Scheme::http) return std::nullopt;
  return std::move(*next);
}

Headers with_headers(Headers base, const Headers& added) {
  std::erase_if(base, [&](const io::http::Header& header) {
    return !io::http::find(added, header.name).empty();
  });
  base.insert(base.end(), added.begin(), added.end());
  return base;
}

}  // namespace components
