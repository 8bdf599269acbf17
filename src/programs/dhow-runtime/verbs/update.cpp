#include <unistd.h>

#include "base/error.hpp"
#include "base/units.hpp"
#include "linux/proc.hpp"
#include "oci/runtime_config.hpp"
#include "programs/dhow-runtime/verbs.hpp"
#include "runtime/container.hpp"

namespace dhow::runtime_program {

namespace {

constexpr Option update_table[] = {
    {"resources", "r", true, "file with resources as JSON; - is standard input"},
    {"blkio-weight", "", true, "10 to 1000"},
    {"cpu-period", "", true, "microseconds"},
    {"cpu-quota", "", true, "microseconds a period; -1 is without a limit"},
    {"cpu-burst", "", true, "microseconds"},
    {"cpu-share", "", true, "weight against other containers"},
    {"cpu-idle", "", true, "1 runs it only when nothing else wants to"},
    {"cpuset-cpus", "", true, "processors, as 0-3,7"},
    {"cpuset-mems", "", true, "memory nodes"},
    {"memory", "", true, "bytes, with b, k, m or g; -1 is without a limit"},
    {"memory-reservation", "", true, "bytes"},
    {"memory-swap", "", true, "bytes of memory and swap together"},
    {"pids-limit", "", true, "most processes"},
};

std::string standard_input() {
    std::string text;
    char buffer[4096];
    while (auto length = check(::read(0, buffer, sizeof buffer), "read standard input"))
        text.append(buffer, static_cast<std::size_t>(length));
    return text;
}

std::optional<std::int64_t> size_in(const Options& options, std::string_view name) {
    auto text = options.find(name);
    if (!text) return std::nullopt;
    return *text == "-1" ? -1 : parse_size(*text);
}

template <typename Number>
std::optional<Number> number_in(const Options& options, std::string_view name) {
    auto text = options.find(name);
    if (!text) return std::nullopt;
    auto number = parse_number(name, *text);
    if (!std::in_range<Number>(number)) throw InvalidArgument("--{} is out of range: {}", name, number);
    return static_cast<Number>(number);
}

oci::Resources resources_of(const Options& options) {
    oci::Resources resources;
    resources.memory = oci::Memory{.limit = size_in(options, "memory"),
                                   .reservation = size_in(options, "memory-reservation"),
                                   .swap = size_in(options, "memory-swap")};
    resources.cpu = oci::Cpu{.shares = number_in<std::uint64_t>(options, "cpu-share"),
                             .quota = number_in<std::int64_t>(options, "cpu-quota"),
                             .burst = number_in<std::uint64_t>(options, "cpu-burst"),
                             .period = number_in<std::uint64_t>(options, "cpu-period"),
                             .cpus = options.get("cpuset-cpus"),
                             .mems = options.get("cpuset-mems"),
                             .idle = number_in<std::int64_t>(options, "cpu-idle")};
    resources.pids = oci::Pids{.limit = number_in<std::int64_t>(options, "pids-limit")};
    resources.block_io = oci::BlockIo{.weight = number_in<std::uint16_t>(options, "blkio-weight")};
    return resources;
}

oci::Resources resources_in_file(const std::string& path) {
    if (path == "-") return oci::read_resources(standard_input());
    auto text = linux::read_small_file(path);
    if (!text) throw NotFound("open {}: no such file or directory", path);
    return oci::read_resources(*text);
}

}  // namespace

const std::span<const Option> update_options = update_table;

int update_verb(const Invocation& invocation) {
    auto file = invocation.options.find("resources");
    auto resources = file ? resources_in_file(*file) : resources_of(invocation.options);
    runtime::update(invocation.context.state_root, invocation.only_id(), resources);
    return 0;
}

}  // namespace dhow::runtime_program
