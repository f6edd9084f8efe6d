#include "common/auth/token.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "common/digest/sha256.h"

namespace longtake {
namespace {

constexpr size_t kRandomBytes = 32;
constexpr char kPrefix[] = "lt_";

}  // namespace

StatusOr<std::string> NewToken() {
  std::array<unsigned char, kRandomBytes> random = {};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    return Internal("the system gives no random numbers");
  }
  std::string token = kPrefix;
  for (const unsigned char byte : random) {
    token += fmt::format("{:02x}", byte);
  }
  return token;
}

std::string TokenDigest(std::string_view token) {
  Sha256 digest;
  digest.Update(token);
  return digest.Hex();
}

StatusOr<std::string> CleanToken(std::string_view text,
                                 const std::string& source) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) {
    return InvalidArgument(
        fmt::format("{} is empty: put the token there", source));
  }
  text = text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
  const bool visible = std::all_of(text.begin(), text.end(),
                                   [](char c) { return c > 0x20 && c < 0x7F; });
  if (!visible || text.size() < kMinTokenBytes ||
      text.size() > kMaxTokenBytes) {
    return InvalidArgument(fmt::format(
        "{} holds no token: need one line of {} to {} visible characters, as "
        "longtake token new prints it",
        source, kMinTokenBytes, kMaxTokenBytes));
  }
  return std::string(text);
}

bool ConstantTimeEquals(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace longtake
