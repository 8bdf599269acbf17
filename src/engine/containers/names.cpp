// Names for containers that were given none.

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "base/random.hpp"
#include "engine/containers/registry.hpp"

namespace dhow::engine {

namespace {

// Words of the sea and the wind.
constexpr std::array<std::string_view, 64> adjectives{
    "able",    "agile",   "amber",    "ample",  "azure",  "balmy",  "blithe", "bold",   "brave",  "breezy",
    "bright",  "brisk",   "calm",     "candid", "cheery", "clear",  "coral",  "cosy",   "crisp",  "deft",
    "eager",   "fair",    "fleet",    "fresh",  "gentle", "gilded", "glad",   "golden", "hardy",  "hearty",
    "jolly",   "keen",    "kind",     "lively", "loyal",  "lucid",  "mellow", "merry",  "mighty", "nimble",
    "noble",   "patient", "placid",   "plucky", "proud",  "quick",  "quiet",  "rapid",  "ready",  "salty",
    "serene",  "sharp",   "silver",   "sleek",  "steady", "sturdy", "sunny",  "swift",  "tidal",  "trusty",
    "upright", "vivid",   "windward", "wise"};

// Navigators, shipwrights, cartographers and those who studied the sea.
constexpr std::array<std::string_view, 64> surnames{
    "amundsen", "anson",      "baffin",     "baret",    "barents",      "batuta",    "beaufort",
    "bering",   "blake",      "bligh",      "bowditch", "brendan",      "brunel",    "cabot",
    "cabral",   "cartier",    "carson",     "cook",     "cousteau",     "dampier",   "darwin",
    "drake",    "earle",      "ericson",    "fitzroy",  "flinders",     "franklin",  "frobisher",
    "fuca",     "gama",       "halley",     "harrison", "hawkins",      "heyerdahl", "hipparchus",
    "hudson",   "humboldt",   "ibnmajid",   "joshee",   "kruzenshtern", "laperouse", "magellan",
    "maury",    "mercator",   "moitessier", "nansen",   "nearchus",     "ortelius",  "piccard",
    "polo",     "ptolemy",    "pytheas",    "quiros",   "raleigh",      "reis",      "ross",
    "scoresby", "shackleton", "slocum",     "tabei",    "tasman",       "tharp",     "vespucci",
    "zhenghe"};

}  // namespace

std::string generate_name(int attempt) {
    auto random = std::stoul(random_hex(3), nullptr, 16);
    auto name = fmt::format("{}_{}", adjectives[random % adjectives.size()],
                            surnames[(random >> 8) % surnames.size()]);
    if (attempt > 0) name += fmt::format("{}", (random >> 16) % 10);
    if (attempt > 3) name += random_hex(2);
    return name;
}

}  // namespace dhow::engine
