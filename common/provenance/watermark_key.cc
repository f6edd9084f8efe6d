#include "common/provenance/watermark_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "common/digest/sha256.h"

namespace longtake {
namespace {

// Keeps the id apart from everything else that is hashed of a secret.
constexpr std::string_view kIdLabel = "longtake.watermark-key-id.1";
constexpr std::string_view kPublicLabel = "longtake.public-watermark-key.1";
constexpr size_t kIdDigits = 16;
constexpr int64_t kMaxKeyFileBytes = 4096;

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// 64 hex digits, else false.
bool ParseSecret(std::string_view text, std::array<uint8_t, 32>* secret) {
  if (text.size() != 2 * secret->size()) return false;
  for (size_t i = 0; i < secret->size(); ++i) {
    const int high = DigitOf(text[2 * i]);
    const int low = DigitOf(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    (*secret)[i] = static_cast<uint8_t>(high * 16 + low);
  }
  return true;
}

std::string IdOf(const std::array<uint8_t, 32>& secret) {
  std::string text(kIdLabel);
  text.append(reinterpret_cast<const char*>(secret.data()), secret.size());
  return Sha256Hex(text).substr(0, kIdDigits);
}

Status NoKey(const std::string& path, std::string_view why) {
  return InvalidArgument(
      fmt::format("watermark key {}: {}: give a file of 64 hex digits on one "
                  "line (openssl rand -hex 32 > FILE)",
                  path, why));
}

}  // namespace

WatermarkKey PublicWatermarkKey() {
  WatermarkKey key;
  ParseSecret(Sha256Hex(kPublicLabel), &key.secret);
  key.id = kPublicWatermarkKeyId;
  return key;
}

StatusOr<WatermarkKey> ReadWatermarkKey(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return NoKey(path, "can't be read");
  if (size > kMaxKeyFileBytes) return NoKey(path, "is too large");
  std::ifstream in(path, std::ios::binary);
  if (!in) return NoKey(path, "can't be read");
  WatermarkKey key;
  bool found = false;
  std::string line;
  while (std::getline(in, line)) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) {
      line.pop_back();
    }
    if (line.empty() || line[0] == '#') continue;
    if (found || !ParseSecret(line, &key.secret)) {
      return NoKey(path, "holds something else");
    }
    found = true;
  }
  if (!found) return NoKey(path, "holds no key");
  if (std::all_of(key.secret.begin(), key.secret.end(),
                  [](uint8_t b) { return b == 0; })) {
    return NoKey(path, "is all zeros");
  }
  key.id = IdOf(key.secret);
  return key;
}

WatermarkKeys::WatermarkKeys() {
  WatermarkKey key = PublicWatermarkKey();
  keys_.emplace(key.id, std::move(key));
}

StatusOr<WatermarkKeys> WatermarkKeys::Read(
    const std::vector<std::string>& paths) {
  WatermarkKeys keys;
  for (const std::string& path : paths) {
    LT_ASSIGN_OR_RETURN(WatermarkKey key, ReadWatermarkKey(path));
    keys.keys_.emplace(key.id, std::move(key));
  }
  return keys;
}

StatusOr<const WatermarkKey*> WatermarkKeys::Find(const std::string& id) const {
  const auto it = keys_.find(id);
  if (it != keys_.end()) return &it->second;
  return FailedPrecondition(
      fmt::format("the watermark is to be drawn with key {}, which this worker "
                  "lacks: start it with --watermark-key and the farm's key "
                  "file",
                  id));
}

}  // namespace longtake
