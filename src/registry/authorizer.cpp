#include "registry/authorizer.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "base/json.hpp"
#include "registry/refusal.hpp"
#include "registry/url.hpp"

namespace dhow::registry {

namespace {

constexpr auto shortest_life = std::chrono::seconds(60);
constexpr std::size_t largest_answer = 1 << 20;

struct TokenAnswer {
    std::string token, access_token;
    std::int64_t expires_in = 0;
};

/// A token goes into a header as it came.
bool is_clean(const std::string& token) {
    return !token.empty() && std::ranges::all_of(token, [](char c) { return c > 0x20 && c != 0x7f; });
}

}  // namespace

}  // namespace dhow::registry

template <>
struct dhow::json::Members<dhow::registry::TokenAnswer> {
    using T = dhow::registry::TokenAnswer;
    static constexpr auto list =
        std::tuple{member("token", &T::token), member("access_token", &T::access_token),
                   member("expires_in", &T::expires_in)};
};

namespace dhow::registry {

std::string Authorizer::header(Transport& transport, const Scopes& scopes) {
    std::lock_guard lock(mutex_);
    return make_header(transport, scopes);
}

std::string Authorizer::make_header(Transport& transport, const Scopes& scopes) {
    if (!credentials_.registry_token.empty()) return "Bearer " + credentials_.registry_token;
    if (!challenge_) return "";
    if (challenge_->scheme == "basic")
        return "Basic " + base64_encode(credentials_.username + ":" + credentials_.password);
    auto found = tokens_.find(scopes);
    if (found == tokens_.end() || found->second.expires <= std::chrono::steady_clock::now())
        found = tokens_.insert_or_assign(scopes, fetch_token(transport, scopes)).first;
    return "Bearer " + found->second.text;
}

bool Authorizer::learn(const Head& head, const Scopes& scopes, const std::string& rejected) {
    // Another host's challenge must not get what was given for this one.
    if (head.foreign || !credentials_.registry_token.empty()) return false;
    std::lock_guard lock(mutex_);
    if (auto known = tokens_.find(scopes); known != tokens_.end()) {
        // Another thread has a newer one.
        if ("Bearer " + known->second.text != rejected) return true;
        tokens_.erase(known);
        return true;
    }
    std::optional<Challenge> basic;
    for (auto value : head.all("www-authenticate"))
        for (auto& challenge : parse_challenges(value)) {
            if (challenge.scheme == "bearer" && !challenge.get("realm").empty()) {
                // A token that was fresh and is not taken will not be the next time either.
                if (challenge_ && !rejected.empty()) return false;
                challenge_ = std::move(challenge);
                return true;
            }
            if (challenge.scheme == "basic") basic = std::move(challenge);
        }
    if (!basic || credentials_.username.empty() || !rejected.empty()) return false;
    challenge_ = std::move(basic);
    return true;
}

Authorizer::Token Authorizer::fetch_token(Transport& transport, const Scopes& scopes) {
    auto realm = resolve_url(base_, challenge_->get("realm"));
    if (verify_ && parse_url(realm).scheme != "https" && parse_url(base_).scheme == "https")
        throw Forbidden("the registry {} names a token server without TLS, {}: refused", base_, realm);
    auto all = scopes;
    if (auto asked = challenge_->get("scope"); all.empty() && !asked.empty()) all.push_back(asked);

    Request request{.url = realm, .verify = verify_};
    auto service = challenge_->get("service");
    if (!credentials_.identity_token.empty()) {
        request.method = "POST";
        request.headers = {"Content-Type: application/x-www-form-urlencoded"};
        std::string joined;
        for (const auto& scope : all) joined += (joined.empty() ? "" : " ") + scope;
        request.body = "grant_type=refresh_token&client_id=dhow&service=" + escape(service) +
                       "&scope=" + escape(joined) + "&refresh_token=" + escape(credentials_.identity_token);
    } else {
        if (!service.empty()) request.url = with_query(request.url, "service", service);
        for (const auto& scope : all) request.url = with_query(request.url, "scope", scope);
        if (!credentials_.username.empty()) {
            request.url = with_query(request.url, "account", credentials_.username);
            request.authorization =
                "Basic " + base64_encode(credentials_.username + ":" + credentials_.password);
        }
    }
    Transfer transfer(transport, request);
    if (transfer.head().status != 200) throw refusal_of(transfer, request.method);
    auto answer = json::read<TokenAnswer>(transfer.read_all(largest_answer));
    Token token{answer.token.empty() ? answer.access_token : answer.token, {}};
    if (!is_clean(token.text))
        throw Unauthorized("authorization server did not include a token in the response");
    auto life = std::max(std::chrono::seconds(answer.expires_in), shortest_life);
    token.expires = std::chrono::steady_clock::now() + life - std::chrono::seconds(10);
    return token;
}

}  // namespace dhow::registry
