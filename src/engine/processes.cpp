#include "engine/processes.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "engine/core.hpp"
#include "linux/cgroup/cgroup.hpp"

namespace dhow::engine {

namespace {

std::vector<std::string> words_of(const std::string& line) {
    std::istringstream stream(line);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

/// The output of ps(1), with its complaints when it fails.
std::string run_ps(const std::vector<std::string>& arguments) {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC), "pipe");
    UniqueFd read_end(ends[0]), write_end(ends[1]);
    std::vector<char*> argv{const_cast<char*>("ps")};
    for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, write_end.get(), 1);
    ::posix_spawn_file_actions_adddup2(&actions, write_end.get(), 2);
    pid_t pid = -1;
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char* environment[] = {path, nullptr};
    int error = ::posix_spawnp(&pid, "ps", &actions, nullptr, argv.data(), environment);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw SystemError(error, "run ps");
    write_end.reset();
    std::string output;
    char buffer[8192];
    for (ssize_t count; (count = ::read(read_end.get(), buffer, sizeof buffer)) > 0;)
        if (output.size() < (16U << 20)) output.append(buffer, static_cast<std::size_t>(count));
    int status = 0;
    check(::waitpid(pid, &status, 0), "wait for ps");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        std::ranges::replace(output, '\n', ' ');
        throw InvalidArgument("ps: {}", output);
    }
    return output;
}

}  // namespace

Task<std::set<int>> container_pids(Core& core, LivePtr container) {
    auto parent = container->record.host_config.cgroup_parent;
    auto path = (parent.empty() ? core.options.cgroup_parent : parent) + "/" + container->id();
    auto work = [path] {
        auto found = linux::cgroup::Cgroup::open(path).processes();
        return std::set<int>(found.begin(), found.end());
    };
    co_return co_await core.pool.run(std::move(work));
}

ProcessTable filter_processes(const std::string& output, const std::set<int>& pids) {
    ProcessTable table;
    std::istringstream lines(output);
    std::string line;
    std::getline(lines, line);
    table.titles = words_of(line);
    auto column = std::ranges::find(table.titles, "PID");
    if (column == table.titles.end()) throw InvalidArgument("Couldn't find PID field in ps output");
    auto index = static_cast<std::size_t>(column - table.titles.begin());
    while (std::getline(lines, line)) {
        auto words = words_of(line);
        if (words.size() <= index) continue;
        int pid = 0;
        std::from_chars(words[index].data(), words[index].data() + words[index].size(), pid);
        if (!pids.contains(pid)) continue;
        // What is beyond the last title is part of it: a command with its arguments.
        while (words.size() > table.titles.size() && words.size() > 1) {
            auto last = std::move(words.back());
            words.pop_back();
            words.back() += " " + last;
        }
        table.processes.push_back(std::move(words));
    }
    return table;
}

ProcessTable process_table(const std::set<int>& pids, const std::string& arguments) {
    return filter_processes(run_ps(words_of(arguments)), pids);
}

}  // namespace dhow::engine
