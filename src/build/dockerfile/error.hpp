#pragma once
// What is wrong with a Dockerfile, and where: for the message, and for a picture of the place.

#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace dhow::build::dockerfile {

/// Lines of the file, counted from 1. 0: nowhere in particular.
struct Lines {
    int first = 0;
    int last = 0;
    bool operator==(const Lines&) const = default;
};

/// The message is "dockerfile parse error on line N: reason (did you mean X?)".
class DockerfileError : public Error {
  public:
    DockerfileError(Lines lines, std::string reason, std::string culprit = "", std::string suggestion = "");

    Lines lines() const noexcept { return lines_; }
    /// The words of the file that are wrong; "" when it is the whole instruction.
    const std::string& culprit() const noexcept { return culprit_; }

  private:
    Lines lines_;
    std::string culprit_;
};

/// The lines around the error, with a caret below the culprit, without passwords in addresses:
///
///     Dockerfile:2
///        1 | FROM busybox
///        2 | RUNN echo
///          | ^^^^
std::string excerpt(std::string_view file, std::string_view name, const DockerfileError& error);

/// The candidate that was probably meant by `word`, whatever their case; "" when none is near.
std::string nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace dhow::build::dockerfile
