#pragma once
// One Solve of a client: its status, and what its frontend made.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "build/builder.hpp"
#include "build/buildkit/drawing.hpp"
#include "build/buildkit/protocol/gateway.pb.h"
#include "build/buildkit/recipe.hpp"
#include "build/subrequests/answer.hpp"

namespace dhow::build::buildkit {

/// What a frontend made of a Dockerfile: an image that is built once somebody needs it.
class Product {
  public:
    Product(Delivery delivery, std::shared_ptr<Recipe> recipe);

    /// Builds, or waits for the build under way, or gives what it gave. @throws what it ended with
    Task<Built> image();

  private:
    Task<void> build();
    Task<void> load_metadata();

    Delivery delivery_;
    std::shared_ptr<Recipe> recipe_;
    bool started_ = false;
    bool done_ = false;
    Built built_;
    std::exception_ptr failure_;
    Signal changed_;
};

struct Job {
    Job(asio::any_io_executor executor, std::string name)
        : ref(std::move(name)), status(executor), stop(std::make_shared<Cancellation>()), changed(executor) {}

    std::string ref;
    std::shared_ptr<Session> session;  ///< null until Solve has come
    StatusLog status;
    std::shared_ptr<Cancellation> stop;
    std::map<std::string, std::shared_ptr<Product>> products;  ///< by the id that the client knows them by
    std::optional<protocol::gateway::ReturnRequest> returned;  ///< what the client's part of the build gave
    bool over = false;
    Signal changed;
};

/// What running a frontend gave: a product, or answers alone.
struct FrontendResult {
    std::shared_ptr<Product> product;
    std::map<std::string, std::string> metadata;
};

/// Tells a client what is a mistake in the Dockerfile, most likely.
void warn(StatusLog& log, const Recipe& recipe, const dockerfile::LintWarning& warning);

/// A failure with the place in the Dockerfile, as a client prints it.
rpc::Status failed_at(const std::exception_ptr& failure, const Recipe& recipe, dockerfile::Lines lines,
                      const std::string& vertex);

/// A failure by which a client knows that there is no such subrequest.
rpc::Status unsupported(const UnsupportedSubrequest& failure);

}  // namespace dhow::build::buildkit
