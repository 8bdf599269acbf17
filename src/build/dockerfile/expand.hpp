#pragma once
// Variables of an instruction become values, in those instructions and places that have them.
// Source: Dockerfile reference, "Environment replacement".

#include "build/dockerfile/instructions.hpp"
#include "build/dockerfile/words.hpp"

namespace dhow::build::dockerfile {

/// The instruction with every word expanded, quotes and escapes removed. What runs in a container (RUN, CMD,
/// ENTRYPOINT, HEALTHCHECK) and ONBUILD's trigger stay as they were written.
/// @throws DockerfileError with the place
Instruction expand(const Instruction& instruction, char escape, const Lookup& lookup);

/// A word of FROM, or of a flag. @throws DockerfileError with the place
std::string expand_word(std::string_view word, char escape, const Lookup& lookup, Lines lines);

}  // namespace dhow::build::dockerfile
