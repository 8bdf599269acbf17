#include "build/buildkit/recipe.hpp"

#include <fcntl.h>

#include "base/defer.hpp"
#include "base/ignore.hpp"
#include "base/random.hpp"
#include "build/buildkit/filesync.hpp"
#include "build/buildkit/job.hpp"
#include "build/buildkit/send.hpp"
#include "build/dockerfile/lint.hpp"
#include "linux/path.hpp"
#include "store/files.hpp"

namespace dhow::build::buildkit {

namespace {

constexpr std::int64_t largest_text = 4 << 20;

UniqueFd open_folder(const std::filesystem::path& path) {
    return UniqueFd(
        check(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open {}", path.string()));
}

std::optional<std::string> read_text(const std::filesystem::path& folder, const std::string& name) {
    auto root = open_folder(folder);
    auto file = linux::find_in_root(root.get(), name, O_RDONLY | O_NONBLOCK);
    if (!file) return std::nullopt;
    return store::read_all(file->get(), largest_text, name);
}

}  // namespace

Task<std::vector<std::optional<std::string>>> fetch_texts(Delivery delivery, Vertex& vertex,
                                                          std::string folder, std::string what,
                                                          std::vector<std::string> names) {
    auto lease = delivery.builder.contexts().take("");
    Defer release([&] { lease.release(); });
    Wanted wanted;
    wanted.folder = folder;
    wanted.follow = names;
    auto id = fmt::format("transferring {}:", what);
    std::int64_t size = 0;
    std::function<void(std::int64_t)> progress = [&vertex, &size, id](std::int64_t bytes) {
        size = bytes;
        vertex.progress(id, bytes);
    };
    co_await receive_files(delivery.services.pool, delivery.session, wanted, lease, progress, delivery.stop);
    vertex.progress(id, size, 0, true);
    std::vector<std::optional<std::string>> texts;
    for (const auto& name : names) texts.push_back(read_text(lease.files, name));
    co_return texts;
}

namespace {

constexpr std::string_view upload_prefix = "http://buildkit-session/";

/// A context that the client sends as a tar.
Task<std::shared_ptr<Context>> fetch_upload(Delivery delivery, std::string id) {
    std::shared_ptr<Context> context;
    auto fetch = [&](Vertex& vertex) -> Task<void> {
        std::int64_t size = 0;
        Progress progress = [&vertex, &size](std::int64_t bytes) {
            size = bytes;
            vertex.progress("transferring context:", bytes);
        };
        std::function<void(image::Source&)> read = [&](image::Source& tar) {
            context = std::make_shared<Context>(delivery.services.store, tar, *delivery.stop);
        };
        co_await receive_stream(delivery.services.pool, delivery.session, id, std::move(read), progress,
                                delivery.stop);
        vertex.progress("transferring context:", size, 0, true);
    };
    co_await with_vertex(delivery.status, "[internal] load remote build context", fetch);
    co_return context;
}

bool is_known(const std::string& word) { return word.find('$') == word.npos; }

}  // namespace

Task<std::shared_ptr<Context>> fetch_folder(Delivery delivery, Vertex& vertex, Wanted wanted,
                                            std::string key) {
    auto lease = delivery.builder.contexts().take(key);
    auto context = std::make_shared<Context>(lease.files, lease.release);
    std::int64_t size = 0;
    std::function<void(std::int64_t)> progress = [&vertex, &size](std::int64_t bytes) {
        size = bytes;
        vertex.progress("transferring context:", bytes);
    };
    auto contents = co_await receive_files(delivery.services.pool, delivery.session, wanted, lease, progress,
                                           delivery.stop);
    context->know_contents(std::move(contents));
    vertex.progress("transferring context:", size, 0, true);
    co_return context;
}

std::optional<std::vector<std::string>> wanted_paths(const Plan& plan) {
    std::vector<std::string> paths;
    for (const auto& stage : plan.stages) {
        if (!stage.needed) continue;
        for (const auto& instruction : stage.stage.instructions) {
            if (const auto* copy = std::get_if<dockerfile::Copy>(&instruction.what)) {
                if (!copy->from.empty()) continue;
                for (const auto& source : copy->sources) {
                    auto path = clean_path(source);
                    if (!is_known(source) || source.find('"') != source.npos ||
                        source.find('\\') != source.npos || path == "." || path == "/" ||
                        path.starts_with(".."))
                        return std::nullopt;
                    paths.push_back(path.front() == '/' ? path.substr(1) : path);
                }
            }
            const auto* run = std::get_if<dockerfile::Run>(&instruction.what);
            if (!run) continue;
            for (const auto& mount : run->mounts) {
                bool other_type = mount.find("type=") != mount.npos && mount.find("type=bind") == mount.npos;
                if (!other_type && mount.find("from=") == mount.npos) return std::nullopt;
            }
        }
    }
    return paths;
}

namespace {

/// The Dockerfile of a folder of the client's. @return the .dockerignore of that Dockerfile alone, if any
Task<std::optional<std::string>> bring_dockerfile(Delivery delivery, std::shared_ptr<Recipe> recipe) {
    auto name = recipe->order.request.dockerfile;
    std::optional<std::string> ignore;
    auto fetch = [&](Vertex& vertex) -> Task<void> {
        std::vector<std::string> names{name, name + ".dockerignore"};
        bool is_default = name == "Dockerfile" || name.ends_with("/Dockerfile");
        if (is_default) names.push_back(name.substr(0, name.size() - 10) + "dockerfile");
        auto texts =
            co_await fetch_texts(delivery, vertex, recipe->order.dockerfile_folder, "dockerfile", names);
        if (!texts[0] && is_default) texts[0] = texts[2];
        if (!texts[0]) throw NotFound("failed to read dockerfile: open {}: no such file or directory", name);
        recipe->text = *texts[0];
        recipe->definition = vertex.digest();
        ignore = texts[1];
    };
    co_await with_vertex(delivery.status, "[internal] load build definition from " + name, fetch);
    co_return ignore;
}

Task<std::optional<std::string>> bring_ignore(Delivery delivery, std::shared_ptr<Recipe> recipe) {
    std::optional<std::string> ignore;
    auto fetch = [&](Vertex& vertex) -> Task<void> {
        std::vector<std::string> names{".dockerignore"};
        auto texts = co_await fetch_texts(delivery, vertex, recipe->order.context_folder, "context", names);
        ignore = texts[0];
    };
    co_await with_vertex(delivery.status, "[internal] load .dockerignore", fetch);
    co_return ignore;
}

/// A context that is no folder of the client's, and the Dockerfile where it is in there.
Task<void> fetch_remote(Delivery delivery, std::shared_ptr<Recipe> recipe) {
    const auto& remote = recipe->order.remote_context;
    if (remote.starts_with(upload_prefix)) {
        recipe->uploaded = co_await fetch_upload(delivery, remote.substr(upload_prefix.size()));
    } else {
        auto fetch = [&](Vertex&) -> Task<void> {
            recipe->uploaded = co_await delivery.builder.fetch(remote, delivery.stop);
        };
        co_await with_vertex(delivery.status, "[internal] load remote build context", fetch);
    }
    if (recipe->order.dockerfile_is_local) {
        co_await bring_dockerfile(delivery, recipe);
    } else {
        auto take = [recipe] { return recipe->uploaded->take_dockerfile(recipe->order.request.dockerfile); };
        recipe->text = co_await delivery.services.pool.run(std::move(take));
    }
    recipe->uploaded->use_dockerfile(recipe->text);
}

}  // namespace

Task<std::shared_ptr<Recipe>> fetch_dockerfile(Delivery delivery, Order order) {
    auto recipe = std::make_shared<Recipe>();
    recipe->order = std::move(order);
    if (!recipe->order.remote_context.empty()) {
        co_await fetch_remote(delivery, recipe);
    } else {
        auto ignore = co_await bring_dockerfile(delivery, recipe);
        if (!ignore) ignore = co_await bring_ignore(delivery, recipe);
        if (ignore) recipe->excludes = ignore_patterns(*ignore);
    }
    if (recipe->text.empty()) throw InvalidArgument("the Dockerfile cannot be empty");
    co_return recipe;
}

Task<std::shared_ptr<Recipe>> fetch_recipe(Delivery delivery, Order order) {
    auto recipe = co_await fetch_dockerfile(delivery, std::move(order));
    try {
        auto file = read_dockerfile(recipe->text, recipe->order.request);
        auto report = dockerfile::lint(file, recipe->excludes);
        for (const auto& warning : report.warnings) warn(delivery.status, *recipe, warning);
        dockerfile::refuse_warnings(report);
        recipe->plan = make_plan(std::move(file), recipe->order.request);
    } catch (const dockerfile::DockerfileError& error) {
        throw rpc::CallFailed(failed_at(std::current_exception(), *recipe, error.lines(), ""));
    }
    co_return recipe;
}

namespace {

/// Whether a base brings instructions of its own, that may take files.
Task<bool> has_triggers(Services& services, const Plan& plan) {
    for (const auto& stage : plan.stages) {
        if (!stage.needed || stage.base.empty() || stage.base == "scratch") continue;
        auto find = [&services, name = stage.base] {
            auto image = services.images.find(name);
            return image && !image->config->config.on_build.empty();
        };
        if (co_await services.pool.run(std::move(find))) co_return true;
    }
    co_return false;
}

}  // namespace

Task<std::shared_ptr<Context>> fetch_context(Delivery delivery, std::shared_ptr<Recipe> recipe) {
    if (recipe->uploaded) co_return recipe->uploaded;
    auto paths = wanted_paths(recipe->plan);
    bool triggers = co_await has_triggers(delivery.services, recipe->plan);
    if (triggers) paths.reset();
    auto key = delivery.session->shared_key();
    std::shared_ptr<Context> context;
    if (paths && paths->empty()) {
        auto lease = delivery.builder.contexts().take("");
        context = std::make_shared<Context>(lease.files, lease.release);
        context->use_dockerfile(recipe->text);
        co_return context;
    }
    Wanted wanted;
    wanted.folder = recipe->order.context_folder;
    wanted.exclude = recipe->excludes;
    if (paths) wanted.follow = *paths;
    if (!key.empty()) key += ":" + wanted.folder;
    auto fetch = [&](Vertex& vertex) -> Task<void> {
        context = co_await fetch_folder(delivery, vertex, wanted, key);
    };
    co_await with_vertex(delivery.status, "[internal] load build context", fetch);
    context->use_dockerfile(recipe->text);
    co_return context;
}

}  // namespace dhow::build::buildkit
