#pragma once
// A transcript: commands as a person types them, in a text file, to be run against several daemons and
// compared. README.md beside this describes the format.

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "support/daemon.hpp"

namespace dhow::test {

/// What a person does at a terminal, and what he then sees.
struct Dialogue {
    enum class Act { expect, send, resize, pause } act;
    std::string text;
};

/// One command of a transcript and what is asked of it.
struct Step {
    std::string line;
    bool on_terminal = false;
    std::vector<Dialogue> dialogue;
    std::set<std::string>
        not_compared;  ///< "stdout", "stderr", "status", "order"; "dhow stdout": for that client only
    std::vector<std::string> wanted;  ///< each must be in the standard output of every run

    bool compares(const std::string& aspect, Client client) const {
        return !not_compared.contains(aspect) &&
               !(client == Client::dhow && not_compared.contains("dhow " + aspect));
    }
};

struct Transcript {
    std::string name;
    std::vector<Step> steps;
};

/// @throws InvalidArgument that names the file and the line.
Transcript read_transcript(const std::filesystem::path& file);

/// Runs one step. A terminal's failed expectation is in `err`, with status 1000.
Result run_step(const Step& step, const Daemon& daemon, Client client);

/// The text with everything replaced that differs between two runs of the same thing: identifiers, times,
/// ages, sizes, addresses, ephemeral ports, padding, and the clients' own names.
std::string normalised(std::string_view text);

}  // namespace dhow::test
