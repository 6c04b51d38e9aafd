#pragma once
#include <functional>
#include <string>
#include <vector>

/// The logic of `cfgc fmt`; the command line is read in main.cc.
namespace compiler::cli {

struct FmtOptions {
  std::vector<std::string> files;  ///< "-" is standard input; empty: standard input
  bool write = false;              ///< rewrite files that are not canonical
  bool check = false;              ///< name the files that are not canonical
  bool diff = false;               ///< show what would change, as a unified diff
};

struct FmtResult {
  int exit_code = 0;  ///< 0 clean, 1 syntax errors or (check, diff) it would change, 2 usage or I/O
  std::string out;
  std::string err;
};

/// Formats River files. Without an option the canonical text goes to `out`. Of write, check and
/// diff one may be given; write needs files. A file with errors is left alone, the others are
/// still done. `input` reads standard input and is asked at most once.
FmtResult run_fmt(const FmtOptions& options, const std::function<std::string()>& input);

}  // namespace compiler::cli
