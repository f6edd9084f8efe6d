#include "tools/motion_model/reference/long_glides.h"

#include <algorithm>

#include "tools/motion_model/reference/phones.h"

namespace longtake::reference {

void ShortenGlides(std::vector<TimedPhone>* phones) {
  for (size_t i = 0; i + 1 < phones->size(); ++i) {
    TimedPhone& glide = (*phones)[i];
    TimedPhone& vowel = (*phones)[i + 1];
    if (!IsGlide(glide.ipa) || !IsVowel(vowel.ipa)) continue;
    const int length = glide.end_frame - glide.begin_frame;
    const int half = (vowel.end_frame - glide.begin_frame) / 2;
    const int allowed = std::clamp(half, kShortGlideFrames, kLongGlideFrames);
    if (length <= allowed) continue;
    glide.end_frame = glide.begin_frame + allowed;
    vowel.begin_frame = glide.end_frame;
  }
}

}  // namespace longtake::reference
