#include "registry/url.hpp"

#include <memory>

#include <curl/curl.h>

#include "base/error.hpp"

namespace dhow::registry {

namespace {

struct FreeUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Parsed = std::unique_ptr<CURLU, FreeUrl>;

Parsed parse(const std::string& text) {
    Parsed url(curl_url());
    if (!url) throw std::bad_alloc();
    if (auto failed = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER))
        throw InvalidArgument("invalid URL \"{}\": {}", text, curl_url_strerror(failed));
    return url;
}

std::string part(const Parsed& url, CURLUPart what, unsigned flags = 0) {
    char* text = nullptr;
    if (auto failed = curl_url_get(url.get(), what, &text, flags))
        throw InvalidArgument("invalid URL: {}", curl_url_strerror(failed));
    std::string result(text);
    curl_free(text);
    return result;
}

}  // namespace

std::string Url::authority() const {
    auto name = host.find(':') == host.npos ? host : "[" + host + "]";
    bool usual = (scheme == "https" && port == "443") || (scheme == "http" && port == "80");
    return usual ? name : name + ":" + port;
}

Url parse_url(std::string_view text) {
    auto url = parse(std::string(text));
    Url parts{part(url, CURLUPART_SCHEME), part(url, CURLUPART_HOST),
              part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT)};
    if (parts.scheme != "http" && parts.scheme != "https")
        throw InvalidArgument("unsupported protocol scheme \"{}\" of \"{}\"", parts.scheme, text);
    if (parts.host.starts_with('[') && parts.host.ends_with(']'))
        parts.host = parts.host.substr(1, parts.host.size() - 2);
    return parts;
}

std::string resolve_url(const std::string& base, const std::string& location) {
    auto url = parse(base);
    if (auto failed = curl_url_set(url.get(), CURLUPART_URL, location.c_str(), CURLU_DISALLOW_USER))
        throw InvalidArgument("invalid location \"{}\": {}", location, curl_url_strerror(failed));
    return part(url, CURLUPART_URL);
}

std::string with_query(std::string url, std::string_view name, std::string_view value) {
    url += url.find('?') == url.npos ? '?' : '&';
    url += name;
    url += '=';
    return url + escape(value);
}

std::string escape(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string result;
    for (char c : text) {
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                     c == '.' || c == '_' || c == '~';
        if (plain) {
            result += c;
            continue;
        }
        auto byte = static_cast<unsigned char>(c);
        result += '%';
        result += digits[byte >> 4];
        result += digits[byte & 15];
    }
    return result;
}

}  // namespace dhow::registry
