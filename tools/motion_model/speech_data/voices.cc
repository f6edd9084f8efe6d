#include "tools/motion_model/speech_data/voices.h"

namespace longtake::speech_data {
namespace {

constexpr Voice Espeak(std::string_view name, std::string_view language,
                       double share) {
  return {.engine = Engine::kEspeak,
          .name = name,
          .language = language,
          .share = share};
}

// English, French, Spanish, Italian, German and Russian speak longest: they are
// most of what users bring, and have voices for comparison in other engines.
constexpr Voice kEspeakVoices[] = {
    Espeak("en-us", "en", 2.0),
    Espeak("en", "en", 1.5),
    Espeak("en-gb-x-rp", "en", 0.8),
    Espeak("en-gb-scotland", "en", 0.7),
    Espeak("en-029", "en", 0.7),
    Espeak("en-us-nyc", "en", 0.7),
    Espeak("en-gb-x-gbclan", "en", 0.5),
    Espeak("en-gb-x-gbcwmd", "en", 0.5),
    Espeak("fr", "fr", 2.2),
    Espeak("fr-be", "fr", 0.6),
    Espeak("fr-ch", "fr", 0.6),
    Espeak("es", "es", 1.8),
    Espeak("es-419", "es", 1.6),
    Espeak("it", "it", 2.0),
    Espeak("de", "de", 2.2),
    Espeak("pt", "pt", 1.0),
    Espeak("pt-br", "pt-br", 1.3),
    Espeak("ru", "ru", 2.0),
    Espeak("ja", "ja", 1.6),
    Espeak("cmn-latn-pinyin", "cmn", 1.6),
    Espeak("ko", "ko", 1.0),
    Espeak("ar", "ar", 1.0),
    Espeak("hi", "hi", 1.0),
    Espeak("nl", "nl", 1.0),
    Espeak("pl", "pl", 1.0),
    Espeak("sv", "sv", 1.0),
    Espeak("nb", "nb", 0.9),
    Espeak("da", "da", 0.9),
    Espeak("fi", "fi", 0.9),
    Espeak("cs", "cs", 0.9),
    Espeak("sk", "sk", 0.8),
    Espeak("hu", "hu", 0.9),
    Espeak("tr", "tr", 1.0),
    Espeak("el", "el", 0.9),
    Espeak("ro", "ro", 0.9),
    Espeak("hr", "hr", 0.8),
    Espeak("sr", "sr", 0.5),
    Espeak("sl", "sl", 0.5),
    Espeak("ca", "ca", 0.8),
    Espeak("uk", "uk", 0.9),
    Espeak("bg", "bg", 0.8),
    Espeak("id", "id", 0.9),
    Espeak("ms", "ms", 0.4),
    Espeak("vi", "vi", 0.6),
    Espeak("vi-vn-x-central", "vi", 0.3),
    Espeak("vi-vn-x-south", "vi", 0.3),
    Espeak("te", "te", 0.5),
    Espeak("bn", "bn", 0.5),
    Espeak("mr", "mr", 0.4),
    Espeak("ne", "ne", 0.4),
    Espeak("et", "et", 0.5),
    Espeak("lv", "lv", 0.5),
    Espeak("lt", "lt", 0.5),
    Espeak("eu", "eu", 0.5),
    Espeak("is", "is", 0.5),
    Espeak("sw", "sw", 0.5),
};

constexpr Voice Flite(std::string_view name, double share) {
  return {.engine = Engine::kFlite,
          .name = name,
          .language = "en",
          .share = share,
          .phones = ArpabetPhones};
}

constexpr Voice kFliteVoices[] = {
    Flite("slt", 0.27),
    Flite("rms", 0.27),
    Flite("awb", 0.26),
    Flite("kal16", 0.20),
};

constexpr Voice Festival(std::string_view name, std::string_view language,
                         std::string_view charset, bool digits, double share,
                         const PhoneSet& (*phones)(), double sound_late_s = 0) {
  return {.engine = Engine::kFestival,
          .name = name,
          .language = language,
          .share = share,
          .charset = charset,
          .digits = digits,
          .phones = phones,
          .sound_late_s = sound_late_s};
}

constexpr std::string_view kLatin1 = "ISO-8859-1";
constexpr std::string_view kLatin2 = "ISO-8859-2";
constexpr std::string_view kUtf8 = "UTF-8";

// The lateness of the sound was measured at the edges of vowels, as the place
// of greatest spectral change.
constexpr Voice kFestivalVoices[] = {
    Festival("cmu_us_slt_arctic_hts", "en", kLatin1, true, 26, ArpabetPhones,
             0.007),
    Festival("kal_diphone", "en", kLatin1, true, 28, ArpabetPhones, 0.008),
    Festival("ked_diphone", "en", kLatin1, true, 34, ArpabetPhones, 0.005),
    Festival("lp_diphone", "it", kLatin1, true, 26, ItalianPhones),
    Festival("pc_diphone", "it", kLatin1, true, 26, ItalianPhones),
    Festival("czech_dita", "cs", kLatin2, true, 18, CzechPhones),
    Festival("czech_krb", "cs", kLatin2, true, 12, CzechPhones),
    Festival("czech_machac", "cs", kLatin2, true, 18, CzechPhones),
    Festival("czech_ph", "cs", kLatin2, true, 18, CzechPhones),
    Festival("suo_fi_lj_diphone", "fi", kLatin1, true, 18, FinnishPhones),
    Festival("hy_fi_mv_diphone", "fi", kLatin1, true, 18, FinnishPhones),
    Festival("upc_ca_ona_hts", "ca", kLatin1, true, 24, CatalanPhones, 0.006),
    Festival("msu_ru_nsh_clunits", "ru", kUtf8, true, 28, RussianPhones),
    Festival("hindi_NSK_diphone", "hi", kUtf8, true, 16, IndicPhones),
    Festival("marathi_NSK_diphone", "mr", kUtf8, false, 10, IndicPhones),
    Festival("telugu_NSK_diphone", "te", kUtf8, false, 12, IndicPhones),
};

constexpr std::string_view kVariants[] = {
    "",        "",        "m1",     "m2",      "m3",       "m4",
    "m5",      "m6",      "m7",     "m8",      "f1",       "f2",
    "f3",      "f4",      "f5",     "klatt",   "klatt2",   "klatt3",
    "klatt4",  "klatt5",  "Alex",   "Alicia",  "Andrea",   "Andy",
    "Annie",   "Denis",   "Diogo",  "Gene",    "Henrique", "Hugo",
    "Lee",     "Marco",   "Mario",  "Michael", "Mike",     "adam",
    "anika",   "antonio", "aunty",  "belinda", "benjamin", "boris",
    "caleb",   "david",   "ed",     "edward",  "grandma",  "grandpa",
    "gustave", "john",    "linda",  "marcelo", "max",      "michel",
    "miguel",  "norbert", "pablo",  "paul",    "pedro",    "quincy",
    "rob",     "robert",  "sandro", "shelby",  "steph",    "steph2",
    "travis",  "victor",  "zac",    "whisper"};

}  // namespace

std::string_view EngineName(Engine engine) {
  switch (engine) {
    case Engine::kEspeak:
      return "espeak";
    case Engine::kFlite:
      return "flite";
    case Engine::kFestival:
      return "festival";
  }
  return "";
}

std::span<const Voice> VoicesOf(Engine engine) {
  switch (engine) {
    case Engine::kEspeak:
      return kEspeakVoices;
    case Engine::kFlite:
      return kFliteVoices;
    case Engine::kFestival:
      return kFestivalVoices;
  }
  return {};
}

double EngineShare(Engine engine) {
  // Voices made from recordings teach more than formant synthesis does.
  switch (engine) {
    case Engine::kEspeak:
      return 0.42;
    case Engine::kFlite:
      return 0.20;
    case Engine::kFestival:
      return 0.38;
  }
  return 0;
}

std::span<const std::string_view> EspeakVariants() { return kVariants; }

}  // namespace longtake::speech_data
