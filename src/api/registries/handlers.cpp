#include "api/registries/handlers.hpp"

#include <charconv>

#include "api/convert.hpp"
#include "api/images/transfer.hpp"
#include "wire/registry.hpp"

namespace dhow::api::registries {

namespace {

image::PullRequest read_pull(const http::Request& request) {
    image::PullRequest wanted;
    auto name = request.query.text("fromImage");
    auto tag = request.query.text("tag");
    wanted.name = oci::Reference::parse(name);
    if (auto digest = oci::Digest::find(tag)) {
        wanted.name.digest = digest;
    } else if (!tag.empty()) {
        oci::check_tag(tag);
        wanted.name.tag = tag;
    }
    if (wanted.name.digest) wanted.name.tag.clear();
    wanted.all_tags = wanted.name.tag.empty() && !wanted.name.digest;
    if (auto platform = request.query.text("platform"); !platform.empty())
        wanted.platform = oci::Platform::parse(platform);
    wanted.credentials = read_credentials(request);
    return wanted;
}

image::PushRequest read_push(const http::Request& request) {
    if (!request.query.all("platform").empty())
        throw NotImplemented(
            "pushing one platform of an image is not available: dhow keeps one platform an image");
    image::PushRequest wanted;
    wanted.name = oci::Reference::parse(request.name);
    if (auto tag = request.query.text("tag"); !tag.empty()) {
        oci::check_tag(tag);
        wanted.name.tag = tag;
    }
    wanted.all_tags = wanted.name.tag.empty() && !wanted.name.digest;
    wanted.credentials = read_credentials(request);
    return wanted;
}

wire::ProgressLine push_result(const image::Pushed& pushed) {
    wire::PushResult result;
    result.tag = pushed.tag;
    result.digest = pushed.digest.text();
    result.size = pushed.size;
    wire::ProgressLine line;
    line.progress_detail.emplace();
    line.aux = json::to(result);
    return line;
}

/// The cancellation that a client's going away sets.
engine::Registries::Cancellation cancelled_with(engine::Registries& registries, Exchange& exchange) {
    auto cancellation = registries.make_cancellation();
    exchange.on_disconnect([cancellation] { cancellation->cancel(); });
    return cancellation;
}

struct SearchFilter {
    std::optional<bool> official, automated;
    int stars = 0;
    bool fits(const image::FoundImage& image) const {
        return (!official || *official == image.is_official) &&
               (!automated || *automated == image.is_automated) && image.star_count >= stars;
    }
};

bool truth(const std::string& name, const std::string& value) {
    if (value == "true" || value == "1") return true;
    if (value == "false" || value == "0") return false;
    throw InvalidArgument("invalid filter '{}={}'", name, value);
}

int number(std::string_view what, const std::string& text) {
    int value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        throw InvalidArgument("invalid {} '{}'", what, text);
    return value;
}

SearchFilter read_search_filter(const http::Query& query) {
    SearchFilter filter;
    const auto given = read_filters(query);
    for (const auto& [name, values] : given.all())
        for (const auto& value : values) {
            if (name == "is-official")
                filter.official = truth(name, value);
            else if (name == "is-automated")
                filter.automated = truth(name, value);
            else if (name == "stars")
                filter.stars = std::max(filter.stars, number("filter 'stars'", value));
            else
                throw InvalidArgument("invalid filter '{}'", name);
        }
    return filter;
}

}  // namespace

Task<void> pull(engine::Registries& registries, Exchange& exchange) {
    auto executor = co_await asio::this_coro::executor;
    auto wanted = read_pull(exchange.request());
    co_await exchange.body();
    auto cancellation = cancelled_with(registries, exchange);
    images::ProgressAnswer answer(exchange, executor);
    std::exception_ptr failure;
    try {
        co_await registries.pull(std::move(wanted), answer.sink(), cancellation);
    } catch (const Error&) {
        failure = std::current_exception();
    }
    co_await answer.join();
    if (failure) co_await answer.fail(failure);
}

Task<void> push(engine::Registries& registries, Exchange& exchange) {
    auto executor = co_await asio::this_coro::executor;
    auto wanted = read_push(exchange.request());
    co_await exchange.body();
    auto cancellation = cancelled_with(registries, exchange);
    images::ProgressAnswer answer(exchange, executor);
    std::exception_ptr failure;
    std::vector<image::Pushed> pushed;
    try {
        pushed = co_await registries.push(std::move(wanted), answer.sink(), cancellation);
    } catch (const Error&) {
        failure = std::current_exception();
    }
    co_await answer.join();
    if (failure) co_await answer.fail(failure);
    for (const auto& one : pushed) {
        auto line = push_result(one);
        co_await answer.line(line);
    }
}

Task<void> search(engine::Registries& registries, Exchange& exchange) {
    const auto& request = exchange.request();
    auto term = request.query.text("term");
    if (term.empty()) throw InvalidArgument("invalid search term: it is empty");
    int limit = 25;
    if (auto text = request.query.text("limit"); !text.empty()) limit = number("limit", text);
    if (limit == 0) limit = 25;
    if (limit < 1 || limit > 100) throw InvalidArgument("limit {} is outside the range of [1, 100]", limit);
    auto filter = read_search_filter(request.query);
    auto credentials = read_credentials(request);
    auto cancellation = cancelled_with(registries, exchange);
    std::vector<wire::SearchResult> answer;
    for (const auto& image :
         co_await registries.search(term, static_cast<std::size_t>(limit), credentials, cancellation)) {
        if (!filter.fits(image)) continue;
        wire::SearchResult line;
        line.name = image.name;
        line.description = image.description;
        line.star_count = image.star_count;
        line.is_official = image.is_official;
        line.is_automated = image.is_automated;
        answer.push_back(std::move(line));
    }
    co_await exchange.json(200, answer);
}

Task<void> authenticate(engine::Registries& registries, Exchange& exchange) {
    auto config = co_await exchange.document<wire::AuthConfig>();
    image::Credentials credentials;
    credentials.username = config.username;
    credentials.password = config.password;
    credentials.identity_token = config.identity_token;
    auto cancellation = cancelled_with(registries, exchange);
    co_await registries.log_in(domain_of(config.server_address), credentials, cancellation);
    wire::AuthAnswer answer;
    answer.status = "Login Succeeded";
    answer.identity_token = config.identity_token;
    co_await exchange.json(200, answer);
}

namespace {

Task<image::DistributionInfo> ask_for(engine::Registries& registries, Exchange& exchange) {
    const auto& request = exchange.request();
    auto name = oci::Reference::parse(request.name);
    auto credentials = read_credentials(request);
    auto cancellation = cancelled_with(registries, exchange);
    co_return co_await registries.distribution(name, credentials, cancellation);
}

}  // namespace

Task<void> manifest(engine::Registries& registries, Exchange& exchange) {
    auto info = co_await ask_for(registries, exchange);
    http::Response response(200, info.media_type, info.text);
    response.headers.emplace_back("Docker-Content-Digest", info.digest.text());
    co_await exchange.respond(std::move(response));
}

Task<void> distribution(engine::Registries& registries, Exchange& exchange) {
    auto info = co_await ask_for(registries, exchange);
    wire::Distribution document;
    document.descriptor.media_type = info.media_type;
    document.descriptor.digest = info.digest.text();
    document.descriptor.size = info.size;
    for (const auto& platform : info.platforms) {
        wire::RemotePlatform line;
        line.architecture = platform.architecture;
        line.os = platform.os;
        line.variant = platform.variant;
        document.platforms.push_back(std::move(line));
    }
    co_await exchange.json(200, document);
}

}  // namespace dhow::api::registries
