#include "support/token_server.hpp"

#include <ctime>

#include "base/base64.hpp"
#include "base/json.hpp"

namespace dhow::test {
namespace {

std::string url_text(std::string_view bytes) {
    auto text = base64_encode(bytes, Base64::url);
    while (text.ends_with('=')) text.pop_back();
    return text;
}

std::string decode(const std::string& text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i];
            continue;
        }
        result += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
        i += 2;
    }
    return result;
}

/// What a request is for: "repository:a/b:pull,push".
std::vector<std::string> scopes_of(const std::string& target) {
    std::vector<std::string> scopes;
    for (auto at = target.find("scope="); at != target.npos; at = target.find("scope=", at + 1))
        scopes.push_back(decode(target.substr(at + 6, target.find('&', at) - at - 6)));
    return scopes;
}

/// Who asks: a name and a password, or ":".
std::string asker_of(const std::string& authorization) {
    if (!authorization.starts_with("Basic ")) return ":";
    return base64_decode(authorization.substr(6)).value_or(":");
}

/// A scope as a claim, with those of its actions that are allowed.
json::Value claim(const std::string& scope, const std::vector<std::string>& allowed) {
    auto first = scope.find(':'), last = scope.rfind(':');
    json::Array actions;
    for (const auto& action : allowed)
        if (scope.find(action, last) != scope.npos) actions.emplace_back(action);
    return json::Object{{"type", scope.substr(0, first)},
                        {"name", scope.substr(first + 1, last - first - 1)},
                        {"actions", actions}};
}

}  // namespace

TokenServer::TokenServer(Nobody nobody)
    : nobody_(nobody), server_([this](const ScriptedRequest& request) { return answer(request); }) {
    expect_success(
        run(sh(fmt::format("cd {} && openssl req -x509 -newkey rsa:2048 -nodes -days 30 "
                           "-subj /CN=tokens -keyout key.pem -out cert.pem && "
                           "openssl x509 -in cert.pem -outform DER | base64 -w0 > cert.b64",
                           scratch_.path().native()))));
}

std::string TokenServer::configuration() const {
    return fmt::format(
        "auth:\n  token:\n    realm: http://{}/token\n    service: test\n    issuer: tokens\n"
        "    rootcertbundle: {}/cert.pem\n",
        server_.address(), scratch_.path().native());
}

std::vector<std::string> TokenServer::requests() const {
    std::vector<std::string> result;
    for (const auto& request : server_.all()) {
        auto asker = asker_of(request.header("Authorization"));
        auto line = asker.substr(0, asker.find(':')) + ":";
        for (const auto& scope : scopes_of(request.target)) line += " " + scope;
        result.push_back(line);
    }
    return result;
}

std::string TokenServer::sign(const std::string& text) const {
    auto line = "openssl dgst -sha256 -sign " + (scratch_.path() / "key.pem").native();
    return expect_success(run(sh(line).feed(text))).out;
}

std::string TokenServer::answer(const ScriptedRequest& request) const {
    auto asker = asker_of(request.header("Authorization"));
    if (asker != ":" && asker != "ann:secret")
        return ScriptedServer::answer(401, R"({"details":"incorrect username or password"})");
    std::vector<std::string> allowed;
    if (asker != ":") allowed = {"pull", "push"};
    if (asker == ":" && nobody_ == Nobody::reads) allowed = {"pull"};
    json::Array access;
    for (const auto& scope : scopes_of(request.target)) access.push_back(claim(scope, allowed));
    auto now = static_cast<std::int64_t>(std::time(nullptr));
    json::Object claims{{"iss", "tokens"}, {"sub", "ann"}, {"aud", "test"}, {"exp", now + 300},
                        {"nbf", now - 10}, {"iat", now},   {"jti", "1"},    {"access", access}};
    json::Object head{
        {"typ", "JWT"}, {"alg", "RS256"}, {"x5c", json::Array{read_file(scratch_.path() / "cert.b64")}}};
    auto text = url_text(json::dump(head)) + "." + url_text(json::dump(claims));
    json::Object token{{"token", text + "." + url_text(sign(text))}, {"expires_in", 300}};
    return ScriptedServer::answer(200, json::dump(token), {"Content-Type: application/json"});
}

}  // namespace dhow::test
