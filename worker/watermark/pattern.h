#pragma once
// The spatial patterns that a watermark is made of: keyed noise on a tile that
// repeats over the picture.
//
// A tile is kTileCells x kTileCells cells and as wide as kTilesAcross of the
// picture's shorter side, whatever its size in pixels: so a scaled picture has
// the same tiles. Each of kComponents patterns is noise of its own, drawn from
// SHA-256(label, secret, component, counter), and filtered to the middle of the
// spectrum: above the frequencies where pictures have most of their energy,
// below those that a scale to 360 lines or a coarse quantiser takes away.
// Integers only: the same on every machine.

#include <array>
#include <cstdint>

#include "common/provenance/watermark_key.h"

namespace longtake::worker {

inline constexpr int kTileCells = 128;
inline constexpr int kTilesAcross = 1;
// The first is the reference, whose place is found first; each of the others
// says a symbol by how far it is shifted against it.
inline constexpr int kComponents = 5;
// Root mean square of a pattern's cells; each is at most kMaxCell in absolute
// value.
inline constexpr int kPatternRms = 512;
inline constexpr int kMaxCell = 4 * kPatternRms;

// [row][column], periodic both ways; zero mean.
using CellPattern = std::array<int16_t, kTileCells * kTileCells>;

// Pure. `component` from 0 to kComponents - 1.
CellPattern MakePattern(const WatermarkKey& key, int component);

// `pattern` shifted cyclically right by `dx` and down by `dy` cells.
CellPattern Shifted(const CellPattern& pattern, int dx, int dy);

}  // namespace longtake::worker
