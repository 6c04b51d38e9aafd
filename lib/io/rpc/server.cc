#include "io/rpc/server.h"

#include <grpc/support/log.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/resource_quota.h>

#include <map>

#undef GUARDED_BY  // Abseil's, which is ours as well.
#include "base/files.h"
#include "base/mutex.h"
#include "io/http/url.h"

namespace io::rpc {
namespace {

constexpr size_t kPemBytesMax = 1 << 20;

std::string_view view_of(const grpc::string_ref& text) {
  return {text.data(), text.size()};
}

std::string bytes_of(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices)
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

/// One made by its default constructor would end the process.
grpc::ByteBuffer empty_message() {
  const grpc::Slice nothing;
  return {&nothing, 1};
}

/// "ipv4:127.0.0.1:1234", "ipv6:[::1]:1234", percent-encoded, as the address alone.
std::string address_of(std::string_view peer) {
  const size_t port = peer.rfind(':');
  if (!peer.starts_with("ipv") || port == std::string_view::npos) return {};
  peer = peer.substr(5, port - 5);
  std::string address;
  for (const char c : peer)
    if (c != '[' && c != ']') address += c;
  if (address.starts_with("%5B") && address.ends_with("%5D"))
    address = address.substr(3, address.size() - 6);
  return address;
}

class Reactor;

/// The calls that are not finished, by number: who finishes one may come after its end, when its
/// memory is another's.
class Calls {
 public:
  uint64_t add(Reactor* call) {
    base::Lock lock(mutex_);
    open_.emplace(++last_, call);
    return last_;
  }
  bool is_open(uint64_t number) const {
    base::Lock lock(mutex_);
    return open_.contains(number);
  }
  /// Finishes the call unless that was done.
  void end(uint64_t number, const Status& status);
  void end_all(const Status& status);

 private:
  mutable base::Mutex mutex_;
  std::map<uint64_t, Reactor*> open_ GUARDED_BY(mutex_);
  uint64_t last_ GUARDED_BY(mutex_) = 0;
};

/// One call. The library deletes it by OnDone, after Finish.
class Reactor final : public grpc::ServerGenericBidiReactor {
 public:
  Reactor(grpc::GenericCallbackServerContext& context, const Handler& handler,
          std::shared_ptr<Calls> calls)
      : context_(context), handler_(handler), calls_(std::move(calls)), number_(calls_->add(this)) {
    StartRead(&first_);
  }

  void OnReadDone(bool ok) override;
  void OnCancel() override { calls_->end(number_, {Code::cancelled, "the client gave up"}); }
  void OnDone() override { delete this; }

  /// Called once, by whoever takes it out of the calls.
  void end(const Status& status);

 private:
  grpc::GenericCallbackServerContext& context_;
  const Handler& handler_;
  const std::shared_ptr<Calls> calls_;
  const uint64_t number_;
  grpc::ByteBuffer first_, second_, response_ = empty_message();
  bool has_first_ = false;
};

void Calls::end(uint64_t number, const Status& status) {
  Reactor* call = nullptr;
  {
    base::Lock lock(mutex_);
    const auto found = open_.find(number);
    if (found == open_.end()) return;
    call = found->second;
    open_.erase(found);
  }
  call->end(status);
}

void Calls::end_all(const Status& status) {
  std::map<uint64_t, Reactor*> all;
  {
    base::Lock lock(mutex_);
    all.swap(open_);
  }
  for (const auto& [number, call] : all) call->end(status);
}

void Reactor::OnReadDone(bool ok) {
  if (ok && !has_first_) {
    has_first_ = true;
    return StartRead(&second_);  // There is none, but the end of the request comes here.
  }
  if (!calls_->is_open(number_)) return;
  if (ok || !has_first_)
    return calls_->end(number_,
                       {Code::unimplemented, "one message is taken, neither less nor more"});
  Call call;
  call.method = context_.method();
  call.peer = address_of(context_.peer());
  for (const auto& [name, value] : context_.client_metadata())
    call.metadata.emplace_back(view_of(name), view_of(value));
  call.message = bytes_of(first_);
  first_.Clear();
  handler_(std::move(call), [calls = calls_, number = number_](const Status& status) {
    calls->end(number, status);
  });
}

void Reactor::end(const Status& status) {
  const grpc::Status answer(static_cast<grpc::StatusCode>(status.code), status.message,
                            status.details);
  if (answer.ok())
    StartWriteAndFinish(&response_, {}, answer);
  else
    Finish(answer);
}

class Service final : public grpc::CallbackGenericService {
 public:
  explicit Service(rpc::Handler handler) : handler_(std::move(handler)) {}

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    return new Reactor(*context, handler_, calls_);
  }
  void end_all(const Status& status) { calls_->end_all(status); }

 private:
  const rpc::Handler handler_;
  const std::shared_ptr<Calls> calls_ = std::make_shared<Calls>();
};

base::Result<std::string> pem_of(const std::string& text, const std::string& file) {
  if (file.empty()) return text;
  return base::read_file(file, kPemBytesMax);
}

base::Result<std::shared_ptr<grpc::ServerCredentials>> credentials_of(
    const std::optional<tls::Options>& tls) {
  if (!tls) return grpc::InsecureServerCredentials();
  auto certificate = pem_of(tls->cert_pem, tls->cert_file);
  if (!certificate) return tl::unexpected(certificate.error());
  auto key = pem_of(tls->key_pem.reveal(), tls->key_file);
  if (!key) return tl::unexpected(key.error());
  auto authority = pem_of(tls->ca_pem, tls->ca_file);
  if (!authority) return tl::unexpected(authority.error());
  grpc::SslServerCredentialsOptions options(
      authority->empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                         : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = *authority;
  options.pem_key_cert_pairs.push_back({*key, *certificate});
  return grpc::SslServerCredentials(options);
}

void set_arguments(grpc::ServerBuilder& builder, const Server::Options& options) {
  const auto set = [&](const char* name, int64_t value) {
    builder.AddChannelArgument(name, static_cast<int>(std::min<int64_t>(value, INT32_MAX)));
  };
  const auto set_time = [&](const char* name, std::chrono::milliseconds time) {
    if (time.count() > 0) set(name, time.count());
  };
  builder.SetMaxReceiveMessageSize(static_cast<int>(options.message_bytes_max));
  set("grpc.per_message_decompression", 0);
  set(GRPC_ARG_ALLOW_REUSEPORT, 0);  // A port that is taken must be an error.
  set(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.streams_max);
  set(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  set_time(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, options.ping_interval_min);
  set_time(GRPC_ARG_MAX_CONNECTION_IDLE_MS, options.idle_max);
  set_time(GRPC_ARG_MAX_CONNECTION_AGE_MS, options.age_max);
  set_time(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, options.age_grace);
  set_time(GRPC_ARG_KEEPALIVE_TIME_MS, options.ping_after);
  set_time(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, options.ping_timeout);
  grpc::ResourceQuota quota("rpc");
  quota.Resize(options.memory_max);
  builder.SetResourceQuota(quota);
}

}  // namespace

struct Server::State {
  State(Handler handler, Status stopping)
      : service(std::move(handler)), at_stop(std::move(stopping)) {}
  Service service;
  const Status at_stop;
  std::string address;
  std::unique_ptr<grpc::Server> server;
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  stop();
}

const std::string& Server::address() const {
  return state_->address;
}

base::Result<std::unique_ptr<Server>> Server::listen(std::string_view address,
                                                     const Options& options, Handler handler) {
  const auto where = http::parse_listen_address(address);
  if (!where) return tl::unexpected(where.error());
  const auto credentials = credentials_of(options.tls);
  if (!credentials) return tl::unexpected(credentials.error());
  // Its own lines hold what clients send, and are no lines of this log.
  ::gpr_set_log_function([](gpr_log_func_args*) {});
  auto state = std::make_unique<State>(std::move(handler), options.at_stop);
  grpc::ServerBuilder builder;
  set_arguments(builder, options);
  const std::string host = where->host.empty() ? "[::]" : where->host;
  int port = 0;
  const bool is_v6 = host.find(':') != std::string::npos && !host.starts_with('[');
  builder.AddListeningPort(fmt::format("{}:{}", is_v6 ? "[" + host + "]" : host, where->port),
                           *credentials, &port);
  builder.RegisterCallbackGenericService(&state->service);
  state->server = builder.BuildAndStart();
  if (state->server == nullptr || port == 0)
    return base::fail("listen on {}: the address is in use, or not one of this host's", address);
  state->address = fmt::format("{}:{}", host, port);
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

void Server::stop() {
  if (state_->server == nullptr) return;
  state_->service.end_all(state_->at_stop);
  // Calls that begin meanwhile are cancelled at once.
  state_->server->Shutdown(std::chrono::system_clock::now());
  state_->server.reset();
}

}  // namespace io::rpc
