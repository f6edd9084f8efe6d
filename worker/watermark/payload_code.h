#pragma once
// A payload as the symbols that the watermark's components say, and back.
//
// 32 bits of payload and CRC-16/CCITT-FALSE over them (ITU-T V.41's polynomial
// x^16 + x^12 + x^5 + 1, initial value FFFF) make four symbols of 12 bits. A
// symbol is a shift: its lower six bits to the right, its upper six down, in
// steps of two cells. Each component knows only its own noise, so which of 4096
// places holds its peak is an orthogonal code; the check sum then picks among
// the best places of all four.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace longtake::worker {

inline constexpr int kSymbols = 4;
inline constexpr int kSymbolBits = 12;
inline constexpr int kShiftStep = 2;  // cells
using Symbols = std::array<uint16_t, kSymbols>;

Symbols EncodePayload(uint32_t payload);
// Nothing where the check sum is wrong.
std::optional<uint32_t> DecodePayload(const Symbols& symbols);

struct SymbolShift {
  int dx = 0;  // cells
  int dy = 0;
};
SymbolShift ShiftOf(uint16_t symbol);

// What a detector holds possible for one symbol, best first.
struct SymbolCandidate {
  uint16_t symbol = 0;
  double score = 0;
};
using CandidateLists = std::array<std::vector<SymbolCandidate>, kSymbols>;

struct DecodedPayload {
  uint32_t payload = 0;
  double score = 0;    // sum of the symbols' scores
  double weakest = 0;  // lowest score among the symbols
};
// Of all combinations whose check sum is right the one with the highest sum of
// scores.
std::optional<DecodedPayload> DecodeCandidates(const CandidateLists& lists);

uint16_t Crc16(uint32_t payload);

}  // namespace longtake::worker
