// COPY and ADD: what they take is looked at first, so that nothing is copied when it was copied before.

#include "build/ops/copy.hpp"

#include <fcntl.h>

#include "base/random.hpp"
#include "build/configure.hpp"
#include "build/remote/sources.hpp"
#include "build/run.hpp"
#include "linux/path.hpp"

namespace dhow::build {

namespace {

/// The destination as the layer has it: absolute, with a slash at its end when it names a folder.
std::string absolute_destination(const dockerfile::Copy& copy, const oci::ContainerConfig& config) {
    const auto& written = copy.destination;
    bool is_folder = written.ends_with('/') || written.ends_with("/.") || written == ".";
    auto destination = working_directory(config, written);
    return is_folder && destination != "/" ? destination + "/" : destination;
}

/// What a key must know beside the files and where they go.
std::string details_of(const dockerfile::Copy& copy, bool from_image) {
    return fmt::format("{} {} {} {} {} {} {} {}", copy.add, copy.owner, copy.mode, from_image,
                       copy.unpack.value_or(true), fmt::join(copy.exclude, ","), copy.parents, copy.link);
}

/// A layer of its own cannot look names up in the layers below it, of which it knows nothing.
void check_link(const dockerfile::Copy& copy) {
    if (!copy.link || copy.owner.find_first_not_of("0123456789:") == copy.owner.npos) return;
    throw InvalidArgument(
        "--chown={} with --link: names are of the layers below, which --link is independent of; "
        "give numbers",
        copy.owner);
}

}  // namespace

Task<LayerStack> StageRun::source_layers(std::string from) {
    if (auto stage = find_stage(build.plan, from, index)) {
        auto* other = build.stage(*stage);
        if (!other)
            throw InvalidArgument("stage {} is not built: nothing that was known before needs it", from);
        co_await other->wait();
        co_return other->state.layers;
    }
    if (const auto* context = find_context(build.request, from)) {
        auto image = build.request.contexts.at(*context).image;
        if (image.empty()) co_return co_await context_layers(*context);
        from = std::move(image);
    }
    auto wanted = build.request.platform;
    image::Image image;
    try {
        image = co_await image_of(from, std::move(wanted));
    } catch (const NotFound& error) {
        throw InvalidArgument("invalid from flag value {}: {}", from, error.message());
    }
    auto find = [this, image] { return layers_of(build.services.store, image); };
    co_return co_await build.services.pool.run(std::move(find));
}

Task<void> StageRun::copy_step(const dockerfile::Copy& copy) {
    check_link(copy);
    const char* failed = copy.add ? "ADD failed" : "COPY failed";
    bool from_image = !copy.from.empty();
    LayerStack sources;
    if (from_image) sources = co_await source_layers(copy.from);
    auto fetched = co_await fetch_sources(build, copy);
    auto open_source = [this, from_image, sources] {
        auto mounted = from_image ? mount_read_only(build.services.store, sources) : UniqueFd();
        return linux::open_in_root(from_image ? mounted.get() : build.context->root(), ".",
                                   O_RDONLY | O_DIRECTORY);
    };
    auto look = [this, copy, from_image, open_source, fetched, failed] {
        auto root = open_source();
        // Of an image's or a stage's files nobody here knows anything: a RUN may have written them.
        const auto* known = from_image ? nullptr : build.context->contents();
        return with_context(failed, [&] {
            return plan_copy(root.get(), copy, from_image, known, fetched->sources, *build.stop);
        });
    };
    auto plan = co_await build.services.pool.run(std::move(look));
    auto destination = absolute_destination(copy, state.config.config);
    auto owner = copy.owner.empty() ? "" : fmt::format("--chown={}", copy.owner);
    auto created_by = no_operation(fmt::format("{} {}{}:{} in {} ", copy.add ? "ADD" : "COPY", owner,
                                               plan.kind, plan.digest, copy.destination),
                                   false);
    auto details = details_of(copy, from_image);
    auto exact = exact_key(created_by, details);
    Key key("copy");
    if (!copy.link) key.add(chain_of(state.layers));
    key.add(plan.kind).add(plan.digest).add(destination).add(details);
    auto content = key.add(build.epoch_text()).finish();
    if (co_await reuse(created_by, exact, content)) co_return;
    auto below = copy.link ? LayerStack{} : state.layers;
    auto apply = [this, copy, plan, destination, from_image, open_source, below, failed, fetched] {
        auto source = open_source();
        Workspace workspace(build.services.store, random_hex(32), below);
        {
            auto mounted = workspace.mount();
            auto root = linux::open_in_root(mounted.get(), ".", O_RDONLY | O_DIRECTORY);
            with_context(failed, [&] {
                apply_copy(source.get(), root.get(), copy, plan, destination, from_image, workspace.lower(),
                           *build.stop);
            });
        }
        return workspace.seal(build.epoch);
    };
    auto layer = co_await build.services.pool.run(std::move(apply));
    co_await commit(created_by, std::move(layer), exact, content);
}

}  // namespace dhow::build
