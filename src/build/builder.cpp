#include "build/builder.hpp"

#include <algorithm>
#include <charconv>

#include "base/units.hpp"
#include "build/dockerfile/error.hpp"
#include "build/dockerfile/lint.hpp"
#include "build/remote/context.hpp"
#include "build/remote/sources.hpp"
#include "build/run.hpp"
#include "store/files.hpp"

namespace dhow::build {

namespace {

/// Source: reproducible-builds.org, SOURCE_DATE_EPOCH.
std::optional<std::int64_t> read_epoch(const Request& request) {
    auto given = request.arguments.find("SOURCE_DATE_EPOCH");
    if (given == request.arguments.end() || !given->second || given->second->empty()) return std::nullopt;
    const auto& text = *given->second;
    std::int64_t seconds = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    constexpr std::int64_t latest = 9'000'000'000;  // of times in nanoseconds
    if (error != std::errc() || end != text.data() + text.size() || seconds < 0 || seconds > latest)
        throw InvalidArgument("invalid SOURCE_DATE_EPOCH: {}", text);
    return seconds;
}

}  // namespace

BuildRun::BuildRun(Services& room, const Request& wanted, Plan graph, std::shared_ptr<Context> files,
                   Cache& known, CacheMounts& directories, Listener& observer,
                   std::shared_ptr<Cancellation> cancellation)
    : services(room),
      request(wanted),
      plan(std::move(graph)),
      context(std::move(files)),
      cache(known),
      mounts(directories),
      stop(std::move(cancellation)),
      listener(observer),
      transcript(room.executor, observer,
                 static_cast<std::size_t>(std::ranges::count_if(plan.stages, &StagePlan::needed))) {
    epoch = read_epoch(request);
    std::size_t position = 0;
    for (std::size_t i = 0; i < plan.stages.size(); ++i)
        if (plan.stages[i].needed) stages.push_back(std::make_unique<StageRun>(*this, i, position++));
}

std::string BuildRun::created() const {
    if (epoch && *epoch == 0)
        return "1970-01-01T00:00:00Z";  // which is no time at all for format_timestamp()
    return format_timestamp(epoch ? Timestamp(std::chrono::seconds(*epoch)) : now());
}

StageRun* BuildRun::stage(std::size_t index) const {
    for (const auto& stage : stages)
        if (stage->index == index) return stage.get();
    return nullptr;
}

namespace {

/// What a former daemon left half built.
void remove_remains(store::Store& store, const std::filesystem::path& exec_root) {
    std::error_code absent;
    for (const auto& entry : std::filesystem::directory_iterator(store.data_root() / "build", absent))
        store.trash().take(entry.path());
    for (const auto& entry : std::filesystem::directory_iterator(exec_root, absent))
        if (entry.path().filename().native().starts_with("build-secrets"))
            std::filesystem::remove_all(entry.path());
}

/// A mistake in the Dockerfile with a picture of the place.
[[noreturn]] void fail_at(const dockerfile::DockerfileError& error, const std::string& text,
                          const std::string& name) {
    auto picture = dockerfile::excerpt(text, name, error);
    while (picture.ends_with('\n')) picture.pop_back();
    if (picture.empty()) throw error;
    throw InvalidArgument("{}\n{}", error.message(), picture);
}

/// The first failure that is not only the echo of another one's.
std::exception_ptr first_failure(const BuildRun& run) {
    std::exception_ptr echo;
    for (const auto& stage : run.stages) {
        if (!stage->failure) continue;
        try {
            std::rethrow_exception(stage->failure);
        } catch (const Unavailable&) {
            if (!echo) echo = stage->failure;
        } catch (...) {
            return stage->failure;
        }
    }
    return echo;
}

Built built_by(const BuildRun& run) {
    std::set<std::size_t> chain;
    for (std::optional<std::size_t> stage = run.plan.target; stage; stage = run.plan.stages[*stage].from)
        chain.insert(*stage);
    Built built;
    built.image = run.stages.back()->state.image;
    for (const auto& stage : run.stages)
        for (auto& step : stage->built) {
            step.of_target = chain.contains(stage->index);
            built.steps.push_back(std::move(step));
        }
    return built;
}

std::string unused_arguments(const BuildRun& run) {
    std::string names;
    for (const auto& [name, value] : run.request.arguments) {
        if (name == "SOURCE_DATE_EPOCH" || name.starts_with("BUILDKIT_")) continue;
        bool is_proxy = name.ends_with("_PROXY") || name.ends_with("_proxy");
        if (run.used_arguments.contains(name) || run.plan.global_values.contains(name) || is_proxy) continue;
        names += (names.empty() ? "" : " ") + name;
    }
    return names;
}

}  // namespace

Builder::Builder(Services services)
    : services_(std::move(services)),
      cache_(services_.store),
      mounts_(services_.executor, services_.store.data_root() / "build-cache" / "mounts"),
      contexts_(services_.store) {
    remove_remains(services_.store, services_.options.exec_root);
    store::make_private_directory(services_.options.exec_root / "build-secrets");
    // What stands below a single layer that is only read.
    store::make_private_directory(services_.store.data_root() / "build");
    store::make_private_directory(services_.store.data_root() / "build" / "empty");
    store::make_private_directory(mounts_.root().parent_path());
    store::make_private_directory(mounts_.root());
}

Task<std::shared_ptr<Context>> Builder::receive(std::shared_ptr<image::Source> tar,
                                                std::shared_ptr<Cancellation> stop) {
    auto work = [this, tar, stop] { return std::make_shared<Context>(services_.store, *tar, *stop); };
    co_return co_await services_.pool.run(std::move(work));
}

Task<std::shared_ptr<Context>> Builder::fetch(std::string remote, std::shared_ptr<Cancellation> stop) {
    std::shared_ptr<Context> context;
    std::function<void(const registry::Cancellation&)> work = [&](const registry::Cancellation& cancelled) {
        context = fetch_context(services_, remote, cancelled, *stop);
    };
    co_await on_own_thread(services_, stop, std::move(work));
    co_return context;
}

Task<SubrequestResult> Builder::ask(std::string subrequest, const Request& request,
                                    std::shared_ptr<Context> context) {
    auto look = [this, &subrequest, &request, context] {
        const auto& name = request.dockerfile;
        QuestionedFile file{name, context->take_dockerfile(name), context->ignored(name)};
        try {
            return answer(subrequest, file, request, services_.images);
        } catch (const dockerfile::DockerfileError& error) {
            fail_at(error, file.text, name);
        }
    };
    co_return co_await services_.pool.run(std::move(look));
}

Task<Built> Builder::build(const Request& request, std::shared_ptr<Context> context, Listener& listener,
                           std::shared_ptr<Cancellation> stop) {
    std::exception_ptr failure;
    try {
        co_return co_await run(request, std::move(context), listener, std::move(stop));
    } catch (...) {
        failure = std::current_exception();
    }
    co_await sweep_layers(services_);
    std::rethrow_exception(failure);
}

Task<Built> Builder::run(const Request& request, std::shared_ptr<Context> context, Listener& listener,
                         std::shared_ptr<Cancellation> stop) {
    std::string text;
    std::vector<std::string> ignored;
    auto read = [&text, &ignored, &request, context] {
        const auto& name = request.dockerfile;
        text = context->take_dockerfile(name);
        ignored = context->ignored(name);
        try {
            return read_dockerfile(text, request);
        } catch (const dockerfile::DockerfileError& error) {
            fail_at(error, text, name);
        }
    };
    auto file = co_await services_.pool.run(std::move(read));
    auto report = dockerfile::lint(file, ignored);
    dockerfile::refuse_warnings(report);
    auto plan = make_plan(std::move(file), request);
    BuildRun run(services_, request, std::move(plan), context, cache_, mounts_, listener, stop);
    listener.build_begins(run.plan, text);
    for (const auto& warning : report.warnings) listener.warned(warning);
    int step = 0;
    for (const auto& instruction : run.plan.file.global_args)
        co_await listener.text(fmt::format("Step {}/{} : {}\n", ++step, run.plan.steps, instruction.written));
    for (const auto& stage : run.stages) {
        auto task = stage->run();
        asio::co_spawn(services_.executor, std::move(task), asio::detached);
    }
    // All of them, also after a failure: they refer to this frame.
    for (const auto& stage : run.stages)
        while (!stage->over) co_await stage->changed.wait();
    if (auto failure = first_failure(run)) std::rethrow_exception(failure);
    auto& last = *run.stages.back();
    if (!last.state.image) throw InvalidArgument("No image was generated. Is your Dockerfile empty?");
    if (auto names = unused_arguments(run); !names.empty())
        co_await listener.text(
            fmt::format("[Warning] One or more build-args [{}] were not consumed\n", names));
    auto sync = [this] { services_.store.unsynced().sync(); };
    if (services_.store.unsynced().pending()) co_await services_.pool.run(std::move(sync));
    co_return built_by(run);
}

void Builder::remember(Built built) {
    constexpr std::size_t most = 32;
    recent_.push_back(std::move(built));
    if (recent_.size() > most) recent_.pop_front();
}

const Built& Builder::recent(const oci::Digest& image) const {
    for (auto built = recent_.rbegin(); built != recent_.rend(); ++built)
        if (built->image == image) return *built;
    throw NotFound("the build of {} was too long ago: its cache cannot be told any more", image.text());
}

}  // namespace dhow::build
