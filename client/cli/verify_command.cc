// longtake verify: what a film says of where it comes from.

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "client/cli/command_line.h"
#include "client/cli/interrupts.h"
#include "client/files/input_files.h"
#include "client/report/print.h"
#include "common/job/provenance.h"
#include "common/provenance/watermark_key.h"
#include "worker/mux/read_origin.h"
#include "worker/watermark/film_watermark.h"

namespace longtake::client {
namespace {

using nlohmann::json;

constexpr int kExitNoMarks = 1;

struct VerifyFlags {
  std::string film;
  std::vector<std::string> keys;  // files
};

struct Findings {
  worker::OriginMarks marks;
  worker::FilmWatermark watermark;  // of the key that tells most
  std::string key_id;               // that key
  std::vector<std::string> tried;   // ids
  bool any() const { return marks.any() || watermark.detection.found; }
};

StatusOr<Findings> LookAt(const VerifyFlags& flags, std::stop_token stop) {
  LT_RETURN_IF_ERROR(CheckInput({"film", flags.film}));
  std::vector<WatermarkKey> keys;
  for (const std::string& path : flags.keys) {
    LT_ASSIGN_OR_RETURN(keys.emplace_back(), ReadWatermarkKey(path));
  }
  keys.push_back(PublicWatermarkKey());
  Findings findings;
  LT_ASSIGN_OR_RETURN(findings.marks, worker::ReadOriginMarks(flags.film));
  for (const WatermarkKey& key : keys) {
    LT_ASSIGN_OR_RETURN(const worker::FilmWatermark found,
                        worker::FindWatermark(flags.film, key, stop));
    if (findings.tried.empty() ||
        found.detection.confidence > findings.watermark.detection.confidence) {
      findings.watermark = found;
      findings.key_id = key.id;
    }
    findings.tried.push_back(key.id);
    if (found.detection.found) break;
  }
  return findings;
}

json OrNull(const std::string& text) {
  return text.empty() ? json() : json(text);
}

std::string ToJson(const std::string& film, const Findings& f) {
  const worker::WatermarkDetection& d = f.watermark.detection;
  json watermark = {{"found", d.found},
                    {"confidence", d.confidence},
                    {"threshold", worker::kDetectionThreshold},
                    {"frames_looked_at", f.watermark.frames},
                    {"keys_tried", f.tried}};
  if (d.found) {
    watermark["key_id"] = f.key_id;
    watermark["payload"] = d.payload;
    watermark["farm"] = FarmOf(d.payload);
    watermark["tenant"] = TenantOf(d.payload);
    watermark["visible"] = d.visible;
    watermark["at_seconds"] = f.watermark.seconds;
  }
  const json metadata = {
      {"digital_source_type", OrNull(f.marks.digital_source_type)},
      {"software", OrNull(f.marks.software)},
      {"inputs_digest",
       {{"tag", OrNull(f.marks.tag)},
        {"xmp", OrNull(f.marks.xmp_tag)},
        {"sei", OrNull(f.marks.sei_tag)}}}};
  return json{{"film", film},
              {"marks_found", f.any()},
              {"metadata", metadata},
              {"watermark", watermark}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string InputsLine(const worker::OriginMarks& marks) {
  std::string digest;
  std::string places;
  bool differ = false;
  const auto add = [&](const std::string& value, const char* place) {
    if (value.empty()) return;
    differ = differ || (!digest.empty() && digest != value);
    digest = value;
    places += fmt::format("{}{}", places.empty() ? "" : ", ", place);
  };
  add(marks.tag, "tag");
  add(marks.xmp_tag, "XMP");
  add(marks.sei_tag, "stream");
  if (digest.empty()) return "none";
  if (differ) return fmt::format("they contradict each other ({})", places);
  return fmt::format("sha256 {} ({})", digest, places);
}

std::string ToText(const std::string& film, const Findings& f) {
  const worker::WatermarkDetection& d = f.watermark.detection;
  std::string watermark;
  if (d.found) {
    watermark = fmt::format("farm {}, tenant {}; key {}", FarmOf(d.payload),
                            TenantOf(d.payload), f.key_id);
  } else {
    watermark = fmt::format("none found with key {}", fmt::join(f.tried, ", "));
  }
  const std::string& type = f.marks.digital_source_type;
  const std::string& software = f.marks.software;
  return fmt::format(
      "{}\n"
      "  source type  {}\n"
      "  software     {}\n"
      "  inputs       {}\n"
      "  watermark    {}\n"
      "               confidence {:.1f} (needs {:.0f}), {} frames looked at\n",
      ShownPath(film), type.empty() ? "none" : type,
      software.empty() ? "none" : software, InputsLine(f.marks), watermark,
      d.confidence, worker::kDetectionThreshold, f.watermark.frames);
}

Status Verify(const VerifyFlags& flags, std::stop_token stop,
              CommandLine* line) {
  LT_ASSIGN_OR_RETURN(const Findings findings, LookAt(flags, stop));
  Print(stdout, line->json ? ToJson(flags.film, findings) + "\n"
                           : ToText(flags.film, findings));
  line->exit_code = findings.any() ? 0 : kExitNoMarks;
  return OkStatus();
}

Status RunVerify(const VerifyFlags& flags, CommandLine* line) {
  Interrupts interrupts([] {});
  const Status status = Verify(flags, interrupts.token(), line);
  line->interrupted = interrupts.requested() && !status.ok();
  return status;
}

}  // namespace

void AddVerifyCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<VerifyFlags>();
  CLI::App* command = app.add_subcommand(
      "verify", "Read a film's marks of origin: metadata and watermark");
  command->add_option("FILE", flags->film, "any film")->required();
  command
      ->add_option("--key", flags->keys,
                   "file of a farm's watermark key; repeatable. The public key "
                   "is tried as well")
      ->allow_extra_args(false);
  AddCommonFlags(command, line);
  command->footer(
      "\nMetadata is unsigned and may have been stripped; the watermark "
      "outlives "
      "that,\nscaling, cropping by a tenth and coarse encoding. What they "
      "prove "
      "and what not:\ndocs/provenance.md\n\n"
      "Exit codes: 0 marks were found, 1 none were, 2 the film or a key can't "
      "be "
      "read.\n\nExamples:\n"
      "  longtake verify talk.mp4\n"
      "  longtake verify talk.mp4 --key farm.key --json");
  command->callback([flags, line] {
    line->run = [flags, line] { return RunVerify(*flags, line); };
  });
}

}  // namespace longtake::client
