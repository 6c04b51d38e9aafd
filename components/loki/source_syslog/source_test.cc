#include "components/loki/source_syslog/source.h"

#include <doctest/doctest.h>
#include <re2/re2.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include "components/loki/source_syslog/fixture.h"
#include "telemetry/relabel.h"
#include "tests/support/folder.h"
#include "tests/support/log_sink.h"

namespace components::loki::source_syslog {
namespace {

/// Makes a certificate for localhost that signs itself; false where there is no openssl program.
bool make_certificate(const support::Folder& folder) {
  const std::string command =
      "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout " +
      folder / "own.key" + " -out " + folder / "own.pem" + " >/dev/null 2>&1";
  return std::system(command.c_str()) == 0;
}

/// Sends over TLS what is given, from this thread; empty when that went well.
std::string send_tls(uint16_t port, const io::tls::Options& options, std::string_view bytes) {
  const Client client(Protocol::tcp, port);
  const auto context = io::tls::client_context(options);
  if (!context) return context.error().message;
  const auto session = io::tls::client_session(context->get(), options, "localhost", client.fd());
  if (!session) return session.error().message;
  while (!bytes.empty()) {
    const int sent = ::SSL_write(session->get(), bytes.data(), static_cast<int>(bytes.size()));
    if (sent <= 0) return "not sent";
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  char byte;
  // With TLS 1.3 a listener's refusal comes after the first write.
  ::SSL_shutdown(session->get());
  return ::SSL_read(session->get(), &byte, 1) <= 0 &&
                 ::SSL_get_error(session->get(), 0) != SSL_ERROR_SSL
             ? ""
             : "refused";
}

}  // namespace

TEST_CASE("source.syslog: what was received at a stop is sent, whole or not") {
  Fixture f;
  const std::string udp = "127.0.0.2:0";
  f.add(udp, Protocol::udp);
  f.start();
  const Client client(Protocol::tcp, f.port());
  const Client sender(Protocol::udp, f.port(udp), "127.0.0.2");
  client.send("<13>1 - host app - - - one\n<13>1 - host app - - - no end");
  REQUIRE(f.got({"one"}));
  SUBCASE("at a stop") {
    // The loop has it, or the kernel.
    client.send(" yet");
    sender.send("<13>1 - host app - - - datagram");
    f.source->stop();
    Texts texts = f.sink->texts();
    std::sort(texts.begin(), texts.end());
    CHECK(texts == Texts{"datagram", "no end yet", "one"});
  }
  SUBCASE("when its listener goes") {
    f.arguments.listener.erase(f.arguments.listener.begin());
    f.update();
    CHECK(f.got({"one", "no end"}));
  }
}

TEST_CASE("source.syslog: a connection that is closed for being silent") {
  Fixture f;
  f.arguments.listener.front().idle_timeout.value = std::chrono::milliseconds(50);
  f.start();
  const Client client(Protocol::tcp, f.port());
  client.send("<13>1 - host app - - - no end");
  CHECK(f.got({"no end"}));
  CHECK(eventually([&] { return client.is_closed(); }));
}

TEST_CASE("source.syslog: tcp, both framings on one connection, messages in any pieces") {
  Fixture f;
  f.start();
  const Client client(Protocol::tcp, f.port());
  client.send("<13>1 - host app - - - one\n19 <13>Nov 21 03:30:03");
  CHECK(f.got({"one"}));
  client.send(" h t: two\n<13>1 - h a - - - thr");
  client.send("ee\n");
  CHECK(f.sink->has(2));
  CHECK(eventually([&] { return f.sink->texts().back() == "three"; }));
  CHECK(f.sink->lines()[0].labels == "{job=\"test\"}");
  CHECK(f.metric("loki_source_syslog_connections{component_id=\"loki.source.syslog.test\"} 1"));
}

TEST_CASE("source.syslog: an unfinished message at the end of a connection counts") {
  Fixture f;
  f.start();
  { Client(Protocol::tcp, f.port()).send("<13>tag: whole\n<13>tag: unfinished"); }
  CHECK(f.got({"whole", "unfinished"}));
}

TEST_CASE("source.syslog: many connections at once, nothing lost, order kept within each") {
  constexpr int kConnections = 8, kMessages = 5000;
  Fixture f;
  f.start();
  std::vector<std::thread> senders;
  for (int c = 0; c < kConnections; ++c)
    senders.emplace_back([&, c] {
      std::string all;
      for (int i = 0; i < kMessages; ++i) {
        const auto message = "<13>1 - h a - - - c" + std::to_string(c) + " " + std::to_string(i);
        all += i % 2 ? message + "\n" : std::to_string(message.size()) + " " + message;
      }
      Client(Protocol::tcp, f.port()).send(all);
    });
  for (auto& sender : senders) sender.join();
  REQUIRE(f.sink->has(size_t{kConnections} * kMessages));
  std::map<std::string, int> next;
  int64_t last = 0;
  for (const auto& line : f.sink->lines()) {
    const auto space = line.text.find(' ');
    CHECK(std::stol(line.text.substr(space)) == next[line.text.substr(0, space)]++);
    CHECK(line.timestamp_ns > last);
    last = line.timestamp_ns;
  }
  CHECK(next.size() == kConnections);
}

TEST_CASE("source.syslog: udp") {
  Fixture f(Protocol::udp);
  f.arguments.listener[0].max_message_length = 100;
  f.start();
  const Client client(Protocol::udp, f.port());
  client.send("<13>1 - h a - - - one");
  client.send("<13>Nov 21 03:30:03 h t: two lines\nof one message\n");
  client.send("<13>t: of a user:\n<13>t: forged\n");
  client.send("12 <b>no count</b>");
  client.send("20 <13>1 - h a - - - c");
  client.send("<13>t: " + std::string(200, 'x'));
  CHECK(f.got({"one", "two lines\nof one message", "of a user:\n<13>t: forged",
               "12 <b>no count</b>", "c", std::string(93, 'x')}));
  CHECK(
      f.metric("loki_source_syslog_parsing_errors_total{component_id=\"loki.source.syslog."
               "test\"} 1"));
  CHECK(
      f.metric("loki_source_syslog_truncated_messages_total{component_id=\"loki.source.syslog."
               "test\"} 1"));
}

TEST_CASE("source.syslog: the kernel's drops are counted") {
  Fixture f(Protocol::udp);
  f.sink->set(LogSink::Mode::block);
  f.start();
  const Client client(Protocol::udp, f.port());
  const std::string message = "<13>t: " + std::string(7000, 'x');
  constexpr size_t kSent = 20000;
  for (size_t i = 0; i < kSent; ++i) client.send(message);
  const auto dropped = [&]() -> size_t {
    const auto text = f.registry.expose();
    const auto at = text.find("loki_source_syslog_udp_dropped_total{");
    return at == std::string::npos ? 0 : std::stoul(text.substr(text.find("} ", at) + 2));
  };
  CHECK(eventually([&] { return dropped() > 0; }));  // While nothing is read.
  f.sink->set(LogSink::Mode::deliver);
  CHECK(eventually([&] { return dropped() + f.sink->lines().size() == kSent; }));
}

TEST_CASE("source.syslog: a sink that is down stops the reading and nothing else") {
  Fixture f;
  f.arguments.listener[0].max_message_length = 1 << 20;
  f.sink->set(LogSink::Mode::block);
  f.start();
  const uint16_t port = f.port();
  constexpr int kMessages = 40;
  const std::jthread sender([port] {
    const Client client(Protocol::tcp, port);
    for (int i = 0; i < kMessages; ++i)
      client.send("<13>t: " + std::to_string(i) + " " + std::string(400'000, 'x') + "\n");
  });
  CHECK(eventually([&] { return f.sink->batches() > 0; }));
  f.add("127.0.0.2:0", Protocol::tcp);
  f.update();
  CHECK(eventually([&] { return f.port("127.0.0.2:0") != 0; }));
  const Client late(Protocol::tcp, f.port("127.0.0.2:0"), "127.0.0.2");
  late.send("<13>t: late\n");
  f.sink->set(LogSink::Mode::deliver);
  CHECK(f.sink->has(kMessages + 1));
}

TEST_CASE(
    "source.syslog: a stop does not wait for a sink that is down, and counts what it gives up") {
  Fixture f;
  f.start();
  const Client client(Protocol::tcp, f.port());
  client.send("<13>t: one\n");
  CHECK(f.got({"one"}));
  f.sink->set(LogSink::Mode::block);
  client.send("<13>t: two\n");
  CHECK(eventually([&] { return f.sink->batches() == 2; }));
  f.source->stop();
  CHECK(f.metric("lost_total{component_id=\"loki.source.syslog.test\",unit=\"lines\"} 1"));
}

TEST_CASE("source.syslog: listeners that stay keep their sockets and connections") {
  Fixture f;
  f.start();
  const uint16_t port = f.port();
  const Client staying(Protocol::tcp, port);
  staying.send("<13>t: before\n<13>t: half");
  CHECK(f.got({"before"}));
  f.arguments.listener[0].labels.entries = {{"job", "changed"}};
  f.add("127.0.0.2:0", Protocol::tcp);
  f.update();
  CHECK(eventually([&] { return f.port("127.0.0.2:0") != 0; }));
  CHECK(f.port() == port);
  staying.send(" and half\n");
  CHECK(f.sink->has(2));
  CHECK(f.sink->lines()[1].labels == "{job=\"changed\"}");
  f.arguments.listener.erase(f.arguments.listener.begin());
  f.update();
  CHECK(eventually([&] { return staying.is_closed(); }));
  CHECK(f.port() == 0);
}

TEST_CASE("source.syslog: one listener that cannot be bound does not stop the others") {
  Fixture taken;
  taken.start();
  Fixture f;
  const auto address = "127.0.0.1:" + std::to_string(taken.port());
  f.add(address, Protocol::tcp);
  f.start();
  CHECK(f.source->health().state == components::Health::State::unhealthy);
  CHECK(f.source->health().message.find(address) != std::string::npos);
  Client(Protocol::tcp, f.port()).send("<13>t: works\n");
  CHECK(f.got({"works"}));
}

TEST_CASE("source.syslog: silent connections are closed") {
  Fixture f;
  f.arguments.listener[0].idle_timeout = std::chrono::milliseconds(50);
  f.start();
  const Client client(Protocol::tcp, f.port());
  client.send("<13>t: x\n");
  CHECK(f.got({"x"}));
  CHECK(eventually([&] { return client.is_closed(); }));
}

TEST_CASE("source.syslog: TLS, with and without a client certificate") {
  Fixture f;
  REQUIRE(make_certificate(f.folder));
  auto& tls = f.arguments.listener[0].tls_config;
  tls.cert_file = f.folder / "own.pem";
  tls.key_file = f.folder / "own.key";
  f.start();
  io::tls::Options options;
  options.ca_file = f.folder / "own.pem";
  std::string many;
  for (int i = 0; i < 2000; ++i) many += "<13>t: line " + std::to_string(i) + "\n";
  CHECK(send_tls(f.port(), options, many) == "");
  CHECK(f.sink->has(2000));
  Client(Protocol::tcp, f.port()).send("<13>t: in the clear\n");
  tls.ca_file = f.folder / "own.pem";  // From now on clients must have a certificate.
  f.update();
  CHECK(eventually([&] { return send_tls(f.port(), options, "<13>t: nobody\n") != ""; }));
  options.cert_file = f.folder / "own.pem";
  options.key_file = f.folder / "own.key";
  CHECK(eventually([&] { return send_tls(f.port(), options, "<13>t: somebody\n") == ""; }));
  REQUIRE(f.sink->has(2001));
  const auto texts = f.sink->texts();
  CHECK(texts.back() == "somebody");
  CHECK(std::find(texts.begin(), texts.end(), "in the clear") == texts.end());
}

TEST_CASE("source.syslog: a certificate that was renewed is used from the next connection on") {
  Fixture f;
  REQUIRE(make_certificate(f.folder));
  auto& tls = f.arguments.listener[0].tls_config;
  tls.cert_file = f.folder / "own.pem";
  tls.key_file = f.folder / "own.key";
  f.start();
  io::tls::Options options;
  options.ca_file = f.folder / "own.pem";
  CHECK(send_tls(f.port(), options, "<13>t: one\n") == "");
  REQUIRE(make_certificate(f.folder));
  CHECK(send_tls(f.port(), options, "<13>t: two\n") == "");
  f.folder.write("own.key", "half written");
  CHECK(send_tls(f.port(), options, "<13>t: three\n") == "");
  REQUIRE(f.sink->has(3));
}

TEST_CASE("source.syslog: a TLS listener without its certificate accepts nothing") {
  Fixture f;
  f.arguments.listener[0].tls_config.cert_file = f.folder / "absent.pem";
  f.arguments.listener[0].tls_config.key_file = f.folder / "absent.key";
  f.start();
  CHECK(f.port() == 0);
  CHECK(f.source->health().state == components::Health::State::unhealthy);
}

TEST_CASE("source.syslog: a reload leaves a connection where it is within a message") {
  Fixture f;
  f.start();
  const Client client(Protocol::tcp, f.port());
  // Longer than a line may be: it is cut, and its rest belongs to it also after a reload.
  client.send("<13>t: " + std::string(70'000, 'x'));
  REQUIRE(f.sink->has(1));
  f.arguments.listener[0].labels.entries = {{"job", "changed"}};
  f.add("127.0.0.2:0", Protocol::tcp);
  f.update();
  CHECK(eventually([&] { return f.port("127.0.0.2:0") != 0; }));
  client.send("xx\n<13>t: next\n");
  REQUIRE(f.sink->has(2));
  CHECK(f.sink->lines()[1].text == "next");
  CHECK(f.sink->lines()[1].labels == "{job=\"changed\"}");
}

TEST_CASE("source.syslog: unfinished messages hold a bounded amount of memory") {
  Fixture f;
  f.options.limits.carried_bytes_max = 1000;  // 500 of them for one address.
  f.start();
  const Client first(Protocol::tcp, f.port()), second(Protocol::tcp, f.port());
  first.send("<13>t: " + std::string(300, 'a'));
  first.send("\n<13>t: " + std::string(393, 'a'));
  REQUIRE(f.sink->has(1));
  second.send("<13>t: " + std::string(393, 'b'));
  REQUIRE(f.sink->has(2));
  CHECK(f.sink->texts()[1] == std::string(393, 'b'));
  second.send("rest\n<13>t: next\n");
  first.send("whole\n");
  REQUIRE(f.sink->has(4));
  auto texts = f.sink->texts();
  std::sort(texts.begin() + 2, texts.end());
  CHECK(texts[2] == std::string(393, 'a') + "whole");
  CHECK(texts[3] == "next");
  CHECK(
      f.metric("loki_source_syslog_truncated_messages_total{component_id=\"loki.source.syslog."
               "test\"} 1"));
}

TEST_CASE("source.syslog: one address does not use up all connections") {
  Fixture f;
  f.options.limits.connections_max = 4;
  f.start();
  std::optional<Client> first(std::in_place, Protocol::tcp, f.port());
  const Client second(Protocol::tcp, f.port()), third(Protocol::tcp, f.port());
  CHECK(eventually([&] { return third.is_closed(); }));
  CHECK(
      f.metric("loki_source_syslog_refused_connections_total{component_id=\"loki.source.syslog."
               "test\"} 1"));
  first.reset();
  CHECK(f.metric("loki_source_syslog_connections{component_id=\"loki.source.syslog.test\"} 1"));
  Client(Protocol::tcp, f.port()).send("<13>t: welcome\n");
  CHECK(f.got({"welcome"}));
}

TEST_CASE("source.syslog: without descriptors it does not start, and says so") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  Fixture f;
  {
    const base::Descriptor next(::dup(0));
    rlimit none = before;
    none.rlim_cur = static_cast<rlim_t>(next.get());
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  }
  f.make();
  const auto started = f.source->start();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(!started);
  f.start();
  Client(Protocol::tcp, f.port()).send("<13>t: works\n");
  CHECK(f.got({"works"}));
}

TEST_CASE("source.syslog: a listener moves to another component without a gap") {
  for (const Protocol protocol : {Protocol::tcp, Protocol::udp}) {
    Fixture from(protocol), to(protocol);
    from.start();
    const uint16_t port = from.port();
    // Known by the address it was bound by, as in a configuration.
    const std::string address = "127.0.0.1:" + std::to_string(port);
    Fixture owner(protocol);
    owner.arguments.listener[0].address.text = address;
    owner.options.retry = to.options.retry = std::chrono::hours(1);
    from.source->stop();
    owner.start();
    to.arguments.listener[0].address.text = address;
    to.start();
    CHECK(to.source->health().state == components::Health::State::unhealthy);
    owner.arguments.listener.clear();
    owner.update();
    CHECK(eventually([&] { return to.port(address) == port; }));
    Client(protocol, port).send("<13>t: moved\n");
    CHECK(to.got({"moved"}));
    CHECK(eventually(
        [&] { return to.source->health().state == components::Health::State::healthy; }));
  }
}

namespace {

/// A resolver that answers when it is let.
struct SlowResolver {
  base::Mutex mutex;
  base::Condition changed;
  bool answers GUARDED_BY(mutex) = false;

  void answer() {
    base::Lock lock(mutex);
    answers = true;
    changed.notify_all();
  }
  components::loki::source_syslog::Resolver resolver() {
    const auto ask = [this](const char* text) {
      base::Lock lock(mutex);
      while (!answers) changed.wait(mutex);
      return components::loki::source_syslog::Answer{text};
    };
    return {[ask](const std::string&) { return ask("peer.example"); },
            [ask](const std::string&) { return ask("127.0.0.1"); }};
  }
};

telemetry::relabel::Rules host_name_rules() {
  telemetry::relabel::Rule rule;
  rule.source_labels = {"__syslog_connection_hostname"};
  rule.regex = std::make_shared<re2::RE2>("^(?s:(.*))$");
  rule.target_label = "peer";
  return {rule};
}

}  // namespace

TEST_CASE("source.syslog: a slow resolver stops nobody but the senders whose names are wanted") {
  SlowResolver slow;
  Fixture f;
  f.options.resolver = slow.resolver();
  f.arguments.relabel_rules.pointer =
      std::make_shared<const components::RelabelRules>(host_name_rules());
  f.add("127.0.0.3:0", Protocol::udp);
  f.add("localhost:0", Protocol::tcp);
  f.start();
  CHECK(f.source->health().message.find("looking up localhost") != std::string::npos);
  const Client tcp(Protocol::tcp, f.port()), again(Protocol::tcp, f.port());
  tcp.send("<13>t: one\n");
  Client udp(Protocol::udp, f.port("127.0.0.3:0"), "127.0.0.3");
  udp.send("<13>t: two");
  udp.send("<13>t: three");
  // The loop goes on meanwhile: it takes a reload.
  f.add("127.0.0.4:0", Protocol::tcp);
  f.update();
  CHECK(eventually([&] { return f.port("127.0.0.4:0") != 0; }));
  CHECK(f.sink->lines().empty());
  slow.answer();
  REQUIRE(f.sink->has(3));
  for (const auto& line : f.sink->lines())
    CHECK(line.labels == "{job=\"test\", peer=\"peer.example\"}");
  CHECK(eventually([&] { return f.port("localhost:0") != 0; }));
}

}  // namespace components::loki::source_syslog
