#include "components/otelcol/exporter_otlphttp/otlphttp.h"

#include <utility>

#include "components/otelcol/shared/export/codec.h"
#include "components/otelcol/shared/export/settings.h"
#include "river/schema/decode.h"

namespace components::otelcol::exporter_otlphttp {
namespace {

using telemetry::Signal;

std::string url_of_signal(const Arguments& arguments, Signal signal) {
  const auto& own = signal == Signal::traces    ? arguments.traces_endpoint
                    : signal == Signal::metrics ? arguments.metrics_endpoint
                                                : arguments.logs_endpoint;
  return url_of(arguments, name_of(signal), own);
}

std::vector<sink::SettingsPtr> settings_of(const Arguments& arguments) {
  std::vector<sink::SettingsPtr> all;
  const auto http = std::make_shared<HttpSettings>(http_client_of(arguments.client));
  for (const Signal signal : telemetry::kSignals) {
    auto settings = std::make_shared<ExportSettings>();
    settings->signal = signal;
    apply(arguments.sending_queue, arguments.retry_on_failure, *settings);
    settings->url_text = url_of_signal(arguments, signal);
    settings->url = io::http::parse_url(settings->url_text);
    settings->http = http;
    settings->extra_headers = arguments.client.headers;
    settings->auth = arguments.client.auth.pointer;
    settings->remote_timeout = sink::bounded_milliseconds(arguments.client.timeout.value);
    settings->is_json = arguments.encoding == Encoding::json;
    settings->coding = coding_of(arguments.client.compression);
    settings->arguments = river::schema::encode(kSignature.arguments, &arguments);
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

}  // namespace components::otelcol::exporter_otlphttp
