#pragma once
// A Dockerfile and a request become a graph: the stages that the target needs, what each waits for, and the
// number of every step.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "build/dockerfile/instructions.hpp"
#include "build/dockerfile/words.hpp"
#include "build/options.hpp"

namespace dhow::build {

struct StagePlan {
    dockerfile::Stage stage;
    std::string base;                 ///< the image, variables expanded; "" when the base is a stage
    std::optional<std::size_t> from;  ///< the stage that is the base
    std::string context;              ///< the named context whose files are the base; base is "" then
    std::set<std::size_t> needs;      ///< stages whose files it takes, the base included
    bool needed = false;
    int first_step = 0;
};

struct Plan {
    dockerfile::Dockerfile file;
    std::vector<StagePlan> stages;
    std::map<std::string, std::string> global_values;  ///< of ARG in front of the first FROM
    std::size_t target = 0;
    int steps = 0;
    std::set<std::string> contexts;  ///< the named contexts that its stages take files from
};

/// Reads the Dockerfile of a request: BUILDKIT_DOCKERFILE_CHECK stands for what the file says of the lint
/// rules.
/// @throws dockerfile::DockerfileError
dockerfile::Dockerfile read_dockerfile(std::string_view text, const Request& request);

/// `# syntax=` names the program that reads the file. @throws NotImplemented for one that is not docker's own
void check_syntax(const dockerfile::Dockerfile& file, const Request& request);

/// @throws dockerfile::DockerfileError; InvalidArgument for a target that is not there
Plan make_plan(dockerfile::Dockerfile file, const Request& request);

/// The named context that a name in FROM or --from means; as an image's name it may leave out what docker
/// adds.
/// @return its key in `request.contexts`, or null
const std::string* find_context(const Request& request, std::string_view name);

/// The stage before stage `before` that a name or a number means.
std::optional<std::size_t> find_stage(const Plan& plan, std::string_view name, std::size_t before);

/// Whether an instruction is work, rather than a word of the configuration: such are shown.
bool is_work(const dockerfile::Instruction& instruction);

/// What a stage is to be for; none when nobody says. @throws InvalidArgument
std::optional<oci::Platform> platform_of(const Plan& plan, const StagePlan& stage, const Request& request);

/// TARGETPLATFORM and its like.
std::map<std::string, std::string> platform_values(const Request& request);

/// The plan as text, a line a stage: for people and tests.
std::string to_text(const Plan& plan);

}  // namespace dhow::build
