#pragma once
// Numbers on the command line, strictly: decimal digits and within their range.
// CLI11 by itself takes octal, hexadecimal and NaN, and wraps negative numbers
// into unsigned ones.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

#include "common/config/byte_size.h"

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

// The same for a size: "20GiB" in bytes.
inline CLI::Option* AddByteSize(CLI::App* command, const std::string& name,
                                int64_t* value,
                                const std::string& description) {
  const auto check = [](std::string& text) -> std::string {
    const StatusOr<int64_t> bytes = ParseByteSize(text);
    if (!bytes.ok()) return Message(bytes.status());
    text = fmt::format("{}", *bytes);
    return "";
  };
  return command
      ->add_option(
          name, *value,
          fmt::format("{}: {}; {}", description, kByteSizeForm, kByteSizeUnits))
      ->transform(CLI::Validator(check, ""));
}

}  // namespace longtake::client
