#pragma once
// What the landmarks of one picture say about the mouth and the head.

#include "worker/engine/identity/face_networks.h"

namespace longtake::own {

// In distances between the eyes, along the face's own axes: the head's roll,
// its size and its place in the picture are taken out.
struct MouthMeasures {
  double seconds = 0;  // the middle of the picture, on the sound's clock
  float opening = 0;   // between the inner lips (mouth_tracker.h)
  // Chin, and half as much each lower lip and corners of the mouth, below the
  // eyes.
  float lower = 0;
  float width = 0;  // between the corners of the mouth
  float turn = 0;   // tip of the nose beside the middle of the eyes, to the
                    // image right: about 0.5 a radian of yaw
  float nod = 0;    // base of the nose below the eyes
};

// Of upright or tilted landmarks; `seconds` stays 0. The eyes must not meet.
MouthMeasures MeasureMouth(const worker::FaceLandmarks& landmarks);

}  // namespace longtake::own
