#include "build/dockerfile/expand.hpp"

#include <algorithm>

namespace dhow::build::dockerfile {

namespace {

class Visitor {
  public:
    explicit Visitor(const Expander& expander, const Lookup& lookup) : expander_(expander), lookup_(lookup) {}

    void operator()(AddArgs& args) const {
        for (auto& arg : args.args) {
            one(arg.key);
            if (arg.value) one(*arg.value);
        }
    }
    void operator()(AddEnv& env) const { pairs(env.pairs); }
    void operator()(AddLabels& labels) const { pairs(labels.pairs); }
    void operator()(Run& run) const { all(run.mounts); }
    void operator()(Copy& copy) const {
        all(copy.sources);
        one(copy.destination);
        one(copy.owner);
        one(copy.mode);
        one(copy.checksum);
        all(copy.exclude);
        for (auto& document : copy.documents) {
            if (!document.expand) continue;
            // The content of a here-document has the shell's own escapes.
            Expander plain('\\', lookup_);
            plain.keep_quotes();
            document.content = plain.word(document.content);
        }
    }
    void operator()(Workdir& workdir) const { one(workdir.path); }
    void operator()(User& user) const { one(user.name); }
    void operator()(Volume& volume) const { all(volume.paths); }
    void operator()(Expose& expose) const {
        // docker's history has them sorted as they were written.
        std::ranges::sort(expose.ports);
        std::vector<std::string> ports;
        for (const auto& port : expose.ports)
            for (auto& word : expander_.words(port)) ports.push_back(std::move(word));
        expose.ports = std::move(ports);
    }
    void operator()(StopSignal& stop) const { one(stop.signal); }
    void operator()(Maintainer&) const {}
    void operator()(Cmd&) const {}
    void operator()(Entrypoint&) const {}
    void operator()(Shell&) const {}
    void operator()(Health&) const {}
    void operator()(OnBuild&) const {}

  private:
    void one(std::string& word) const { word = expander_.word(word); }
    void all(std::vector<std::string>& words) const {
        for (auto& word : words) one(word);
    }
    void pairs(std::vector<KeyValue>& list) const {
        for (auto& pair : list) {
            one(pair.key);
            one(pair.value);
        }
    }

    const Expander& expander_;
    const Lookup& lookup_;
};

}  // namespace

Instruction expand(const Instruction& instruction, char escape, const Lookup& lookup) {
    Instruction result = instruction;
    Expander expander(escape, lookup);
    try {
        std::visit(Visitor(expander, lookup), result.what);
    } catch (const InvalidArgument& error) {
        throw DockerfileError(instruction.lines, fmt::format("failed to process \"{}\": {}",
                                                             instruction.written, error.message()));
    }
    return result;
}

std::string expand_word(std::string_view word, char escape, const Lookup& lookup, Lines lines) {
    try {
        return Expander(escape, lookup).word(word);
    } catch (const InvalidArgument& error) {
        throw DockerfileError(lines, fmt::format("failed to process \"{}\": {}", word, error.message()),
                              std::string(word));
    }
}

}  // namespace dhow::build::dockerfile
