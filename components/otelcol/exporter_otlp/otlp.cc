#include "components/otelcol/exporter_otlp/otlp.h"

#include <string>
#include <utility>

#include "components/otelcol/shared/export/codec.h"
#include "components/otelcol/shared/export/settings.h"
#include "river/schema/decode.h"

namespace components::otelcol::exporter_otlp {
namespace {

/// What metrics and messages call the server: without the scheme of gRPC's names, "dns:///".
std::string url_of(const Server& server) {
  const std::string place = server.name.substr(server.name.rfind('/') + 1);
  return (server.has_tls ? "https://" : "http://") + place;
}

std::vector<sink::SettingsPtr> settings_of(const Arguments& arguments) {
  std::vector<sink::SettingsPtr> all;
  const Server server = server_of(arguments.client);
  for (const telemetry::Signal signal : telemetry::kSignals) {
    auto settings = std::make_shared<ExportSettings>();
    settings->signal = signal;
    apply(arguments.sending_queue, arguments.retry_on_failure, *settings);
    settings->url_text = arguments.client.endpoint;
    settings->url = io::http::parse_url(url_of(server));
    settings->extra_headers = arguments.client.headers;
    settings->auth = arguments.client.auth.pointer;
    settings->remote_timeout = sink::bounded_milliseconds(arguments.timeout.value);
    settings->coding = telemetry::wire::Coding::none;  // The connection compresses.
    settings->arguments = river::schema::encode(kSignature.arguments, &arguments);
    settings->connector = [client = arguments.client, signal] { return connect(client, signal); };
    all.push_back(std::move(settings));
  }
  return all;
}

}  // namespace

Exporter::Exporter(Context context, const Arguments& arguments)
    : GroupComponent(kExportProtocol, std::move(context), settings_of(arguments), std::nullopt) {
  publish_input(group_);
}

base::Result<void> Exporter::update(const Arguments& arguments) {
  return group_.update(settings_of(arguments), std::nullopt);
}

}  // namespace components::otelcol::exporter_otlp
