#include <fmt/format.h>

#include "compiler/promtail/importer.h"

/// What is said of the whole agent: server, positions, limits, and the rest of the top.
namespace compiler::promtail {

using yaml::Fields;
using yaml::Node;

namespace {

constexpr Setting kWatch[] = {
    {"min_poll_frequency", "min_poll_frequency"},
    {"max_poll_frequency", "max_poll_frequency"},
};

}  // namespace

void Importer::server(const Node* node) {
  if (node == nullptr) return;
  Fields fields(*node, "server", wording(), diagnostics_);
  const Node* level = fields.value("log_level");
  const Node* format = fields.value("log_format");
  if (level != nullptr || format != nullptr) {
    out_.open("logging");
    constexpr Setting kLogging[] = {{"log_level", "level"}, {"log_format", "format"}};
    copy(fields, kLogging);
    out_.close();
  }
  const std::string address = fields.text("http_listen_address").value_or("0.0.0.0");
  const std::string port = fields.text("http_listen_port").value_or("80");
  const std::string flag = fmt::format("give the agent --server.http.listen-addr={}:{}",
                                       address.empty() ? "0.0.0.0" : address, port);
  for (const std::string_view key : {"http_listen_port", "http_listen_address"})
    if (const yaml::Pair* pair = fields.find(key); pair != nullptr && port != "0")
      lost(pair->key_span, fmt::format("{} is not carried over: it is an option", key), flag);
  for (const std::string_view key : {"grpc_listen_port", "grpc_listen_address"})
    if (const Node* given = fields.value(key); given != nullptr && given->text != "0")
      without(fields, key, "the agent has no gRPC server of its own to configure");
}

void Importer::positions(const Node* node) {
  positions_file_ = "\"/var/log/positions.yaml\"";  // Promtail's default.
  if (node == nullptr) return;
  Fields fields(*node, "positions", wording(), diagnostics_);
  if (const Node* file = fields.value("filename"))
    positions_file_ = expression(*file, {"filename", ""});
  without(fields, "sync_period", "positions are saved as they move, every second at most");
  without(fields, "ignore_invalid_yaml",
          "a file that cannot be read is set aside; see on_positions_file_error");
}

/// Files go on by legacy_positions_file; other sources begin anew.
void Importer::places(Fields& root) {
  const yaml::Pair* found = root.find("scrape_configs");
  if (!keeps_positions_ || found == nullptr) return;
  lost(found->key_span,
       "positions of the journal and of Docker are not carried over: the agent does not go on "
       "where Promtail ended",
       "the first start reads the journal as far back as max_age, and Docker's logs from their "
       "beginning");
}

/// The line limits stand in front of the clients, and hold for all jobs together.
void Importer::limits(const Node* node) {
  if (node == nullptr) return;
  Fields fields(*node, "limits_config", wording(), diagnostics_);
  const auto is_on = [&](std::string_view key, bool otherwise) {
    const Node* value = fields.value(key);
    if (value == nullptr) return otherwise;
    if (const auto is = as_bool(*value)) return *is;
    if (has_variable(text_of(*value, key)))
      lost(value->span,
           fmt::format("{} is not carried over: it decides about a stage, which a "
                       "variable cannot",
                       key),
           fmt::format("taken as {}; write true or false", otherwise));
    else
      fields.error(*value, fmt::format("{} must be true or false", key));
    return otherwise;
  };
  const Node* size = fields.value("max_line_size");
  const bool truncates = is_on("max_line_size_truncate", false);
  const bool limits_rate = is_on("readline_rate_enabled", false);
  const bool drops = is_on("readline_rate_drop", true);
  const auto number_of = [&](std::string_view key) {
    const Node* value = fields.value(key);
    if (value == nullptr) return std::string("10000");
    const std::string number = literal(*value, key);
    if (number.starts_with('"')) fields.error(*value, fmt::format("{} must be a number", key));
    return number;
  };
  const std::string rate = number_of("readline_rate");
  const std::string burst = number_of("readline_burst");
  without(fields, "max_streams", "loki.write's max_streams bounds the streams of a request");
  const bool limits_size = size != nullptr && text_of(*size, "max_line_size") != "0";
  if (!limits_size && !limits_rate) return;
  const std::string label = unique("limits");
  out_.at(node->span);
  out_.open("loki.process", label);
  if (limits_size) {
    const std::string bytes = expression(*size, {"max_line_size", "", Kind::size});
    out_.open(truncates ? "stage.truncate" : "stage.drop");
    if (truncates) out_.open("rule");
    out_.set(truncates ? "limit" : "longer_than", bytes);
    if (truncates) out_.close();
    if (!truncates) out_.set("drop_counter_reason", "\"line_too_long\"");
    out_.close();
  }
  if (limits_rate) {
    out_.open("stage.limit");
    out_.set("rate", rate);
    out_.set("burst", burst);
    out_.set("drop", drops ? "true" : "false");
    out_.close();
  }
  out_.set("forward_to", list_expression(writers_));
  out_.close();
  writers_ = {fmt::format("loki.process.{}.receiver", label)};
}

void Importer::globals(Fields& root) {
  if (const Node* node = root.value("target_config")) {
    Fields fields(*node, "target_config", wording(), diagnostics_);
    if (const Node* period = fields.value("sync_period"))
      sync_period_ = expression(*period, {"sync_period", ""});
    without(fields, "stdin", "the agent does not read its standard input");
  }
  if (const Node* node = root.value("global")) {
    Fields fields(*node, "global", wording(), diagnostics_);
    if (const Node* watch = fields.value("file_watch_config")) {
      Fields inner(*watch, "file_watch_config", wording(), diagnostics_);
      for (const Setting& setting : kWatch)
        if (const Node* value = inner.value(setting.key))
          file_watch_.emplace_back(setting.attribute, expression(*value, setting));
    }
  }
  without(root, "options", "labels of streams are limited by Loki");
  without(root, "tracing", "the agent has no tracing of its own");
  without(root, "wal",
          "--storage.queue-size keeps on disk what Loki does not take (disk-queue.md)");
  without(root, "config", "it is an option of Promtail");
}

}  // namespace compiler::promtail
