#pragma once
// Numbers on the command line, strictly: decimal digits and within their range.
// CLI11 by itself takes octal, hexadecimal and NaN, and wraps negative numbers
// into unsigned ones.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <string>
#include <system_error>

namespace longtake::client {

// Declares an option for a whole number. Anything else than one from `least` to
// `most` is an error that tells the range. `value` outlives parsing.
template <typename Int>
CLI::Option* AddWholeNumber(CLI::App* command, const std::string& name,
                            Int* value, const std::string& description,
                            Int least, Int most) {
  const auto check = [least, most](std::string& text) -> std::string {
    Int number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end || number < least ||
        number > most) {
      return fmt::format("'{}' is not a whole number from {} to {}", text,
                         least, most);
    }
    text = fmt::format("{}", number);  // leading zeros would mean octal
    return "";
  };
  return command->add_option(name, *value, description)
      ->transform(CLI::Validator(check, ""));
}

// The same for a number that may have decimals.
inline CLI::Option* AddDecimal(CLI::App* command, const std::string& name,
                               double* value, const std::string& description,
                               double least, double most) {
  const auto check = [least, most](const std::string& text) -> std::string {
    double number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] =
        std::from_chars(text.data(), end, number, std::chars_format::fixed);
    // Written so that NaN fails it.
    if (error == std::errc() && stop == end && number >= least &&
        number <= most) {
      return "";
    }
    return fmt::format("'{}' is not a number from {:.0f} to {:.0f}", text,
                       least, most);
  };
  return command->add_option(name, *value, description)->check(check);
}

}  // namespace longtake::client
