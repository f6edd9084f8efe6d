#pragma once
// Loops over a row of luma, compiled for several instruction sets; whole
// numbers, so the same result with each. Thread-safe. Internal to the room.

#include <cstdint>

namespace longtake::worker {

// Strengths of `count` pixels are in units of 2^-kStrengthShift.
inline constexpr int kStrengthShift = 11;

// |a[i] - b[i]| is added to each sum.
void AddDifferences(const uint8_t* a, const uint8_t* b, int count,
                    uint16_t* sums);

void AddLevels(const uint8_t* row, int count, uint16_t* sums);

// row[i] += tile[i] * strength[i], rounded, kept within limited range. The
// product must fit 16 bits.
void AddPattern(const int8_t* tile, const int16_t* strength, int count,
                uint8_t* row);

}  // namespace longtake::worker
