// Flags, guides, outputs and other commands that can't be.

#include <sys/stat.h>

#include <filesystem>

#include "tests/integration/bad_inputs.h"

namespace longtake {
namespace {

namespace fs = std::filesystem;

}  // namespace

std::vector<BadCase> BadFlags(const BadPlaces& at) {
  const auto with = [&at](std::vector<std::string> more) {
    return at.With(std::move(more));
  };
  return {
      {"nothing at all", {}, {"--help"}},
      {"an unknown command", {"rendre"}, {"'rendre' is no command", "--help"}},
      {"no files", {"render"}, {"--portrait", "--help"}},
      {"an unknown flag", with({"--sise", "512"}), {"--sise", "--help"}},
      {"a flag without its value", with({"--seed"}), {"--seed"}},
      {"size 0x0",
       with({"--size", "0x0"}),
       {"'0x0'", "even numbers from 64 to 4096"}},
      {"an odd size", with({"--size", "511x512"}), {"511x512", "even"}},
      {"a huge size", with({"--size", "8192"}), {"8192", "64 to 4096"}},
      {"no size", with({"--size", "large"}), {"'large'", "WxH"}},
      {"29.5 frames a second", with({"--fps", "29.5"}), {"29.5", "give"}},
      {"no frames a second", with({"--fps", "0"}), {"'0'", "give"}},
      {"a thousand frames a second", with({"--fps", "1000"}), {"1000", "give"}},
      {"a crf of 52", with({"--crf", "52"}), {"crf", "0 to 51"}},
      {"a crf of -1", with({"--crf", "-1"}), {"crf", "0 to 51"}},
      {"an unknown preset",
       with({"--preset", "quick"}),
       {"'quick'", "veryfast"}},
      {"segments of no length",
       with({"--segment-seconds", "0"}),
       {"'0'", "0.1 to 600"}},
      {"segments of an hour",
       with({"--segment-seconds", "3600"}),
       {"'3600'", "0.1 to 600"}},
      {"no workers", with({"--workers", "0"}), {"workers", "1 to 256"}},
      {"a seed below 0", with({"--seed", "-1"}), {"seed", "0 to"}},
      {"a seed beyond 64 bits",
       with({"--seed", "99999999999999999999"}),
       {"seed", "0 to"}},
      {"face 0", with({"--face", "0"}), {"face", "1 to 32"}},
      {"a cache without a unit",
       with({"--cache-size", "20"}),
       {"'20'", "20GiB"}},
      {"an unknown engine",
       with({"--engine", "foo"}),
       {"'foo' is unknown", "hilm"}},
      {"an engine that is no name",
       with({"--engine", "../hilm"}),
       {"../hilm", "use a-z"}},
      {"an unknown control", with({"--control", "charm=1"}), {"charm"}},
      {"a control without a value",
       with({"--control", "charm"}),
       {"charm", "name=value"}},
      {"a lip of 3", with({"--lip", "3"}), {"lip", "0 to 2"}},
      {"an expression below 0",
       with({"--expression=-1"}),
       {"expression", "0 to 2"}},
      {"a pose that is no number", with({"--pose", "nan"}), {"pose", "0 to 2"}},
      {"61 blinks a minute",
       with({"--blink-rate", "61"}),
       {"blink", "0 to 60"}},
      {"an unknown gaze", with({"--gaze", "up"}), {"gaze", "camera"}},
      {"an unknown emotion", with({"--emotion", "bored"}), {"bored", "happy"}},
      {"an emotion beyond all",
       with({"--emotion", "happy:2"}),
       {"emotion", "'2'", "0 to 1"}},
      {"a dial twice",
       with({"--lip", "1", "--control", "lip=1"}),
       {"lip", "leave out one"}},
      {"an unknown measure", with({"--measure", "some"}), {"some"}},
      {"an unknown log level",
       with({"--log-level", "loud"}),
       {"loud", "debug"}},
      {"no models",
       with({"--models", at.In("nowhere")}),
       {"nowhere", "./dev setup"}},
      {"a cache that is a file",
       at.Render(BadPlaces::GoodPortrait(), at.GoodSound(),
                 {"--cache-dir", at.GoodSound()}),
       {"voice.wav", "--cache-dir"}},
      {"a cache that can't be made",
       at.With({"--cache-dir", "/proc/cache"}),
       {"/proc/cache", "--cache-dir"}},
  };
}

std::vector<BadCase> BadGuides(const BadPlaces& at) {
  const auto guide = [&at](const char* flag, const char* name,
                           const std::string& text,
                           std::vector<std::string> more = {}) {
    more.insert(more.begin(), {flag, at.File(name, text)});
    return at.With(more);
  };
  const auto emotions = [&](const char* name, const std::string& text) {
    return guide("--emotion-track", name, text);
  };
  const auto said = [&](const char* name, const std::string& text) {
    return guide("--transcript", name, text, {"--language", "en"});
  };
  const std::string header = "time,emotion,intensity\n";
  return {
      {"an empty track", emotions("e1.csv", ""), {"e1.csv", "is empty"}},
      {"a track of other columns",
       emotions("e2.csv", "when,what\n0,happy\n"),
       {"e2.csv", "line 1"}},
      {"a track without rows", emotions("e3.csv", header), {"e3.csv"}},
      {"an unknown emotion in line 3",
       emotions("e4.csv", header + "0,happy,1\n0.1,bored,1\n"),
       {"e4.csv", "line 3", "bored"}},
      {"an intensity of 7 in line 2",
       emotions("e5.csv", header + "0,happy,7\n"),
       {"e5.csv", "line 2", "7"}},
      {"times that go back in line 3",
       emotions("e6.csv", header + "0.2,happy,1\n0.1,sad,1\n"),
       {"e6.csv", "line 3"}},
      {"a time past the end in line 2",
       emotions("e7.csv", header + "99,happy,1\n"),
       {"e7.csv", "line 2"}},
      {"a cell too many in line 2",
       emotions("e8.csv", header + "0,happy,1,1\n"),
       {"e8.csv", "line 2"}},
      {"a track that is no UTF-8",
       emotions("e9.csv", header + "0,h\xFF,1\n"),
       {"e9.csv", "UTF-8"}},
      {"a track that is missing",
       at.With({"--emotion-track", at.In("none.csv")}),
       {"none.csv", "check the path"}},
      {"an emotion and a track",
       guide("--emotion-track", "e10.csv", header + "0,sad,1\n",
             {"--emotion", "happy"}),
       {"leave out one"}},
      {"a head turned by 90 degrees in line 2",
       guide("--pose-track", "p1.csv", "time,yaw,pitch,roll\n0,90,0,0\n"),
       {"p1.csv", "line 2", "25"}},
      {"a head that is no number in line 2",
       guide("--pose-track", "p2.csv", "time,yaw,pitch,roll\n0,nan,0,0\n"),
       {"p2.csv", "line 2"}},
      {"a transcript of nothing", said("t1.txt", " \n\n"), {"t1.txt"}},
      {"SubRip without times", said("t2.srt", "Hello there.\n"), {"t2.srt"}},
      {"SubRip that ends before it begins",
       said("t3.srt", "1\n00:00:00,400 --> 00:00:00,100\nHello\n"),
       {"t3.srt", "line 2"}},
      {"a transcript without a language",
       guide("--transcript", "t4.txt", "Hello\n"),
       {"--language"}},
      {"an unknown language",
       guide("--transcript", "t5.txt", "Hello\n", {"--language", "xx"}),
       {"xx"}},
      {"motion that is text",
       guide("--motion", "m1.csv", "hello\n"),
       {"m1.csv", "line 1", "Live Link Face"}},
      {"motion and a guide",
       guide("--motion", "m2.csv", "x\n", {"--pose-track", at.In("p1.csv")}),
       {"leave out the pose track"}},
      {"motion and a dial",
       guide("--motion", "m3.csv", "x\n", {"--lip", "1"}),
       {"m3.csv", "leave out the control lip"}},
  };
}

std::vector<BadCase> BadOutputs(const BadPlaces& at) {
  const auto to = [&at](const std::string& output) {
    return std::vector<std::string>{
        "render",  "--portrait",   BadPlaces::GoodPortrait(),
        "--audio", at.GoodSound(), "-o",
        output,    "--cache-dir",  at.Cache()};
  };
  at.File("foreign.mp4", "somebody's film");
  at.File("plain", "");
  fs::create_directory(at.In("folder.mp4"));
  ::mkfifo(at.In("pipe.mp4").c_str(), 0600);
  fs::create_hard_link(at.GoodSound(), at.In("same.mp4"));
  return {
      {"no such directory",
       to(at.Out("no/talk.mp4")),
       {"out/no", "does not exist"}},
      {"below a file",
       to(at.In("plain/talk.mp4")),
       {"plain", "not a directory"}},
      {"a directory",
       to(at.In("folder.mp4")),
       {"folder.mp4", "give a file name"}},
      {"a pipe", to(at.In("pipe.mp4")), {"pipe.mp4", "not a regular file"}},
      {"a device", to("/dev/null.mp4/x.mp4"), {"/dev/null.mp4"}},
      {"where nothing can be written",
       to("/proc/talk.mp4"),
       {"/proc/talk.mp4", "another output"}},
      {"another container", to(at.Out("talk.avi")), {"talk.avi", ".mp4"}},
      {"no ending", to(at.Out("talk")), {"talk", ".mp4"}},
      {"no name", to(""), {"output"}},
      {"a name too long", to(at.Out(std::string(300, 'a') + ".mp4")), {"name"}},
      {"somebody's film",
       to(at.In("foreign.mp4")),
       {"foreign.mp4", "--force", "another name"}},
      {"the input itself",
       to(at.In("same.mp4")),
       {"same.mp4", "is the input", "another name"}},
  };
}

std::vector<BadCase> BadCommands(const BadPlaces& at) {
  const std::string text = at.File("words.mp4", "neither film nor sound\n");
  const auto farm = [](const std::string& address) {
    return std::vector<std::string>{"list", "--farm", address};
  };
  const std::string token = at.File("token", "no token\n");
  return {
      {"inspect a missing file", {"inspect", at.In("none.mp4")}, {"none.mp4"}},
      {"inspect text", {"inspect", text}, {"words.mp4"}},
      {"inspect a sound", {"inspect", at.GoodSound()}, {"voice.wav"}},
      {"export the motion of text",
       {"motion", "export", "--audio", text, "-o", at.Out("m.csv")},
       {"words.mp4", "give a WAV"}},
      {"export to nowhere",
       {"motion", "export", "--audio", at.GoodSound(), "-o",
        at.Out("no/m.csv")},
       {"out/no"}},
      {"render the motion of text",
       {"motion", "render", "--portrait", BadPlaces::GoodPortrait(), "--motion",
        text, "-o", at.Out()},
       {"words.mp4", "line 1"}},
      {"a farm at no port", farm("host:99999"), {"host:99999"}},
      {"a farm without a name", farm(":7400"), {":7400"}},
      {"a farm of nothing", farm(","), {"--farm"}},
      {"a certificate that is missing",
       {"list", "--tls-ca", at.In("none.pem")},
       {"none.pem"}},
      {"a certificate that is text", {"list", "--tls-ca", text}, {"words.mp4"}},
      {"a token that is missing",
       {"list", "--token-file", at.In("none")},
       {"none"}},
      {"a token that is none", {"list", "--token-file", token}, {"token"}},
      {"a token for a king",
       {"token", "new", "--name", "a", "--role", "king"},
       {"king"}},
      {"a token for nobody",
       {"token", "new", "--name", "a b", "--role", "worker"},
       {"name"}},
      {"a batch that is missing", {"batch", at.In("none.yaml")}, {"none.yaml"}},
      {"a batch that is no YAML",
       {"batch", at.File("a.yaml", "batch: [\n")},
       {"a.yaml:"}},
      {"a batch with a key twice",
       {"batch", at.File("b.yaml", "batch: a\nbatch: b\n")},
       {"b.yaml:"}},
      {"submit without a portrait",
       {"submit", "--audio", at.GoodSound()},
       {"--portrait"}},
      {"submit a missing sound",
       {"submit", "--portrait", BadPlaces::GoodPortrait(), "--audio",
        at.In("none.wav")},
       {"none.wav", "check the path"}},
      {"submit with an output and no wait",
       {"submit", "--portrait", BadPlaces::GoodPortrait(), "--audio",
        at.GoodSound(), "-o", at.Out()},
       {"--wait"}},
      {"a priority beyond all",
       {"submit", "--portrait", BadPlaces::GoodPortrait(), "--audio",
        at.GoodSound(), "--priority", "5000"},
       {"priority", "1000"}},
  };
}

}  // namespace longtake
