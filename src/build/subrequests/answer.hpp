#pragma once
// Subrequests of BuildKit's Dockerfile frontend: questions about a Dockerfile that are answered without a
// build. Source: moby/buildkit, frontend/dockerui/requests.go.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "build/subrequests/documents.hpp"
#include "build/subrequests/outline.hpp"
#include "image/images.hpp"

namespace dhow::build {

/// A subrequest that there is not.
class UnsupportedSubrequest : public NotImplemented {
  public:
    explicit UnsupportedSubrequest(std::string name)
        : NotImplemented("unsupported request {}", name), name_(std::move(name)) {}
    const std::string& name() const noexcept { return name_; }

  private:
    std::string name_;
};

/// The Dockerfile that a question is about.
struct QuestionedFile {
    std::string name;
    std::string text;
    std::vector<std::string> ignored;  ///< the patterns of the context's .dockerignore
};

/// The same for programs and for people.
struct SubrequestResult {
    std::string json;
    std::string text;
    std::string version = "1.0.0";
    std::optional<int> status{};  ///< with which a client shall end
    std::string failure{};        ///< why, where that is not 0
};

/// Whether a subrequest is about a Dockerfile, rather than about what can be asked.
/// @throws UnsupportedSubrequest
bool needs_dockerfile(std::string_view name);

/// `name`: "frontend.outline", "frontend.targets", "frontend.lint" or "frontend.subrequests.describe".
/// Blocks.
/// @throws UnsupportedSubrequest, dockerfile::DockerfileError, InvalidArgument, NotImplemented
SubrequestResult answer(std::string_view name, const QuestionedFile& file, const Request& request,
                        const image::Images& images);

/// As buildx prints them.
std::string to_text(const Outline& outline);
std::string to_text(const std::vector<Target>& targets);
std::string to_text(const std::vector<SubrequestDocument>& subrequests);

}  // namespace dhow::build
