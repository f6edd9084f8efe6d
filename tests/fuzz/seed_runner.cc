// Runs a fuzz target without libFuzzer: on every seed, then on a fixed number
// of mutations of them, the same ones every time. What aborts or overruns its
// time is left in a file to run again.
//
//   fuzz_TARGET SEEDS [MUTATIONS [FILE]]   FILE: only that input

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_target.h"

// A target may define it, as for libFuzzer.
extern "C" __attribute__((weak)) int LLVMFuzzerInitialize(int* argc,
                                                          char*** argv);

namespace {

namespace fs = std::filesystem;

constexpr int kDefaultMutations = 2000;
constexpr size_t kMaxInputBytes = 1 << 16;
constexpr unsigned kMaxSecondsAnInput = 20;
constexpr uint32_t kSeed = 20251127;

// Written by the signal handler, which may not allocate.
const std::string* running = nullptr;

void KeepRunning(int signal) {
  if (running != nullptr) {
    char name[] = "fuzz-input-XXXXXX";
    const int file = ::mkstemp(name);
    if (file >= 0 && ::write(file, running->data(), running->size()) >= 0) {
      (void)!::write(2, "the input is in ", 16);
      (void)!::write(2, name, std::strlen(name));
      (void)!::write(2, "\n", 1);
    }
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> ReadSeeds(const char* directory) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(directory)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> seeds;
  for (const fs::path& path : paths) seeds.push_back(ReadFile(path));
  return seeds;
}

void RunOne(const std::string& input) {
  running = &input;
  ::alarm(kMaxSecondsAnInput);
  (void)LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()),
                               input.size());
  ::alarm(0);
  running = nullptr;
}

// Changes an input here and there. One thread only.
class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& seeds) : seeds_(seeds) {}

  std::string Next() {
    std::string input = seeds_[Below(seeds_.size())];
    for (size_t changes = 1 + Below(4); changes > 0; --changes) {
      Change(&input);
    }
    input.resize(std::min(input.size(), kMaxInputBytes));
    return input;
  }

 private:
  size_t Below(size_t n) { return random_() % n; }

  void Change(std::string* input) {
    // Values at which parsers turn.
    static constexpr const char* kPieces[] = {
        "-1",           "0",   "9223372036854775808",
        "1e999",        "nan", "\xff\xfe",
        "\"",           "{",   "[",
        "\n",           ":",   ",",
        "\xEF\xBB\xBF", "..",  "/",
        "\\u0000"};
    if (input->empty()) input->push_back('\0');
    const size_t at = Below(input->size());
    const size_t length = 1 + Below(std::min<size_t>(16, input->size() - at));
    switch (Below(8)) {
      case 0:
        (*input)[at] = static_cast<char>((*input)[at] ^ (1 << Below(8)));
        return;
      case 1:
        (*input)[at] = static_cast<char>(Below(256));
        return;
      case 2:
        input->erase(at, length);
        return;
      case 3:
        input->resize(at);
        return;
      case 4:
        input->insert(at, input->substr(at, length));
        return;
      case 5:
        input->insert(at, kPieces[Below(std::size(kPieces))]);
        return;
      case 6: {
        const uint32_t word = Below(2) == 0 ? 0xFFFFFFFF : Below(1 << 16);
        for (size_t i = 0; i < 4 && at + i < input->size(); ++i) {
          (*input)[at + i] = static_cast<char>(word >> (8 * i));
        }
        return;
      }
      default: {
        const std::string& other = seeds_[Below(seeds_.size())];
        if (other.empty()) return;
        *input = input->substr(0, at) + other.substr(Below(other.size()));
      }
    }
  }

  const std::vector<std::string>& seeds_;
  std::mt19937 random_{kSeed};
};

}  // namespace

int main(int argc, char** argv) {
  if (LLVMFuzzerInitialize != nullptr) LLVMFuzzerInitialize(&argc, &argv);
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s SEEDS [MUTATIONS [FILE]]\n", argv[0]);
    return 2;
  }
  for (const int signal : {SIGABRT, SIGALRM, SIGSEGV, SIGFPE, SIGBUS}) {
    std::signal(signal, &KeepRunning);
  }
  if (argc > 3) {
    RunOne(ReadFile(argv[3]));
    return 0;
  }
  const std::vector<std::string> seeds = ReadSeeds(argv[1]);
  if (seeds.empty()) {
    std::fprintf(stderr, "%s: no seeds there\n", argv[1]);
    return 1;
  }
  for (const std::string& seed : seeds) RunOne(seed);
  Mutator mutator(seeds);
  const int mutations = argc > 2 ? std::atoi(argv[2]) : kDefaultMutations;
  for (int i = 0; i < mutations; ++i) RunOne(mutator.Next());
  std::printf("%zu seeds, %d mutations\n", seeds.size(), mutations);
  return 0;
}
