// The language, by tables of text: data/*.txt.

#include <fstream>

#include <gtest/gtest.h>

#include "base/ignore.hpp"
#include "base/units.hpp"
#include "build/dockerfile/expand.hpp"
#include "build/dockerfile/instructions.hpp"
#include "build/dockerfile/words.hpp"

namespace dhow::build::dockerfile {
namespace {

std::vector<std::string> lines_of(const std::string& name) {
    std::ifstream file(std::string(BUILD_TEST_DATA) + "/" + name);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    EXPECT_FALSE(lines.empty()) << name;
    return lines;
}

std::optional<std::string> variables(std::string_view name) {
    static const std::map<std::string, std::string, std::less<>> set{
        {"A", "a"}, {"B", "b c"}, {"EMPTY", ""}, {"PATH3", "/x/y/z"}, {"V", "v1.2.3"}, {"STAR", "a*b"}};
    auto found = set.find(name);
    if (found == set.end()) return std::nullopt;
    return found->second;
}

TEST(Words, expand_as_the_table_says) {
    for (const auto& line : lines_of("words.txt")) {
        if (line.starts_with("# ")) continue;
        auto bar = line.rfind(" | ");
        ASSERT_NE(bar, line.npos) << line;
        std::string result;
        try {
            result = Expander('\\', variables).word(line.substr(0, bar));
        } catch (const InvalidArgument& error) {
            result = "! " + error.message();
        }
        EXPECT_EQ(result, line.substr(bar + 3)) << line;
    }
}

TEST(Words, blanks_in_a_value_part_words_unless_quoted) {
    Expander expander('\\', variables);
    using Words = std::vector<std::string>;
    EXPECT_EQ(expander.words("x $B y"), (Words{"x", "b", "c", "y"}));
    EXPECT_EQ(expander.words("x \"$B\" y"), (Words{"x", "b c", "y"}));
    EXPECT_EQ(expander.words("x$B"), (Words{"xb", "c"}));
    EXPECT_EQ(expander.words("a\\ b"), (Words{"a b"}));
    EXPECT_EQ(expander.words("${UNSET:-p q}"), (Words{"p", "q"}));
    EXPECT_EQ(expander.words("'' $EMPTY"), (Words{""}));
}

TEST(Words, of_a_here_document_keep_quotes_and_the_shells_escapes) {
    Expander expander('\\', variables);
    expander.keep_quotes();
    EXPECT_EQ(expander.word("\"$A\" 'x' \\n \\$A \\\\"), "\"a\" 'x' \\n $A \\");
}

TEST(Words, nested_without_end_are_refused) {
    std::string text;
    for (int i = 0; i < 10000; ++i) text += "${U:-";
    EXPECT_THROW(Expander('\\', variables).word(text), InvalidArgument);
}

TEST(Words, with_another_escape) { EXPECT_EQ(Expander('`', variables).word("c:\\x`$A"), "c:\\x$A"); }

TEST(Ignore, matches_as_the_table_says) {
    IgnoreRules rules;
    std::string patterns;
    bool reading = false;
    for (const auto& line : lines_of("ignore.txt")) {
        // "[" in the first column begins the patterns, "]" at a line's end ends them.
        bool begins = !reading && line.starts_with('[');
        if (begins) patterns.clear();
        if (begins || reading) {
            auto text = begins ? line.substr(1) : line;
            reading = !text.ends_with(']');
            patterns += (reading ? text : text.substr(0, text.size() - 1)) + "\n";
            if (!reading) rules = IgnoreRules::parse(patterns);
        } else if (line.starts_with("- ") || line.starts_with("+ ")) {
            EXPECT_EQ(rules.ignores(line.substr(2)), line[0] == '-') << patterns << line;
        }
    }
}

TEST(Ignore, refuses_malformed_patterns) {
    for (const char* text : {"[", "[a", "[]", "[-]", "a\\", "!", "[a-]"})
        EXPECT_THROW(IgnoreRules::parse(text), InvalidArgument) << text;
}

TEST(Ignore, is_linear_in_hostile_patterns) {
    std::string pattern, path(4000, 'a');
    for (int i = 0; i < 300; ++i) pattern += "*a";
    EXPECT_FALSE(match_path(pattern + "b", path));
    pattern.clear();
    for (int i = 0; i < 300; ++i) pattern += "**/a";
    EXPECT_FALSE(match_path(pattern + "b", path));
}

TEST(Ignore, knows_which_folders_may_hold_exceptions) {
    auto rules = IgnoreRules::parse("*\n!a/b/c\n!d*/x");
    EXPECT_TRUE(rules.may_hold_exceptions("a"));
    EXPECT_TRUE(rules.may_hold_exceptions("a/b"));
    EXPECT_FALSE(rules.may_hold_exceptions("z"));
    EXPECT_TRUE(rules.may_hold_exceptions("dd"));
    EXPECT_FALSE(IgnoreRules::parse("*").may_hold_exceptions("a"));
}

TEST(Ignore, cleans_paths_as_go_does) {
    EXPECT_EQ(clean_path(""), ".");
    EXPECT_EQ(clean_path("a//b/../c/"), "a/c");
    EXPECT_EQ(clean_path("/../a"), "/a");
    EXPECT_EQ(clean_path("../a/.."), "..");
    EXPECT_EQ(clean_path("../../a"), "../../a");
}

// What was understood, as one line of text.

std::string list(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += " [" + word + "]";
    return text;
}

std::string show(const CommandLine& command) {
    return (command.exec_form ? "exec" : "shell") + list(command.args);
}

std::string show(const std::vector<KeyValue>& pairs) {
    std::string text;
    for (const auto& pair : pairs) text += fmt::format(" [{}={}]", pair.key, pair.value);
    return text;
}

std::string show(const std::vector<Heredoc>& heredocs) {
    std::string text;
    for (const auto& heredoc : heredocs) {
        std::string content;
        for (char c : heredoc.text()) content += c == '\n' ? std::string("\\n") : std::string(1, c);
        text += fmt::format(" heredoc {}{} {} \"{}\"", heredoc.name, heredoc.expand ? " expand" : "",
                            heredoc.descriptor, content);
    }
    return text;
}

struct Show {
    std::string operator()(const AddArgs& args) const {
        std::string text = "ARG";
        for (const auto& arg : args.args) text += " [" + arg.key + (arg.value ? "=" + *arg.value : "") + "]";
        return text;
    }
    std::string operator()(const AddEnv& env) const { return "ENV" + show(env.pairs); }
    std::string operator()(const AddLabels& labels) const { return "LABEL" + show(labels.pairs); }
    std::string operator()(const Run& run) const {
        std::string text = "RUN " + show(run.command);
        for (const auto& mount : run.mounts) text += " mount " + mount;
        if (run.network != "default") text += " network " + run.network;
        if (run.security != "sandbox") text += " security " + run.security;
        return text + show(run.heredocs);
    }
    std::string operator()(const Copy& copy) const {
        std::string text =
            (copy.add ? "ADD" : "COPY") + list(copy.sources) + " to [" + copy.destination + "]";
        if (!copy.from.empty()) text += " from " + copy.from;
        if (!copy.owner.empty()) text += " owner " + copy.owner;
        if (!copy.mode.empty()) text += " mode " + copy.mode;
        if (copy.link) text += " link";
        if (copy.parents) text += " parents";
        if (!copy.checksum.empty()) text += " checksum " + copy.checksum;
        if (copy.keep_git_dir) text += " keep-git-dir";
        for (const auto& pattern : copy.exclude) text += " exclude " + pattern;
        return text + show(copy.documents);
    }
    std::string operator()(const Workdir& workdir) const { return "WORKDIR " + workdir.path; }
    std::string operator()(const User& user) const { return "USER " + user.name; }
    std::string operator()(const Volume& volume) const { return "VOLUME" + list(volume.paths); }
    std::string operator()(const Expose& expose) const { return "EXPOSE" + list(expose.ports); }
    std::string operator()(const Cmd& cmd) const { return "CMD " + show(cmd.command); }
    std::string operator()(const Entrypoint& entry) const { return "ENTRYPOINT " + show(entry.command); }
    std::string operator()(const Shell& shell) const { return "SHELL" + list(shell.words); }
    std::string operator()(const StopSignal& stop) const { return "STOPSIGNAL " + stop.signal; }
    std::string operator()(const Health& health) const {
        if (health.none) return "HEALTHCHECK none";
        return fmt::format("HEALTHCHECK {} {} {} {} {} {}", format_duration(health.interval),
                           format_duration(health.timeout), format_duration(health.start_period),
                           format_duration(health.start_interval), health.retries, show(health.command));
    }
    std::string operator()(const OnBuild& on_build) const { return "ONBUILD " + on_build.trigger; }
    std::string operator()(const Maintainer& maintainer) const { return "MAINTAINER " + maintainer.name; }
};

std::string show(Lines lines) {
    if (lines.first == lines.last) return fmt::format(" line {}\n", lines.first);
    return fmt::format(" lines {}-{}\n", lines.first, lines.last);
}

std::string show(const Dockerfile& file) {
    std::string text;
    for (const auto& arg : file.global_args)
        text += "global " + std::visit(Show(), arg.what) + show(arg.lines);
    for (const auto& stage : file.stages) {
        text += fmt::format("stage \"{}\" from \"{}\"", stage.name, stage.base);
        if (!stage.platform.empty()) text += fmt::format(" platform \"{}\"", stage.platform);
        text += show(stage.lines);
        for (const auto& instruction : stage.instructions)
            text += std::visit(Show(), instruction.what) + show(instruction.lines);
    }
    for (auto lines : file.empty_continuations) text += "empty continuation" + show(lines);
    return text;
}

std::string understood(const std::string& text) {
    try {
        return show(parse_dockerfile(text));
    } catch (const DockerfileError& error) {
        return "! " + error.message() + "\n";
    }
}

TEST(Dockerfile, is_understood_as_the_table_says) {
    std::string name, text, expected;
    bool answer = false;
    auto check = [&] {
        if (!name.empty()) {
            EXPECT_EQ(understood(text), expected) << name;
        }
        text.clear();
        expected.clear();
        answer = false;
    };
    for (const auto& line : lines_of("instructions.txt")) {
        if (line.starts_with("=== ")) {
            check();
            name = line.substr(4);
        } else if (line == "--->") {
            answer = true;
        } else if (!name.empty()) {
            (answer ? expected : text) += line + "\n";
        }
    }
    check();
}

TEST(Dockerfile, with_dos_line_ends_and_a_byte_order_mark_is_the_same) {
    EXPECT_EQ(understood("\xEF\xBB\xBF"
                         "FROM a\r\nRUN b \\\r\n c\r\n"),
              understood("FROM a\nRUN b \\\n c\n"));
}

TEST(Dockerfile, error_is_shown_with_a_caret) {
    std::string text = "FROM busybox\nWORKDIR /\n\tRUNN echo\nCMD x\n";
    try {
        parse_dockerfile(text);
        FAIL();
    } catch (const DockerfileError& error) {
        EXPECT_EQ(excerpt(text, "Dockerfile", error),
                  "Dockerfile:3\n"
                  "   1 | FROM busybox\n"
                  "   2 | WORKDIR /\n"
                  "   3 | \tRUNN echo\n"
                  "     | \t^^^^\n"
                  "   4 | CMD x\n");
    }
}

TEST(Dockerfile, expands_where_it_is_said_and_only_there) {
    auto file = parse_dockerfile(
        "FROM x\nENV k=$A \"q\"='$A'\nRUN $A\nCMD $A\nWORKDIR /$A\nEXPOSE $B ${A}1\nCOPY --chown=$A $A /$A/\n"
        "ENTRYPOINT [\"$A\"]\nHEALTHCHECK CMD $A\nONBUILD RUN $A\nUSER $A\nCOPY <<E <<'F' /\n$A\nE\n$A\nF\n");
    std::string text;
    for (const auto& instruction : file.stages[0].instructions)
        text += std::visit(Show(), expand(instruction, '\\', variables).what) + "\n";
    EXPECT_EQ(text,
              "ENV [k=a] [q=$A]\nRUN shell [$A]\nCMD shell [$A]\nWORKDIR /a\nEXPOSE [b] [c] [a1]\n"
              "COPY [a] to [/a/] owner a\nENTRYPOINT exec [$A]\n"
              "HEALTHCHECK 0s 0s 0s 0s 0 shell [$A]\nONBUILD RUN $A\nUSER a\n"
              "COPY to [/] heredoc E expand 0 \"a\\n\" heredoc F 0 \"$A\\n\"\n");
}

TEST(Mount, is_read_field_by_field) {
    auto mount = parse_mount("target=/t,type=cache,id=x,sharing=private,mode=0750,uid=5,gid=6,ro");
    EXPECT_EQ(mount.type, RunMount::Type::cache);
    EXPECT_EQ(mount.target, "/t");
    EXPECT_EQ(mount.sharing, RunMount::Sharing::private_);
    EXPECT_EQ(mount.mode, 0750U);
    EXPECT_EQ(mount.uid, 5U);
    EXPECT_EQ(mount.gid, 6U);
    EXPECT_TRUE(mount.read_only);
    EXPECT_TRUE(parse_mount("target=/t").read_only) << "a bind";
    EXPECT_FALSE(parse_mount("target=/t,rw").read_only);
    EXPECT_EQ(parse_mount("type=tmpfs,target=/t,size=1m").size, 1 << 20);
    for (const char* wrong : {"type=bind", "type=tmpfs,target=/t,from=x", "target=/t,colour=red", "target",
                              "type=secret", "type=cache,target=/t,sharing=x", "target=/t,mode=9"})
        EXPECT_THROW(parse_mount(wrong), InvalidArgument) << wrong;
}

}  // namespace
}  // namespace dhow::build::dockerfile
