#pragma once
// A face rig as safetensors: what an identity latent carries of it. Lossless
// for every rig that FitRig makes (it rounds planes to what is stored here) and
// canonical: equal rigs give equal bytes. Pure, thread-safe.
//
// Tensors are named "rig.<field of FaceRig>"; metadata "rig_version" = "1".
//   F32  scalars [], vectors [2] or [3], lists [n] or [n, 2]
//   I32  size [2] = height, width; eye boxes [4] = x0, y0, x1, y1;
//        shows_teeth []
//   U8   colours [h, w, 3] in whole levels; alpha and gap_alpha [h, w] in 1/255
//   F16  phi_upper, phi_lower, depth, head_mask, expression_mask [h, w]
// rig.gap_texture is there only when the photograph's teeth are re-used.

#include <string>
#include <string_view>

#include "common/status/status.h"
#include "worker/engine/rig/face_rig.h"
#include "worker/engine/safetensors/safetensors.h"

namespace longtake::worker {

inline constexpr std::string_view kRigVersion = "1";

// The sides that a rig's file may have, pixels.
inline constexpr int kRigLargestSide = 8192;

std::string SerializeRig(const FaceRig& rig);

// Strict, for bytes from anywhere: InvalidArgument, with the tensor's name, on
// another version, a missing, unknown or misshapen tensor, a value that isn't a
// number, a size or unit that nothing can be drawn with.
StatusOr<FaceRig> ParseRig(std::string_view bytes);

// The same within a larger file: adds the rig's tensors to `file`, and reads
// them, ignoring tensors outside "rig.".
void AddRig(const FaceRig& rig, Safetensors* file);
StatusOr<FaceRig> ReadRig(const Safetensors& file);

}  // namespace longtake::worker
