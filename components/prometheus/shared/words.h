#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// Takes texts of the kernel apart: lines, words, numbers. Nothing here copies, and nothing fails
/// on texts that are cut or broken: what is not there is empty, or no number.
///
///     std::string_view line;
///     while (next_line(text, line)) {
///       const std::string_view name = next_word(line);
///       if (const auto value = number_of(next_word(line))) ...
///     }
namespace components::prometheus {

/// Takes the first line off, without its end. False when nothing is left.
bool next_line(std::string_view& text, std::string_view& line);

/// Takes the first word off, and the blanks before it; empty when there is none. Any white space
/// ends a word, line feeds among it.
std::string_view next_word(std::string_view& line);

/// Takes so many words off.
void skip_words(std::string_view& line, size_t count);

/// Takes off what is before the first `end`, and that; all when there is none.
std::string_view take_until(std::string_view& text, char end);

/// Without white space and NULs around it.
std::string_view trim(std::string_view text);

/// The number that is all of the text: integers of any size, or a float.
std::optional<double> number_of(std::string_view text);

/// The unsigned integer that is all of the text.
std::optional<uint64_t> integer_of(std::string_view text, int base = 10);

/// The next word as a number; 0 when it is none.
double next_number(std::string_view& line);

/// The value of the first line "NAME: VALUE" or "NAME VALUE" whose name is this; else empty.
std::string_view value_of(std::string_view text, std::string_view name);

}  // namespace components::prometheus
