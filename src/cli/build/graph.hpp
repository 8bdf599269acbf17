#pragma once
// `dhow build --graph FILE.svg`: the stages of a build as a picture: what each stands on and takes from
// others, its steps, what was cached, and how long each took.

#include <string>

#include "cli/build/model.hpp"

namespace dhow::cli {

/// An SVG document (SVG 1.1, no scripts, no fonts of its own).
std::string draw_graph(const BuildModel& model, Moment now);

}  // namespace dhow::cli
