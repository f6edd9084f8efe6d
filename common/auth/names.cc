#include "common/auth/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace longtake {
namespace {

constexpr size_t kMaxTenantNameBytes = 64;

bool IsMadeOf(std::string_view text, size_t max, bool upper,
              std::string_view more) {
  return !text.empty() && text.size() <= max &&
         std::all_of(text.begin(), text.end(), [upper, more](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  (upper && c >= 'A' && c <= 'Z') ||
                  more.find(c) != std::string_view::npos;
         });
}

}  // namespace

bool IsTenantName(std::string_view text) {
  return IsMadeOf(text, kMaxTenantNameBytes, /*upper=*/false, "_-");
}

bool IsCallerName(std::string_view text) {
  return IsMadeOf(text, kMaxCallerNameBytes, /*upper=*/true, "._-@");
}

bool IsWorkerId(std::string_view text) {
  return IsMadeOf(text, kMaxWorkerIdBytes, /*upper=*/true, "._-:@");
}

std::string Printable(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, kMaxShownBytes)) {
    if (c >= 0x20 && c < 0x7F) {
      shown += c;
    } else {
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  if (text.size() > kMaxShownBytes) shown += "…";
  return shown;
}

std::string WithoutControls(std::string_view text, size_t max) {
  const auto byte = [text](size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  std::string clean;
  for (size_t i = 0; i < text.size() && clean.size() < max; ++i) {
    // U+0080 to U+009F drive some terminals, too.
    const bool c1 = byte(i) == 0xC2 && i + 1 < text.size() &&
                    byte(i + 1) >= 0x80 && byte(i + 1) < 0xA0;
    if (c1) ++i;
    clean += c1 || byte(i) < 0x20 || byte(i) == 0x7F ? ' ' : text[i];
  }
  // Not in the middle of a character.
  if (clean.size() == max) {
    while (!clean.empty() &&
           (static_cast<unsigned char>(clean.back()) & 0xC0) == 0x80) {
      clean.pop_back();
    }
    if (!clean.empty() && static_cast<unsigned char>(clean.back()) >= 0xC0) {
      clean.pop_back();
    }
  }
  return clean;
}

}  // namespace longtake
