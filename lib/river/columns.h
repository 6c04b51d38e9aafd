#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace river {

/// Lays text out in columns that are as wide as they need to be (elastic tab stops). A line is a
/// row of cells, each ended by a stop, and a rest. Lines below one another that have a k-th cell
/// form a run in which that cell gets one width: the widest text (in code points) and a blank.
/// Empty cells at the start of a line are indentation and come out as tabs.
class Columns {
 public:
  /// Text without stops or line ends of its own; whatever it holds comes out as it is.
  void text(std::string_view piece) { section_ += piece; }
  /// Ends a cell. A column in which all cells are empty and soft has no width.
  void soft_stop() { end_cell(false); }
  void hard_stop() { end_cell(true); }
  /// Ends a line, and with it all runs if it is a hard end or the line has no cells.
  void soft_break() { end_line(false); }
  void hard_break() { end_line(true); }

  /// The text so far. Call it once, at the end.
  std::string finish();

 private:
  struct Cell {
    uint32_t size;
    uint32_t width;  // in code points
    uint32_t run;
  };
  struct Run {
    uint32_t width = 0;
    bool discard = true;
  };
  struct Line {
    uint32_t first_cell;
    uint32_t cells;
    uint32_t rest_size;
  };

  void end_cell(bool hard);
  void end_line(bool hard);
  void flush();
  void write_cells(const Line& line, size_t& at);

  std::string out_;
  // Since the last point where all runs ended:
  std::string section_;
  size_t cell_begin_ = 0;
  std::vector<Cell> cells_;
  std::vector<Run> runs_;
  std::vector<Line> lines_;
  uint32_t line_first_cell_ = 0;
};

}  // namespace river
