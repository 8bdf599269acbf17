#include "runtime/parent/hooks.hpp"

#include <cerrno>

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.hpp"
#include "linux/pidfd.hpp"
#include "linux/spawn.hpp"

namespace dhow::runtime::parent {

namespace {

void check_hook(const oci::Hook& hook) {
    if (!hook.path.starts_with('/')) throw InvalidArgument("hook path \"{}\" is not absolute", hook.path);
    if (hook.timeout && *hook.timeout <= 0)
        throw InvalidArgument("the timeout of hook {} is not positive", hook.path);
}

std::vector<std::string> arguments_of(const oci::Hook& hook) {
    return hook.args.empty() ? std::vector{hook.path} : hook.args;
}

UniqueFd memory_of(const std::string& text) {
    UniqueFd memory(check(::memfd_create("hook", MFD_CLOEXEC), "create memory for a hook"));
    if (!text.empty()) check(::pwrite(memory.get(), text.data(), text.size(), 0), "write a hook's memory");
    return memory;
}

std::string text_of(int memory) {
    char text[1024];
    auto length = ::pread(memory, text, sizeof text, 0);
    return std::string(text, length > 0 ? static_cast<std::size_t>(length) : 0);
}

void run_hook(const oci::Hook& hook, const std::string& state) {
    check_hook(hook);
    auto input = memory_of(state), errors = memory_of("");
    auto child = linux::spawn({.program = hook.path,
                               .args = arguments_of(hook),
                               .env = hook.env,
                               .descriptors = {{input.get(), 0}, {errors.get(), 2}},
                               .working_directory = ""});
    bool ended = linux::pidfd_wait_exit(child.pidfd.get(), hook.timeout ? *hook.timeout * 1000 : -1);
    if (!ended) linux::pidfd_send_signal(child.pidfd.get(), SIGKILL);
    auto exit = linux::pidfd_reap(child.pidfd.get());
    if (!ended) throw InternalError("error running hook: {}: timed out", hook.path);
    if (exit->status() != 0)
        throw InternalError("error running hook: {}: exit status {}, stderr: {}", hook.path, exit->status(),
                            text_of(errors.get()));
}

}  // namespace

void run_hooks(const std::vector<oci::Hook>& hooks, const std::string& state) {
    for (const auto& hook : hooks) run_hook(hook, state);
}

void run_hooks_regardless(const std::vector<oci::Hook>& hooks, const std::string& state) noexcept {
    for (const auto& hook : hooks) {
        try {
            run_hook(hook, state);
        } catch (const std::exception&) {
            // The specification: log a warning and go on. There is nobody here to tell.
            continue;
        }
    }
}

std::vector<init::HookStep> plan_hooks(const std::vector<oci::Hook>& hooks) {
    std::vector<init::HookStep> steps;
    for (const auto& hook : hooks) {
        check_hook(hook);
        auto& step = steps.emplace_back();
        step.path = hook.path;
        if (hook.timeout) step.timeout_ms = *hook.timeout * 1000;
        auto args = arguments_of(hook);
        step.strings.reserve(args.size() + hook.env.size());
        auto keep = [&](const std::string& text) { return step.strings.emplace_back(text).data(); };
        for (const auto& arg : args) step.args.push_back(keep(arg));
        step.args.push_back(nullptr);
        for (const auto& entry : hook.env) step.env.push_back(keep(entry));
        step.env.push_back(nullptr);
    }
    return steps;
}

}  // namespace dhow::runtime::parent
