#include "worker/quality/heard_mouth.h"

#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/phonetics/phones.h"

namespace longtake::worker {
namespace {

// How far the mouth is open while the network hears this: the lips' seal takes
// away what the jaw gives.
float OpeningOf(const MouthCurves& c) {
  return (1 - c[kCurveLipClose]) *
         (c[kCurveJaw] + 0.25f * (c[kCurveUpperUp] + c[kCurveLowerDown]));
}

}  // namespace

HeardMouth HeardAtStep(const SpeechNetOutput& out, int64_t k) {
  HeardMouth h;
  h.opening = OpeningOf(out.curves[static_cast<size_t>(k)]);
  h.silence = out.phone(k, kSilence);
  for (PhoneClass p = 0; p < kPhoneClasses; ++p) {
    const Viseme viseme = VisemeOf(p);
    if (ClosesLips(p)) h.closes += out.phone(k, p);
    if (viseme == kVisemeFF || viseme == kVisemeW || viseme == kVisemeUU) {
      h.nearly_closes += out.phone(k, p);
    }
  }
  return h;
}

}  // namespace longtake::worker
