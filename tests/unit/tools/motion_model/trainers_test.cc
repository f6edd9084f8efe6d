// The trainers on films, whose curves and phones are known in part: what nobody
// knows must not reach the weights.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tools/motion_model/train/diffusion_trainer.h"
#include "tools/motion_model/train/labels.h"
#include "tools/motion_model/train/speech_trainer.h"
#include "worker/engine/audio/mel_spectrum.h"

namespace longtake::training {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kHops = 200, kSteps = kHops / 2;
constexpr BatchOptions kSmall = {.rows = 4, .hops = 64, .noises_of_a_kind = 1};

// A taught utterance, and a film of which three curves were measured. What is
// unknown of it holds `unknown`, and of the three every value is `measured`.
std::vector<Utterance> Corpus(float unknown, float measured) {
  torch::manual_seed(1);
  std::vector<Utterance> corpus(2);
  for (Utterance& u : corpus) {
    u.voice = "own/anna";
    u.mel = (torch::randn({kHops, worker::kMelBands}) * 2 - 8).to(torch::kHalf);
    u.phones = torch::randint(41, {kSteps}, torch::kUInt8);
    u.curves = torch::rand({kSteps, worker::kMouthCurves}).to(torch::kHalf);
    u.source =
        torch::full({kSteps, worker::kMouthCurves}, kTaught, torch::kUInt8);
  }
  Utterance& film = corpus[1];
  film.phones.fill_(kUnknownPhone);
  film.source.fill_(kUnknown);
  film.source.slice(1, 0, 3).fill_(kMeasured);
  film.source.slice(0, 40, 60).fill_(kUnknown);
  film.curves =
      torch::where(film.source == kUnknown, unknown, measured).to(torch::kHalf);
  return corpus;
}

class TrainersTest : public testing::Test {
 protected:
  TrainersTest()
      : root_(fs::path(testing::TempDir()) /
              ("trainers_" + std::to_string(::getpid()))) {
    fs::create_directories(root_);
  }
  ~TrainersTest() override { fs::remove_all(root_); }
  std::string Path(const std::string& name) const { return root_ / name; }
  static std::string Bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
  }

  std::string Speech(const std::vector<Utterance>& corpus,
                     const std::string& name) const {
    SpeechTrainerOptions options;
    options.shape = {.channels = 8, .blocks = 1};
    options.steps = 3;
    options.threads = 1;
    options.batches = kSmall;
    options.output = Path(name);
    const Status status = TrainSpeechNet(corpus, options);
    EXPECT_TRUE(status.ok()) << status;
    return Bytes(Path(name));
  }
  std::string Diffusion(const std::vector<Utterance>& corpus,
                        const std::string& name) const {
    DiffusionTrainerOptions options;
    options.speech_weights = Path("speech");
    options.output = Path(name);
    options.steps = 1;
    options.threads = 1;
    options.shape = {.hidden = 8, .channels = 8, .blocks = 1};
    options.batches = kSmall;
    const Status status = TrainMouthDiffusion(corpus, options);
    EXPECT_TRUE(status.ok()) << status;
    return Bytes(Path(name));
  }

  const fs::path root_;
};

TEST_F(TrainersTest, TheSpeechNetworkLearnsNothingFromWhatNobodyKnows) {
  const std::string weights = Speech(Corpus(0, .5f), "a");
  ASSERT_FALSE(weights.empty());
  EXPECT_EQ(weights, Speech(Corpus(.9f, .5f), "b"));
  EXPECT_NE(weights, Speech(Corpus(0, .6f), "c"));
}

TEST_F(TrainersTest, FilmsAloneTeachNoPhones) {
  SpeechTrainerOptions options;
  options.output = Path("none");
  const Status status = TrainSpeechNet({Corpus(0, .5f)[1]}, options);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_FALSE(fs::exists(Path("none")));
}

TEST_F(TrainersTest, NorDoesTheDiffusion) {
  Speech(Corpus(0, .5f), "speech");
  const std::string weights = Diffusion(Corpus(0, .5f), "a");
  ASSERT_FALSE(weights.empty());
  EXPECT_EQ(weights, Diffusion(Corpus(.9f, .5f), "b"));
  EXPECT_NE(weights, Diffusion(Corpus(0, .6f), "c"));
}

}  // namespace
}  // namespace longtake::training
