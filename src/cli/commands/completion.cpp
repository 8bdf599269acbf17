// Shell completion: `completion SHELL` prints a script, which asks `__complete` for what may come next; that
// reads the same tables that parsing reads.

#include <algorithm>
#include <array>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"

namespace dhow::cli {

namespace {

constexpr std::string_view bash_script = R"(# bash completion for dhow
_dhow() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $line == :files ]]; then
            compopt -o default 2>/dev/null
            COMPREPLY=()
            return
        fi
        line=${line%%$'\t'*}
        [[ $line == *[=:] ]] && compopt -o nospace 2>/dev/null
        COMPREPLY+=("$line")
    done < <(dhow __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _dhow dhow
)";

constexpr std::string_view zsh_script = R"(#compdef dhow
_dhow() {
    local line
    local -a candidates
    for line in "${(@f)$(dhow __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        [[ $line == :files ]] && { _files; return }
        [[ -n $line ]] && candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    done
    _describe dhow candidates
}
compdef _dhow dhow
)";

constexpr std::string_view fish_script = R"(# fish completion for dhow
function __dhow_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (dhow __complete $words[2..-1] 2>/dev/null)
        if test "$line" = ":files"
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c dhow -f -a '(__dhow_complete)'
)";

int print_script(Session& session, const Arguments& arguments) {
    const auto& shell = arguments[0];
    if (shell == "bash")
        session.write(bash_script);
    else if (shell == "zsh")
        session.write(zsh_script);
    else if (shell == "fish")
        session.write(fish_script);
    else
        throw Exit(1, fmt::format("unknown shell \"{}\": bash, zsh and fish are known", shell));
    return 0;
}

/// What may stand where the last word begins. Lines: the word, a tab, what it means.
class Completer {
  public:
    Completer(Session& session, std::string prefix) : session_(session), prefix_(std::move(prefix)) {}

    void offer(std::string_view word, std::string_view meaning = {}) {
        if (!word.starts_with(prefix_)) return;
        auto line_end = std::min(meaning.find('\n'), meaning.size());
        session_.print("{}\t{}\n", word, meaning.substr(0, line_end));
    }

    void offer_options(Options options) {
        for (const auto& option : options)
            if (!option.hidden) offer("--" + std::string(option.name), option.help);
        offer("--help", "Print usage");
    }

    void offer_values(Completes kind, std::string_view words) {
        switch (kind) {
            case Completes::nothing:
                return;
            case Completes::files:
                session_.write(":files\n");
                return;
            case Completes::words:
                for (auto word : split(words, '|')) offer(word);
                return;
            case Completes::containers:
                return offer_containers("?all=1");
            case Completes::running_containers:
                return offer_containers("");
            case Completes::stopped_containers:
                return offer_containers("?all=1&filters=" +
                                        client::escape(R"({"status":{"created":true,"exited":true}})"));
            case Completes::images:
                return offer_images();
            case Completes::volumes:
                for (const auto& volume : array_at(session_.client().get("/volumes"), "Volumes"))
                    offer(string_at(volume, "Name"));
                return;
            case Completes::networks:
                return offer_networks();
            case Completes::networks_of_containers:
                offer_networks();
                offer("container:");
                return;
        }
    }

  private:
    void offer_containers(const std::string& query) {
        auto containers = session_.client().get("/containers/json" + query);
        if (!containers.is_array()) return;
        for (const auto& container : containers.get_array())
            for (const auto& name : array_at(container, "Names"))
                if (name.is_string())
                    offer(std::string_view(name.get_string()).substr(1), string_at(container, "Image"));
    }

    void offer_images() {
        auto images = session_.client().get("/images/json");
        if (!images.is_array()) return;
        for (const auto& image : images.get_array())
            for (const auto& tag : array_at(image, "RepoTags"))
                if (tag.is_string()) offer(std::string_view(tag.get_string()));
    }

    void offer_networks() {
        auto networks = session_.client().get("/networks");
        if (!networks.is_array()) return;
        for (const auto& network : networks.get_array())
            offer(string_at(network, "Name"), string_at(network, "Driver"));
    }

    Session& session_;
    std::string prefix_;
};

/// How far the words before the last one lead.
struct Place {
    const Command* command = nullptr;
    const Option* pending = nullptr;  ///< an option that waits for its value
    int arguments = 0;
    bool options_over = false;
};

void step_option(Place& place, Options options, std::string_view word) {
    bool has_value = word.find('=') != std::string_view::npos;
    const auto* option =
        word.starts_with("--") ? find_option(options, word.substr(2)) : find_option(options, word.back());
    if (option && !has_value && option->takes != Takes::nothing) place.pending = option;
}

Place walk(const std::vector<std::string>& words) {
    Place place;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        std::string_view word = words[i];
        if (place.pending) {
            place.pending = nullptr;
        } else if (word == "--") {
            place.options_over = true;
        } else if (word.size() > 1 && word[0] == '-' && !place.options_over) {
            step_option(place, place.command ? place.command->options : global_options(), word);
        } else if (!place.command) {
            place.command = find_top_level(word);
            if (!place.command) place.options_over = true;
        } else if (!place.command->members.empty()) {
            if (const auto* member = find_command(place.command->members, word)) place.command = member;
        } else {
            ++place.arguments;
            if (place.command->options_first) place.options_over = true;
        }
    }
    return place;
}

int complete(Session& session, const Arguments& arguments) {
    const auto& words = arguments.positional();
    if (words.empty()) return 0;
    auto place = walk(words);
    const auto& last = words.back();
    Completer completer(session, last);
    try {
        if (place.pending) {
            completer.offer_values(place.pending->completes, place.pending->words);
        } else if (last.starts_with('-') && !place.options_over) {
            completer.offer_options(place.command ? place.command->options : global_options());
        } else if (!place.command) {
            for (const auto& entry : all_commands())
                if (entry.chapter != Chapter::hidden && !place.options_over)
                    completer.offer(entry.command->name, entry.command->summary);
        } else if (!place.command->members.empty()) {
            for (const auto* member : place.command->members) completer.offer(member->name, member->summary);
        } else {
            bool takes_another = place.command->arity.most < 0 || place.arguments < place.command->arity.most;
            bool only_first = place.command->options_first && place.arguments > 0;
            if (takes_another && !only_first)
                completer.offer_values(place.command->completes, place.command->completion_words);
        }
    } catch (const Error&) {
        // Nobody can read an error in the middle of a line that is being typed.
        return 1;
    }
    return 0;
}

}  // namespace

constinit const Command completion_command{
    .name = "completion",
    .usage = "bash|zsh|fish",
    .summary = "Print a script that completes dhow's command line",
    .options = {},
    .arity = {1, 1},
    .run = print_script,
    .completes = Completes::words,
    .completion_words = "bash|zsh|fish",
};

constinit const Command complete_command{
    .name = "__complete",
    .usage = "WORD...",
    .summary = "Print what may stand in place of the last word",
    .options = {},
    .arity = {0, -1},
    .run = complete,
    .takes_anything = true,
};

}  // namespace dhow::cli
