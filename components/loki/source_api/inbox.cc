#include "components/loki/source_api/inbox.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "telemetry/text.h"
#include "telemetry/wire/content_coding.h"

namespace components::loki::source_api {

namespace wire = telemetry::wire;
using io::http::Reply;
using io::http::Request;
using io::http::Response;
using io::http::text_answer;
using io::http::try_again;
using telemetry::Labels;
using telemetry::LogBatch;

namespace {

constexpr std::string_view kTenantHeader = "X-Scope-OrgID";

tl::expected<std::string, Response> decoded(wire::Coding coding, std::string body, size_t max) {
  auto content = wire::decode_body(coding, std::move(body), max);
  if (content) return std::move(*content);
  return tl::unexpected(text_answer(content.error().is_too_large ? 413 : 400,
                                    std::string(name_of(coding)) + ": " + content.error().message));
}

/// The request out of its Content-Encoding, in which snappy, as Loki's clients have it, is that of
/// the push itself.
tl::expected<std::string, Response> content_of(const Request& request, std::string body,
                                               bool has_snappy, size_t max) {
  const std::string_view name = io::http::find(request.headers, "Content-Encoding");
  const auto coding = wire::coding_of(name);
  if (!coding || *coding == wire::Coding::zstd)
    return tl::unexpected(text_answer(
        400, fmt::format("the Content-Encoding {} is not snappy, gzip or deflate", name)));
  if (*coding != wire::Coding::snappy || !has_snappy) {
    auto content = decoded(*coding, std::move(body), max);
    if (!content || !has_snappy) return content;
    body = std::move(*content);
  }
  return decoded(wire::Coding::snappy, std::move(body), max);
}

bool is_path(std::string_view path, std::string_view end) {
  return path == end || (path.starts_with("/loki") && path.substr(5) == end);
}

}  // namespace

Response Inbox::late_answer() {
  return try_again("not delivered in time");
}

Inbox::Inbox(const base::metrics::Scope& metrics)
    : flow_(metrics, telemetry::Flow::kLines),
      written_(metrics.counter("loki_source_api_entries_written", "Entries taken.")) {}

base::Result<void> Inbox::update(const Arguments& arguments) {
  outbox_.set_receivers(receivers_of(arguments.forward_to));
  const uint64_t max = arguments.max_send_message_size.bytes;
  rules_.set(std::make_shared<const Rules>(
      Rules{arguments.labels, arguments.relabel_rules.pointer, arguments.use_incoming_timestamp,
            static_cast<size_t>(std::min<uint64_t>(max, kRequestBytesMax))}));
  if (is_running_) return {};
  if (auto started = outbox_.start("source_api.out"); !started) return started;
  is_running_ = true;
  return {};
}

void Inbox::take(const Request& request, std::string body, const Reply& reply) {
  const std::string_view path = request.path();
  const bool is_push = is_path(path, "/api/v1/push");
  if (path == "/ready") return reply(text_answer(200, "ready"));
  if (!is_push && !is_path(path, "/api/v1/raw")) return reply(text_answer(404, "no such path"));
  if (request.method != "POST") return reply({405, {{"Allow", "POST"}}, {}});
  if (!outbox_.has_room()) return reply(try_again("the queues are full"));
  const auto rules = rules_.get();
  if (is_push)
    take_push(*rules, request, std::move(body), reply);
  else
    take_raw(*rules, request, std::move(body), reply);
}

/// Empty when the entries are to be dropped.
Labels Inbox::labelled(const Labels& pushed, const Rules& rules, bool is_raw,
                       std::string_view tenant) {
  telemetry::LabelsBuilder labels(pushed);
  for (const auto& [name, value] : rules.labels.entries) labels.set(name, value);
  if (!is_raw && rules.relabel && !telemetry::relabel::apply(*rules.relabel, labels)) return {};
  std::vector<telemetry::Label> kept = labels.all();
  std::erase_if(kept, [](const auto& label) { return telemetry::is_internal_label(label.first); });
  if (!kept.empty() && !tenant.empty()) kept.emplace_back(telemetry::kTenantLabel, tenant);
  return Labels(std::move(kept));
}

void Inbox::take_push(const Rules& rules, const Request& request, std::string body,
                      const Reply& reply) {
  const std::string_view type = io::http::find(request.headers, "Content-Type");
  const auto encoding = encoding_of(type);
  if (!encoding)
    return reply(text_answer(400, fmt::format("the Content-Type \"{}\" cannot be read", type)));
  auto content =
      content_of(request, std::move(body), *encoding == Encoding::proto, rules.bytes_max);
  if (!content) return reply(content.error());
  auto pushed = read_push(*encoding, *content);
  if (!pushed) return reply(text_answer(400, pushed.error().message));
  const std::string_view tenant = io::http::find(request.headers, kTenantHeader);
  for (Labels& labels : pushed->batch.label_sets)
    labels = labelled(labels, rules, false, telemetry::valid_utf8(tenant));
  if (!rules.use_incoming_timestamp) set_times(pushed->batch);
  pass_on(std::move(*pushed), reply);
}

void Inbox::take_raw(const Rules& rules, const Request& request, std::string body,
                     const Reply& reply) {
  auto content = content_of(request, std::move(body), false, rules.bytes_max);
  if (!content) return reply(content.error());
  auto lines = read_lines(*content);
  if (!lines) return reply(text_answer(400, lines.error().message));
  const std::string_view tenant = io::http::find(request.headers, kTenantHeader);
  const Labels labels = labelled({}, rules, true, telemetry::valid_utf8(tenant));
  if (labels.empty() && !lines->entries.empty())
    return reply(text_answer(400,
                             "lines without labels: the agent has none to give them, set labels "
                             "in loki.source.api"));
  lines->label_sets.assign(1, labels);
  set_times(*lines);
  pass_on({std::move(*lines), 0, {}}, reply);
}

void Inbox::set_times(LogBatch& batch) {
  int64_t time = 0;
  {
    base::Lock lock(mutex_);
    time = times_.take(batch.entries.size());
  }
  for (telemetry::Entry& entry : batch.entries) entry.timestamp_ns = time++;
}

void Inbox::pass_on(Pushed pushed, const Reply& reply) {
  LogBatch& batch = pushed.batch;
  flow_.receive(batch.entries.size() + pushed.refused);
  invalid_labels_->add(pushed.refused);
  filtered_->add(std::erase_if(
      batch.entries, [&](const telemetry::Entry& entry) { return batch.labels(entry).empty(); }));
  const Response done =
      pushed.refused == 0
          ? Response{204, {}, {}}
          : text_answer(400, fmt::format("{}; entries refused: {}, the others were taken",
                                         pushed.problem, pushed.refused));
  if (batch.entries.empty()) return reply(done);
  written_->add(batch.entries.size());
  batch.ack = telemetry::Ack(
      [reply, done](bool delivered) {
        reply(delivered ? done : try_again("not delivered, send it again"));
      },
      telemetry::Ack::Source::client);
  outbox_.put(std::move(batch));
}

}  // namespace components::loki::source_api
