#include <doctest/doctest.h>

#include <filesystem>

#include "io/http/client.h"
#include "tests/support/certificates.h"
#include "tests/support/tls_server.h"

using namespace std::chrono_literals;
using io::http::Client;
using io::http::parse_url;

TEST_CASE(
    "client: TLS with a known authority, an unknown one, a wrong name, a client certificate") {
  const support::Folder folder;
  support::make_certificates(folder);
  const support::TlsServer open_server(folder);
  const support::TlsServer strict_server(folder, support::TlsServer::Clients::with_certificate);
  const auto tls = [&](auto change) {
    io::tls::Options out;
    out.ca_file = (folder / "ca.pem");
    change(out);
    return out;
  };
  struct Case {
    std::string name;
    bool strict;
    io::tls::Options tls;
    bool ok;
  };
  const std::string big(300'000, 'z');
  for (const auto& c : {
           Case{"known authority", false, tls([](auto&) {}), true},
           Case{"stranger's authority", false,
                tls([&](auto& t) { t.ca_file = (folder / "other.pem"); }), false},
           Case{"system's authorities", false, tls([](auto& t) { t.ca_file = ""; }), false},
           Case{"skip verification", false, tls([](auto& t) {
                  t.ca_file = "";
                  t.insecure_skip_verify = true;
                }),
                true},
           Case{"name", false, tls([](auto& t) { t.server_name = "localhost"; }), true},
           Case{"wrong name", false, tls([](auto& t) { t.server_name = "loki"; }), false},
           Case{"TLS 1.3", false, tls([](auto& t) { t.min_version = io::tls::Version::tls13; }),
                true},
           Case{"no such file", false, tls([](auto& t) { t.ca_file = "/none"; }), false},
           Case{"no client certificate", true, tls([](auto&) {}), false},
           Case{"client certificate", true, tls([&](auto& t) {
                  t.cert_file = (folder / "own.pem");
                  t.key_file = (folder / "own.key");
                }),
                true},
       }) {
    CAPTURE(c.name);
    const auto& server = c.strict ? strict_server : open_server;
    Client::Options client_options;
    client_options.tls = c.tls;
    Client client(*parse_url(server.url()), client_options);
    for (int i = 0; i < 2; ++i) {
      const auto response = client.send({"POST", "/", {}, big}, 5s, {});
      CHECK(response.has_value() == c.ok);
      if (response) CHECK(response->body == big);
    }
  }
}

TEST_CASE("client: certificates that were replaced are used from the next request on") {
  const support::Folder folder;
  support::make_certificates(folder);
  const support::TlsServer server(folder);
  std::filesystem::copy_file(folder / "ca.pem", folder / "trusted.pem");
  Client::Options client_options;
  client_options.tls.ca_file = folder / "trusted.pem";
  Client client(*parse_url(server.url()), client_options);
  CHECK(client.send({}, 5s, {}));
  std::filesystem::rename(folder / "other.pem", folder / "trusted.pem");
  CHECK_FALSE(client.send({}, 5s, {}));
  std::filesystem::rename(folder / "ca.pem", folder / "trusted.pem");
  CHECK(client.send({}, 5s, {}));
}
