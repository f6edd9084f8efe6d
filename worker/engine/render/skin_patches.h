#pragma once
// What of a photographed expression sits in the skin's shading and not in its
// shape: added to the texture as far as the mouth does something else. Found
// once per portrait. Pure, no LibTorch. Internal to render.

#include "worker/engine/image.h"
#include "worker/engine/render/warp_grid.h"
#include "worker/engine/rig/face_rig.h"

namespace longtake::worker {

// Levels to add to the portrait at weight 1.
struct SkinPatch {
  PixelBox box;  // frame pixels, inside the frame
  Plane delta;   // [box.h, box.w, 3], 0 at the box's border
};

// The face without its smile: the dark spots past the mouth's corners are
// filled from the skin around them; on a portrait that smiles so are the folds
// between nose and mouth, and the lower lip loses its highlight, and the skin
// under it gains the shadow that a lip in front of it casts.
SkinPatch RelaxedSkin(const FaceRig& rig);

// Lips that part: the dark seam that closed lips leave on both of them becomes
// lip. All 0 where the photographed mouth is open.
SkinPatch PartedLips(const FaceRig& rig);

// Brows that are drawn together: two furrows between them, and their shade on
// the inner corners of the eyes' sockets.
SkinPatch FrownFurrows(const FaceRig& rig);

}  // namespace longtake::worker
