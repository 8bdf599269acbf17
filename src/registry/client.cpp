// How a request is sent: to which address, with which token, and how often.

#include "registry/client.hpp"

#include <charconv>
#include <ctime>

#include <curl/curl.h>

#include "registry/url.hpp"

namespace dhow::registry {

namespace {

using std::chrono::milliseconds;

constexpr int most_attempts = 4;
constexpr auto longest_wait = std::chrono::seconds(60);

/// Retry-After: seconds or a date. None when it is absent or nonsense.
std::optional<std::chrono::seconds> retry_after(const Head& head) {
    auto text = head.find("retry-after");
    if (text.empty()) return std::nullopt;
    long seconds = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc() && end == text.data() + text.size()) return std::chrono::seconds(seconds);
    auto date = ::curl_getdate(std::string(text).c_str(), nullptr);
    if (date < 0) return std::nullopt;
    return std::chrono::seconds(std::max<long>(0, date - std::time(nullptr)));
}

/// How long to wait before an answer is asked for again; none when it stands.
std::optional<milliseconds> wait_before_retry(const Head& head, int attempt) {
    bool limited = head.status == 429 || head.status == 503;
    if (limited)
        if (auto asked = retry_after(head)) {
            if (*asked > longest_wait || *asked < std::chrono::seconds(0)) return std::nullopt;
            return std::chrono::duration_cast<milliseconds>(*asked);
        }
    if (head.status >= 500 && head.status != 501 && head.status != 505) return milliseconds(200 << attempt);
    return std::nullopt;
}

}  // namespace

Client::Client(Session& session, const Cancellation& cancellation)
    : session_(session), transport_(session.options(), cancellation) {}

std::unique_ptr<Transfer> Client::send(const Call& call) {
    std::exception_ptr failure;
    bool of_mirror = false;
    for (auto index = session_.settled_.load(); index < session_.places_.size(); ++index) {
        auto& place = *session_.places_[index];
        bool last = index + 1 == session_.places_.size();
        try {
            auto answer = send_to(place, call);
            if (place.endpoint.mirror && answer->head().status == 404) continue;
            // A mirror that lacks this one may have the next: it is asked first again.
            if (!session_.places_[session_.settled_]->endpoint.mirror) session_.settled_ = index;
            return answer;
        } catch (const ConnectionFailed&) {
            // Of two addresses of one registry, the first failure says more: "http" is only the fallback.
            if (!failure || of_mirror) failure = std::current_exception();
            of_mirror = place.endpoint.mirror;
            if (last) std::rethrow_exception(failure);
        } catch (const Refused&) {
            if (!place.endpoint.mirror || last) throw;
        }
    }
    throw NotFound("the registry {} has no address", session_.domain());
}

std::unique_ptr<Transfer> Client::send_to(Session::Place& place, const Call& call) {
    for (int attempt = 0;; ++attempt) {
        std::optional<Upload> upload;
        if (call.upload) upload = call.upload();
        std::unique_ptr<Transfer> transfer;
        try {
            transfer = send_once(place, call, upload ? &*upload : nullptr);
        } catch (const ConnectionFailed& error) {
            bool broken = error.reason() == ConnectionFailed::Reason::broken;
            if (!broken || !call.repeatable || attempt + 1 == most_attempts) throw;
            transport_.cancellation().sleep(milliseconds(200 << attempt));
            continue;
        }
        const auto& head = transfer->head();
        if (head.status < 400 || (head.status == 404 && call.may_be_missing)) return transfer;
        auto wait = wait_before_retry(head, attempt);
        bool again = call.repeatable || head.status == 429;
        if (!wait || !again || attempt + 1 == most_attempts) throw refusal_of(*transfer, call.method);
        transfer.reset();
        transport_.cancellation().sleep(*wait);
    }
}

std::unique_ptr<Transfer> Client::send_once(Session::Place& place, const Call& call, const Upload* upload) {
    auto url = resolve_url(place.endpoint.base, call.path);
    bool own = parse_url(url) == parse_url(place.endpoint.base);
    for (int attempt = 0;; ++attempt) {
        auto authorization = own ? place.authorizer.header(transport_, call.scopes) : "";
        Request request{.method = call.method,
                        .url = url,
                        .headers = call.headers,
                        .authorization = authorization,
                        .body = call.body,
                        .upload = upload,
                        .verify = place.endpoint.verify};
        auto transfer = std::make_unique<Transfer>(transport_, std::move(request));
        const auto& head = transfer->head();
        // A body that was begun cannot be begun again here: the caller asks where to go on.
        if (head.status != 401 || !own || attempt == 2 || upload) return transfer;
        if (!place.authorizer.learn(head, call.scopes, authorization)) return transfer;
    }
}

void Client::ping() { send({.path = "v2/"}); }

}  // namespace dhow::registry
