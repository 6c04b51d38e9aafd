#pragma once
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

#include "io/http/server.h"
#include "io/http/url.h"
#include "tests/support/folder.h"

namespace support {

/// An HTTPS server on loopback with the certificates that make_certificates() left in a folder. It
/// answers with the body of the request.
class TlsServer {
 public:
  enum class Clients { anybody, with_certificate };

  explicit TlsServer(const Folder& folder, Clients clients = Clients::anybody) {
    io::http::Server::Options options;
    io::tls::Options& tls = options.tls.emplace();
    tls.cert_file = folder / "own.pem";
    tls.key_file = folder / "own.key";
    if (clients == Clients::with_certificate) tls.ca_file = folder / "ca.pem";
    auto server =
        io::http::Server::listen("127.0.0.1:0", options, [](const io::http::Request& request) {
          return io::http::Response{200, {}, std::string(request.body)};
        });
    REQUIRE(server);
    server_ = std::move(*server);
  }

  std::string url() const { return "https://" + server_->address(); }
  uint16_t port() const { return io::http::parse_url(url())->port; }

 private:
  std::unique_ptr<io::http::Server> server_;
};

}  // namespace support
