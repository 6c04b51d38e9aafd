#include <algorithm>
#include <chrono>
#include <unordered_map>

#include "components/loki/process/stages/container_line.h"
#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct CriArgs {
  int64_t max_partial_lines = 100;
  uint64_t max_partial_line_size = 0;
  bool max_partial_line_size_truncate = false;
};

namespace {

constexpr schema::Field kCriFields[] = {
    schema::attr<&CriArgs::max_partial_lines>(
        "max_partial_lines", Need::optional,
        "Label sets with a partial line pending before all are sent on."),
    schema::attr<&CriArgs::max_partial_line_size>("max_partial_line_size", Need::optional,
                                                  "Longest partial line in bytes; 0: unlimited."),
    schema::attr<&CriArgs::max_partial_line_size_truncate>(
        "max_partial_line_size_truncate", Need::optional, "Cut partial lines at that size."),
};

void validate(const CriArgs& args, schema::Scope& scope) {
  if (scope.known("max_partial_lines") && args.max_partial_lines <= 0)
    scope.error("max_partial_lines", "C088", "max_partial_lines must be above 0, it is {}",
                args.max_partial_lines);
}

using telemetry::Ack;
using telemetry::Labels;

/// `2024-05-01T12:00:00.1Z stdout P text`, cut at its spaces.
struct CriLine {
  std::string_view time;
  std::string_view stream;
  std::string_view flags;
  std::string_view content;

  bool partial() const { return flags.starts_with('P'); }
};

/// Removes the first word and the space after it.
std::string_view take_word(std::string_view& text) {
  const size_t space = text.find(' ');
  const std::string_view word = text.substr(0, space);
  text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  return word;
}

std::optional<CriLine> parse(std::string_view line) {
  CriLine out;
  out.time = take_word(line);
  out.stream = take_word(line);
  if (out.time.empty() || (out.stream != "stdout" && out.stream != "stderr")) return std::nullopt;
  out.content = line;
  const std::string_view flags = take_word(line);
  // Tags are separated by colons, and the first one is P or F. Lines of old runtimes have none.
  if (flags.substr(0, flags.find(':')) == "P" || flags.substr(0, flags.find(':')) == "F") {
    out.flags = flags;
    out.content = line;
  }
  return out;
}

/// What a line is joined to at most, and what all lines that have no end yet may hold together: a
/// container that never writes a line feed has no other bound.
constexpr size_t kCriLineBytesMax = 16 << 20;
constexpr size_t kCriHeldBytesMax = 64 << 20;

/// Takes the runtime's prefix off, and keeps the parts of a long line until its end has come. The
/// acks of the parts are kept with them, so a source does not move past a line that is not whole.
class CriStage final : public Stage {
 public:
  CriStage(const CriArgs& args, Build& build)
      : args_(args),
        time_(build.names.write("time")),
        stream_(build.names.write("stream")),
        flags_(build.names.write("flags")),
        content_(build.names.write("content")),
        merged_(build.flow.merged()),
        flushed_(build.metrics.counter("loki_process_cri_partial_lines_flushed_total",
                                       "Partial lines sent on without their end.")),
        truncated_(build.metrics.counter("loki_process_cri_lines_truncated_total",
                                         "Partial lines cut at max_partial_line_size.")) {}

  ~CriStage() override {
    for (const auto& [labels, part] : pending_)
      for (const Ack& ack : part.acks) ack.abandon();  // Never sent: to be read again.
  }
  CriStage(const CriStage&) = delete;
  CriStage& operator=(const CriStage&) = delete;

  void process(Frame& frame) override {
    kept_.clear();
    acks_.clear();
    for (const uint32_t row : frame.rows)
      if (const auto line = parse(frame.line(row)))
        take(frame, row, *line);
      else
        kept_.push_back(row);
    frame.rows = kept_;
    settle(frame);
  }

  /// A line that ends without a line end, as the container did, is a part for ever.
  static constexpr std::chrono::seconds kPartialWait{5};
  std::optional<Clock::duration> holds_for() const override { return kPartialWait; }
  Clock::time_point due() const override {
    auto next = Clock::time_point::max();
    for (const auto& [labels, part] : pending_) next = std::min(next, due(part));
    return next;
  }
  /// With kAll only what nobody reads again, such as syslog: other parts come again to a new
  /// pipeline, and at the next start of the agent, perhaps with their end.
  void flush(Frame& frame, Clock::time_point now) override {
    acks_.clear();
    for (auto entry = pending_.begin(); entry != pending_.end();) {
      auto& [labels, part] = *entry;
      if (now == kAll ? can_read_again(part) : due(part) > now) {
        ++entry;
        continue;
      }
      const uint32_t row =
          frame.put_back({part.timestamp_ns, labels, {}, {}, {}, {}}, std::nullopt);
      frame.entry(row).line = frame.put(part.text);
      frame.rows.push_back(row);
      merged_->add(part.lines - 1);
      flushed_->add(1);
      release(part);
      entry = pending_.erase(entry);
    }
    settle(frame);
  }

  size_t held() const override {
    size_t held = 0;
    for (const auto& [labels, part] : pending_) held += part.lines;
    return held;
  }

 private:
  struct Part {
    std::string text;
    int64_t timestamp_ns = 0;
    size_t bytes = 0;  // Of its lines, before the text was cut.
    size_t lines = 0;
    std::vector<Ack> acks;  // Of the batches that the lines came in; the same one only once.
    uint64_t frame = 0;     // In which the last of them came.
    std::shared_ptr<const Handover> handover;  // Of that batch.
  };

  static Clock::time_point due(const Part& part) {
    const auto at = part.handover ? part.handover->at() : Clock::time_point::max();
    return at > Clock::time_point::max() - kPartialWait ? Clock::time_point::max()
                                                        : at + kPartialWait;
  }

  static bool can_read_again(const Part& part) {
    return std::ranges::all_of(part.acks, &Ack::can_read_again);
  }

  /// The acks of lines that go on are those of the batch, too.
  void settle(Frame& frame) {
    if (acks_.empty()) return;
    acks_.push_back(std::move(frame.batch.ack));
    frame.batch.ack = Ack::all(std::move(acks_));
  }

  void take(Frame& frame, uint32_t row, const CriLine& line) {
    telemetry::Entry& entry = frame.entry(row);
    const auto content = frame.slice_of(line.content);
    const bool partial = line.partial();
    set_if_read(frame, row, time_, frame.slice_of(line.time));
    set_if_read(frame, row, stream_, frame.slice_of(line.stream));
    set_if_read(frame, row, flags_, frame.slice_of(line.flags));
    set_if_read(frame, row, content_, content);
    if (const auto ns = lines_.time_ns(line.time)) entry.timestamp_ns = *ns;
    entry.line = content;
    lines_.set_stream(frame, row, frame.slice_of(line.stream));  // May add label sets.
    if (!partial) return finish(frame, row);
    const auto found = pending_.find(frame.batch.labels(frame.entry(row)));
    const size_t before = found == pending_.end() ? 0 : found->second.bytes;
    if (before + content.size < kCriLineBytesMax) return hold(frame, row);
    finish(frame, row);
    flushed_->add(1);
  }

  void hold(Frame& frame, uint32_t row) {
    const Labels labels = frame.batch.labels(frame.entry(row));
    const size_t bytes = frame.entry(row).line.size;
    const bool is_one_more = !pending_.contains(labels);
    if ((is_one_more && pending_.size() >= static_cast<size_t>(args_.max_partial_lines)) ||
        held_bytes_ + bytes > kCriHeldBytesMax)
      give_up(frame, row);
    Part& part = pending_[labels];
    part.bytes += bytes;
    held_bytes_ += bytes;
    append(part.text, frame.line(row));
    part.timestamp_ns = frame.entry(row).timestamp_ns;
    ++part.lines;
    if (part.frame != frame.number()) part.acks.push_back(frame.batch.ack);
    part.frame = frame.number();
    part.handover = frame.handover();
  }

  void append(std::string& text, std::string_view more) {
    text += more;
    const size_t limit = args_.max_partial_line_size;
    if (!args_.max_partial_line_size_truncate || limit == 0 || text.size() <= limit) return;
    text.resize(limit);
    truncated_->add(1);
  }

  /// The last part: its entry takes the text of all.
  void finish(Frame& frame, uint32_t row) {
    kept_.push_back(row);
    const auto found = pending_.find(frame.batch.labels(frame.entry(row)));
    if (found == pending_.end()) return;
    Part part = std::move(found->second);
    pending_.erase(found);
    append(part.text, frame.line(row));
    const auto text = frame.put(part.text);
    frame.entry(row).line = text;
    set_if_read(frame, row, content_, text);
    merged_->add(part.lines);
    release(part);
  }

  /// Too many are pending: all go on as they are, in front of this row.
  void give_up(Frame& frame, uint32_t row) {
    flushed_->add(pending_.size());
    for (auto& [labels, part] : pending_) {
      telemetry::Entry entry;
      entry.timestamp_ns = part.timestamp_ns;
      entry.line = frame.put(part.text);
      entry.labels = frame.batch.intern(labels);
      kept_.push_back(frame.make_row(entry, row));
      merged_->add(part.lines - 1);
      release(part);
    }
    pending_.clear();
  }

  /// Its acks go over to the batch that it now travels in.
  void release(Part& part) {
    held_bytes_ -= part.bytes;
    acks_.insert(acks_.end(), part.acks.begin(), part.acks.end());
  }

  CriArgs args_;
  std::optional<Slot> time_, stream_, flags_, content_;
  const telemetry::Flow::Counter merged_;
  std::shared_ptr<base::metrics::Counter> flushed_, truncated_;
  ContainerLine lines_;
  std::unordered_map<Labels, Part, telemetry::LabelsHash> pending_;
  size_t held_bytes_ = 0;
  std::vector<uint32_t> kept_;
  std::vector<Ack> acks_;
};

StagePointer make(const CriArgs& args, Build& build) {
  return std::make_unique<CriStage>(args, build);
}

void track(const CriArgs&, telemetry::LabelTracker& labels) {
  ContainerLine::track(labels);
}

}  // namespace

constexpr StageKindOf<CriArgs> kCri = stage_kind<CriArgs, make, track>(
    "stage.cri", "Parses lines as container runtimes write them, and joins partial ones.",
    schema::schema_of<CriArgs, validate>(kCriFields));

}  // namespace components::loki::process::stages
