#include <algorithm>
#include <array>
#include <chrono>

#include <poll.h>
#include <unistd.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/format/listing.hpp"
#include "cli/terminal/raw_mode.hpp"
#include "client/streams.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    flag("all", 'a', "Show all containers, not only those that run"),
    list_format_option,
    flag("no-stream", 0, "Show one result and end"),
    no_trunc_option,
};

constexpr std::array columns{
    Column{"Container", "CONTAINER"},
    Column{"Name", "NAME"},
    Column{"ID", "CONTAINER ID"},
    Column{"CPUPerc", "CPU %"},
    Column{"MemUsage", "MEM USAGE / LIMIT"},
    Column{"MemPerc", "MEM %"},
    Column{"NetIO", "NET I/O"},
    Column{"BlockIO", "BLOCK I/O"},
    Column{"PIDs", "PIDS"},
};
constexpr ListingKind listing_kind{
    "{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}", "",
    columns, "*container.statsContext"};

double cpu_percent(const json::Value& sample) {
    auto used = static_cast<double>(integer_at(sample, "cpu_stats.cpu_usage.total_usage")) -
                static_cast<double>(integer_at(sample, "precpu_stats.cpu_usage.total_usage"));
    auto passed = static_cast<double>(integer_at(sample, "cpu_stats.system_cpu_usage")) -
                  static_cast<double>(integer_at(sample, "precpu_stats.system_cpu_usage"));
    auto cpus = static_cast<double>(integer_at(sample, "cpu_stats.online_cpus"));
    if (cpus == 0) cpus = static_cast<double>(array_at(sample, "cpu_stats.cpu_usage.percpu_usage").size());
    return used > 0 && passed > 0 ? used / passed * cpus * 100 : 0;
}

/// Without the page cache that nobody uses: v1 calls it total_inactive_file, v2 inactive_file.
double memory_used(const json::Value& sample) {
    auto usage = integer_at(sample, "memory_stats.usage");
    for (auto name : {"memory_stats.stats.total_inactive_file", "memory_stats.stats.inactive_file"})
        if (auto inactive = integer_at(sample, name); find(sample, name) && inactive < usage)
            return static_cast<double>(usage - inactive);
    return static_cast<double>(usage);
}

std::pair<double, double> network(const json::Value& sample) {
    double in = 0, out = 0;
    if (const auto* found = find(sample, "networks"); found && found->is_object())
        for (const auto& entry : found->get_object()) {
            in += static_cast<double>(integer_at(entry.value(), "rx_bytes"));
            out += static_cast<double>(integer_at(entry.value(), "tx_bytes"));
        }
    return {in, out};
}

std::pair<double, double> block(const json::Value& sample) {
    double read = 0, written = 0;
    for (const auto& entry : array_at(sample, "blkio_stats.io_service_bytes_recursive")) {
        auto operation = lower(string_at(entry, "op"));
        if (operation.starts_with('r')) read += static_cast<double>(integer_at(entry, "value"));
        if (operation.starts_with('w')) written += static_cast<double>(integer_at(entry, "value"));
    }
    return {read, written};
}

std::string both(std::pair<double, double> values) {
    return human_size(values.first, 3) + " / " + human_size(values.second, 3);
}

/// One container that is watched.
struct Watched {
    std::string asked;
    std::optional<client::JsonStream> stream = {};
    json::Value sample = {};
};

json::Object row_of(const Watched& watched, bool shorten) {
    const auto& sample = watched.sample;
    bool valid = sample.is_object();
    auto id = string_at(sample, "id");
    auto name = string_at(sample, "name");
    if (name.starts_with('/')) name.erase(0, 1);
    auto limit = static_cast<double>(integer_at(sample, "memory_stats.limit"));
    auto used = memory_used(sample);
    auto or_dashes = [&](const std::string& text) { return valid ? text : std::string("--"); };
    return {{"Container", watched.asked},
            {"Name", name.empty() ? "--" : name},
            {"ID", id.empty() ? "--"
                   : shorten  ? short_id(id)
                              : id},
            {"CPUPerc", or_dashes(fmt::format("{:.2f}%", cpu_percent(sample)))},
            {"MemUsage", valid ? human_size_binary(used) + " / " + human_size_binary(limit) : "-- / --"},
            {"MemPerc", or_dashes(fmt::format("{:.2f}%", limit > 0 ? used / limit * 100 : 0))},
            {"NetIO", or_dashes(both(network(sample)))},
            {"BlockIO", or_dashes(both(block(sample)))},
            {"PIDs", or_dashes(std::to_string(integer_at(sample, "pids_stats.current")))}};
}

class Monitor {
  public:
    Monitor(Session& session, const Arguments& arguments)
        : session_(session), arguments_(arguments), streams_(!arguments.flag("no-stream")) {}

    int run() {
        Listing listing(listing_kind, arguments_.text("format"), false);
        std::vector<std::string> names = arguments_.positional();
        follows_all_ = names.empty();
        if (follows_all_) names = list_names();
        for (const auto& name : names) watch(name);
        if (!streams_) {
            for (auto& one : watched_) read(one);
            show(listing);
            return 0;
        }
        read_ready(1500);
        while (true) {
            show(listing);
            read_ready(500);
            if (follows_all_)
                find_new();
            else if (std::ranges::none_of(watched_,
                                          [](const Watched& one) { return one.stream.has_value(); }))
                return 0;
        }
    }

  private:
    std::vector<std::string> list_names() {
        auto target = client::Target("/containers/json").add_if(arguments_.flag("all"), "all", "1").take();
        std::vector<std::string> names;
        auto containers = session_.client().get(target);
        if (containers.is_array())
            for (const auto& container : containers.get_array()) names.push_back(string_at(container, "Id"));
        return names;
    }

    void watch(const std::string& name) {
        auto& client = session_.client();
        auto target = container_path(name, streams_ ? "/stats?stream=1" : "/stats?stream=0");
        // All are asked before any is read: a daemon takes a second or two for each.
        if (client.version() == client::newest_version) client.negotiate();
        watched_.push_back({.asked = name});
        watched_.back().stream.emplace(client.start({.method = "GET", .target = target}));
        if (streams_) client.finish(watched_.back().stream->connection());
    }

    void read(Watched& one) {
        if (!streams_) session_.client().finish(one.stream->connection());
        if (auto sample = one.stream->next())
            one.sample = std::move(*sample);
        else
            one.stream.reset();
    }

    void read_ready(int milliseconds) {
        using Clock = std::chrono::steady_clock;
        auto end = Clock::now() + std::chrono::milliseconds(milliseconds);
        while (true) {
            auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
            if (left <= 0) break;
            std::vector<pollfd> fds;
            for (auto& one : watched_)
                fds.push_back({one.stream ? one.stream->connection().fd() : -1, POLLIN, 0});
            if (::poll(fds.data(), fds.size(), static_cast<int>(left)) <= 0) break;
            for (std::size_t i = 0; i < fds.size(); ++i)
                if (fds[i].revents) read(watched_[i]);
        }
        if (follows_all_) std::erase_if(watched_, [](const Watched& one) { return !one.stream; });
    }

    void find_new() {
        for (const auto& name : list_names())
            if (std::ranges::find(watched_, name, &Watched::asked) == watched_.end()) watch(name);
    }

    void show(Listing& listing) {
        for (const auto& one : watched_) listing.add(row_of(one, !arguments_.flag("no-trunc")));
        auto text = listing.take();
        bool redraws = streams_ && is_terminal(STDOUT_FILENO);
        session_.write(redraws ? "\x1b[2J\x1b[H" + text : text);
        session_.flush();
    }

    Session& session_;
    const Arguments& arguments_;
    bool streams_;
    bool follows_all_ = false;
    std::vector<Watched> watched_;
};

int stats(Session& session, const Arguments& arguments) { return Monitor(session, arguments).run(); }

}  // namespace

constinit const Command stats_command{
    .name = "stats",
    .usage = "[OPTIONS] [CONTAINER...]",
    .summary = "Display a live stream of container(s) resource usage statistics",
    .options = options,
    .arity = {0, -1},
    .run = stats,
    .completes = Completes::running_containers,
    .aliases = "dhow container stats, dhow stats",
};

}  // namespace dhow::cli
