#include "clients/transcript.hpp"

#include <fstream>

#include "base/error.hpp"
#include "support/pty.hpp"

namespace dhow::test {
namespace {

/// "\r", "\n", "\\" and "\xHH" become the characters they name.
std::string unescaped(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            result += text[i];
            continue;
        }
        switch (text[++i]) {
            case 'r':
                result += '\r';
                break;
            case 'n':
                result += '\n';
                break;
            case 'x':
                result += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
                i += 2;
                break;
            default:
                result += text[i];
        }
    }
    return result;
}

Dialogue read_dialogue(const std::string& text) {
    auto space = text.find(' ');
    auto act = text.substr(0, space);
    auto rest = unescaped(space == std::string::npos ? "" : text.substr(space + 1));
    if (act == "expect") return {Dialogue::Act::expect, rest};
    if (act == "send") return {Dialogue::Act::send, rest};
    if (act == "resize") return {Dialogue::Act::resize, rest};
    if (act == "pause") return {Dialogue::Act::pause, rest};
    throw InvalidArgument("'{}' is nothing that is done at a terminal", act);
}

/// "stderr: reason" and "dhow stderr: reason": what stands before the colon. A reason is asked for.
std::string read_exception(const std::string& text) {
    auto colon = text.find(": ");
    if (colon == std::string::npos) throw InvalidArgument("an exception needs a reason: '~ {}'", text);
    return text.substr(0, colon);
}

void read_line(Transcript& transcript, const std::string& line) {
    if (line.empty() || line[0] == '#') return;
    if (line.size() < 3 || line[1] != ' ') throw InvalidArgument("not a line of a transcript: '{}'", line);
    auto text = line.substr(2);
    if (line[0] == '$' || line[0] == '%') {
        transcript.steps.push_back({text, line[0] == '%', {}, {}, {}});
        return;
    }
    if (transcript.steps.empty()) throw InvalidArgument("no command before '{}'", line);
    auto& step = transcript.steps.back();
    switch (line[0]) {
        case '<':
            step.dialogue.push_back(read_dialogue(text));
            break;
        case '~':
            step.not_compared.insert(read_exception(text));
            break;
        case '=':
            step.wanted.push_back(text);
            break;
        default:
            throw InvalidArgument("not a line of a transcript: '{}'", line);
    }
}

void act_out(const Dialogue& dialogue, Pty& terminal) {
    switch (dialogue.act) {
        case Dialogue::Act::expect:
            return terminal.expect(dialogue.text);
        case Dialogue::Act::send:
            return terminal.send(dialogue.text);
        case Dialogue::Act::resize: {
            auto space = dialogue.text.find(' ');
            return terminal.resize(std::stoi(dialogue.text), std::stoi(dialogue.text.substr(space)));
        }
        case Dialogue::Act::pause:
            eventually([] { return false; }, std::chrono::milliseconds(std::stoi(dialogue.text)));
    }
}

}  // namespace

Transcript read_transcript(const std::filesystem::path& file) {
    Transcript transcript{file.stem(), {}};
    std::ifstream input(file);
    std::string line;
    for (int number = 1; std::getline(input, line); ++number)
        with_context(fmt::format("{}:{}", file.native(), number), [&] { read_line(transcript, line); });
    return transcript;
}

Result run_step(const Step& step, const Daemon& daemon, Client client) {
    auto command = daemon.sh(step.line, client).within(60s).with("BASH_ENV", DHOW_CASES "/../helpers.bash");
    if (!step.on_terminal) return run(command);
    Result result;
    result.command = step.line;
    try {
        Pty terminal(command.with("TERM", "dumb"));
        for (auto& dialogue : step.dialogue) act_out(dialogue, terminal);
        result.status = terminal.wait();
    } catch (const Error& error) {
        result.err = error.message();
        result.status = 1000;
    }
    return result;
}

}  // namespace dhow::test
