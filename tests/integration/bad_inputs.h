#pragma once
// Bad inputs of the command, in tables: what is called, and what its one line
// must say. The files they name are made by BadPlaces.

#include <string>
#include <vector>

#include "tests/unit/worker/media/media_fixtures.h"

namespace longtake {

struct BadCase {
  std::string name;
  std::vector<std::string> args;  // without the program
  std::vector<std::string> says;  // the file or flag, and what to do
};

// A directory of bad files beside good ones, and another for outputs. One
// thread only.
class BadPlaces {
 public:
  BadPlaces();  // makes the good files

  std::string In(const std::string& name) const {
    return dir_.Path("in/" + name);
  }
  std::string Out(const std::string& name = "talk.mp4") const {
    return dir_.Path("out/" + name);
  }
  std::string Cache() const { return dir_.Path("cache"); }
  // Writes it into the inputs' directory; its path.
  std::string File(const std::string& name, const std::string& bytes) const;

  static std::string GoodPortrait();
  std::string GoodSound() const { return In("voice.wav"); }

  // render, small; `more` follows.
  std::vector<std::string> Render(const std::string& portrait,
                                  const std::string& audio,
                                  std::vector<std::string> more = {}) const;
  // render with good files.
  std::vector<std::string> With(std::vector<std::string> more) const {
    return Render(GoodPortrait(), GoodSound(), std::move(more));
  }

 private:
  worker::TempDir dir_;
};

std::vector<BadCase> BadPortraits(const BadPlaces& at);
std::vector<BadCase> BadSounds(const BadPlaces& at);
std::vector<BadCase> BadGuides(const BadPlaces& at);
std::vector<BadCase> BadFlags(const BadPlaces& at);
std::vector<BadCase> BadOutputs(const BadPlaces& at);
std::vector<BadCase> BadLimits(const BadPlaces& at);
std::vector<BadCase> BadCommands(const BadPlaces& at);

}  // namespace longtake
