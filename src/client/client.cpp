#include "client/client.hpp"

#include <algorithm>

namespace dhow::client {

namespace {

ErrorKind kind_of(int status) {
    switch (status) {
        case 400:
            return ErrorKind::invalid_argument;
        case 401:
            return ErrorKind::unauthorized;
        case 403:
            return ErrorKind::forbidden;
        case 404:
            return ErrorKind::not_found;
        case 409:
            return ErrorKind::conflict;
        case 501:
            return ErrorKind::not_implemented;
        case 503:
            return ErrorKind::unavailable;
        default:
            return ErrorKind::internal;
    }
}

/// The daemon's own words: {"message": "..."}; what is no such document stands as it is.
DaemonError error_of(int status, const std::string& body) {
    std::string message = body;
    try {
        auto document = json::parse(body);
        if (auto* object = document.if_object())
            if (auto* text = object->if_contains("message"); text && text->is_string())
                message = text->get_string();
    } catch (const InvalidArgument&) {
        // Not JSON: a proxy's page, or an old daemon's plain text.
    }
    while (message.ends_with('\n')) message.pop_back();
    if (message.empty()) message = fmt::format("request returned status {}", status);
    return {status, message};
}

/// "1.41" -> 1041, so that versions compare as numbers; 0 when it is none.
int version_number(std::string_view text) {
    auto dot = text.find('.');
    if (dot == std::string_view::npos) return 0;
    int number = 0;
    for (auto part : {text.substr(0, dot), text.substr(dot + 1)}) {
        if (part.empty() || part.size() > 3 || part.find_first_not_of("0123456789") != std::string_view::npos)
            return 0;
        number = number * 1000 + std::stoi(std::string(part));
    }
    return number;
}

}  // namespace

DaemonError::DaemonError(int status, const std::string& message)
    : Error(kind_of(status), message), status_(status) {}

Client::Client(Endpoint endpoint, std::string version)
    : endpoint_(std::move(endpoint)),
      version_(version.empty() ? std::string(newest_version) : std::move(version)),
      prefix_("/v" + version_),
      fixed_(version_ != newest_version) {}

Connection Client::open() {
    if (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        return connection;
    }
    return {connect(endpoint_), endpoint_.kind == Endpoint::Kind::tcp ? endpoint_.address : "localhost"};
}

void Client::prepare() {
    idle_.emplace_back(connect(endpoint_),
                       endpoint_.kind == Endpoint::Kind::tcp ? endpoint_.address : "localhost");
}

Connection Client::start(const Request& request) {
    auto connection = open();
    connection.send(request, prefix_);
    return connection;
}

void Client::finish(Connection& connection) {
    const auto& head = connection.read_head();
    if (head.status >= 400) throw error_of(head.status, connection.read_all());
}

Connection Client::call(const Request& request, const std::function<void()>& meanwhile) {
    auto connection = start(request);
    if (meanwhile) meanwhile();
    try {
        finish(connection);
        return connection;
    } catch (const DaemonError& error) {
        if (error.status() != 400 || !settle_for(error.message())) throw;
    }
    return call(request);
}

/// "client version 1.51 is too new. Maximum supported API version is 1.41": asks in that version from now on.
bool Client::settle_for(const std::string& refusal) {
    constexpr std::string_view phrase = "Maximum supported API version is ";
    auto at = refusal.find(phrase);
    if (fixed_ || at == std::string::npos) return false;
    auto offered = refusal.substr(at + phrase.size());
    offered.erase(std::min(offered.find_first_not_of("0123456789."), offered.size()));
    if (version_number(offered) == 0 || version_number(offered) >= version_number(version_)) return false;
    version_ = offered;
    prefix_ = "/v" + version_;
    fixed_ = true;
    return true;
}

json::Value Client::json(const Request& request, const std::function<void()>& meanwhile) {
    auto connection = call(request, meanwhile);
    auto text = connection.read_all();
    keep(std::move(connection));
    return text.empty() ? json::Value() : json::parse(text);
}

json::Value Client::get(std::string target) { return json({.method = "GET", .target = std::move(target)}); }

json::Value Client::post(std::string target, const json::Value& body) {
    return json(
        {.method = "POST", .target = std::move(target), .body = body.is_null() ? "" : json::dump(body)});
}

json::Value Client::remove(std::string target) {
    return json({.method = "DELETE", .target = std::move(target)});
}

Connection Client::upload(Request request,
                          const std::function<void(const std::function<void(std::string_view)>&)>& write) {
    negotiate();
    request.streams_body = true;
    auto connection = start(request);
    try {
        write([&](std::string_view piece) {
            if (!piece.empty()) connection.send_chunk(piece);
        });
        connection.send_chunk({});
    } catch (const Unavailable&) {
        // A daemon that refuses early closes its end; what it answered says more than the broken pipe.
    }
    finish(connection);
    return connection;
}

void Client::keep(Connection connection) {
    if (connection.reusable()) idle_.push_back(std::move(connection));
}

void Client::negotiate() {
    if (fixed_) return;
    auto connection = open();
    connection.send({.method = "HEAD", .target = "/_ping"}, "");
    auto head = connection.read_head();
    auto offered = head.find("api-version");
    if (offered && version_number(*offered) != 0 && version_number(*offered) < version_number(version_)) {
        version_ = *offered;
        prefix_ = "/v" + version_;
    }
    fixed_ = true;
}

}  // namespace dhow::client
