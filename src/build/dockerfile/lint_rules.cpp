#include "build/dockerfile/lint_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/text.hpp"

namespace dhow::build::dockerfile {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 22> rules{{
    {"StageNameCasing", "Stage names should be lowercase"},
    {"FromAsCasing", "The 'as' keyword should match the case of the 'from' keyword"},
    {"NoEmptyContinuation", "Empty continuation lines will become errors in a future release"},
    {"ConsistentInstructionCasing",
     "All commands within the Dockerfile should use the same casing (either upper or lower)"},
    {"DuplicateStageName", "Stage names should be unique"},
    {"ReservedStageName", "Reserved words should not be used as stage names"},
    {"JSONArgsRecommended",
     "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related "
     "to OS signals"},
    {"MaintainerDeprecated",
     "The MAINTAINER instruction is deprecated, use a label instead to define an image "
     "author"},
    {"UndefinedArgInFrom", "FROM command must use declared ARGs"},
    {"WorkdirRelativePath",
     "Relative workdir without an absolute workdir declared within the build can have "
     "unexpected results if the base image changes"},
    {"UndefinedVar", "Variables should be defined before their use"},
    {"MultipleInstructionsDisallowed",
     "Multiple instructions of the same type should not be used in the same stage"},
    {"LegacyKeyValueFormat", "Legacy key/value format with whitespace separator should not be used"},
    {"InvalidBaseImagePlatform", "Base image platform does not match expected target platform"},
    {"RedundantTargetPlatform",
     "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the "
     "default behavior"},
    {"SecretsUsedInArgOrEnv", "Sensitive data should not be used in the ARG or ENV commands"},
    {"InvalidDefaultArgInFrom",
     "Default value for global ARG results in an empty or invalid base image name"},
    {"FromPlatformFlagConstDisallowed", "FROM --platform flag should not use a constant value"},
    {"CopyIgnoredFile", "Attempting to Copy file that is excluded by .dockerignore"},
    {"InvalidDefinitionDescription",
     "Comment for build stage or argument should follow the format: `# <arg/stage name> "
     "<description>`. If this is not intended to be a description comment, add an empty "
     "line or comment between the instruction and the comment."},
    {"ExposeProtoCasing", "Protocol in EXPOSE instruction should be lowercase"},
    {"ExposeInvalidFormat",
     "IP address and host-port mapping should not be used in EXPOSE instruction. This will "
     "become an error in a future release"},
}};

}  // namespace

std::string_view rule_description(std::string_view rule) {
    auto found = std::ranges::find(rules, rule, &std::pair<std::string_view, std::string_view>::first);
    return found == rules.end() ? std::string_view() : found->second;
}

std::string rule_url(std::string_view rule) {
    if (rule_description(rule).empty() || rule == "InvalidBaseImagePlatform") return "";
    // The page of StageNameCasing is stage-name-casing, that of JSONArgsRecommended json-args-recommended.
    std::string page;
    for (std::size_t i = 0; i < rule.size(); ++i) {
        auto upper = [&](std::size_t at) {
            return at < rule.size() && std::isupper(static_cast<unsigned char>(rule[at])) != 0;
        };
        bool word = i > 0 && upper(i) && (!upper(i - 1) || (i + 1 < rule.size() && !upper(i + 1)));
        if (word) page += '-';
        page += lower(rule[i]);
    }
    return "https://docs.docker.com/go/dockerfile/rule/" + page + "/";
}

}  // namespace dhow::build::dockerfile
