#include "build/remote/http.hpp"

#include <ctime>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "base/units.hpp"
#include "build/remote/address.hpp"
#include "registry/transport.hpp"
#include "store/files.hpp"
#include "store/hash.hpp"

namespace dhow::build {

namespace {

constexpr std::int64_t largest_file = std::int64_t{64} << 30;

/// The last part of a URL's path. A name that is no name of a file gives none.
std::string last_part(std::string_view url) {
    url = url.substr(0, url.find_first_of("?#"));
    auto host = url.find("://");
    auto slash = url.rfind('/');
    if (slash == url.npos || (host != url.npos && slash < host + 3)) return "";
    return std::string(url.substr(slash + 1));
}

/// The name in `attachment; filename="x"`.
std::string disposition_name(std::string_view header) {
    constexpr std::string_view key = "filename=";
    auto at = header.find(key);
    if (at == header.npos) return "";
    header.remove_prefix(at + key.size());
    if (header.starts_with('"')) {
        header.remove_prefix(1);
        return std::string(header.substr(0, header.find('"')));
    }
    return std::string(header.substr(0, header.find(';')));
}

bool is_file_name(std::string_view name) {
    return !name.empty() && name != "." && name != ".." && name.find('/') == name.npos && name.size() < 256 &&
           name.find('\0') == name.npos;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7); 0 for anything else.
std::time_t http_time(std::string_view text) {
    std::tm parts{};
    std::string copy(text);
    if (!::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts)) return 0;
    return std::max<std::time_t>(::timegm(&parts), 0);
}

}  // namespace

bool is_url(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

Download download(const std::string& url, int file, const registry::Options& options,
                  const registry::Cancellation& stop) {
    registry::Transport transport(options, stop);
    registry::Request request;
    auto address = read_address(url);
    request.url = address.url;
    request.authorization = address.authorization;
    registry::Transfer transfer(transport, std::move(request));
    const auto& head = transfer.head();
    if (head.status < 200 || head.status > 299)
        throw InvalidArgument("failed to GET {}: invalid response status {}", address.url, head.status);
    Download result;
    result.name = disposition_name(head.find("content-disposition"));
    if (!is_file_name(result.name)) result.name = last_part(address.url);
    if (!is_file_name(result.name)) result.name.clear();
    result.media_type = head.find("content-type");
    auto time = http_time(head.find("last-modified"));
    store::Sha256 hash;
    std::vector<std::byte> buffer(128 << 10);
    std::int64_t size = 0;
    while (auto count = transfer.read(buffer)) {
        auto bytes = store::Bytes(buffer).first(count);
        hash.update(bytes);
        store::write_all(file, bytes, address.url);
        size += static_cast<std::int64_t>(count);
        if (size > largest_file)
            throw InvalidArgument("{} is larger than {} bytes", address.url, largest_file);
    }
    result.digest = hash.finish();
    timespec times[2] = {{time, 0}, {time, 0}};
    check(::futimens(file, times), "set the time of {}", address.url);
    return result;
}

}  // namespace dhow::build
