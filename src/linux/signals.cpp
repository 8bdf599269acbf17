#include "linux/signals.hpp"

#include <cctype>
#include <charconv>
#include <csignal>
#include <optional>
#include <string_view>

#include "base/error.hpp"

namespace dhow::linux {

namespace {

struct SignalName {
    std::string_view name;
    int number;
};

constexpr SignalName signal_names[] = {
    {"HUP", SIGHUP},   {"INT", SIGINT},       {"QUIT", SIGQUIT}, {"ILL", SIGILL},       {"TRAP", SIGTRAP},
    {"ABRT", SIGABRT}, {"IOT", SIGABRT},      {"BUS", SIGBUS},   {"FPE", SIGFPE},       {"KILL", SIGKILL},
    {"USR1", SIGUSR1}, {"SEGV", SIGSEGV},     {"USR2", SIGUSR2}, {"PIPE", SIGPIPE},     {"ALRM", SIGALRM},
    {"TERM", SIGTERM}, {"STKFLT", SIGSTKFLT}, {"CHLD", SIGCHLD}, {"CLD", SIGCHLD},      {"CONT", SIGCONT},
    {"STOP", SIGSTOP}, {"TSTP", SIGTSTP},     {"TTIN", SIGTTIN}, {"TTOU", SIGTTOU},     {"URG", SIGURG},
    {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ},     {"PROF", SIGPROF}, {"VTALRM", SIGVTALRM}, {"WINCH", SIGWINCH},
    {"IO", SIGIO},     {"POLL", SIGPOLL},     {"PWR", SIGPWR},   {"SYS", SIGSYS}};

constexpr int first_realtime = 34;
constexpr int last_signal = 64;

/// "RTMIN", "RTMIN+3", "RTMAX-2"
std::optional<int> realtime_signal(std::string_view word) {
    int base = 0;
    if (word.starts_with("RTMIN"))
        base = first_realtime;
    else if (word.starts_with("RTMAX"))
        base = last_signal;
    else
        return std::nullopt;
    word.remove_prefix(5);
    if (word.empty()) return base;
    int offset = 0;
    auto digits = word.substr(1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), offset);
    if (error != std::errc() || end != digits.data() + digits.size() || (word[0] != '+' && word[0] != '-'))
        return std::nullopt;
    int number = word[0] == '+' ? base + offset : base - offset;
    if (number < first_realtime || number > last_signal) return std::nullopt;
    return number;
}

}  // namespace

int parse_signal(const std::string& text) {
    int number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) {
        if (number >= 1 && number <= last_signal) return number;
        if (number > last_signal)
            throw InvalidArgument("the linux daemon does not support signal {}", number);
        throw InvalidArgument("Invalid signal: {}", text);
    }
    std::string word;
    for (unsigned char c : text) word += static_cast<char>(std::toupper(c));
    if (word.starts_with("SIG")) word.erase(0, 3);
    for (const auto& known : signal_names)
        if (known.name == word) return known.number;
    if (auto realtime = realtime_signal(word)) return *realtime;
    throw InvalidArgument("Invalid signal: {}", text);
}

}  // namespace dhow::linux
