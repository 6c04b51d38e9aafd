#include <re2/re2.h>

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"
#include "components/loki/process/stages/text_match.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct MultilineArgs {
  river::schema::Regex firstline;
  uint64_t max_lines = 128;
  river::schema::Duration max_wait_time = std::chrono::seconds(3);
  bool trim_newlines = true;
};

namespace {

constexpr schema::Field kMultilineFields[] = {
    schema::attr<&MultilineArgs::firstline>("firstline", Need::required,
                                            "Regex that the first line of a block matches."),
    schema::attr<&MultilineArgs::max_lines>("max_lines", Need::optional,
                                            "Lines of a block before it is sent on."),
    schema::attr<&MultilineArgs::max_wait_time>("max_wait_time", Need::optional,
                                                "How long a block waits for its next line."),
    schema::attr<&MultilineArgs::trim_newlines>("trim_newlines", Need::optional,
                                                "Remove CR and LF at the end of lines."),
};

void validate(const MultilineArgs& args, schema::Scope& scope) {
  if (scope.known("max_wait_time") && args.max_wait_time.value.count() <= 0)
    scope.error("max_wait_time", "C088", "max_wait_time must be above 0");
}

using telemetry::Ack;
using telemetry::Labels;
using telemetry::Slice;

std::string_view without_line_end(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// Joins the lines of a label set, from one that matches `firstline` up to the next. Within a batch
/// a block is a list of slices; only the last block of each label set, which stays open, is copied
/// out of it. That block keeps the acks of the batches that its lines came in, so that a source
/// does not move past a line that is not sent yet.
class MultilineStage final : public Stage {
 public:
  MultilineStage(const MultilineArgs& args, Build& build)
      : args_(args), merged_(build.flow.merged()) {}

  ~MultilineStage() override {
    for (const auto& [labels, block] : blocks_)
      for (const Ack& ack : block.acks) ack.abandon();  // Never sent: to be read again.
  }
  MultilineStage(const MultilineStage&) = delete;
  MultilineStage& operator=(const MultilineStage&) = delete;

  void process(Frame& frame) override {
    kept_.clear();
    touched_.clear();
    if (blocks_.size() >= kLabelSetsMax)
      std::erase_if(blocks_, [](const auto& known) { return known.second.lines_held == 0; });
    by_index_.assign(frame.batch.label_sets.size(), nullptr);
    for (const uint32_t row : frame.rows) take(frame, row);
    frame.rows = kept_;
    for (Block* block : touched_) keep(frame, *block);
    settle(frame);
  }

  size_t held() const override { return held_; }
  std::optional<Clock::duration> holds_for() const override { return args_.max_wait_time.value; }

  Clock::time_point due() const override {
    auto next = Clock::time_point::max();
    for (const auto& [labels, block] : blocks_) next = std::min(next, due(block));
    return next;
  }

  void flush(Frame& frame, Clock::time_point now) override {
    kept_.clear();
    for (auto& [labels, block] : blocks_)
      if (block.lines_held > 0 && (now == kAll || due(block) <= now))
        close(frame, block, std::nullopt);
    frame.rows.insert(frame.rows.end(), kept_.begin(), kept_.end());
    settle(frame);
  }

 private:
  /// Label sets whose first line is remembered; beyond, those without an open block are forgotten.
  static constexpr size_t kLabelSetsMax = 10'000;
  /// A block of so many bytes goes on however many lines it has.
  static constexpr size_t kBlockBytesMax = 16 << 20;
  /// When all blocks hold more, the largest go on, until half of it is left.
  static constexpr size_t kHeldBytesMax = 32 << 20;
  static constexpr uint32_t kNone = ~uint32_t{0};

  /// What is known of one label set: its first line also gives its labels, its time and what was
  /// extracted to the blocks that follow when one was cut by max_lines.
  struct Block {
    size_t lines_held = 0;
    size_t bytes = 0;
    uint32_t first_row = kNone;                // Of the first line, while its batch is here.
    bool first_is_sent = false;                // Its row already carries a block.
    LooseEntry first;                          // Of the first line, afterwards.
    std::vector<Slice> lines;                  // In this batch.
    std::string text;                          // Lines of earlier batches, each with its LF.
    std::vector<Ack> acks;                     // Of those batches.
    uint64_t touched_in = 0;                   // Number of the frame.
    std::shared_ptr<const Handover> handover;  // Of the last of those batches.
  };

  Clock::time_point due(const Block& block) const {
    if (block.lines_held == 0 || !block.handover) return Clock::time_point::max();
    const auto at = block.handover->at();
    const auto wait = args_.max_wait_time.value;
    return at > Clock::time_point::max() - wait ? Clock::time_point::max() : at + wait;
  }

  void take(Frame& frame, uint32_t row) {
    const std::string_view line = frame.line(row);
    const Slice text = frame.slice_of(args_.trim_newlines ? without_line_end(line) : line);
    const bool is_first = MatchText(line).matches(*args_.firstline.compiled);
    Block* block = find(frame, frame.entry(row).labels, is_first);
    if (block == nullptr) return kept_.push_back(row);  // No first line was seen yet.
    if (block->touched_in != frame.number()) touched_.push_back(block);
    block->touched_in = frame.number();
    if (is_first) {
      if (block->lines_held > 0) close(frame, *block, row);
      block->first_row = row;
      block->first_is_sent = false;
    }
    block->lines.push_back(text);  // (The view is gone: closing makes the buffer grow.)
    block->bytes += text.size;
    held_bytes_ += text.size;
    ++held_;
    if (++block->lines_held == args_.max_lines || block->bytes >= kBlockBytesMax)
      close(frame, *block, row);
    if (held_bytes_ > kHeldBytesMax) close_largest(frame, row);
  }

  void close_largest(Frame& frame, uint32_t row) {
    std::vector<Block*> open;
    for (auto& [labels, block] : blocks_)
      if (block.lines_held > 0) open.push_back(&block);
    std::ranges::sort(open, std::greater(), &Block::bytes);
    for (Block* const block : open) {
      if (held_bytes_ <= kHeldBytesMax / 2) return;
      close(frame, *block, row);
    }
  }

  Block* find(const Frame& frame, uint32_t labels, bool make) {
    Block*& known = by_index_[labels];
    if (known != nullptr) return known;
    const Labels& set = frame.batch.label_sets[labels];
    if (make) return known = &blocks_[set];
    const auto found = blocks_.find(set);
    return known = found == blocks_.end() ? nullptr : &found->second;
  }

  /// Sends the block on, in front of `neighbour`.
  void close(Frame& frame, Block& block, std::optional<uint32_t> neighbour) {
    const uint32_t row = row_of(frame, block, neighbour);
    frame.entry(row).line = joined_text(frame, block);
    kept_.push_back(row);
    merged_count_ += block.lines_held - 1;
    held_ -= block.lines_held;
    held_bytes_ -= block.bytes;
    acks_.insert(acks_.end(), block.acks.begin(), block.acks.end());
    block.lines_held = block.bytes = 0;
    block.lines.clear();
    block.text.clear();
    block.acks.clear();
  }

  static uint32_t row_of(Frame& frame, Block& block, std::optional<uint32_t> neighbour) {
    if (block.first_row == kNone || !neighbour) return frame.put_back(block.first, neighbour);
    if (block.first_is_sent) return frame.copy_row(block.first_row, *neighbour);
    block.first_is_sent = true;
    frame.move_row(block.first_row, *neighbour);
    return block.first_row;
  }

  Slice joined_text(Frame& frame, Block& block) {
    if (block.text.empty() && block.lines.size() == 1) return block.lines.front();
    append_lines(frame, block);
    return frame.put(std::string_view(block.text).substr(0, block.text.size() - 1));
  }

  static void append_lines(const Frame& frame, Block& block) {
    for (const Slice line : block.lines) {
      block.text += frame.batch.text(line);
      block.text += '\n';
    }
    block.lines.clear();
  }

  /// The batch leaves: what the block still needs of it is copied.
  void keep(Frame& frame, Block& block) {
    if (block.first_row != kNone) block.first = frame.copy_out(block.first_row);
    block.first_row = kNone;
    if (block.lines.empty()) return;
    append_lines(frame, block);
    block.acks.push_back(frame.batch.ack);
    block.handover = frame.handover();
  }

  /// The acks of what was closed go over to the batch that it now travels in.
  void settle(Frame& frame) {
    if (merged_count_ > 0) merged_->add(std::exchange(merged_count_, 0));
    if (acks_.empty()) return;
    acks_.push_back(std::move(frame.batch.ack));
    frame.batch.ack = Ack::all(std::move(acks_));
    acks_.clear();
  }

  MultilineArgs args_;
  const telemetry::Flow::Counter merged_;
  std::unordered_map<Labels, Block, telemetry::LabelsHash> blocks_;
  size_t held_ = 0;
  size_t held_bytes_ = 0;

  // Of the frame that is being worked on.
  std::vector<Block*> by_index_;
  std::vector<Block*> touched_;
  std::vector<uint32_t> kept_;
  std::vector<Ack> acks_;
  size_t merged_count_ = 0;
};

StagePointer make(const MultilineArgs& args, Build& build) {
  return std::make_unique<MultilineStage>(args, build);
}

}  // namespace

constexpr StageKindOf<MultilineArgs> kMultiline =
    stage_kind<MultilineArgs, make, track_line_change>(
        "stage.multiline", "Joins lines that belong together.",
        schema::schema_of<MultilineArgs, validate>(kMultilineFields));

}  // namespace components::loki::process::stages
