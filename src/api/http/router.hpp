#pragma once
// Requests to handlers: a table of routes for each resource, with or without "/v1.NN" in front.

#include <functional>
#include <string>
#include <vector>

#include "api/http/exchange.hpp"

namespace dhow::api::http {

using Handler = std::function<Task<void>(Exchange&)>;

/// "/containers/{name}/json": {name} stands for one character or more, slashes included, as image names have
/// them. A pattern has at most one. The first route that fits is taken, so fixed paths come first.
struct Route {
    Method method;
    std::string pattern;
    Handler handler;
};

class Router {
  public:
    void add(std::vector<Route> routes);

    /// Splits the target, reads the version, and finds the handler; fills `request` with what it learnt.
    /// @throws InvalidArgument for a malformed target or a version that is not served; NotFound.
    const Handler& resolve(Request& request) const;

  private:
    struct Entry {
        Method method;
        std::string prefix;
        std::string suffix;
        bool has_name;
        Handler handler;
    };
    std::vector<Entry> entries_;
};

}  // namespace dhow::api::http
