#pragma once
// Groups of motion channels that the mouth's rules treat alike.

#include <array>

#include "worker/engine/motion/motion_track.h"

namespace longtake::worker {

// Part the lips or bare teeth: nothing where the lips are sealed.
inline constexpr std::array kPartingChannels = {
    kMouthUpperUpLeft, kMouthUpperUpRight, kMouthLowerDownLeft,
    kMouthLowerDownRight};

}  // namespace longtake::worker
