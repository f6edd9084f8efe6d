#include <cmath>

#include "client/report/film_report.h"
#include "client/report/quality_text.h"

namespace longtake::client {
namespace {

using json = nlohmann::ordered_json;
using worker::FilmMeasures;

json OrNull(const std::optional<double>& value) {
  return value ? json(*value) : json(nullptr);
}

json FiniteOrNull(double value) {
  return std::isfinite(value) ? json(value) : json(nullptr);
}

json FiguresToJson(const std::vector<worker::Figure>& figures) {
  json list = json::array();
  for (const worker::Figure& figure : figures) {
    const worker::FigureKind& kind = *figure.kind;
    list.push_back({{"name", kind.name},
                    {"group", kind.group},
                    {"title", kind.title},
                    {"value", OrNull(figure.value)},
                    {"unit", kind.unit},
                    {"verdict", VerdictName(figure.verdict)},
                    {"pass",
                     {FiniteOrNull(kind.limits.pass_low),
                      FiniteOrNull(kind.limits.pass_high)}},
                    {"fail_beyond",
                     {FiniteOrNull(kind.limits.fail_low),
                      FiniteOrNull(kind.limits.fail_high)}},
                    {"note", figure.note}});
  }
  return list;
}

json SpansToJson(const std::vector<worker::PictureSpan>& spans) {
  json list = json::array();
  for (const worker::PictureSpan& span : spans) {
    list.push_back({span.begin_seconds, span.end_seconds});
  }
  return list;
}

json VideoToJson(const FilmMeasures& f) {
  const worker::TimingFindings& t = f.timing;
  return {{"codec", f.video.codec},
          {"width", f.video.width},
          {"height", f.video.height},
          {"frame_rate", FormatFrameRate(f.video.grid)},
          {"frames", t.frames},
          {"frames_expected",
           f.frames_expected ? json(*f.frames_expected) : json(nullptr)},
          {"begin_seconds", t.begin_seconds},
          {"end_seconds", t.end_seconds},
          {"off_grid", t.off_grid},
          {"worst_error_ms", t.worst_error_ms},
          {"missing", t.missing},
          {"not_later", t.not_later},
          {"gap_seconds", t.gap_seconds}};
}

json PicturesToJson(const FilmMeasures& f) {
  const worker::PictureFindings& p = f.pictures;
  return {{"black", p.black},
          {"black_spans", SpansToJson(p.black_spans)},
          {"still_seconds", p.still_seconds},
          {"still_spans", SpansToJson(p.still_spans)},
          {"frozen_seconds", f.frozen_seconds},
          {"frozen_spans", SpansToJson(f.frozen_spans)},
          {"duplicates", p.duplicates},
          {"duplicate_seconds", p.duplicate_seconds}};
}

json SeamsToJson(const FilmMeasures& f) {
  json list = json::array();
  for (const worker::FilmSeam& seam : f.seams) {
    list.push_back({{"frame", seam.frame},
                    {"seconds", seam.seconds},
                    {"ratio", seam.ratio},
                    {"change_levels", seam.change_levels}});
  }
  const char* by = f.seams_by_keyframe ? "keyframes" : "job";
  return {{"known_by", f.seams_known ? json(by) : json(nullptr)},
          {"seams", std::move(list)}};
}

json IdentityToJson(const worker::IdentityFigures& own) {
  json points = json::array();
  for (const worker::IdentityPoint& point : own.points) {
    points.push_back({{"seconds", point.seconds},
                      {"cosine", point.cosine},
                      {"distance", point.distance}});
  }
  return {{"reference", own.to_portrait ? "portrait" : "film"},
          {"looked_at", own.looked_at},
          {"without_face", own.without_face},
          {"mean", own.cosine_mean},
          {"min", own.cosine_min},
          {"mean_distance", own.distance_mean},
          {"max_distance", own.distance_max},
          {"worst_seconds", own.worst_seconds},
          {"slope_per_minute", own.slope_per_minute},
          {"points", std::move(points)}};
}

json ColourToJson(const worker::ColourFigures& own) {
  json points = json::array();
  for (const worker::ColourPoint& point : own.points) {
    points.push_back({{"seconds", point.seconds},
                      {"lab", {point.lab.l, point.lab.a, point.lab.b}},
                      {"delta_e", point.delta_e}});
  }
  return {{"median_lab", {own.median.l, own.median.a, own.median.b}},
          {"delta_e_max", own.delta_e_max},
          {"worst_seconds", own.worst_seconds},
          {"drift_delta_e", own.drift_delta_e},
          {"points", std::move(points)}};
}

json SoundToJson(const worker::SoundMeasures& sound) {
  json j = {{"codec", sound.facts.codec},
            {"sample_rate_hz", sound.facts.sample_rate_hz},
            {"channels", sound.facts.channels},
            {"samples", sound.facts.samples},
            {"begin_seconds", sound.begin_seconds},
            {"end_seconds", sound.end_seconds},
            {"loudness_lufs", nullptr},
            {"sample_peak_dbfs", nullptr},
            {"short_term", json::array()}};
  if (!sound.loudness) return j;
  j["loudness_lufs"] = OrNull(sound.loudness->integrated_lufs);
  j["sample_peak_dbfs"] = OrNull(sound.loudness->sample_peak_dbfs);
  for (const worker::LoudnessPoint& point : sound.loudness->short_term) {
    j["short_term"].push_back(
        {{"seconds", point.seconds}, {"lufs", point.lufs}});
  }
  return j;
}

json LipsToJson(const worker::LipSync& sync) {
  json j = LipSyncToJson(sync);
  json stretches = json::array();
  for (const worker::StretchSync& own : sync.stretches) {
    stretches.push_back({{"begin_seconds", own.begin_seconds},
                         {"end_seconds", own.end_seconds},
                         {"speech_seconds", own.speech_seconds},
                         {"opening_r", OrNull(own.opening_r)},
                         {"offset_ms", OrNull(own.offset_ms)}});
  }
  j["stretches"] = std::move(stretches);
  return j;
}

json MinutesToJson(const FilmMeasures& f) {
  json list = json::array();
  if (!f.lip_sync) return list;
  for (const worker::MinuteSync& own : f.lip_sync->minutes) {
    list.push_back(
        {{"minute", own.minute}, {"offset_ms", OrNull(own.offset_ms)}});
  }
  return list;
}

json NotMeasuredToJson(const FilmMeasures& f) {
  json why = json::object();
  if (!f.lip_sync) why["lip_sync"] = f.why_no_lips;
  if (!f.identity) why["identity"] = f.why_no_face;
  if (!f.sound) why["sound"] = f.why_no_sound;
  return why;
}

}  // namespace

json FilmReportToJson(const FilmReport& report) {
  const FilmMeasures& f = report.measures;
  json j = {
      {"format", kReportFormat},
      {"version", kReportVersion},
      {"film", report.film},
      {"verdict", VerdictName(OverallVerdict(report.figures))},
      {"figures", FiguresToJson(report.figures)},
      {"video", VideoToJson(f)},
      {"pictures", PicturesToJson(f)},
      {"seams", SeamsToJson(f)},
      {"identity", f.identity ? IdentityToJson(*f.identity) : json()},
      {"av_offset_ms", f.lip_sync ? OrNull(f.lip_sync->offset_ms) : json()},
      {"av_drift_ppm", f.lip_sync ? OrNull(DriftPpm(*f.lip_sync)) : json()},
      {"av_offset_by_minute", MinutesToJson(f)},
      {"lip_sync", f.lip_sync ? LipsToJson(*f.lip_sync) : json()},
      {"colour", f.colour ? ColourToJson(*f.colour) : json()},
      {"sound", f.sound ? SoundToJson(*f.sound) : json()},
      {"not_measured", NotMeasuredToJson(f)},
      {"warnings", report.warnings}};
  if (!report.transcript.empty()) {
    j["transcript"] = TranscriptToJson(report.transcript);
  }
  return j;
}

}  // namespace longtake::client
