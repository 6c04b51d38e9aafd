#include "io/rpc/client.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#undef GUARDED_BY  // Abseil's, which is ours as well.
#include "base/files.h"
#include "base/mutex.h"

namespace io::rpc {
namespace {

constexpr size_t kPemBytesMax = 1 << 20;

base::Result<std::string> pem_of(const std::string& text, const std::string& file) {
  if (file.empty()) return text;
  return base::read_file(file, kPemBytesMax);
}

base::Result<std::shared_ptr<grpc::ChannelCredentials>> credentials_of(
    const std::optional<tls::Options>& tls) {
  if (!tls) return grpc::InsecureChannelCredentials();
  if (tls->insecure_skip_verify)
    return base::fail("insecure_skip_verify is not supported over gRPC");
  auto authority = pem_of(tls->ca_pem, tls->ca_file);
  if (!authority) return tl::unexpected(authority.error());
  auto certificate = pem_of(tls->cert_pem, tls->cert_file);
  if (!certificate) return tl::unexpected(certificate.error());
  auto key = pem_of(tls->key_pem.reveal(), tls->key_file);
  if (!key) return tl::unexpected(key.error());
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = *authority;
  options.pem_cert_chain = *certificate;
  options.pem_private_key = *key;
  return grpc::SslCredentials(options);
}

/// The request's bytes, without a copy: they outlive the call.
grpc::ByteBuffer message_of(std::string_view bytes) {
  const grpc::Slice slice(bytes.data(), bytes.size(), grpc::Slice::STATIC_SLICE);
  return {&slice, 1};
}

std::string bytes_of(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices)
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

}  // namespace

struct Client::State {
  std::unique_ptr<grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer>> stub;
  bool compresses = false;
};

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::~Client() = default;

base::Result<std::unique_ptr<Client>> Client::make(const std::string& server,
                                                   const Options& options) {
  const auto credentials = credentials_of(options.tls);
  if (!credentials) return tl::unexpected(credentials.error());
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // A connection of its own.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);             // Who calls tries again.
  arguments.SetLoadBalancingPolicyName("round_robin");
  arguments.SetUserAgentPrefix(options.user_agent);
  arguments.SetMaxSendMessageSize(-1);
  if (!options.authority.empty())
    arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, options.authority);
  if (options.tls && !options.tls->server_name.empty())
    arguments.SetSslTargetNameOverride(options.tls->server_name);
  const auto set_time = [&](const char* name, std::chrono::milliseconds time) {
    if (time.count() > 0)
      arguments.SetInt(name, static_cast<int>(std::min<int64_t>(time.count(), INT32_MAX)));
  };
  set_time(GRPC_ARG_KEEPALIVE_TIME_MS, options.ping_after);
  set_time(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, options.ping_timeout);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, options.pings_without_calls ? 1 : 0);
  auto state = std::make_unique<State>();
  state->compresses = options.compresses;
  state->stub = std::make_unique<grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer>>(
      grpc::CreateCustomChannel(server, *credentials, arguments));
  return std::unique_ptr<Client>(new Client(std::move(state)));
}

Status Client::call(const std::string& method, const Metadata& metadata, std::string_view request,
                    std::chrono::milliseconds timeout, const std::stop_token& stop,
                    std::string& response) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + timeout);
  if (state_->compresses) context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
  const grpc::ByteBuffer message = message_of(request);
  grpc::ByteBuffer answer;
  base::Mutex mutex;
  base::Condition changed;
  bool has_ended = false;
  grpc::Status ended;
  state_->stub->UnaryCall(&context, method, {}, &message, &answer, [&](grpc::Status status) {
    base::Lock lock(mutex);
    ended = std::move(status);
    has_ended = true;
    changed.notify_all();
  });
  const std::stop_callback on_stop(stop, [&] { context.TryCancel(); });
  {
    base::Lock lock(mutex);
    while (!has_ended) changed.wait(mutex);
  }
  if (ended.ok()) response = bytes_of(answer);
  return {static_cast<Code>(ended.error_code()), ended.error_message(), ended.error_details()};
}

}  // namespace io::rpc
