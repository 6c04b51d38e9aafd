#include "river/columns.h"

#include <algorithm>

#include "river/text.h"

namespace river {
namespace {

constexpr uint32_t kPadding = 1;
constexpr uint32_t kTabWidth = 8;

}  // namespace

void Columns::end_cell(bool hard) {
  const auto text = std::string_view(section_).substr(cell_begin_);
  const auto width = static_cast<uint32_t>(unicode::width(text));
  const auto column = static_cast<uint32_t>(cells_.size()) - line_first_cell_;
  auto run = static_cast<uint32_t>(runs_.size());
  if (!lines_.empty() && column < lines_.back().cells) {
    run = cells_[lines_.back().first_cell + column].run;
  } else {
    runs_.emplace_back();
  }
  runs_[run].width = std::max(runs_[run].width, width + kPadding);
  runs_[run].discard = runs_[run].discard && !hard && width == 0;
  cells_.push_back({static_cast<uint32_t>(text.size()), width, run});
  cell_begin_ = section_.size();
}

void Columns::end_line(bool hard) {
  const auto count = static_cast<uint32_t>(cells_.size()) - line_first_cell_;
  lines_.push_back({line_first_cell_, count, static_cast<uint32_t>(section_.size() - cell_begin_)});
  cell_begin_ = section_.size();
  line_first_cell_ = static_cast<uint32_t>(cells_.size());
  if (hard || count == 0) flush();
}

void Columns::flush() {
  size_t at = 0;
  for (const Line& line : lines_) {
    write_cells(line, at);
    out_.append(section_, at, line.rest_size);
    at += line.rest_size;
    out_ += '\n';
  }
  section_.clear();
  cells_.clear();
  runs_.clear();
  lines_.clear();
  cell_begin_ = 0;
  line_first_cell_ = 0;
}

void Columns::write_cells(const Line& line, size_t& at) {
  bool indentation = true;
  for (uint32_t i = 0; i < line.cells; ++i) {
    const Cell& cell = cells_[line.first_cell + i];
    const Run& run = runs_[cell.run];
    const uint32_t width = run.discard ? 0 : run.width;
    indentation = indentation && cell.size == 0;
    out_.append(section_, at, cell.size);
    at += cell.size;
    if (indentation) {
      out_.append((width + kTabWidth - 1) / kTabWidth, '\t');
    } else {
      out_.append(width > cell.width ? width - cell.width : 0, ' ');
    }
  }
}

std::string Columns::finish() {
  end_line(true);
  out_.pop_back();
  return std::move(out_);
}

}  // namespace river
