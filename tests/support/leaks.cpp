#include "support/leaks.hpp"

#include <regex>

#include "base/error.hpp"
#include "network/config.hpp"
#include "support/http.hpp"

namespace dhow::test {
namespace {

namespace fs = std::filesystem;
using Entries = std::set<std::string>;

bool is_number(const std::string& text) { return text.find_first_not_of("0123456789") == std::string::npos; }

/// The processes of the machine. One that ends while it is looked at has no files any more, and no entries.
std::vector<fs::path> processes() {
    std::vector<fs::path> result;
    for (auto& entry : fs::directory_iterator("/proc"))
        if (is_number(entry.path().filename())) result.push_back(entry.path());
    return result;
}

std::string command_line(const fs::path& process) {
    auto text = read_file(process / "cmdline");
    std::ranges::replace(text, '\0', ' ');
    return text;
}

std::string link_of(const fs::path& path) {
    std::error_code gone;
    return fs::read_symlink(path, gone).native();
}

/// What lies in a folder; of one that goes meanwhile, what was still there.
std::vector<fs::directory_entry> entries_of(const fs::path& folder) {
    std::vector<fs::directory_entry> result;
    std::error_code gone;
    for (auto entry = fs::directory_iterator(folder, gone); !gone && entry != end(entry);
         entry.increment(gone))
        result.push_back(*entry);
    return result;
}

bool is_folder(const fs::directory_entry& entry) {
    std::error_code gone;
    return entry.symlink_status(gone).type() == fs::file_type::directory;
}

Entries mounts(const Daemon& daemon) {
    Entries result, seen;
    for (auto& process : processes()) {
        if (!seen.insert(link_of(process / "ns/mnt")).second) continue;
        for (auto& line : lines_of(read_file(process / "mountinfo")))
            if (line.find(daemon.folder().native()) != std::string::npos)
                result.insert(line.substr(line.find(' ', line.find(' ') + 1) + 1));
    }
    return result;
}

enum class Listed { folders, everything };

void add_all_below(const fs::path& folder, Listed what, Entries& result) {
    // Compiled filters are kept for the next container, a bounded number of them.
    if (folder.filename() == ".seccomp") return;
    for (const auto& entry : entries_of(folder)) {
        bool inner = is_folder(entry);
        if (inner || what == Listed::everything) result.insert(entry.path());
        if (inner) add_all_below(entry.path(), what, result);
    }
}

Entries cgroups(const Daemon& daemon) {
    Entries result;
    for (const auto& hierarchy : entries_of("/sys/fs/cgroup"))
        add_all_below(hierarchy.path() / daemon.cgroup_parent(), Listed::folders, result);
    return result;
}

Entries works_for(const Daemon& daemon) {
    Entries result;
    for (auto& process : processes())
        if (auto line = command_line(process); line.find(daemon.folder().native()) != std::string::npos)
            if (process.filename() != std::to_string(daemon.pid()) && line.find("/bin/bash -c") != 0)
                result.insert(line);
    return result;
}

Entries namespaces(const Daemon& daemon) {
    Entries result;
    for (auto& process : processes())
        if (command_line(process).find(daemon.folder().native()) != std::string::npos)
            result.insert(link_of(process / "ns/net"));
    for (auto& line : lines_of(read_file("/proc/self/mountinfo")))
        if (line.find(" nsfs ") != std::string::npos &&
            line.find(daemon.folder().native()) != std::string::npos)
            result.insert("pinned: " + line);
    return result;
}

/// A listing of the host's network, without what changes by itself.
Entries listing(const Daemon& daemon, const std::string& command, const std::regex& volatile_parts) {
    Entries result;
    for (auto& line : lines_of(expect_success(run(sh(command).on(daemon.host()))).out))
        result.insert(std::regex_replace(line, volatile_parts, ""));
    return result;
}

Entries files(const Daemon& daemon) {
    Entries result;
    add_all_below(daemon.exec_root(), Listed::everything, result);
    for (const auto& top : entries_of(daemon.data_root()))
        for (const auto& entry : entries_of(top.path()))
            if (is_folder(entry)) result.insert(entry.path());
    return result;
}

Entries rows(const Daemon& daemon) {
    Entries result;
    for (auto target : {"/containers/json?all=1", "/volumes", "/images/json"}) {
        auto answer = request(daemon.socket(), "GET", target).json();
        auto& list = answer.is_object() ? answer.as_object().at("Volumes") : answer;
        if (!list.is_array()) continue;
        for (auto& row : list.as_array())
            for (auto key : {"Id", "Name"})
                if (auto value = row.as_object().if_contains(key))
                    result.insert(fmt::format("{} {}", target, std::string_view(value->as_string())));
    }
    return result;
}

std::string difference(const Inventory& before, const Inventory& after) {
    std::string result;
    for (auto& [kind, entries] : after) {
        auto& old = before.at(kind);
        for (auto& entry : entries)
            if (!old.contains(entry)) result += fmt::format("+{}: {}\n", kind, entry);
        // What is gone is no leak, but a row that is gone was somebody's.
        for (auto& entry : old)
            if (kind == "rows" && !entries.contains(entry)) result += fmt::format("-{}: {}\n", kind, entry);
    }
    return result;
}

/// Namespaces stand ready under names of their own: only their number counts, and at any moment it is as if
/// all that may stand there did.
Entries numbered(const Entries& entries, const std::string& what) {
    Entries result;
    std::size_t number = 0;
    auto count = [&] { result.insert(fmt::format("{} {}", what, ++number)); };
    for (auto& entry : entries)
        if (entry.find(what) == std::string::npos)
            result.insert(entry);
        else
            count();
    while (number < network::Config{}.ready_sandboxes) count();
    return result;
}

}  // namespace

Inventory take_inventory(const Daemon& daemon) {
    static const std::regex index("^[0-9]+: "),
        counters("counter packets [0-9]+ bytes [0-9]+|expires [0-9a-z]+");
    auto ready = (daemon.exec_root() / "netns").native() + "/";
    return {{"mounts", numbered(mounts(daemon), ready)},
            {"cgroups", cgroups(daemon)},
            {"processes", works_for(daemon)},
            {"namespaces", numbered(namespaces(daemon), ready)},
            {"interfaces", listing(daemon, "ip -o link | cut -d: -f2", index)},
            {"rules", listing(daemon, "nft list ruleset", counters)},
            {"files", numbered(files(daemon), ready)},
            {"rows", rows(daemon)}};
}

std::string leaked_since(const Daemon& daemon, const Inventory& before, std::chrono::milliseconds limit) {
    std::string result;
    eventually([&] { return (result = difference(before, take_inventory(daemon))).empty(); }, limit);
    return result;
}

}  // namespace dhow::test
