#include "components/loki/source_file/stream.h"

#include <utility>

#include "telemetry/text.h"

namespace components::loki::source_file {

Environment::Environment(const base::metrics::Scope& scope, base::Logger logger)
    : metrics(scope), flow(scope, telemetry::Flow::kLines), log(std::move(logger)) {
  files_active = metrics.gauge("loki_source_file_files_active_total", "Number of active files.");
  truncations = metrics.counter(
      "loki_source_file_truncations_total",
      "Files that were cut or rewritten in place; lines not read before that are lost.");
  split_lines = metrics.counter("loki_source_file_split_lines_total",
                                "Lines that were too long and were passed on in pieces.");
  nul_bytes = metrics.counter("loki_source_file_nul_bytes_total",
                              "NUL bytes where a line begins, which are left out.");
  read_errors =
      metrics.counter("loki_source_file_read_errors_total", "Failed attempts to open or read.");
}

void StoredPosition::set(std::string_view text) {
  base::Lock lock(mutex_);
  size_t end = text.find('\n');
  positions_->set(key_, text.substr(0, end));
  while (end != text.npos) {
    text.remove_prefix(end + 1);
    end = text.find('\n');
    remember(text.substr(0, end));
  }
}

void StoredPosition::remember(std::string_view text) {
  const auto point = ResumePoint::parse(text);
  if (!point) return;
  const std::string key =
      KnownFiles::record_key(path_, {point->device, point->inode, key_.substr(path_.size() + 1)});
  positions_->set(key, text);
  std::erase(records_, key);
  records_.push_back(key);
  if (records_.size() <= KnownFiles::kPerPath) return;
  positions_->erase(records_.front());
  records_.pop_front();
}

void StoredPosition::move_to(std::string key) {
  base::Lock lock(mutex_);
  if (key == key_) return;
  if (const auto text = positions_->get(key_)) positions_->set(key, *text);
  positions_->erase(std::exchange(key_, std::move(key)));
}

Stream::Stream(Environment& environment, std::string path, telemetry::Labels labels)
    : environment_(environment),
      path_(std::move(path)),
      key_(key_of(path_, labels)),
      labels_(with_filename(labels, path_)),
      stored_(std::make_shared<StoredPosition>(environment.positions, path_, key_)) {
  const base::metrics::Labels by_path = {{"path", telemetry::valid_utf8(path_)}};
  const auto& metrics = environment_.metrics;
  read_bytes_ =
      metrics.gauge("loki_source_file_read_bytes_total", "Number of bytes read.", by_path);
  file_bytes_ =
      metrics.gauge("loki_source_file_file_bytes_total", "Number of bytes total.", by_path);
  read_lines_ =
      metrics.counter("loki_source_file_read_lines_total", "Number of lines read.", by_path);
  renew_window();
}

std::string Stream::key_of(const std::string& path, const telemetry::Labels& labels) {
  return path + " " + telemetry::to_stream_text(labels);
}

void Stream::relabel(const telemetry::Labels& labels) {
  const std::string before = labels_text();
  key_ = key_of(path_, labels);
  labels_ = with_filename(labels, path_);
  stored_->move_to(key_);
  environment_.known_files.relabel(before, labels_text());
  set_wanted(true);
}

void Stream::acknowledge(telemetry::LogBatch& batch) {
  read_lines_->add(batch.entries.size());
  environment_.flow.receive(batch.entries.size());
  batch.ack = window_->issue(resume_text());
}

void Stream::renew_window() {
  if (window_) window_->detach();
  // The store is owned by the window: acks that come in after stop still move positions.
  window_ = std::make_unique<telemetry::AckWindow<std::string>>(
      [stored = stored_](const std::string& text) { stored->set(text); },
      [wake = environment_.wake] { wake->notify(); });
}

}  // namespace components::loki::source_file
