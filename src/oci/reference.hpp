#pragma once
// How people name images: [domain/]path[:tag][@digest], the grammar of github.com/distribution/reference,
// with docker's defaults: the domain docker.io, its folder library/, the tag latest.

#include <optional>
#include <string>
#include <string_view>

#include "oci/digest.hpp"

namespace dhow::oci {

/// A name in its full form. Equal names mean the same repository, tag and digest, however they were written.
struct Reference {
    std::string domain;  ///< "docker.io", "localhost:5000"
    std::string path;    ///< "library/busybox"
    std::string tag;     ///< "" when none was written
    std::optional<Digest> digest;

    /// Reads what a person wrote. The tag stays empty when there is none.
    /// @throws InvalidArgument in docker's words ("invalid reference format: repository name ... must be
    ///         lowercase").
    static Reference parse(std::string_view text);

    /// "docker.io/library/busybox"
    std::string name() const { return domain + "/" + path; }
    /// The whole: "docker.io/library/busybox:latest@sha256:..."
    std::string full() const;
    /// The repository as docker prints it: "busybox", "localhost:5000/app"
    std::string familiar_name() const;
    /// The whole as docker prints it: "busybox:latest"
    std::string familiar() const;
    /// The same with the tag "latest" when there is neither tag nor digest.
    Reference with_default_tag() const;

    auto operator<=>(const Reference&) const = default;
};

/// Checks a tag alone ([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}). @throws InvalidArgument "invalid tag format"
void check_tag(std::string_view tag);

/// path.Match of Go, as the `reference` filter uses it: `*` and `?` do not cross a '/', `[a-z]`, `\` quotes.
/// @throws InvalidArgument "syntax error in pattern"
bool match_pattern(std::string_view pattern, std::string_view text);

/// Whether `reference` is meant by the filter reference=`pattern` (docker's FamiliarMatch): the pattern
/// fits the familiar name, with or without its tag.
bool familiar_match(std::string_view pattern, const Reference& reference);

}  // namespace dhow::oci
