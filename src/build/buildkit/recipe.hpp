#pragma once
// What a build of a Dockerfile needs from its client, brought here: the Dockerfile, then the part of the
// context that it uses.

#include <memory>
#include <string>
#include <vector>

#include "build/builder.hpp"
#include "build/buildkit/attributes.hpp"
#include "build/buildkit/filesync.hpp"
#include "build/buildkit/sessions.hpp"
#include "build/buildkit/status.hpp"
#include "build/context.hpp"
#include "build/plan.hpp"

namespace dhow::build::buildkit {

/// Whom and what it takes to bring something here. All but the session outlive it.
struct Delivery {
    Services& services;
    Builder& builder;
    StatusLog& status;
    std::shared_ptr<Session> session;
    std::shared_ptr<Cancellation> stop;
};

struct Recipe {
    Order order;
    std::string text;                   ///< of the Dockerfile
    std::vector<std::string> excludes;  ///< of .dockerignore
    std::string definition;             ///< the vertex that the Dockerfile came with
    Plan plan;
    std::shared_ptr<Context> uploaded;  ///< where the client sent a tar instead of a folder
};

/// Brings the Dockerfile, without reading it: a recipe that has no plan. @throws InvalidArgument
Task<std::shared_ptr<Recipe>> fetch_dockerfile(Delivery delivery, Order order);

/// Brings and reads the Dockerfile. @throws dockerfile::DockerfileError, InvalidArgument
Task<std::shared_ptr<Recipe>> fetch_recipe(Delivery delivery, Order order);

/// Brings the files of the named contexts that the recipe's stages take.
Task<void> fetch_named_contexts(Delivery delivery, std::shared_ptr<Recipe> recipe);

/// Brings what of the context the recipe's stages take.
Task<std::shared_ptr<Context>> fetch_context(Delivery delivery, std::shared_ptr<Recipe> recipe);

/// The paths and patterns of the context that a plan's stages take; none when that cannot be known before
/// they run, which is to say: all of it.
std::optional<std::vector<std::string>> wanted_paths(const Plan& plan);

/// Files of a folder of the client, read as texts: each name's, or none. `what` is for people.
Task<std::vector<std::optional<std::string>>> fetch_texts(Delivery delivery, Vertex& vertex,
                                                          std::string folder, std::string what,
                                                          std::vector<std::string> names);

/// A folder of the client, in what is kept under `key`.
Task<std::shared_ptr<Context>> fetch_folder(Delivery delivery, Vertex& vertex, Wanted wanted,
                                            std::string key);

}  // namespace dhow::build::buildkit
