#include "build/remote/address.hpp"

#include <algorithm>
#include <charconv>

#include "base/base64.hpp"

namespace dhow::build {

namespace {

constexpr std::string_view separator = "://";
// What ends an authority, in a URL and in the text around it.
constexpr std::string_view ends = "/?# \t\r\n\"'<>\\";

/// "%41" -> "A"; what is no escape stays.
std::string unescape(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned byte = 0;
        auto digits = text.substr(std::min(i + 1, text.size()), 2);
        auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
        if (text[i] != '%' || digits.size() < 2 || error != std::errc() || end != digits.data() + 2) {
            result += text[i];
            continue;
        }
        result += static_cast<char>(byte);
        i += 2;
    }
    return result;
}

/// The name and password of the URL whose "://" is at `at`: where they begin, and how long they are.
std::pair<std::size_t, std::size_t> credentials_at(std::string_view text, std::size_t at) {
    auto begin = at + separator.size();
    auto authority = text.substr(begin, std::min(text.find_first_of(ends, begin), text.size()) - begin);
    auto sign = authority.rfind('@');
    return {begin, sign == authority.npos ? 0 : sign};
}

}  // namespace

Address read_address(const std::string& url) {
    auto at = url.find(separator);
    if (at == url.npos) return {url, ""};
    auto [begin, size] = credentials_at(url, at);
    if (size == 0) return {url, ""};
    auto given = std::string_view(url).substr(begin, size);
    auto colon = given.find(':');
    auto password = colon == given.npos ? std::string_view() : given.substr(colon + 1);
    auto pair = unescape(given.substr(0, colon)) + ":" + unescape(password);
    return {url.substr(0, begin) + url.substr(begin + size + 1), "Basic " + base64_encode(pair)};
}

std::string without_credentials(std::string_view text) {
    std::string result(text);
    for (auto at = result.find(separator); at != result.npos; at = result.find(separator, at + 1)) {
        auto [begin, size] = credentials_at(result, at);
        if (size > 0) result.replace(begin, size, "xxxxx:xxxxx");
    }
    return result;
}

}  // namespace dhow::build
