#pragma once
#include <functional>
#include <string>
#include <string_view>

/// Tests kept as files. Used inside a doctest TEST_CASE of any room; tests run in the top folder.
namespace golden {

struct Input {
  std::string name;    ///< file name without folder and ending
  std::string path;    ///< from the top folder
  std::string source;  ///< the whole file
};

/// Gives each file FOLDER/NAME + ending (in name order) to `produce` and compares the answer with
/// FOLDER/NAME.expect. With UPDATE_GOLDEN=1 in the environment the .expect files are rewritten
/// instead. An .expect without input fails, and so does a folder without any input.
void run(std::string_view folder, const std::function<std::string(const Input&)>& produce,
         std::string_view ending = ".river");

}  // namespace golden
