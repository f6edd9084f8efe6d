// Portraits and sounds that can't be used, and inputs beyond their limits.

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/integration/bad_inputs.h"
#include "tests/support/odd_media.h"
#include "worker/media/image_file.h"

namespace longtake {
namespace {

namespace fs = std::filesystem;

std::string BigEndian(uint32_t v) {
  return {static_cast<char>(v >> 24), static_cast<char>(v >> 16),
          static_cast<char>(v >> 8), static_cast<char>(v)};
}

// A PNG that states a size and holds no pixels. Its check sums are not right:
// FFmpeg looks at the size first.
std::string PngHeader(uint32_t width, uint32_t height) {
  return std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16) + BigEndian(width) +
         BigEndian(height) + std::string("\10\2\0\0\0\0\0\0\0", 9);
}

// A WAV header that states `data_bytes` of 8-bit mono at 8 kHz.
std::string WaveHeader(uint32_t data_bytes) {
  const auto little = [](uint32_t v) {
    const std::string b = BigEndian(v);
    return std::string(b.rbegin(), b.rend());
  };
  return "RIFF" + little(data_bytes + 36) + "WAVEfmt " + little(16) +
         std::string("\1\0\1\0", 4) + little(8000) + little(8000) +
         std::string("\1\0\10\0", 4) + "data" + little(data_bytes);
}

void MakePictures(const BadPlaces& at) {
  const std::string good = BadPlaces::GoodPortrait();
  (void)worker::WritePng(worker::Gradient(300, 300), at.In("faceless.png"));
  (void)worker::WritePng(worker::Gradient(8, 8), at.In("tiny.png"));
  Ffmpeg({"-i", good, "-vf", "scale=128:128,pad=300:300:20:20:gray",
          at.In("far_away.png")});
  Ffmpeg({"-i", good, "-vf", "hflip,vflip", at.In("upside_down.png")});
  // From the nose down; from the left cheek out.
  Ffmpeg({"-i", good, "-vf", "crop=512:392:0:120", at.In("no_eyes.png")});
  Ffmpeg({"-i", good, "-vf", "crop=287:512:225:0", at.In("half_a_face.png")});
  Ffmpeg({"-i", good, "-vf", "crop=512:132:0:0", at.In("no_mouth.png")});
  Ffmpeg({"-i", good, "-vf", "split[a][b];[a][b]hstack", at.In("two.png")});
  Ffmpeg({"-i", good, "-q:v", "3", at.In("good.jpg")});
  Ffmpeg({"-f", "lavfi", "-i", "color=s=9000x9000", "-frames:v", "1",
          at.In("large.jpg")});
}

}  // namespace

std::vector<BadCase> BadPortraits(const BadPlaces& at) {
  MakePictures(at);
  const auto with = [&at](const std::string& path) {
    return at.Render(path, at.GoodSound());
  };
  const std::string good = BadPlaces::GoodPortrait();
  const std::string jpeg = worker::ReadBytes(at.In("good.jpg"));
  ::mkfifo(at.In("pipe.png").c_str(), 0600);
  fs::create_directory(at.In("folder.png"));
  fs::create_symlink("nowhere", at.In("dangling.png"));
  fs::create_symlink("loop.png", at.In("loop.png"));
  const auto file = [&](const char* name, const std::string& bytes) {
    return with(at.File(name, bytes));
  };
  return {
      {"no face",
       with(at.In("faceless.png")),
       {"faceless.png", "no face found", "give"}},
      {"face too small",
       with(at.In("far_away.png")),
       {"far_away.png", "too small", "larger"}},
      {"upside down",
       with(at.In("upside_down.png")),
       {"upside_down.png", "turn the picture"}},
      {"eyes cut off", with(at.In("no_eyes.png")), {"no_eyes.png", "give"}},
      {"half a face",
       with(at.In("half_a_face.png")),
       {"half_a_face.png", "give"}},
      {"mouth cut off", with(at.In("no_mouth.png")), {"no_mouth.png", "give"}},
      {"8 pixels", with(at.In("tiny.png")), {"tiny.png", "8x8", "larger"}},
      {"text",
       file("notes.png", "not a picture\n"),
       {"notes.png", "give a JPEG, PNG or WebP"}},
      {"empty", file("empty.png", ""), {"empty.png", "is empty"}},
      {"one byte", file("byte.jpg", "\xFF"), {"byte.jpg", "give a JPEG"}},
      {"a third of a JPEG's header",
       file("cut.jpg", jpeg.substr(0, 200)),
       {"cut.jpg", "give a JPEG"}},
      {"PNG of 0x0",
       file("zero.png", PngHeader(0, 0)),
       {"zero.png", "give a JPEG"}},
      {"PNG of 0 rows",
       file("flat.png", PngHeader(512, 0)),
       {"flat.png", "give a JPEG"}},
      {"PNG without pixels",
       file("hollow.png", PngHeader(512, 512)),
       {"hollow.png", "give a JPEG"}},
      {"PNG of ten thousand megapixels",
       file("vast.png", PngHeader(100000, 100000)),
       {"vast.png", "give a JPEG"}},
      {"81 megapixels",
       with(at.In("large.jpg")),
       {"large.jpg", "81 megapixels", "64 megapixels", "scale it down"}},
      {"SVG",
       file("a.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
       {"a.svg", "give a JPEG"}},
      {"HEIC",
       file("phone.heic", std::string("\0\0\0\x18"
                                      "ftypheic\0\0\0\0mif1heic",
                                      24)),
       {"phone.heic", "HEIC", "convert it to JPEG or PNG"}},
      {"a playlist that names a file",
       file("list.png", "#EXTM3U\n" + good + "\n"),
       {"list.png", "give a JPEG"}},
      {"sound",
       with(at.GoodSound()),
       {"voice.wav", "no picture", "give a JPEG"}},
      {"a directory",
       with(at.In("folder.png")),
       {"folder.png", "is a directory"}},
      {"a pipe", with(at.In("pipe.png")), {"pipe.png", "not a regular file"}},
      {"a device without end",
       with("/dev/zero"),
       {"/dev/zero", "not a regular file"}},
      {"missing",
       with(at.In("missing.png")),
       {"missing.png", "check the path"}},
      {"a link to nothing",
       with(at.In("dangling.png")),
       {"dangling.png", "check the path"}},
      {"a link to itself", with(at.In("loop.png")), {"loop.png", "check"}},
      {"below a file",
       with(at.In("voice.wav/p.png")),
       {"p.png", "check the path"}},
      {"no name", with(""), {"portrait", "empty"}},
      {"a name of many lines",
       with(at.In("no\nsuch\n.png")),
       {"portrait", "check the path"}},
      {"face 2 of one",
       at.With({"--face", "2"}),
       {"face 2", "has 1", "give 1"}},
      {"face 3 of two",
       at.Render(at.In("two.png"), at.GoodSound(), {"--face", "3"}),
       {"two.png", "has 2", "1 (the largest) to 2"}},
  };
}

std::vector<BadCase> BadSounds(const BadPlaces& at) {
  const std::string good = BadPlaces::GoodPortrait();
  const auto with = [&](const std::string& path) {
    return at.Render(good, path);
  };
  const auto file = [&](const char* name, const std::string& bytes) {
    return with(at.File(name, bytes));
  };
  WriteBabble({.samples = 0}, at.In("nothing.wav"));
  Ffmpeg({"-f", "lavfi", "-i", "color=s=64x64:d=0.2", "-c:v", "mpeg4",
          at.In("mute.mp4")});
  Ffmpeg({"-i", at.GoodSound(), "-c:a", "aac", at.In("voice.m4a")});
  // A broadcaster's stream whose packets say themselves how deep they are.
  for (const char* depth : {"s32", "s16"}) {
    Ffmpeg({"-i", at.GoodSound(), "-ar", "48000", "-ac", "2", "-c:a", "s302m",
            "-strict", "experimental", "-sample_fmt", depth,
            at.In(std::string(depth) + ".ts")});
  }
  const std::string deeper = worker::ReadBytes(at.In("s32.ts"));
  const std::string wave = worker::ReadBytes(at.GoodSound());
  const std::string m4a = worker::ReadBytes(at.In("voice.m4a"));
  ::mkfifo(at.In("endless.wav").c_str(), 0600);
  fs::create_directory(at.In("folder.wav"));
  // Thirteen hours, all of them zeros that take no place on the disk.
  constexpr uint32_t kThirteenHours = 13 * 3600 * 8000;
  at.File("long.wav", WaveHeader(kThirteenHours));
  fs::resize_file(at.In("long.wav"), 44 + kThirteenHours);
  return {
      {"text", file("notes.wav", "not a sound\n"), {"notes.wav", "give a WAV"}},
      {"empty", file("empty.wav", ""), {"empty.wav", "is empty"}},
      {"no samples",
       with(at.In("nothing.wav")),
       {"nothing.wav", "empty", "give a WAV"}},
      {"half a header",
       file("cut.wav", wave.substr(0, 20)),
       {"cut.wav", "give a WAV"}},
      {"a header alone",
       file("head.wav", wave.substr(0, 44)),
       {"head.wav", "give a WAV"}},
      {"MP4 cut off before its index",
       file("cut.m4a", m4a.substr(0, m4a.size() / 2)),
       {"cut.m4a", "give a WAV"}},
      {"noise called MP3",
       file("noise.mp3", std::string(3000, '\x5A')),
       {"noise.mp3", "give a WAV"}},
      {"a film without sound",
       with(at.In("mute.mp4")),
       {"mute.mp4", "no sound", "give a WAV"}},
      {"a picture", with(good), {"astronaut.png", "no sound", "give a WAV"}},
      {"a playlist that names a file",
       file("list.wav", "#EXTM3U\n" + at.GoodSound() + "\n"),
       {"list.wav", "give a WAV"}},
      {"a script for the concat demuxer",
       file("list.txt",
            "ffconcat version 1.0\nfile '" + at.GoodSound() + "'\n"),
       {"list.txt", "give a WAV"}},
      {"a session description",
       file("call.sdp",
            "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 5004 RTP/AVP 0\r\n"),
       {"call.sdp", "give a WAV"}},
      {"samples of another depth midway",
       file("mixed.ts", deeper + worker::ReadBytes(at.In("s16.ts"))),
       {"mixed.ts", "s32 to s16 midway", "convert it to WAV"}},
      {"a URL",
       with("http://127.0.0.1:1/a.wav"),
       {"http://127.0.0.1:1/a.wav", "check the path"}},
      {"a pipe without a writer",
       with(at.In("endless.wav")),
       {"endless.wav", "not a regular file"}},
      {"a device without end",
       with("/dev/zero"),
       {"/dev/zero", "not a regular file"}},
      {"a device without anything",
       with("/dev/null"),
       {"/dev/null", "not a regular file"}},
      {"a directory",
       with(at.In("folder.wav")),
       {"folder.wav", "is a directory"}},
      {"missing",
       with(at.In("missing.wav")),
       {"missing.wav", "check the path"}},
      {"no name", with(""), {"audio", "empty"}},
      {"thirteen hours",
       with(at.In("long.wav")),
       {"long.wav", "13h", "the limit is 12h", "split it"}},
  };
}

std::vector<BadCase> BadLimits(const BadPlaces& at) {
  const auto with = [&at](const std::string& limit,
                          std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"--limit", limit});
    return at.With(more);
  };
  WriteBabble({.samples = 144000}, at.In("three_seconds.wav"));
  // A length that is only a guess until it is decoded.
  Ffmpeg({"-i", at.In("three_seconds.wav"), "-q:a", "4", "-write_xing", "0",
          at.In("three_seconds.mp3")});
  const std::string portrait = BadPlaces::GoodPortrait();
  const std::string cues =
      at.File("limit_cues.csv", "time,emotion,intensity\n0,happy,1\n");
  return {
      {"pixels",
       with("portrait_pixels=200000"),
       {"astronaut.png", "0.3 megapixels", "portrait_pixels", "scale it down"}},
      {"a portrait's bytes",
       with("portrait_size=10KB"),
       {"astronaut.png", "10000 (portrait_size)", "smaller"}},
      {"a sound's bytes",
       with("audio_size=1000B"),
       {"voice.wav", "1000 (audio_size)", "smaller"}},
      {"a guide's bytes",
       with("guide_size=8B", {"--emotion-track", cues}),
       {"limit_cues.csv", "8 (guide_size)", "smaller"}},
      {"the frame's side",
       with("frame_side=64"),
       {"128x128", "64 pixels a side (frame_side)", "smaller"}},
      {"faces",
       at.Render(at.In("two.png"), at.GoodSound(), {"--limit", "faces=1"}),
       {"two.png", "2 faces found, the limit is 1 (faces)", "crop"}},
      {"a stated length",
       at.Render(portrait, at.In("three_seconds.wav"),
                 {"--limit", "job_length=1s"}),
       {"three_seconds.wav", "the limit is 1s (job_length)"}},
      {"a length found by decoding",
       at.Render(portrait, at.In("three_seconds.mp3"),
                 {"--limit", "job_length=1s"}),
       {"three_seconds.mp3", "longer than 1s, the limit (job_length)"}},
      {"an unknown limit",
       with("colours=3"),
       {"'colours' is no limit", "portrait_pixels"}},
      {"a limit without a value", with("faces"), {"faces", "name=value"}},
      {"a limit that is no number",
       with("faces=many"),
       {"faces", "must be 1 to 32"}},
      {"a limit beyond what can be",
       with("job_length=25h"),
       {"job_length", "must be 1s to 24h"}},
      {"a size without a unit",
       with("audio_size=5"),
       {"audio_size", "must be 1B to"}},
      {"a limit given twice",
       at.With({"--limit", "faces=1", "--limit", "faces=2"}),
       {"faces", "twice"}},
  };
}

}  // namespace longtake
