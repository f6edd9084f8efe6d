#pragma once
// Pictures for the tests of this room.

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include "worker/engine/identity/face_networks.h"
#include "worker/engine/image.h"

namespace longtake::worker {

inline std::string ModelDir() { return LONGTAKE_SHARE_DIR "/models/face-api"; }

// Decodes a picture of known size with the ffmpeg program, so that these tests
// don't depend on the media room. Throws, which fails the test, where the
// picture isn't installed.
inline Image ReadPicture(const std::string& path, int width, int height) {
  const std::string command =
      "ffmpeg -v error -i '" + path + "' -f rawvideo -pix_fmt rgb24 -";
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"),
                                             &pclose);
  Image image(width, height);
  if (!pipe || std::fread(image.rgb.data(), 1, image.rgb.size(), pipe.get()) !=
                   image.rgb.size()) {
    throw std::runtime_error("can't decode " + path +
                             "; install the demo media with `./dev setup`");
  }
  return image;
}

// The demo portrait, 512x512, one face of about 115 pixels.
inline Image ReadAstronaut() {
  return ReadPicture(LONGTAKE_SHARE_DIR "/demo/astronaut.png", 512, 512);
}

// Uniform noise of a fixed linear congruential generator.
inline Image NoisePicture(int width, int height) {
  Image image(width, height);
  uint32_t state = 12345;
  for (uint8_t& value : image.rgb) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<uint8_t>(state >> 24);
  }
  return image;
}

inline Image FlatPicture(int width, int height, uint8_t level) {
  Image image(width, height);
  image.rgb.assign(image.rgb.size(), level);
  return image;
}

}  // namespace longtake::worker
