#include "registry/session.hpp"

namespace dhow::registry {

Session::Session(const Options& options, std::string domain, Credentials credentials, Purpose purpose)
    : options_(options), domain_(std::move(domain)) {
    for (auto& endpoint : endpoints_of(options, domain_, purpose == Purpose::push)) {
        auto shown = endpoint.mirror ? Credentials{} : credentials;
        auto base = endpoint.base;
        bool verify = endpoint.verify;
        places_.push_back(std::unique_ptr<Place>(
            new Place{std::move(endpoint), Authorizer(std::move(base), std::move(shown), verify)}));
    }
}

}  // namespace dhow::registry
