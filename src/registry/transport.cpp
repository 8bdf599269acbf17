#include "registry/transport.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include <curl/curl.h>
#include <openssl/ssl.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "registry/proxy.hpp"

namespace dhow::registry {

namespace {

constexpr std::size_t most_buffered = 1 << 20;
constexpr int most_redirects = 5;
constexpr long connect_seconds = 30;
constexpr long stalled_seconds = 60;
constexpr int wait_milliseconds = 100;

void initialise() {
    static const bool done = ::curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (!done) throw InternalError("libcurl cannot be initialised");
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

std::string_view Head::find(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

std::vector<std::string_view> Head::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto& [key, value] : headers)
        if (key == name) values.emplace_back(value);
    return values;
}

Transport::Transport(const Options& options, const Cancellation& cancellation)
    : options_(options), cancellation_(cancellation) {
    initialise();
    multi_ = ::curl_multi_init();
    if (!multi_) throw std::bad_alloc();
    ::curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 4L);
}

Transport::~Transport() { ::curl_multi_cleanup(multi_); }

const Trust& Transport::trust(const Url& url) {
    auto key = url.authority();
    auto found = trusts_.find(key);
    if (found == trusts_.end()) found = trusts_.emplace(key, trust_of(options_, url)).first;
    return found->second;
}

struct Transfer::State {
    ~State() { stop(); }

    void stop() {
        if (!easy) return;
        if (added) ::curl_multi_remove_handle(multi, easy);
        ::curl_easy_cleanup(easy);
        ::curl_slist_free_all(headers);
        easy = nullptr;
        headers = nullptr;
        added = false;
    }

    static std::size_t on_header(char* data, std::size_t, std::size_t length, void* self) {
        auto& state = *static_cast<State*>(self);
        std::string_view line(data, length);
        if (line.starts_with("HTTP/")) {
            state.head.headers.clear();
            auto space = line.find(' ');
            state.head.status = space == line.npos ? 0 : std::atoi(line.data() + space + 1);
        } else if (trim(line).empty()) {
            state.head_complete = state.head.status >= 200;
        } else if (auto colon = line.find(':'); colon != line.npos && state.head.headers.size() < 200) {
            state.head.headers.emplace_back(lower(trim(line.substr(0, colon))), trim(line.substr(colon + 1)));
        }
        return length;
    }

    static std::size_t on_body(char* data, std::size_t, std::size_t length, void* self) {
        auto& state = *static_cast<State*>(self);
        if (state.buffer.size() - state.begin >= most_buffered) {
            state.paused = true;
            return CURL_WRITEFUNC_PAUSE;
        }
        state.buffer.append(data, length);
        return length;
    }

    static std::size_t on_upload(char* data, std::size_t size, std::size_t count, void* self) {
        auto& state = *static_cast<State*>(self);
        try {
            return state.upload->read(std::span(data, size * count));
        } catch (...) {
            state.upload_failure = std::current_exception();
            return CURL_READFUNC_ABORT;
        }
    }

    CURLM* multi = nullptr;
    CURL* easy = nullptr;
    curl_slist* headers = nullptr;
    bool added = false;

    Head head;
    bool head_complete = false;
    bool done = false;
    CURLcode result = CURLE_OK;
    std::array<char, CURL_ERROR_SIZE> error{};

    std::string buffer;
    std::size_t begin = 0;
    bool paused = false;

    const Upload* upload = nullptr;
    std::exception_ptr upload_failure;
};

Transfer::Transfer(Transport& transport, Request request)
    : transport_(transport), request_(std::move(request)) {}

Transfer::~Transfer() = default;

namespace {

template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
    if (auto failed = ::curl_easy_setopt(easy, option, value))
        throw InternalError("libcurl refuses option {}: {}", static_cast<int>(option),
                            ::curl_easy_strerror(failed));
}

void set_proxy(CURL* easy, const std::string& proxy) {
    // Both given always, so that libcurl does not look into the environment by rules of its own.
    set(easy, CURLOPT_PROXY, proxy.c_str());
    set(easy, CURLOPT_NOPROXY, "");
}

/// Keeps a peer's alert in the string that the SSL_CTX carries.
void on_tls_event(const SSL* connection, int event, int value) {
    if (event != SSL_CB_READ_ALERT || (value & 0xff) == SSL3_AD_CLOSE_NOTIFY) return;
    auto* alert = SSL_CTX_get_app_data(::SSL_get_SSL_CTX(connection));
    *static_cast<std::string*>(alert) = ::SSL_alert_desc_string_long(value);
}

CURLcode watch_tls(CURL*, void* context, void* alert) {
    SSL_CTX_set_app_data(static_cast<SSL_CTX*>(context), alert);
    ::SSL_CTX_set_info_callback(static_cast<SSL_CTX*>(context), on_tls_event);
    return CURLE_OK;
}

void set_trust(CURL* easy, const Trust& trust, bool verify) {
    set(easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
    set(easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
    if (!trust.authorities.empty()) {
        // A bundle of its own stands instead of the system's bundle, whose certificates its folder has too.
        curl_blob blob{const_cast<char*>(trust.authorities.data()), trust.authorities.size(), CURL_BLOB_COPY};
        set(easy, CURLOPT_CAINFO_BLOB, &blob);
    }
    if (trust.certificate.empty()) return;
    set(easy, CURLOPT_SSLCERT, trust.certificate.c_str());
    set(easy, CURLOPT_SSLKEY, trust.key.c_str());
}

}  // namespace

void Transfer::start(const std::string& url, bool with_authorization) {
    state_ = std::make_unique<State>();
    auto& state = *state_;
    state.multi = transport_.multi_;
    state.easy = ::curl_easy_init();
    if (!state.easy) throw std::bad_alloc();
    state.head.url = url;
    auto* easy = state.easy;
    auto parts = parse_url(url);
    set(easy, CURLOPT_URL, url.c_str());
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    set(easy, CURLOPT_CONNECTTIMEOUT, connect_seconds);
    set(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(easy, CURLOPT_LOW_SPEED_TIME, stalled_seconds);
    set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(easy, CURLOPT_BUFFERSIZE, 256L << 10);
    set(easy, CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10);
    set(easy, CURLOPT_USERAGENT, transport_.options_.user_agent.c_str());
    set(easy, CURLOPT_ERRORBUFFER, state.error.data());
    set(easy, CURLOPT_HEADERFUNCTION, &State::on_header);
    set(easy, CURLOPT_HEADERDATA, &state);
    set(easy, CURLOPT_WRITEFUNCTION, &State::on_body);
    set(easy, CURLOPT_WRITEDATA, &state);
    set_proxy(easy, proxy_for(transport_.options_, parts));
    // The certificate of a client is for the host that was asked, as its password is.
    auto trust = transport_.trust(parts);
    if (trust.authorities.empty()) trust.authorities = transport_.trust(parse_url(request_.url)).authorities;
    set_trust(easy, trust, request_.verify);
    // Connections outlive a transfer, but not the transport.
    transport_.alert_.clear();
    set(easy, CURLOPT_SSL_CTX_FUNCTION, &watch_tls);
    set(easy, CURLOPT_SSL_CTX_DATA, &transport_.alert_);

    for (const auto& header : request_.headers)
        state.headers = ::curl_slist_append(state.headers, header.c_str());
    if (with_authorization && !request_.authorization.empty())
        state.headers =
            ::curl_slist_append(state.headers, ("Authorization: " + request_.authorization).c_str());
    if (request_.method == "HEAD") {
        set(easy, CURLOPT_NOBODY, 1L);
    } else if (request_.upload) {
        state.upload = request_.upload;
        set(easy, CURLOPT_UPLOAD, 1L);
        set(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request_.upload->size));
        set(easy, CURLOPT_READFUNCTION, &State::on_upload);
        set(easy, CURLOPT_READDATA, &state);
        set(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    } else if (request_.method != "GET") {
        set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
        set(easy, CURLOPT_POSTFIELDS, request_.body.c_str());
        set(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    }
    set(easy, CURLOPT_HTTPHEADER, state.headers);
    if (auto failed = ::curl_multi_add_handle(state.multi, easy))
        throw InternalError("libcurl: {}", ::curl_multi_strerror(failed));
    state.added = true;
}

void Transfer::pump() {
    auto& state = *state_;
    transport_.cancellation_.check();
    int running = 0;
    if (auto failed = ::curl_multi_perform(state.multi, &running))
        throw InternalError("libcurl: {}", ::curl_multi_strerror(failed));
    int left = 0;
    while (auto* message = ::curl_multi_info_read(state.multi, &left)) {
        if (message->msg != CURLMSG_DONE || message->easy_handle != state.easy) continue;
        state.done = true;
        state.result = message->data.result;
    }
    if (state.upload_failure) std::rethrow_exception(state.upload_failure);
    if (state.done || state.paused || state.begin < state.buffer.size()) return;
    ::curl_multi_poll(state.multi, nullptr, 0, wait_milliseconds, nullptr);
}

void Transfer::fail(int code) const {
    using enum ConnectionFailed::Reason;
    auto reason = unreachable;
    std::string text(state_->error.data());
    if (text.empty()) text = ::curl_easy_strerror(static_cast<CURLcode>(code));
    switch (code) {
        case CURLE_SSL_CONNECT_ERROR:
            reason = not_tls;
            if (text.find("wrong version number") != text.npos)
                text = "http: server gave HTTP response to HTTPS client";
            break;
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
            reason = untrusted;
            text = "tls: failed to verify certificate: " + text;
            break;
        case CURLE_PARTIAL_FILE:
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_GOT_NOTHING:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
            reason = broken;
            break;
        case CURLE_OPERATION_TIMEDOUT:
            // Before the head it may be a connection that never came.
            reason = state_->head_complete ? broken : unreachable;
            break;
        default:
            break;
    }
    // A refusal of our certificate may come after the handshake, and then a broken connection is all that
    // libcurl tells of it.
    if (reason == broken && !transport_.alert_.empty()) {
        reason = untrusted;
        text = "remote error: tls: " + transport_.alert_;
    }
    bool of_proxy = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_PROXY;
    if (of_proxy && !proxy_for(transport_.options_, parse_url(state_->head.url)).empty())
        text = "proxyconnect tcp: " + text;
    auto method = request_.method.substr(0, 1) + lower(request_.method.substr(1));
    throw ConnectionFailed(reason, fmt::format("{} \"{}\": {}", method, state_->head.url, text));
}

const Head& Transfer::head() {
    if (state_ && state_->head_complete) return state_->head;
    const auto origin = parse_url(request_.url);
    std::string url = request_.url;
    for (int redirects = 0;; ++redirects) {
        bool foreign = parse_url(url) != origin;
        start(url, !foreign);
        while (!state_->head_complete && !state_->done) pump();
        if (state_->done && state_->result != CURLE_OK && !state_->head_complete) fail(state_->result);
        state_->head.foreign = foreign;
        auto location = state_->head.find("location");
        bool follows = request_.method == "GET" || request_.method == "HEAD";
        if (!follows || !is_redirect(state_->head.status) || location.empty()) return state_->head;
        if (redirects == most_redirects)
            throw InvalidArgument("{} \"{}\": stopped after {} redirects", request_.method, request_.url,
                                  most_redirects);
        auto next = resolve_url(url, std::string(location));
        if (parse_url(url).scheme == "https" && parse_url(next).scheme == "http" && request_.verify)
            throw Forbidden("{} \"{}\": refused to be redirected from https to \"{}\"", request_.method, url,
                            next);
        url = next;
    }
}

std::size_t Transfer::read(std::span<std::byte> buffer) {
    auto& state = *state_;
    for (;;) {
        if (auto rest = state.buffer.size() - state.begin; rest > 0) {
            auto count = std::min(rest, buffer.size());
            std::memcpy(buffer.data(), state.buffer.data() + state.begin, count);
            state.begin += count;
            if (state.begin == state.buffer.size()) {
                state.buffer.clear();
                state.begin = 0;
            }
            return count;
        }
        if (state.done) {
            if (state.result != CURLE_OK) fail(state.result);
            return 0;
        }
        if (std::exchange(state.paused, false)) ::curl_easy_pause(state.easy, CURLPAUSE_CONT);
        pump();
    }
}

std::string Transfer::read_all(std::size_t limit) {
    head();
    std::string text;
    std::array<char, 16384> piece;
    while (auto count = read(std::as_writable_bytes(std::span(piece)))) {
        text.append(piece.data(), count);
        if (text.size() > limit)
            throw InvalidArgument("the answer to {} \"{}\" is longer than {} bytes", request_.method,
                                  state_->head.url, limit);
    }
    return text;
}

}  // namespace dhow::registry
