#pragma once
// Real small media in a store of the test's own, and runs of tasks on it.

#include <cmath>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/artifact/artifact_store.h"
#include "common/digest/sha256.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "tests/support/synthetic_engine.h"
#include "worker/media/image_file.h"
#include "worker/task/run_task.h"

namespace longtake::worker {

inline constexpr int kWavRateHz = 22050;

// Mono 16-bit WAV bytes.
inline std::string WavBytes(const std::vector<int16_t>& samples) {
  std::string bytes;
  const auto put = [&](uint32_t v, int size) {
    for (int i = 0; i < size; ++i) bytes.push_back(char(v >> (8 * i)));
  };
  const uint32_t data = static_cast<uint32_t>(samples.size()) * 2;
  bytes += "RIFF";
  put(36 + data, 4);
  bytes += "WAVEfmt ";
  put(16, 4);
  put(1, 2);
  put(1, 2);
  put(kWavRateHz, 4);
  put(kWavRateHz * 2, 4);
  put(2, 2);
  put(16, 2);
  bytes += "data";
  put(data, 4);
  for (int16_t s : samples) put(static_cast<uint16_t>(s), 2);
  return bytes;
}

// A tone that swells and fades slowly, like nothing so much as a hum.
inline std::vector<int16_t> Tone(int64_t samples, double amplitude = 0.3) {
  std::vector<int16_t> tone;
  for (int64_t i = 0; i < samples; ++i) {
    const double t = static_cast<double>(i) / kWavRateHz;
    const double swell = 0.6 + 0.4 * std::sin(2 * M_PI * 0.3 * t);
    tone.push_back(static_cast<int16_t>(32767 * amplitude * swell *
                                        std::sin(2 * M_PI * 220 * t)));
  }
  return tone;
}

class TaskTest : public testing::Test {
 protected:
  TaskTest() : store_(*OpenDirectoryStore({directory_.Join("store")})) {}

  template <typename Result>
  StatusOr<Result> Run(const Engine& engine, decltype(TaskSpec::task) task) {
    LT_ASSIGN_OR_RETURN(last_, RunAny(engine, std::move(task)));
    return std::get<Result>(last_.result);
  }
  StatusOr<TaskResult> RunAny(const Engine& engine,
                              decltype(TaskSpec::task) task) {
    TaskContext context{*store_, engine, renderers_, stop_.get_token(),
                        progress_};
    return RunTask({engine.Describe().name, std::move(task)}, context);
  }

  InputFile Put(const std::string& bytes, const std::string& name) {
    return {*PutBlob(*store_, bytes), name};
  }
  InputFile PutPortrait() {
    Image portrait(80, 64);
    for (size_t i = 0; i < portrait.rgb.size(); ++i) {
      portrait.rgb[i] = static_cast<uint8_t>(40 + i % 151);
    }
    const std::string path = directory_.Join("portrait.png");
    EXPECT_TRUE(WritePng(portrait, path).ok());
    std::ifstream in(path, std::ios::binary);
    return Put({std::istreambuf_iterator<char>(in), {}}, "portrait.png");
  }
  std::string Bytes(const BlobRef& blob) {
    return ReadWholeBlob(*store_, blob).value_or("(missing)");
  }

  ::longtake::TempDir directory_;
  std::unique_ptr<ArtifactStore> store_;
  RendererCache renderers_;
  std::stop_source stop_;
  std::function<void(int64_t)> progress_;
  TaskResult last_;  // of Run
};

}  // namespace longtake::worker
