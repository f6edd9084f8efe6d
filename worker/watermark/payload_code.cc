#include "worker/watermark/payload_code.h"

#include <algorithm>

namespace longtake::worker {
namespace {

constexpr uint16_t kPolynomial = 0x1021;
constexpr uint16_t kSymbolMask = (1 << kSymbolBits) - 1;
constexpr int kAxisBits = kSymbolBits / 2;
constexpr int kAxisMask = (1 << kAxisBits) - 1;

}  // namespace

uint16_t Crc16(uint32_t payload) {
  uint16_t crc = 0xFFFF;
  for (int shift = 24; shift >= 0; shift -= 8) {
    crc = static_cast<uint16_t>(crc ^ ((payload >> shift & 0xFF) << 8));
    for (int bit = 0; bit < 8; ++bit) {
      const bool high = (crc & 0x8000) != 0;
      crc = static_cast<uint16_t>(crc << 1);
      if (high) crc ^= kPolynomial;
    }
  }
  return crc;
}

Symbols EncodePayload(uint32_t payload) {
  const uint64_t word = uint64_t{payload} << 16 | Crc16(payload);
  Symbols symbols;
  for (int i = 0; i < kSymbols; ++i) {
    symbols[i] = static_cast<uint16_t>(
        word >> (kSymbolBits * (kSymbols - 1 - i)) & kSymbolMask);
  }
  return symbols;
}

std::optional<uint32_t> DecodePayload(const Symbols& symbols) {
  uint64_t word = 0;
  for (const uint16_t symbol : symbols) word = word << kSymbolBits | symbol;
  const auto payload = static_cast<uint32_t>(word >> 16);
  if (Crc16(payload) != (word & 0xFFFF)) return std::nullopt;
  return payload;
}

SymbolShift ShiftOf(uint16_t symbol) {
  return {kShiftStep * (symbol & kAxisMask),
          kShiftStep * (symbol >> kAxisBits & kAxisMask)};
}

std::optional<DecodedPayload> DecodeCandidates(const CandidateLists& lists) {
  std::optional<DecodedPayload> best;
  static_assert(kSymbols == 4);
  for (const SymbolCandidate& a : lists[0]) {
    for (const SymbolCandidate& b : lists[1]) {
      for (const SymbolCandidate& c : lists[2]) {
        for (const SymbolCandidate& d : lists[3]) {
          const double score = a.score + b.score + c.score + d.score;
          if (best && score <= best->score) continue;
          const auto payload =
              DecodePayload({a.symbol, b.symbol, c.symbol, d.symbol});
          if (!payload) continue;
          best = {*payload, score,
                  std::min({a.score, b.score, c.score, d.score})};
        }
      }
    }
  }
  return best;
}

}  // namespace longtake::worker
